//! One of two servers: its program, its database, and what was measured.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tokio::process::Command;

use crate::{database::Database, results::Run, schema::Schema, target::Target};

/// A side. Its runs are numbered by the order in which they were made.
pub(super) struct Side {
    name: &'static str,
    binary: PathBuf,
    database: Database,
    schema: Option<Schema>,
    folder: TempDir,
    runs: Vec<Run>,
}

impl Side {
    /// A side with an empty database.
    pub(super) async fn create(name: &'static str, binary: &Path, postgres: Option<&str>) -> Result<Self> {
        let binary = std::fs::canonicalize(binary).with_context(|| format!("the server {}", binary.display()))?;
        let folder = TempDir::new()?;
        let schema = match postgres {
            Some(url) => Some(Schema::create(url).await?),
            None => None,
        };
        let file = || Database::Sqlite(folder.path().join("hearth.db"));
        let database = schema.as_ref().map_or_else(file, |schema| Database::Postgres(schema.url()));
        Ok(Self { name, binary, database, schema, folder, runs: Vec::new() })
    }

    /// Creates the tables, and fills them.
    pub(super) async fn fill(&self, options: &str) -> Result<()> {
        let mut migrate = Command::new(&self.binary);
        migrate.arg("migrate").current_dir(self.folder.path()).env("HEARTH_DATABASE__URL", self.database.url());
        finish(migrate, "migrate").await?;
        let mut fill = self.bench()?;
        fill.arg("fill").args(options.split_whitespace());
        finish(fill, "fill").await
    }

    /// Starts the server, runs the scenario in a process of its own, and ends the server.
    pub(super) async fn measure(&mut self, scenario: &[String]) -> Result<()> {
        let target = Target::start(&self.binary, Some(&self.database)).await?;
        let result = self.folder.path().join(format!("{}.json", self.runs.len()));
        let mut bench = self.bench()?;
        let url = format!("http://{}", target.server.address());
        bench.args(scenario).args(["--url", &url, "--label", self.name]).arg("--json").arg(&result);
        let measured = finish(bench, &scenario[0]).await;
        target.stop().await?;
        measured.with_context(|| self.name)?;
        self.runs.extend(Run::read(&result)?);
        Ok(())
    }

    /// Removes the database. Returns what was measured.
    pub(super) async fn remove(self) -> Result<Vec<Run>> {
        if let Some(schema) = self.schema {
            schema.remove().await?;
        }
        Ok(self.runs)
    }

    /// This program, which knows the database.
    fn bench(&self) -> Result<Command> {
        let mut bench = Command::new(std::env::current_exe()?);
        bench.args(["--database", &self.database.url()]);
        Ok(bench)
    }
}

/// Waits until a command has succeeded. It ends with this program.
async fn finish(mut command: Command, name: &str) -> Result<()> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    let status = command.status().await.with_context(|| name.to_owned())?;
    ensure!(status.success(), "{name} failed: {status}");
    Ok(())
}
