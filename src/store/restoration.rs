//! A database that is filled from a backup. Until it is complete, no server uses it: on SQLite it is a file of another
//! name, and a file marks it; on PostgreSQL a table does. A restore that was interrupted starts over.

use anyhow::{Context, bail, ensure};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, any::install_default_drivers};

use super::{
    ServingGuard, Store, connect, engine::Engine, file::DatabaseFile, migrations, moves::Part, tables::Snapshot,
};
use crate::config::Database;

/// The table that marks an unfinished database on PostgreSQL.
const MARK: &str = "unfinished_restore";

/// A database under construction, in the place where it will be.
pub struct Restoration {
    guard: ServingGuard,
    /// The file that it will be; `None` on PostgreSQL.
    file: Option<DatabaseFile>,
    url: String,
}

impl Restoration {
    /// Begins one where this URL says. Fails if there is a database that has users, or a server that uses it.
    pub async fn begin(url: &str) -> anyhow::Result<Self> {
        install_default_drivers();
        let named = || format!("database {}", connect::place(url));
        let guard = ServingGuard::take(url).await?;
        match Engine::of(url) {
            Engine::Sqlite => {
                let file = DatabaseFile::of(url).with_context(named)?;
                if file.exists().with_context(named)? {
                    ensure_empty(url).await?;
                }
                file.mark()?;
                match begin_file(&file).await {
                    Ok(url) => Ok(Self { guard, file: Some(file), url }),
                    Err(error) => {
                        file.discard()?;
                        file.unmark()?;
                        Err(error)
                    }
                }
            }
            Engine::Postgres => {
                let mut connection = AnyConnection::connect(url).await.with_context(named)?;
                Part::of(Engine::Postgres, &mut connection).await?.allow_use().with_context(named)?;
                if !is_marked(&mut connection).await? {
                    ensure_empty(url).await?;
                }
                clear(&mut connection).await.with_context(named)?;
                connection.close().await?;
                Ok(Self { guard, file: None, url: url.to_owned() })
            }
        }
    }

    /// Where to load the rows.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Creates the tables as they were in this version of the schema.
    pub async fn create_tables(&mut self, version: i64) -> anyhow::Result<()> {
        let mut connection = AnyConnection::connect(&self.url).await?;
        migrations::run_to(Engine::of(&self.url), &mut connection, version).await?;
        Ok(connection.close().await?)
    }

    /// Migrates it to this program's schema, and opens it for further changes.
    pub async fn open(&mut self, config: &Database) -> anyhow::Result<Store> {
        let config = Database { url: self.url.clone(), ..config.clone() };
        Store::open_unfinished(&config).await
    }

    /// Puts it in its place. Close all stores before.
    pub async fn finish(self) -> anyhow::Result<()> {
        match &self.file {
            Some(file) => {
                if file.exists()? {
                    // Its log would be taken for the new database's.
                    let mut old = AnyConnection::connect(&file.url()?).await?;
                    old.execute("PRAGMA journal_mode = DELETE").await?;
                    old.close().await?;
                }
                file.finish()?;
                file.unmark()?;
            }
            None => remove_mark(&self.url).await?,
        }
        self.guard.release().await;
        Ok(())
    }

    /// Leaves an empty place: what was loaded is removed. Close all stores before.
    pub async fn discard(self) -> anyhow::Result<()> {
        if let Some(file) = &self.file {
            file.discard()?;
            file.unmark()?;
        } else {
            let mut connection = AnyConnection::connect(&self.url).await?;
            clear(&mut connection).await?;
            connection.close().await?;
            remove_mark(&self.url).await?;
        }
        self.guard.release().await;
        Ok(())
    }
}

async fn begin_file(file: &DatabaseFile) -> anyhow::Result<String> {
    let url = file.begin()?;
    let mut connection = AnyConnection::connect(&url).await?;
    connection.execute("PRAGMA journal_mode = WAL").await?;
    connection.close().await?;
    Ok(url)
}

/// Like [`ensure_finished`], for the file of a database on SQLite.
pub(super) fn ensure_file_finished(url: &str) -> anyhow::Result<()> {
    if Engine::of(url) == Engine::Postgres {
        return Ok(());
    }
    let file = DatabaseFile::of(url)?;
    if let Some(mark) = file.mark_of_unfinished()? {
        bail!(
            "database {}: a restore into it was interrupted: run hearth restore again, or, for a server without this \
             backup, delete {}",
            connect::place(url),
            mark.display()
        );
    }
    Ok(())
}

/// Removes the mark of a restore that ended between its last two steps. Call it with the guard: no restore runs.
pub(super) fn unmark_file(url: &str) -> anyhow::Result<()> {
    if Engine::of(url) == Engine::Sqlite { DatabaseFile::of(url)?.unmark() } else { Ok(()) }
}

/// Fails if a restore into this database has begun and not ended.
pub(super) async fn ensure_finished(engine: Engine, connection: &mut AnyConnection) -> anyhow::Result<()> {
    if engine == Engine::Postgres && is_marked(connection).await? {
        bail!("a restore into it was interrupted: run hearth restore again");
    }
    Ok(())
}

async fn is_marked(connection: &mut AnyConnection) -> anyhow::Result<bool> {
    let sql = AssertSqlSafe(Engine::Postgres.find_table(MARK));
    Ok(connection.fetch_optional(sql).await?.is_some())
}

/// Fails if the database that `url` names has users, or is not one of Hearth.
async fn ensure_empty(url: &str) -> anyhow::Result<()> {
    let place = connect::place(url);
    let mut snapshot = Snapshot::open(url).await?;
    let tables = snapshot.tables().to_vec();
    let is_foreign = snapshot.schema_version() == 0 && (Engine::of(url) == Engine::Sqlite || !tables.is_empty());
    ensure!(!is_foreign, "database {place} is not one of Hearth: restore into a new one with --database-url");
    let has_users = match tables.iter().find(|table| table.name == "users") {
        Some(users) => snapshot.count(users).await? > 0,
        None => false,
    };
    snapshot.close().await?;
    ensure!(
        !has_users,
        "database {place} has users: restore into another one with --database-url, or move this one away first"
    );
    Ok(())
}

async fn remove_mark(url: &str) -> anyhow::Result<()> {
    let mut connection = AnyConnection::connect(url).await?;
    connection.execute(AssertSqlSafe(format!("DROP TABLE {MARK}"))).await?;
    Ok(connection.close().await?)
}

/// Marks the database as unfinished and drops its tables, which have no users or are an interrupted restore's. Searches
/// only the first schema of the search path: the others may have another database's tables with these names.
async fn clear(connection: &mut AnyConnection) -> anyhow::Result<()> {
    let drop = migrations::drop_everything();
    let only = "SELECT set_config('search_path', quote_ident(current_schema()), true)";
    let sql = format!("BEGIN; {only}; CREATE TABLE IF NOT EXISTS {MARK} (); {drop}COMMIT");
    connection.execute(AssertSqlSafe(sql)).await?;
    Ok(())
}
