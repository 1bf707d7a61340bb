//! The server and its database, and how to break them.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use fastrand::Rng;
use rustix::process::Signal;
use tempfile::TempDir;
use tokio::{sync::watch, time::sleep};

use super::fault::Fault;
use crate::{
    args::Engine,
    postgres::Postgres,
    proxy::Proxy,
    server::{Program, Second, Server, sqlite_url},
    shim::{self, Role},
};

/// Longer than the server waits for the database.
const SILENCE: Duration = Duration::from_millis(1100);
/// How long clients may need until PostgreSQL has to extend a file.
const FILLING: Duration = Duration::from_millis(400);
/// How often a take-over is tried: the first server may be quicker to take its lock again.
const TAKE_OVERS: usize = 20;

/// A server and its database.
pub(crate) struct House {
    pub(crate) engine: Engine,
    folder: TempDir,
    program: Program,
    server: Option<Server>,
    postgres: Option<Postgres>,
    proxy: Option<Proxy>,
    /// Written to it, a word makes the disk fail; `None` without the shim.
    pub(crate) disk: Option<PathBuf>,
    pub(crate) address: watch::Sender<SocketAddr>,
    /// Whether the server's connection that locks out others has not been cut since it started. If it was, another server
    /// may be quicker to take the lock.
    has_lock: bool,
    /// What should not have happened.
    pub(crate) surprises: Vec<String>,
}

impl House {
    /// An empty database and a running server, with these environment variables.
    pub(crate) async fn build(engine: Engine, binary: &Path, variables: &[(&str, &str)]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("crash-").tempdir()?;
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let (mut variables, mut disk) = (variables.iter().map(owned).collect::<Vec<_>>(), None);
        if engine == Engine::Sqlite && shim::library().is_some() {
            let control = folder.path().join("disk");
            std::fs::write(&control, "")?;
            variables.extend(shim::variables(folder.path(), &folder.path().join("data"), &[(Role::Obey, &control)])?);
            disk = Some(control);
        }
        let (postgres, proxy, database_url) = match engine {
            Engine::Sqlite => (None, None, sqlite_url(folder.path())),
            Engine::Postgres => {
                let mut postgres = Postgres::create().await?;
                if shim::library().is_some() {
                    let control = postgres.folder().join("disk");
                    std::fs::write(&control, "")?;
                    let data = postgres.data();
                    postgres.variables = shim::variables(postgres.folder(), &data, &[(Role::Obey, &control)])?;
                    postgres.kill().await?;
                    postgres.start().await?;
                    disk = Some(control);
                }
                let proxy = Proxy::to(postgres.address()).await?;
                let url = Postgres::url(&proxy.address.to_string());
                (Some(postgres), Some(proxy), url)
            }
        };
        let program = Program { binary: binary.to_owned(), folder: folder.path().to_owned(), database_url, variables };
        let house = Self::with(engine, folder, program, postgres).await?;
        Ok(Self { proxy, disk, ..house })
    }

    /// A running server of this program. Nothing else can break yet.
    pub(crate) async fn with(
        engine: Engine,
        folder: TempDir,
        program: Program,
        postgres: Option<Postgres>,
    ) -> Result<Self> {
        let server = program.start().await?;
        let address = watch::channel(server.address).0;
        Ok(Self {
            engine,
            folder,
            program,
            server: Some(server),
            postgres,
            proxy: None,
            disk: None,
            address,
            has_lock: true,
            surprises: Vec::new(),
        })
    }

    /// Kills everything; returns the folder.
    pub(crate) async fn end(mut self) -> Result<TempDir> {
        if let Some(server) = self.server.take() {
            server.kill().await?;
        }
        if let Some(postgres) = &mut self.postgres {
            postgres.kill().await?;
        }
        Ok(self.folder)
    }

    /// Whether this fault is possible here.
    pub(crate) fn can(&self, fault: Fault) -> bool {
        !matches!(fault, Fault::FillDisk | Fault::FailSyncs) || self.disk.is_some()
    }

    /// Keeps all files; returns where they are.
    pub(crate) fn keep(&mut self) -> Vec<PathBuf> {
        self.folder.disable_cleanup(true);
        let mut folders = vec![self.folder.path().to_owned()];
        folders.extend(self.postgres.as_mut().map(|postgres| postgres.keep().to_owned()));
        folders
    }

    /// Breaks something, and mends it after a while that chance chooses.
    pub(crate) async fn suffer(&mut self, fault: Fault, chance: &mut Rng) -> Result<()> {
        let pause = Duration::from_millis(chance.u64(50..400));
        self.has_lock &= !fault.cuts_connections();
        match fault {
            Fault::Kill => {
                self.server.take().context("the server runs")?.kill().await?;
                self.start().await
            }
            Fault::Terminate => {
                let server = self.server.take().context("the server runs")?;
                server.signal(Signal::TERM)?;
                let status = server.ended().await?;
                if !status.success() {
                    self.surprises.push(format!("the server got SIGTERM and ended with {status}"));
                }
                self.start().await
            }
            Fault::Stop => {
                let server = self.server.as_ref().context("the server runs")?;
                server.signal(Signal::STOP)?;
                sleep(pause).await;
                server.signal(Signal::CONT)
            }
            Fault::SecondStart => match self.program.start_second().await? {
                Second::Refuses(complaint) if complaint.contains("already serves the database") => Ok(()),
                Second::Refuses(complaint) => bail!("a second server ended with {complaint:?}"),
                Second::Serves(next) => {
                    if self.has_lock {
                        self.surprises.push("a second server serves the same database".to_owned());
                    }
                    self.replace(next).await
                }
            },
            Fault::FillDisk | Fault::FailSyncs => {
                let disk = self.disk.as_ref().context("the shim is loaded")?;
                std::fs::write(disk, if fault == Fault::FillDisk { "full" } else { "eio" })?;
                // PostgreSQL extends its files less often.
                sleep(if self.engine == Engine::Postgres { 2 * pause + FILLING } else { pause }).await;
                Ok(std::fs::write(disk, "")?)
            }
            Fault::TakeOver => self.take_over().await,
            Fault::KillPostgres => {
                let postgres = self.postgres.as_mut().context("it is PostgreSQL")?;
                postgres.kill().await?;
                sleep(pause).await;
                postgres.start().await
            }
            Fault::StopPostgres => {
                let postgres = self.postgres.as_ref().context("it is PostgreSQL")?;
                postgres.signal(Signal::STOP).await?;
                sleep(SILENCE + pause).await;
                postgres.signal(Signal::CONT).await
            }
            Fault::TerminateBackends => self.postgres.as_ref().context("it is PostgreSQL")?.terminate_backends().await,
            Fault::LoseAnswers | Fault::LoseCommits => {
                let (proxy, count) = (self.proxy.as_ref().context("it is PostgreSQL")?, chance.usize(1..4));
                match fault {
                    Fault::LoseAnswers => proxy.lose(count),
                    _ => proxy.lose_requests(count),
                }
                sleep(pause).await;
                // Otherwise it would be the first COMMIT of a server that starts.
                proxy.mend();
                Ok(())
            }
            Fault::LoseLine => {
                let proxy = self.proxy.as_ref().context("it is PostgreSQL")?;
                proxy.lose_all();
                sleep(pause).await;
                proxy.mend();
                Ok(())
            }
        }
    }

    /// Undoes what faults have left. A server that has ended by itself is a surprise.
    pub(crate) async fn mend(&mut self) -> Result<()> {
        if let Some(proxy) = &self.proxy {
            proxy.mend();
        }
        if !self.server.as_mut().is_some_and(Server::runs) {
            self.surprises.push("the server ended by itself".to_owned());
            self.start().await?;
        }
        Ok(())
    }

    /// What `hearth check` finds wrong with the database counts as a surprise.
    pub(crate) async fn inspect(&mut self) -> Result<()> {
        let faults = self.program.faults().await?;
        self.surprises.extend(faults);
        Ok(())
    }

    /// Takes the lock from the server and starts another one, until that one serves.
    async fn take_over(&mut self) -> Result<()> {
        for _ in 0..TAKE_OVERS {
            self.postgres.as_ref().context("it is PostgreSQL")?.unguard().await?;
            if let Ok(next) = self.program.start().await {
                return self.replace(next).await;
            }
        }
        Ok(())
    }

    /// Another server has taken over. The first must end by itself, and report a failure.
    async fn replace(&mut self, next: Server) -> Result<()> {
        self.address.send_replace(next.address);
        let Some(first) = self.server.replace(next) else { return Ok(()) };
        let status = first.ended().await.context("a server that lost its database did not end")?;
        if status.success() {
            self.surprises.push("a server that lost its database reported success".to_owned());
        }
        Ok(())
    }

    async fn start(&mut self) -> Result<()> {
        let server = self.program.start().await?;
        self.has_lock = true;
        self.address.send_replace(server.address);
        self.server = Some(server);
        Ok(())
    }
}
