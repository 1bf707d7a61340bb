//! The program.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread::JoinHandle,
};

use tempfile::TempDir;

use super::Api;

/// A way to run `hearth` in an empty folder, without this process's configuration.
pub struct Hearth {
    folder: TempDir,
    variables: Vec<(String, String)>,
    launcher: Vec<String>,
}

/// A running `hearth` server; killed when dropped.
pub struct Serving {
    pub api: Api,
    /// What it printed at the start.
    pub announcement: String,
    child: Child,
    log: Option<JoinHandle<String>>,
}

impl Hearth {
    /// With this database and a free port.
    pub fn with_database(url: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        Self { folder, variables: Vec::new(), launcher: Vec::new() }
            .set("HEARTH_DATABASE__URL", url)
            .set("HEARTH_SERVER__LISTEN", "127.0.0.1:0")
            .set("HEARTH_LIMITS__ENABLED", "false")
    }

    /// Sets an environment variable.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Writes a `config.toml` into its folder.
    pub fn file(self, text: &str) -> Self {
        std::fs::write(self.folder.path().join("config.toml"), text).expect("the folder can be written to");
        self
    }

    /// Starts it with another program, which gets the command as its last arguments and replaces itself with it.
    pub fn launched_by(mut self, launcher: &[&str]) -> Self {
        self.launcher = launcher.iter().map(|&word| word.to_owned()).collect();
        self
    }

    /// The folder in which it runs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the binary runs")
    }

    /// Starts a command.
    pub fn begin(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary runs")
    }

    /// The output of a command that must succeed.
    #[track_caller]
    pub fn prints(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("a text")
    }

    /// The error output of a command that must fail.
    #[track_caller]
    pub fn complains(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).expect("a text")
    }

    /// Starts a server; returns when it listens. Works on any date, even before the program's commit.
    pub fn serve(&self) -> Serving {
        let mut child =
            self.command(&["--accept-clock"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        let mut errors = child.stderr.take().expect("a pipe");
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            errors.read_to_string(&mut log).map(|_| log).expect("a text")
        });
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut announcement = String::new();
        while !announcement.contains("database ") {
            let Some(line) = lines.next() else { panic!("it ended: {}", log.join().expect("a log")) };
            announcement.push_str(&line.expect("a text"));
            announcement.push('\n');
        }
        let address = announcement.split_whitespace().find(|word| word.starts_with("127.0.0.1:"));
        let api = Api::new(address.expect("the announcement has an address"));
        Serving { api, announcement, child, log: Some(log) }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut words = self.launcher.iter().map(String::as_str).chain([env!("CARGO_BIN_EXE_hearth")]);
        let mut command = Command::new(words.next().expect("the binary at least"));
        command.args(words);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HEARTH_")) {
            command.env_remove(name);
        }
        command.current_dir(self.folder.path()).args(arguments).envs(self.variables.clone());
        command
    }
}

impl Serving {
    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop, as service managers do.
    pub fn terminate(&self) {
        let signal = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status();
        assert!(signal.expect("`kill` runs").success());
    }

    /// Waits until it has ended; returns its exit code and its log. Read sockets to their end first.
    pub fn ended(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().expect("it ends").code();
        let log = self.log.take().expect("it ends once").join().expect("a log");
        (code, log)
    }

    /// Kills it (SIGKILL).
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
