//! The server under load: one that this program starts, or one that runs already.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::http::Server;

/// Which server.
#[derive(Args)]
pub(crate) struct Place {
    /// The server to start [default: `hearth` beside this program]
    #[arg(long)]
    binary: Option<PathBuf>,

    /// Its database [default: a new SQLite database in a temporary folder]
    #[arg(long)]
    database_url: Option<String>,

    /// The process id of a server that runs already at `--url`: nothing is started
    #[arg(long, conflicts_with_all = ["binary", "database_url"])]
    pid: Option<u32>,

    /// The SQLite file of that server
    #[arg(long, requires = "pid")]
    database: Option<PathBuf>,
}

/// A server; if it was started here, it ends with this value.
pub(super) struct Target {
    pub(super) server: Server,
    pub(super) pid: u32,
    /// `None` on PostgreSQL.
    pub(super) database: Option<PathBuf>,
    _started: Option<(Child, TempDir)>,
}

impl Target {
    /// Starts the server, or finds it.
    pub(super) async fn start(url: Server, options: &Place) -> Result<Self> {
        if let Some(pid) = options.pid {
            return Ok(Self { server: url, pid, database: options.database.clone(), _started: None });
        }
        let beside = std::env::current_exe()?.with_file_name("hearth");
        let binary = options.binary.clone().unwrap_or(beside);
        let binary = fs::canonicalize(&binary).with_context(|| format!("the server {}", binary.display()))?;
        let folder = TempDir::new()?;
        let database = options.database_url.is_none().then(|| folder.path().join("hearth.db"));
        let url = match (&database, &options.database_url) {
            (Some(file), _) => format!("sqlite://{}", file.display()),
            (None, url) => url.clone().unwrap_or_default(),
        };
        let mut child = command(&binary, folder.path(), &url).spawn().context("the server")?;
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
        let pid = child.id().context("the server has ended")?;
        Ok(Self { server, pid, database, _started: Some((child, folder)) })
    }

    /// The server's resident memory, in KiB.
    pub(super) fn memory(&self) -> Result<u32> {
        crate::idle::resident_kib(self.pid)
    }

    /// How many descriptors the server has open.
    pub(super) fn descriptors(&self) -> Result<usize> {
        let path = format!("/proc/{}/fd", self.pid);
        Ok(fs::read_dir(&path).with_context(|| path.clone())?.count())
    }

    /// The sizes of the database and its log, in bytes; zero on PostgreSQL.
    pub(super) fn sizes(&self) -> Result<(u64, u64)> {
        let Some(database) = &self.database else { return Ok((0, 0)) };
        let log = format!("{}-wal", database.display());
        ensure!(database.exists(), "{} does not exist", database.display());
        Ok((fs::metadata(database)?.len(), fs::metadata(log).map_or(0, |log| log.len())))
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
