//! The server under load: one that this program starts, or one that runs already.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::{database::Database, http::Server, process::Process};

/// How long a server may take to end.
const GOODBYE: Duration = Duration::from_secs(15);

/// A server; if it was started here, it ends with this value.
pub(crate) struct Target {
    pub(crate) server: Server,
    pub(crate) process: Process,
    /// `None` on PostgreSQL.
    file: Option<PathBuf>,
    started: Option<(Child, TempDir)>,
}

impl Target {
    /// The server that runs already at this address.
    pub(crate) fn running(server: Server, database: Option<&Database>) -> Result<Self> {
        let file = match database {
            Some(Database::Sqlite(file)) => Some(file.clone()),
            Some(Database::Postgres(_)) | None => None,
        };
        Ok(Self { server, process: Process::listening(server)?, file, started: None })
    }

    /// Starts a server with this database, or with a new SQLite database in a temporary folder. It listens on a free port.
    pub(crate) async fn start(binary: &Path, database: Option<&Database>) -> Result<Self> {
        let binary = fs::canonicalize(binary).with_context(|| format!("the server {}", binary.display()))?;
        let folder = TempDir::new()?;
        let new = Database::Sqlite(folder.path().join("hearth.db"));
        let database = database.unwrap_or(&new);
        let mut child = command(&binary, folder.path(), &database.url()).spawn().context("the server")?;
        let output = child.stdout.take().context("the output is a pipe")?;
        let mut lines = BufReader::new(output).lines();
        let mut server = None;
        while let Some(line) = lines.next_line().await? {
            let mut words = line.split_whitespace();
            server = server.or_else(|| words.find_map(|word| word.parse().ok()));
            if line.contains("database ") {
                break;
            }
        }
        let server = server.context("the server does not say where it listens: run it to see why")?;
        // Otherwise a full pipe would block it.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let process = Process::with_id(child.id().context("the server has ended")?);
        let file = match database {
            Database::Sqlite(file) => Some(file.clone()),
            Database::Postgres(_) => None,
        };
        Ok(Self { server, process, file, started: Some((child, folder)) })
    }

    /// Ends the server if it was started here, as an operator does, and waits until it has ended.
    pub(crate) async fn stop(mut self) -> Result<()> {
        let Some((child, _)) = &mut self.started else { return Ok(()) };
        let pid = child.id().and_then(|pid| Pid::from_raw(pid.cast_signed())).context("the server has ended")?;
        kill_process(pid, Signal::TERM)?;
        if timeout(GOODBYE, child.wait()).await.is_err() {
            child.kill().await?;
        }
        Ok(())
    }

    /// The sizes of the database and its log, in bytes; zero on PostgreSQL.
    pub(crate) fn sizes(&self) -> Result<(u64, u64)> {
        let Some(file) = &self.file else { return Ok((0, 0)) };
        let log = format!("{}-wal", file.display());
        ensure!(file.exists(), "{} does not exist", file.display());
        Ok((fs::metadata(file)?.len(), fs::metadata(log).map_or(0, |log| log.len())))
    }
}

fn command(binary: &Path, folder: &Path, url: &str) -> Command {
    let mut command = Command::new(binary);
    command
        .current_dir(folder)
        .env("HEARTH_DATABASE__URL", url)
        .env("HEARTH_SERVER__LISTEN", "127.0.0.1:0")
        .env("HEARTH_LIMITS__ENABLED", "false")
        .env("HEARTH_LOG__LEVEL", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    command
}
