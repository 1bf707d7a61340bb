//! A PostgreSQL cluster of our own, which may be killed.

use std::{
    net::SocketAddr,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, getuid, kill_process};
use tempfile::TempDir;
use tokio::{
    fs,
    net::TcpSocket,
    process::{Child, Command},
    time::{sleep, timeout},
};

/// How long it may take to start, also after a crash.
const PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(50);
/// The database in the cluster.
const DATABASE: &str = "hearth";

/// A running or killed PostgreSQL; killed when dropped.
pub(crate) struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    /// Removes the folder; `None` if it belongs to the caller.
    cleanup: Option<TempDir>,
    port: u16,
    /// Keeps the port from others while it is down.
    _reserved: TcpSocket,
    /// More environment variables of its processes.
    pub(crate) variables: Vec<(String, String)>,
    /// More settings.
    pub(crate) settings: &'static [&'static str],
    server: Option<Child>,
}

impl Postgres {
    /// Makes a cluster with an empty database, and starts it.
    pub(crate) async fn create() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("crash-postgres-").tempdir()?;
        let mut postgres = Self::at(folder.path())?;
        postgres.cleanup = Some(folder);
        if getuid().is_root() {
            give(&postgres.folder, user("postgres").await?)?;
        }
        let data = postgres.data();
        // Small segments make small copies; checksums detect torn pages.
        let initialise =
            ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--wal-segsize=1", "-k", "-N", "-D"];
        let status = postgres.command("initdb").args(initialise).arg(&data).status().await?;
        ensure!(status.success(), "initdb failed");
        postgres.start().await?;
        postgres.query("postgres", &format!("CREATE DATABASE {DATABASE}")).await?;
        Ok(postgres)
    }

    /// Starts the cluster that another machine has left in `folder`. Its own crashes do not matter.
    pub(crate) async fn recover(folder: &Path) -> Result<Self> {
        let mut postgres = Self::at(folder)?;
        postgres.settings = &["fsync=off"];
        if getuid().is_root() {
            give(folder, user("postgres").await?)?;
        }
        postgres.start().await?;
        Ok(postgres)
    }

    fn at(folder: &Path) -> Result<Self> {
        let programs =
            programs().context("PostgreSQL is not installed: /usr/lib/postgresql/*/bin/initdb is missing")?;
        let reserved = TcpSocket::new_v4()?;
        reserved.set_reuseaddr(true)?;
        reserved.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        Ok(Self {
            programs,
            folder: folder.to_owned(),
            cleanup: None,
            port: reserved.local_addr()?.port(),
            _reserved: reserved,
            variables: Vec::new(),
            settings: &[],
            server: None,
        })
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The URL of the database at this address.
    pub(crate) fn url(address: &str) -> String {
        format!("postgres://postgres@{address}/{DATABASE}?sslmode=disable")
    }

    /// The folder of the cluster's files.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Where everything is; PostgreSQL's processes can read it.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Keeps the files.
    pub(crate) fn keep(&mut self) -> &Path {
        if let Some(folder) = &mut self.cleanup {
            folder.disable_cleanup(true);
        }
        &self.folder
    }

    /// Starts it; returns when it answers.
    pub(crate) async fn start(&mut self) -> Result<()> {
        let started = async {
            loop {
                let mut command = self.command("postgres");
                command.arg("-D").arg(self.data()).arg("-k").arg(&self.folder);
                command.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-c", "max_connections=60"]);
                command.args(self.settings.iter().flat_map(|setting| ["-c", setting]));
                let mut server = command.spawn()?;
                loop {
                    if self.query("postgres", "SELECT 1").await.is_ok() {
                        return anyhow::Ok(server);
                    }
                    sleep(PAUSE).await;
                    // Its shared memory may still be in use by processes that are about to end.
                    if server.try_wait()?.is_some() {
                        break;
                    }
                }
            }
        };
        self.server = Some(timeout(PATIENCE, started).await.context("PostgreSQL does not start")??);
        Ok(())
    }

    /// Kills all its processes.
    pub(crate) async fn kill(&mut self) -> Result<()> {
        self.signal(Signal::KILL).await?;
        if let Some(mut server) = self.server.take() {
            server.wait().await?;
        }
        Ok(())
    }

    /// Sends a signal to all its processes: the first one could start others.
    pub(crate) async fn signal(&self, signal: Signal) -> Result<()> {
        let Some(id) = self.server.as_ref().and_then(Child::id) else { return Ok(()) };
        let children = children(id).await?;
        let first = i32::try_from(id).ok().and_then(Pid::from_raw);
        for process in first.into_iter().chain(children) {
            // It may have ended since.
            let _ = kill_process(process, signal);
        }
        Ok(())
    }

    /// Ends every connection to the database.
    pub(crate) async fn terminate_backends(&self) -> Result<()> {
        let sql = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE pid <> pg_backend_pid() AND datname = '{DATABASE}'"
        );
        self.query("postgres", &sql).await
    }

    /// Ends the connection by which a server keeps other servers away.
    pub(crate) async fn unguard(&self) -> Result<()> {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' \
            AND mode = 'ExclusiveLock' AND (classid::BIGINT << 32) + objid::BIGINT = \
            hashtextextended('hearth serves ' || current_schema(), 0)";
        self.query(DATABASE, sql).await
    }

    async fn query(&self, database: &str, sql: &str) -> Result<()> {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-X", "-q", "-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "postgres", "-d", database]);
        let status = psql.args(["-c", sql]).stdout(Stdio::null()).stderr(Stdio::null()).status().await?;
        ensure!(status.success(), "psql failed: {sql}");
        Ok(())
    }

    /// A program of PostgreSQL. PostgreSQL refuses to run as root.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = if getuid().is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir("/").envs(self.variables.iter().cloned());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        command
    }
}

/// The folder of the newest PostgreSQL's programs.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let folders = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
    folders.filter(|folder| folder.join("initdb").exists()).max()
}

/// Changes the owner of a folder and everything in it.
fn give(path: &Path, (user, group): (u32, u32)) -> Result<()> {
    chown(path, Some(user), Some(group))?;
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            give(&entry?.path(), (user, group))?;
        }
    }
    Ok(())
}

async fn user(name: &str) -> Result<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").await?;
    let fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields[0] == name);
    let fields = fields.with_context(|| format!("there is no user {name}"))?;
    Ok((fields[2].parse()?, fields[3].parse()?))
}

async fn children(parent: u32) -> Result<Vec<Pid>> {
    let list = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).await?;
    Ok(list.split_whitespace().filter_map(|id| Pid::from_raw(id.parse().ok()?)).collect())
}
