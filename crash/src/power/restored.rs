//! A server on what a power loss left.

use std::path::Path;

use anyhow::Result;
use fastrand::Rng;

use crate::{
    args::Engine,
    postgres::Postgres,
    record::Snapshot,
    server::{Program, Server, sqlite_url},
    story::{cast::Cast, snapshot},
};

/// A running server, and its PostgreSQL if it has one.
pub(super) struct Restored {
    program: Program,
    server: Server,
    postgres: Option<Postgres>,
}

impl Restored {
    /// Starts on the database in `folder`, which is called `data`.
    pub(super) async fn start(engine: Engine, binary: &Path, folder: &Path) -> Result<Self> {
        let (postgres, database_url) = match engine {
            Engine::Sqlite => (None, sqlite_url(folder)),
            Engine::Postgres => {
                let postgres = Postgres::recover(folder).await?;
                let url = Postgres::url(&postgres.address());
                (Some(postgres), url)
            }
        };
        let (binary, folder) = (binary.to_owned(), folder.to_owned());
        let program = Program { binary, folder, database_url, variables: Vec::new() };
        let server = program.start().await?;
        Ok(Self { program, server, postgres })
    }

    /// What fresh clients see.
    pub(super) async fn snapshot(&self, cast: &Cast, chance: &mut Rng) -> Result<Snapshot> {
        snapshot::take(self.server.address, cast, chance).await
    }

    /// What `hearth check` finds.
    pub(super) async fn faults(&self) -> Result<Vec<String>> {
        self.program.faults().await
    }

    /// Ends everything.
    pub(super) async fn end(self) -> Result<()> {
        self.server.kill().await?;
        match self.postgres {
            Some(mut postgres) => postgres.kill().await,
            None => Ok(()),
        }
    }
}
