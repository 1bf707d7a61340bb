//! The server as a process: start, kill, stop, continue.

use std::{
    fs::OpenOptions,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

/// How long a server may take to start or to end.
const PATIENCE: Duration = Duration::from_mins(1);

/// How to start servers of one database.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) binary: PathBuf,
    /// It runs here, and its log is here.
    pub(crate) folder: PathBuf,
    pub(crate) database_url: String,
    /// More environment variables.
    pub(crate) variables: Vec<(String, String)>,
}

/// A server process; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

/// How a server starts beside another one.
pub(crate) enum Second {
    Refuses(String),
    Serves(Server),
}

/// The URL of a SQLite database that belongs to a server in this folder.
pub(crate) fn sqlite_url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("data").join("hearth.db").display())
}

impl Program {
    /// The file to which all servers write their logs.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join("hearth.log")
    }

    /// Starts a server; returns when it listens.
    pub(crate) async fn start(&self) -> Result<Server> {
        self.start_with(&self.log()).await
    }

    async fn start_with(&self, log: &Path) -> Result<Server> {
        let mut child = self.spawn(log)?;
        let output = child.stdout.take().context("the output is a pipe")?;
        let mut lines = BufReader::new(output).lines();
        let listening = async {
            let mut address = None;
            while let Some(line) = lines.next_line().await? {
                let mut words = line.split_whitespace().map(|word| word.trim_start_matches("http://"));
                address = address.or_else(|| words.find_map(|word| word.parse().ok()));
                if let (Some(address), true) = (address, line.contains("database ")) {
                    return anyhow::Ok(address);
                }
            }
            bail!("it ended")
        };
        let address = timeout(PATIENCE, listening).await.context("the server does not start")?;
        let address = address.with_context(|| format!("the server failed to start: see {}", log.display()))?;
        // Otherwise a full pipe would block the server.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Server { child, address })
    }

    /// Starts a server beside one that serves the same database. It must refuse, and then returns what it wrote.
    pub(crate) async fn start_second(&self) -> Result<Second> {
        let log = self.folder.join("second.log");
        let _ = std::fs::remove_file(&log);
        match self.start_with(&log).await {
            Ok(server) => Ok(Second::Serves(server)),
            Err(_) => Ok(Second::Refuses(std::fs::read_to_string(&log)?)),
        }
    }

    /// Runs `hearth check` beside the server. Returns what it finds wrong with the database.
    pub(crate) async fn faults(&self) -> Result<Vec<String>> {
        let checked = timeout(PATIENCE, self.command().arg("check").output());
        let output = checked.await.context("hearth check does not end")??;
        if output.status.success() {
            return Ok(Vec::new());
        }
        let text = [output.stdout, output.stderr].concat();
        Ok(String::from_utf8_lossy(&text).lines().map(|line| format!("hearth check: {line}")).collect())
    }

    fn spawn(&self, log: &Path) -> Result<Child> {
        let log = OpenOptions::new().create(true).append(true).open(log).context("the server's log")?;
        let mut command = self.command();
        command.arg("--accept-clock").stdout(Stdio::piped()).stderr(log);
        command.spawn().with_context(|| format!("starting {}", self.binary.display()))
    }

    /// The program with its configuration.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HEARTH_")) {
            command.env_remove(name);
        }
        command
            .current_dir(&self.folder)
            .env("HEARTH_DATABASE__URL", &self.database_url)
            .env("HEARTH_SERVER__LISTEN", "127.0.0.1:0")
            .env("HEARTH_LIMITS__ENABLED", "false")
            .env("HEARTH_DATABASE__TIMEOUT_SECONDS", "1")
            .env("NO_COLOR", "1")
            .envs(self.variables.iter().cloned())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }
}

impl Server {
    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends a signal, if it still runs.
    pub(crate) fn signal(&self, signal: Signal) -> Result<()> {
        match self.pid() {
            Some(pid) => Ok(kill_process(pid, signal)?),
            None => Ok(()),
        }
    }

    /// Sends SIGKILL, and waits until it is gone.
    pub(crate) async fn kill(mut self) -> Result<()> {
        self.child.kill().await.context("killing the server")
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ended(mut self) -> Result<ExitStatus> {
        Ok(timeout(PATIENCE, self.child.wait()).await.context("the server does not end")??)
    }

    fn pid(&self) -> Option<Pid> {
        self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw)
    }
}
