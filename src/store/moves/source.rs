//! The database that is moved. A server may use it until the switch.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{File, TryLockError},
};

use anyhow::{Context, bail, ensure};
use sqlx::{AnyConnection, Connection, Executor};

use super::{CREATE, ID, MOVED_AT, Part, TO, capture, note};
use crate::{
    model::Timestamp,
    store::{
        DatabaseResult, connect,
        engine::Engine,
        file::DatabaseFile,
        migrations,
        tables::{PAGE, Row, Table, count, numbers, page, tables, with_keys},
    },
};

const BUSY: &str = "another `hearth move` of this database runs";

/// The database that is moved, and the lock that keeps a second move away.
pub struct MoveSource {
    engine: Engine,
    place: String,
    connection: AnyConnection,
    tables: Vec<Table>,
    schema_version: i64,
    _lock: Option<File>,
}

/// Changes that were taken from the source, as its rows are now.
pub struct Taken {
    /// By table: the rows that exist, and the keys of those that do not.
    pub tables: Vec<(Table, Vec<Row>, Vec<Row>)>,
    /// How many changes these are.
    pub changes: usize,
    numbers: Vec<i64>,
}

/// Writes to the source have stopped. Dropped, they continue.
pub struct Switch<'a> {
    source: &'a mut MoveSource,
    after: i64,
}

impl MoveSource {
    /// Connects. Fails if the schema is not this program's, or another move runs.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let (engine, mut connection) = connect::existing(url).await?;
        let place = connect::place(url).to_owned();
        let lock = lock(engine, url, &mut connection).await?;
        let schema_version = migrations::version(engine, &mut connection).await?;
        let newest = migrations::newest();
        ensure!(
            schema_version == newest,
            "the schema of {place} has version {schema_version}, this program's is {newest}: run the version of Hearth \
             that serves it, or `hearth migrate`"
        );
        let tables = tables(engine, &mut connection).await?;
        Ok(Self { engine, place, connection, tables, schema_version, _lock: lock })
    }

    /// The database's address without credentials.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// All tables that are moved.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The version of the schema.
    pub fn schema_version(&self) -> i64 {
        self.schema_version
    }

    /// Bytes of the database.
    pub async fn size(&mut self) -> DatabaseResult<i64> {
        crate::store::size::of(self.engine, &mut self.connection).await
    }

    /// Where its data is, since when, and by which move, if it was moved.
    pub async fn moved(&mut self) -> DatabaseResult<Option<(String, Timestamp, String)>> {
        match Part::of(self.engine, &mut self.connection).await? {
            Part::Moved { id, to, at } => Ok(Some((to, at, id))),
            _ => Ok(None),
        }
    }

    /// Whether a move to this place was begun.
    pub async fn is_begun(&mut self, to: &str) -> anyhow::Result<bool> {
        match Part::of(self.engine, &mut self.connection).await? {
            Part::None => Ok(false),
            Part::Source { to: begun, .. } if begun == to => Ok(true),
            Part::Source { to: begun, .. } => bail!(
                "a move of {} to {begun} was begun: continue it, or give it up with `hearth move --abandon`",
                self.place
            ),
            part @ (Part::Moved { .. } | Part::Target { .. }) => {
                part.allow_use().with_context(|| format!("database {}", self.place))?;
                Ok(false)
            }
        }
    }

    /// Records every change from now on. Returns the id of the move to this place.
    pub async fn begin(&mut self, to: &str) -> anyhow::Result<String> {
        if let Part::Source { id, .. } = Part::of(self.engine, &mut self.connection).await? {
            return Ok(id);
        }
        let id = uuid::Uuid::new_v4().simple().to_string();
        if let Err(error) = self.install(&id, to).await {
            self.connection.execute("ROLLBACK").await?;
            return Err(error.into());
        }
        Ok(id)
    }

    async fn install(&mut self, id: &str, to: &str) -> DatabaseResult<()> {
        let connection = &mut self.connection;
        // No writer overlaps: each change is either committed now or recorded.
        connection.execute(self.engine.take_over()).await?;
        connection.execute(CREATE).await?;
        note(connection, ID, id).await?;
        note(connection, TO, to).await?;
        capture::install(self.engine, connection, &self.tables).await?;
        connection.execute("COMMIT").await.map(|_| ())
    }

    /// Stops recording, and forgets the move. Returns whether there was one.
    pub async fn abandon(&mut self) -> anyhow::Result<bool> {
        let part = Part::of(self.engine, &mut self.connection).await?;
        match part {
            Part::None => return Ok(false),
            Part::Source { .. } => {}
            Part::Moved { .. } | Part::Target { .. } => {
                part.allow_use().with_context(|| format!("database {}", self.place))?;
            }
        }
        self.connection.execute(self.engine.take_over()).await?;
        capture::remove(self.engine, &mut self.connection).await?;
        self.connection.execute("DROP TABLE moving; COMMIT").await?;
        Ok(true)
    }

    /// How many rows a table has.
    pub async fn count(&mut self, table: &Table) -> DatabaseResult<i64> {
        count(&mut self.connection, table).await
    }

    /// A page of rows as they are now, after this key or from the first.
    pub async fn page(&mut self, table: &Table, after: Option<&Row>) -> DatabaseResult<Vec<Row>> {
        page(&mut self.connection, table, after, PAGE).await
    }

    /// How many changes wait.
    pub async fn waiting(&mut self) -> DatabaseResult<i64> {
        capture::count(&mut self.connection).await
    }

    /// Some recorded changes.
    pub async fn changes(&mut self) -> anyhow::Result<Taken> {
        self.changes_after(0).await
    }

    async fn changes_after(&mut self, after: i64) -> anyhow::Result<Taken> {
        let changes = capture::changes(&mut self.connection, after, PAGE).await?;
        let mut keys = BTreeMap::<&str, BTreeSet<&str>>::new();
        for change in &changes {
            keys.entry(&change.table).or_default().insert(&change.key);
        }
        let mut taken = Taken {
            tables: Vec::new(),
            changes: changes.len(),
            numbers: changes.iter().map(|change| change.n).collect(),
        };
        for table in &self.tables {
            let Some(keys) = keys.get(table.name.as_str()) else { continue };
            let keys: Vec<Row> = keys.iter().map(|key| table.parse_key(key)).collect::<anyhow::Result<_>>()?;
            let rows = with_keys(self.engine, &mut self.connection, table, &keys).await?;
            let found: BTreeSet<Row> = rows.iter().map(|row| table.key_of(row)).collect();
            let gone = keys.into_iter().filter(|key| !found.contains(key)).collect();
            taken.tables.push((table.clone(), rows, gone));
        }
        Ok(taken)
    }

    /// Forgets changes that the target has.
    pub async fn forget(&mut self, taken: &Taken) -> DatabaseResult<()> {
        capture::forget(self.engine, &mut self.connection, &taken.numbers).await
    }

    /// Stops all writes to it, when those under way have ended. Reads continue.
    pub async fn stop_writes(&mut self) -> DatabaseResult<Switch<'_>> {
        self.connection.execute(self.engine.take_over()).await?;
        Ok(Switch { source: self, after: 0 })
    }

    /// Closes the connection. Also ends a transaction.
    pub async fn close(self) -> DatabaseResult<()> {
        self.connection.close().await
    }
}

impl Switch<'_> {
    /// The next recorded changes; nothing writes any more.
    pub async fn changes(&mut self) -> anyhow::Result<Taken> {
        let taken = self.source.changes_after(self.after).await?;
        self.after = taken.numbers.last().copied().unwrap_or(self.after);
        Ok(taken)
    }

    /// How many rows a table has.
    pub async fn count(&mut self, table: &Table) -> DatabaseResult<i64> {
        self.source.count(table).await
    }

    /// The highest numbers that numbered tables have given to rows.
    pub async fn numbers(&mut self) -> DatabaseResult<BTreeMap<String, i64>> {
        numbers(self.source.engine, &mut self.source.connection, &self.source.tables).await
    }

    /// Marks the source as moved: nothing can write to it again, and its server ends.
    pub async fn finish(self, now: Timestamp) -> DatabaseResult<()> {
        let (engine, connection) = (self.source.engine, &mut self.source.connection);
        capture::remove(engine, connection).await?;
        note(connection, MOVED_AT, &now.0.to_string()).await?;
        connection.execute("DELETE FROM writers").await?;
        if engine == Engine::Sqlite {
            capture::refuse_writes(connection).await?;
        }
        connection.execute("COMMIT").await.map(|_| ())
    }

    /// Lets writes continue.
    pub async fn give_up(self) -> DatabaseResult<()> {
        self.source.connection.execute("ROLLBACK").await.map(|_| ())
    }
}

async fn lock(engine: Engine, url: &str, connection: &mut AnyConnection) -> anyhow::Result<Option<File>> {
    match engine {
        Engine::Sqlite => {
            let file = DatabaseFile::of(url)?.lock_file(".move.lock")?;
            match file.try_lock() {
                Ok(()) => Ok(Some(file)),
                Err(TryLockError::WouldBlock) => bail!(BUSY),
                Err(TryLockError::Error(error)) => Err(error).context("lock file"),
            }
        }
        Engine::Postgres => {
            let lock = "SELECT CASE WHEN \
                 pg_try_advisory_lock(hashtextextended('hearth moves ' || current_schema(), 0)) THEN 1 ELSE 0 END";
            let taken: i64 = sqlx::query_scalar(lock).fetch_one(connection).await?;
            ensure!(taken == 1, BUSY);
            Ok(None)
        }
    }
}
