//! Writes rows into tables, with the ids that they have.

use std::collections::BTreeMap;

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};

use super::{
    Row, Table,
    columns::{given, names, parameter, quoted},
    read, schema,
};
use crate::store::{DatabaseResult, connect, engine::Engine};

/// What to do with a row whose key exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// Fail.
    Fails,
    /// Replace the other columns.
    Replaces,
}

/// Writes rows, on a connection of its own. Checks foreign keys as the schema says: load tables in the order in which
/// they were listed.
pub struct Loader {
    engine: Engine,
    connection: AnyConnection,
}

impl Loader {
    /// Opens the database that this URL names, which must exist.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let (engine, connection) = connect::existing(url).await?;
        Ok(Self::on(engine, connection))
    }

    /// Uses this connection.
    pub(in crate::store) fn on(engine: Engine, connection: AnyConnection) -> Self {
        Self { engine, connection }
    }

    /// Begins a transaction. Without one, each call is one.
    pub async fn begin(&mut self) -> DatabaseResult<()> {
        self.connection.execute(self.engine.begin()).await.map(|_| ())
    }

    /// Commits the transaction.
    pub async fn commit(&mut self) -> DatabaseResult<()> {
        self.connection.execute("COMMIT").await.map(|_| ())
    }

    /// Rolls the transaction back.
    pub async fn roll_back(&mut self) -> DatabaseResult<()> {
        self.connection.execute("ROLLBACK").await.map(|_| ())
    }

    /// Adds rows; no two may have one key. Most efficient with [`super::PAGE`] of them.
    pub async fn insert(&mut self, table: &Table, rows: &[Row], conflict: Conflict) -> DatabaseResult<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let (name, columns) = (quoted(&table.name), names("", table.columns.iter()));
        let overriding = match self.engine {
            Engine::Sqlite => "",
            // The engine would reject ids of numbered rows.
            Engine::Postgres => "OVERRIDING SYSTEM VALUE",
        };
        let given = given(self.engine, table.columns.iter());
        let sql = format!(
            "INSERT INTO {name} ({columns}) {overriding} SELECT {columns} FROM {given} q WHERE true {}",
            on_conflict(table, conflict)
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(parameter(self.engine, rows));
        query.execute(&mut self.connection).await.map(|_| ())
    }

    /// Removes the rows with these keys, if they exist.
    pub async fn delete(&mut self, table: &Table, keys: &[Row]) -> DatabaseResult<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let (name, key, given) =
            (quoted(&table.name), names("", table.key_columns()), given(self.engine, table.key_columns()));
        let sql = format!("DELETE FROM {name} WHERE ({key}) IN (SELECT {key} FROM {given} q)");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(parameter(self.engine, keys));
        query.execute(&mut self.connection).await.map(|_| ())
    }

    /// Removes rows that have the same values in these columns as one of `rows`.
    pub(in crate::store) async fn delete_equal(
        &mut self,
        table: &Table,
        columns: &[String],
        rows: &[Row],
    ) -> DatabaseResult<()> {
        let (name, given) = (quoted(&table.name), given(self.engine, table.columns.iter()));
        let columns: Vec<_> = columns.iter().map(|column| quoted(column)).collect();
        let columns = columns.join(", ");
        let sql = format!("DELETE FROM {name} WHERE ({columns}) IN (SELECT {columns} FROM {given} q)");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(parameter(self.engine, rows));
        query.execute(&mut self.connection).await.map(|_| ())
    }

    /// Its connection.
    pub(in crate::store) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }

    /// Removes all rows, of referring tables first.
    pub async fn clear(&mut self, tables: &[Table]) -> DatabaseResult<()> {
        for table in tables.iter().rev() {
            self.connection.execute(AssertSqlSafe(format!("DELETE FROM {}", quoted(&table.name)))).await?;
        }
        Ok(())
    }

    /// The rows of a table: see [`super::Snapshot::page`].
    pub async fn page(&mut self, table: &Table, after: Option<&Row>, limit: usize) -> DatabaseResult<Vec<Row>> {
        read::page(&mut self.connection, table, after, limit).await
    }

    /// Raises the numbers from which numbered tables continue, so that ids of deleted rows are not given again: see
    /// [`super::Snapshot::numbers`].
    pub async fn raise_numbers(&mut self, numbers: &BTreeMap<String, i64>) -> DatabaseResult<()> {
        for (table, highest) in numbers {
            match self.engine {
                Engine::Sqlite => {
                    let raised = sqlx::query("UPDATE sqlite_sequence SET seq = MAX(seq, $2) WHERE name = $1");
                    let raised = raised.bind(table).bind(*highest).execute(&mut self.connection).await?;
                    if raised.rows_affected() == 0 {
                        let added = sqlx::query("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)");
                        added.bind(table).bind(*highest).execute(&mut self.connection).await?;
                    }
                }
                Engine::Postgres => {
                    let raise = "SELECT setval(s.oid::REGCLASS, \
                           GREATEST(COALESCE(pg_sequence_last_value(s.oid::REGCLASS), 0), $2)) FROM pg_depend d \
                         JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' \
                         WHERE d.classid = 'pg_class'::REGCLASS AND d.refobjid = $1::REGCLASS AND d.deptype = 'i'";
                    sqlx::query(raise).bind(table).bind(*highest).execute(&mut self.connection).await?;
                }
            }
        }
        Ok(())
    }

    /// Measures the tables for the planner of queries. Call it when they are full.
    pub async fn analyze(&mut self) -> DatabaseResult<()> {
        schema::analyze(self.engine, &mut self.connection).await
    }

    /// Closes the connection; an open transaction is rolled back.
    pub async fn close(self) -> DatabaseResult<()> {
        self.connection.close().await
    }
}

fn on_conflict(table: &Table, conflict: Conflict) -> String {
    if conflict == Conflict::Fails {
        return String::new();
    }
    let others = table.columns.iter().enumerate().filter(|(index, _)| !table.key.contains(index));
    let set = others.map(|(_, column)| format!("{0} = excluded.{0}", quoted(&column.name)));
    let set = set.collect::<Vec<_>>().join(", ");
    let action = if set.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {set}") };
    format!("ON CONFLICT ({}) DO {action}", names("", table.key_columns()))
}
