//! Reads tables by pages, in the order of their keys.

use std::collections::BTreeMap;

use anyhow::ensure;
use sqlx::{
    Any, AnyConnection, AssertSqlSafe, Connection, Executor, Row as _,
    any::{AnyArguments, AnyRow},
    query::Query,
};

use super::{
    Column, Kind, Row, Table, Value,
    columns::{given, names, parameter, quoted},
    schema,
};
use crate::store::{DatabaseResult, connect, engine::Engine, migrations};

/// A database as of one moment, on a connection of its own. Writers of SQLite cannot shorten its log meanwhile.
pub struct Snapshot {
    engine: Engine,
    connection: AnyConnection,
    schema_version: i64,
    tables: Vec<Table>,
}

impl Snapshot {
    /// Begins one of the database that this URL names, which must exist.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let (engine, connection) = connect::existing(url).await?;
        Ok(Self::on(engine, connection).await?)
    }

    /// Begins one on this connection.
    pub(in crate::store) async fn on(engine: Engine, mut connection: AnyConnection) -> DatabaseResult<Self> {
        connection.execute(engine.begin_snapshot()).await?;
        // SQLite takes its snapshot at the first read.
        let schema_version = migrations::version(engine, &mut connection).await?;
        let tables = schema::tables(engine, &mut connection).await?;
        Ok(Self { engine, connection, schema_version, tables })
    }

    /// Fails if a newer Hearth has migrated the schema: it may have tables that this one does not know.
    pub fn ensure_complete(&self) -> anyhow::Result<()> {
        let (version, newest) = (self.schema_version, migrations::newest());
        ensure!(
            version <= newest,
            "a newer Hearth has migrated the database (its schema has version {version}, this one knows {newest}): back \
             it up with the newer Hearth"
        );
        Ok(())
    }

    /// The version of the schema.
    pub fn schema_version(&self) -> i64 {
        self.schema_version
    }

    /// All tables, each after those that its foreign keys refer to; without those of one process.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// How many rows a table has.
    pub async fn count(&mut self, table: &Table) -> DatabaseResult<i64> {
        count(&mut self.connection, table).await
    }

    /// At most `limit` rows in the order of their keys, after this key or from the first.
    pub async fn page(&mut self, table: &Table, after: Option<&Row>, limit: usize) -> DatabaseResult<Vec<Row>> {
        page(&mut self.connection, table, after, limit).await
    }

    /// The highest numbers that numbered tables have given to rows, even if these were deleted; without tables that
    /// never had a row.
    pub async fn numbers(&mut self) -> DatabaseResult<BTreeMap<String, i64>> {
        numbers(self.engine, &mut self.connection, &self.tables).await
    }

    /// Ends it.
    pub async fn close(self) -> DatabaseResult<()> {
        self.connection.close().await
    }
}

/// See [`Snapshot::count`].
pub(in crate::store) async fn count(connection: &mut AnyConnection, table: &Table) -> DatabaseResult<i64> {
    let sql = format!("SELECT COUNT(*) FROM {}", quoted(&table.name));
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await
}

/// See [`Snapshot::page`].
pub(in crate::store) async fn page(
    connection: &mut AnyConnection,
    table: &Table,
    after: Option<&Row>,
    limit: usize,
) -> DatabaseResult<Vec<Row>> {
    let key = names("", table.key_columns());
    let condition = after.map_or(String::new(), |after| {
        let parameters: Vec<_> = (1..=after.len()).map(|number| format!("${number}")).collect();
        format!("WHERE ({key}) > ({})", parameters.join(", "))
    });
    let (columns, name) = (names("", table.columns.iter()), quoted(&table.name));
    let sql = format!("SELECT {columns} FROM {name} {condition} ORDER BY {key} LIMIT {limit}");
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for value in after.into_iter().flatten() {
        query = bind(query, value);
    }
    rows(table, &query.fetch_all(connection).await?)
}

/// The rows with these keys, in any order; without keys that have no row.
pub(in crate::store) async fn with_keys(
    engine: Engine,
    connection: &mut AnyConnection,
    table: &Table,
    keys: &[Row],
) -> DatabaseResult<Vec<Row>> {
    let (columns, name) = (names("t.", table.columns.iter()), quoted(&table.name));
    let given = given(engine, table.key_columns());
    let equal = table.key_columns().map(|column| format!("t.{0} = q.{0}", quoted(&column.name)));
    let equal = equal.collect::<Vec<_>>().join(" AND ");
    let sql = format!("SELECT {columns} FROM {given} q JOIN {name} t ON {equal}");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(parameter(engine, keys));
    rows(table, &query.fetch_all(connection).await?)
}

/// See [`Snapshot::numbers`].
pub(in crate::store) async fn numbers(
    engine: Engine,
    connection: &mut AnyConnection,
    tables: &[Table],
) -> DatabaseResult<BTreeMap<String, i64>> {
    let mut numbers = BTreeMap::new();
    for table in tables.iter().filter(|table| table.is_numbered) {
        let sql = match engine {
            Engine::Sqlite => "SELECT seq FROM sqlite_sequence WHERE name = $1",
            Engine::Postgres => {
                "SELECT pg_sequence_last_value(s.oid::REGCLASS) FROM pg_depend d \
                 JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' \
                 WHERE d.classid = 'pg_class'::REGCLASS AND d.refobjid = $1::REGCLASS AND d.deptype = 'i'"
            }
        };
        let highest: Option<Option<i64>> =
            sqlx::query_scalar(sql).bind(&table.name).fetch_optional(&mut *connection).await?;
        if let Some(highest) = highest.flatten() {
            numbers.insert(table.name.clone(), highest);
        }
    }
    Ok(numbers)
}

fn bind<'q>(query: Query<'q, Any, AnyArguments>, value: &Value) -> Query<'q, Any, AnyArguments> {
    match value {
        Value::Integer(number) => query.bind(*number),
        Value::Text(text) => query.bind(text.clone()),
        Value::Blob(bytes) => query.bind(bytes.clone()),
        Value::Null => unreachable!("the columns of a key are never NULL"),
    }
}

fn rows(table: &Table, rows: &[AnyRow]) -> DatabaseResult<Vec<Row>> {
    rows.iter().map(|row| row_of(table, row)).collect()
}

/// By the columns' positions: the statement lists them in the table's order.
fn row_of(table: &Table, row: &AnyRow) -> DatabaseResult<Row> {
    let value = |(index, column): (usize, &Column)| {
        let value = match column.kind {
            Kind::Integer => row.try_get::<Option<i64>, _>(index)?.map(Value::Integer),
            Kind::Text => row.try_get::<Option<String>, _>(index)?.map(Value::Text),
            Kind::Blob => row.try_get::<Option<Vec<u8>>, _>(index)?.map(Value::Blob),
        };
        Ok(value.unwrap_or(Value::Null))
    };
    table.columns.iter().enumerate().map(value).collect()
}
