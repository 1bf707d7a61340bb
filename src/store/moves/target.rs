//! The database that a move fills. No server uses it until it is complete.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use sqlx::{AnyConnection, AssertSqlSafe, Executor};

use super::{CREATE, FROM, ID, Part, Settled, constraints, note, notes};
use crate::{
    config::Database,
    store::{
        DatabaseError, DatabaseResult, ServingGuard, Store, connect,
        engine::Engine,
        file::DatabaseFile,
        migrations, restoration,
        tables::{Conflict, Loader, Row, Table, count, page, tables, with_keys},
    },
};

/// The table that is being copied; empty when all are.
const TABLE: &str = "table";
/// The key of the last row that was copied of it.
const AFTER: &str = "after";
/// Statements that start checking foreign keys again, and check all rows, one per line.
const AGAIN: &str = "again";
const VALIDATE: &str = "validate";

/// Free bytes besides the size of the source: its log, and unfinished work.
const ROOM_TO_SPARE: u64 = 100_000_000;

/// The database that a move fills, and the right to serve it.
pub struct MoveTarget {
    engine: Engine,
    place: String,
    loader: Loader,
    guard: ServingGuard,
    /// Free bytes of its disk, if they are known.
    free_bytes: Option<u64>,
}

/// How far the copy is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// In this table, after this key.
    In(String, Option<Row>),
    /// Everything was copied once.
    All,
}

impl MoveTarget {
    /// Connects, and creates the schema of a new database. Fails while a server uses it, or if a restore into it was
    /// interrupted.
    pub async fn open(config: &Database) -> anyhow::Result<Self> {
        let guard = ServingGuard::take(&config.url).await?;
        let place = connect::place(&config.url).to_owned();
        if !connect::exists(&config.url).await? {
            Store::open(config).await?.close().await;
        }
        let (engine, mut connection) = connect::existing(&config.url).await?;
        let named = || format!("database {place}");
        restoration::ensure_finished(engine, &mut connection).await.with_context(named)?;
        if engine == Engine::Sqlite {
            connection.execute("PRAGMA foreign_keys = OFF; PRAGMA cache_size = -65536").await?;
        }
        let free_bytes = match engine {
            Engine::Sqlite => DatabaseFile::of(&config.url)?.free_bytes(),
            Engine::Postgres => None,
        };
        Ok(Self { engine, place, loader: Loader::on(engine, connection), guard, free_bytes })
    }

    /// The database's address without credentials.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Fails if the database has data, or another schema than the source.
    pub async fn ensure_new(&mut self, tables: &[Table], version: i64) -> anyhow::Result<()> {
        let (engine, connection) = (self.engine, self.loader.connection());
        if let Part::Target { from, .. } = Part::of(engine, connection).await? {
            bail!("{} has a part of {from}, from another move: delete it first", self.place);
        }
        self.ensure_schema(tables, version).await?;
        let connection = self.loader.connection();
        for table in tables.iter().filter(|table| table.name != "settings") {
            let is_empty = page(connection, table, None, 1).await?.is_empty();
            ensure!(is_empty, "{} has data of its own: choose an empty database", self.place);
        }
        Ok(())
    }

    async fn ensure_schema(&mut self, tables: &[Table], version: i64) -> anyhow::Result<()> {
        let (engine, connection) = (self.engine, self.loader.connection());
        let found = migrations::version(engine, connection).await?;
        ensure!(found == version, "{} has the schema's version {found} instead of {version}", self.place);
        // Their order depends on the foreign keys, which are dropped while it is filled.
        let by_name = |tables: &[Table]| -> BTreeMap<String, Table> {
            tables.iter().map(|table| (table.name.clone(), table.clone())).collect()
        };
        let found = self::tables(engine, connection).await?;
        ensure!(by_name(&found) == by_name(tables), "{} has other tables", self.place);
        Ok(())
    }

    /// Fails if this many bytes certainly do not fit on its disk.
    pub fn ensure_room(&self, bytes: i64) -> anyhow::Result<()> {
        let Some(free) = self.free_bytes else { return Ok(()) };
        let needed = bytes.unsigned_abs().saturating_add(ROOM_TO_SPARE);
        ensure!(
            needed <= free,
            "{} needs about {} MB of free disk space, and has {} MB",
            self.place,
            needed.div_ceil(1_000_000),
            free / 1_000_000
        );
        Ok(())
    }

    /// Begins the move with this id, or continues it. Fails if the database has anything else.
    pub async fn begin(&mut self, id: &str, from: &str, tables: &[Table], version: i64) -> anyhow::Result<()> {
        let (engine, connection) = (self.engine, self.loader.connection());
        match Part::of(engine, connection).await? {
            Part::Target { id: begun, .. } if begun == id => {
                self.ensure_schema(tables, version).await?;
                return self.reopen().await;
            }
            Part::None | Part::Target { .. } => {}
            Part::Source { .. } | Part::Moved { .. } => {
                bail!("{} is itself moved to another place: choose an empty database", self.place)
            }
        }
        self.ensure_new(tables, version).await?;
        self.loader.begin().await?;
        self.loader.clear(tables).await?;
        let connection = self.loader.connection();
        connection.execute(CREATE).await?;
        note(connection, ID, id).await?;
        note(connection, FROM, from).await?;
        note(connection, TABLE, tables.first().map_or("", |table| &table.name)).await?;
        self.drop_references().await?;
        Ok(self.loader.commit().await?)
    }

    /// Continues a move. One that failed at the switch has ended the copy already.
    async fn reopen(&mut self) -> anyhow::Result<()> {
        self.loader.begin().await?;
        self.drop_references().await?;
        Ok(self.loader.commit().await?)
    }

    async fn drop_references(&mut self) -> DatabaseResult<()> {
        let (engine, connection) = (self.engine, self.loader.connection());
        let (again, validate) = constraints::drop_references(engine, connection).await?;
        if !again.is_empty() {
            note(connection, AGAIN, &again.join("\n")).await?;
            note(connection, VALIDATE, &validate.join("\n")).await?;
        }
        Ok(())
    }

    /// Whether this is the target of the move with this id.
    pub async fn is_of(&mut self, id: &str) -> DatabaseResult<bool> {
        let part = Part::of(self.engine, self.loader.connection()).await?;
        Ok(matches!(part, Part::Target { id: found, .. } if found == id))
    }

    /// How far the copy of these tables is.
    pub async fn position(&mut self, tables: &[Table]) -> anyhow::Result<Reached> {
        let mut notes = notes(self.loader.connection()).await?;
        let name = notes.remove(TABLE).unwrap_or_default();
        if name.is_empty() {
            return Ok(Reached::All);
        }
        let table = tables.iter().find(|table| table.name == name);
        let table = table.with_context(|| format!("{} expects the table {name}", self.place))?;
        let after = notes.remove(AFTER).filter(|key| !key.is_empty());
        Ok(Reached::In(name, after.map(|key| table.parse_key(&key)).transpose()?))
    }

    /// Adds a page of rows, and notes how far the copy is, in one transaction. Reads what is stored and fails if it
    /// differs.
    pub async fn copy(&mut self, table: &Table, after: Option<&Row>, rows: &[Row]) -> anyhow::Result<()> {
        self.store(table, rows, &[]).await?;
        let stored = self.loader.page(table, after, rows.len()).await?;
        ensure!(stored == rows, "{}: rows of {} differ from what was copied", self.place, table.name);
        let last = rows.last().map(|row| Table::line(&table.key_of(row)));
        note(self.loader.connection(), AFTER, &last.unwrap_or_default()).await?;
        Ok(self.loader.commit().await?)
    }

    /// Notes that this table is next; `None` if all were copied.
    pub async fn turn_to(&mut self, table: Option<&Table>) -> DatabaseResult<()> {
        self.loader.begin().await?;
        let connection = self.loader.connection();
        note(connection, TABLE, table.map_or("", |table| &table.name)).await?;
        note(connection, AFTER, "").await?;
        self.loader.commit().await
    }

    /// Replaces rows and removes those with the keys in `gone`. Reads what is stored and fails if it differs.
    pub async fn follow(&mut self, table: &Table, rows: &[Row], gone: &[Row]) -> anyhow::Result<()> {
        self.store(table, rows, gone).await?;
        let keys: Vec<Row> = rows.iter().map(|row| table.key_of(row)).chain(gone.iter().cloned()).collect();
        let mut stored = with_keys(self.engine, self.loader.connection(), table, &keys).await?;
        let mut expected = rows.to_vec();
        stored.sort();
        expected.sort();
        ensure!(stored == expected, "{}: rows of {} differ from what was copied", self.place, table.name);
        Ok(self.loader.commit().await?)
    }

    /// Begins a transaction that stores and removes rows.
    async fn store(&mut self, table: &Table, rows: &[Row], gone: &[Row]) -> DatabaseResult<()> {
        self.loader.begin().await?;
        self.loader.delete(table, gone).await?;
        let Err(error) = self.loader.insert(table, rows, Conflict::Replaces).await else { return Ok(()) };
        if !error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation) {
            return Err(error);
        }
        // A row that is outdated here has a value that another row has now, such as an email. Its change is recorded, so
        // it comes again.
        self.loader.roll_back().await?;
        self.loader.begin().await?;
        self.loader.delete(table, gone).await?;
        let keys: Vec<Row> = rows.iter().map(|row| table.key_of(row)).collect();
        self.loader.delete(table, &keys).await?;
        for columns in constraints::unique_columns(self.engine, self.loader.connection(), table).await? {
            self.loader.delete_equal(table, &columns, rows).await?;
        }
        self.loader.insert(table, rows, Conflict::Fails).await
    }

    /// How many rows a table has.
    pub async fn count(&mut self, table: &Table) -> DatabaseResult<i64> {
        count(self.loader.connection(), table).await
    }

    /// How many rows each of these tables has.
    pub async fn counts(&mut self, tables: &[Table]) -> DatabaseResult<Vec<i64>> {
        let mut counts = Vec::new();
        for table in tables {
            counts.push(self.count(table).await?);
        }
        Ok(counts)
    }

    /// Fails if a table, which has this many rows, lacks some of those that it must have, or has others.
    pub async fn ensure_settled(&mut self, settled: &Settled, count: i64) -> anyhow::Result<()> {
        let Settled { table, rows, apart } = settled;
        let apart = with_keys(self.engine, self.loader.connection(), table, apart).await?.len();
        let found = count - i64::try_from(apart)?;
        ensure!(
            found == *rows,
            "{} has {found} rows of {} instead of {rows}: give the move up with `hearth move --abandon`, delete this \
             database, and move again",
            self.place,
            table.name
        );
        Ok(())
    }

    /// Measures the tables for the planner of queries.
    pub async fn analyze(&mut self) -> DatabaseResult<()> {
        self.loader.analyze().await
    }

    /// Everything has arrived: raises the numbers of numbered tables, and checks foreign keys of new rows from now on.
    pub async fn complete(&mut self, numbers: &BTreeMap<String, i64>) -> DatabaseResult<()> {
        self.loader.begin().await?;
        self.loader.raise_numbers(numbers).await?;
        self.execute_noted(AGAIN).await?;
        self.loader.commit().await
    }

    /// Lets servers use it, and then checks the foreign keys of all rows: a server may start meanwhile.
    pub async fn open_to_servers(mut self) -> anyhow::Result<()> {
        let validate = notes(self.loader.connection()).await?.remove(VALIDATE).unwrap_or_default();
        self.loader.connection().execute("DROP TABLE moving").await?;
        self.guard.release().await;
        for statement in validate.lines() {
            self.loader.connection().execute(AssertSqlSafe(statement.to_owned())).await?;
        }
        Ok(self.loader.close().await?)
    }

    async fn execute_noted(&mut self, key: &str) -> DatabaseResult<()> {
        let connection: &mut AnyConnection = self.loader.connection();
        for statement in notes(connection).await?.remove(key).unwrap_or_default().lines() {
            connection.execute(AssertSqlSafe(statement.to_owned())).await?;
        }
        Ok(())
    }

    /// Closes the connection, and lets others use the database.
    pub async fn close(self) -> anyhow::Result<()> {
        let closed: Result<(), DatabaseError> = self.loader.close().await;
        self.guard.release().await;
        Ok(closed?)
    }
}
