//! The database that is moved. A server may use it until the switch.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{File, TryLockError},
};

use anyhow::{Context, bail, ensure};
use sqlx::{AnyConnection, Connection, Executor};

use super::{CREATE, ID, Part, SCHEMA, Settled, TO, capture, note};
use crate::{
    model::Timestamp,
    store::{
        DatabaseError, DatabaseResult, connect,
        engine::Engine,
        errors::{self, Trouble},
        file::DatabaseFile,
        migrations, restoration,
        tables::{PAGE, Row, Table, count, page, tables, with_keys},
    },
};

const BUSY: &str = "another `hearth move` of this database runs";
/// All changes that wait: few, if they were followed just before.
const ALL: usize = usize::MAX / 2;
/// How long PostgreSQL may wait for the lock of a table, while no other write begins.
const TABLE_TIMEOUT: &str = "SET LOCAL lock_timeout = '5s'";

/// The database that is moved, and the lock that keeps a second move away.
pub struct MoveSource {
    pub(super) engine: Engine,
    pub(super) place: String,
    pub(super) connection: AnyConnection,
    pub(super) tables: Vec<Table>,
    schema_version: i64,
    _lock: Option<File>,
}

/// Changes that were taken from the source, as its rows are now.
pub struct Taken {
    /// By table: the rows that exist, and the keys of those that do not.
    pub tables: Vec<(Table, Vec<Row>, Vec<Row>)>,
    /// How many changes these are.
    pub changes: usize,
    pub(super) numbers: Vec<i64>,
}

impl MoveSource {
    /// Connects. Fails if the schema is not this program's, or another move runs.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let (engine, mut connection) = connect::existing(url).await?;
        let place = connect::place(url).to_owned();
        let lock = lock(engine, url, &mut connection).await?;
        let named = || format!("database {place}");
        restoration::ensure_finished(engine, &mut connection).await.with_context(named)?;
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

    /// Records every change from now on. Returns the id of the move to this place. Fails if the move was begun with
    /// another schema.
    pub async fn begin(&mut self, to: &str) -> anyhow::Result<String> {
        if let Part::Source { id, .. } = Part::of(self.engine, &mut self.connection).await? {
            self.ensure_recorded().await?;
            return Ok(id);
        }
        let id = uuid::Uuid::new_v4().simple().to_string();
        if let Err(error) = self.install(&id, to).await {
            self.roll_back().await;
            return Err(self.explained(error));
        }
        Ok(id)
    }

    async fn install(&mut self, id: &str, to: &str) -> DatabaseResult<()> {
        let connection = &mut self.connection;
        // No writer overlaps: each change is either committed now or recorded.
        take_over(self.engine, connection).await?;
        connection.execute(CREATE).await?;
        note(connection, ID, id).await?;
        note(connection, TO, to).await?;
        note(connection, SCHEMA, &self.schema_version.to_string()).await?;
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
        if let Err(error) = self.remove().await {
            self.roll_back().await;
            return Err(self.explained(error));
        }
        Ok(true)
    }

    async fn remove(&mut self) -> DatabaseResult<()> {
        take_over(self.engine, &mut self.connection).await?;
        capture::remove(self.engine, &mut self.connection).await?;
        self.connection.execute("DROP TABLE moving; COMMIT").await.map(|_| ())
    }

    /// Ends the transaction if there is one: what failed may have been its begin.
    pub(super) async fn roll_back(&mut self) {
        let _ = self.connection.execute("ROLLBACK").await;
    }

    /// Says why a table could not be locked.
    fn explained(&self, error: DatabaseError) -> anyhow::Error {
        let is_locked = errors::trouble(&error) == Some(Trouble::WriteLocked) || errors::is_conflict(&error);
        let error = anyhow::Error::from(error);
        if !is_locked {
            return error;
        }
        error.context(format!(
            "another process uses a table of {}, such as a backup or a long query: nothing has changed, run the command \
             again when it has ended",
            self.place
        ))
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
        self.changes_after(0, PAGE).await
    }

    pub(super) async fn changes_after(&mut self, after: i64, limit: usize) -> anyhow::Result<Taken> {
        let changes = capture::changes(&mut self.connection, after, limit).await?;
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

    /// Counts the rows of each table at one moment, without those whose changes wait then.
    pub async fn settled(&mut self) -> anyhow::Result<Vec<Settled>> {
        self.connection.execute(self.engine.begin_snapshot()).await?;
        let waiting = self.changes_after(0, ALL).await?;
        let mut settled = Vec::new();
        for table in self.tables.clone() {
            let (mut rows, mut apart) = (self.count(&table).await?, Vec::new());
            if let Some((_, found, gone)) = waiting.tables.iter().find(|(waiting, ..)| waiting.name == table.name) {
                rows -= i64::try_from(found.len())?;
                apart = found.iter().map(|row| table.key_of(row)).chain(gone.iter().cloned()).collect();
            }
            settled.push(Settled { table, rows, apart });
        }
        self.connection.execute("COMMIT").await?;
        Ok(settled)
    }

    /// Closes the connection. Also ends a transaction.
    pub async fn close(self) -> DatabaseResult<()> {
        self.connection.close().await
    }
}

/// Takes the right to write, until the transaction ends.
pub(super) async fn take_over(engine: Engine, connection: &mut AnyConnection) -> DatabaseResult<()> {
    connection.execute(engine.take_over()).await?;
    if engine == Engine::Postgres {
        connection.execute(TABLE_TIMEOUT).await?;
    }
    Ok(())
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
