//! Asks a database which tables it has, in any version of the schema.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AnyConnection, AssertSqlSafe, Executor, Row, any::AnyRow};

use super::{Column, Kind, Table, columns::quoted};
use crate::store::{DatabaseError, DatabaseResult, engine::Engine, migrations};

/// Tables that never leave their database: what one process knows of itself.
const OWN: &[&str] = &[
    // The process that may write, and its transactions. Consumers of these start again in another database.
    "writers",
    "commits",
    "consumers",
    "cursors",
    "leases",
];

const SQLITE_COLUMNS: &str = "SELECT t.name AS table_name, c.name AS column_name, c.type AS type, \
       c.\"notnull\" AS is_required, c.pk AS place, \
       CASE WHEN c.pk > 0 AND t.sql LIKE '%AUTOINCREMENT%' THEN 1 ELSE 0 END AS is_numbered \
     FROM sqlite_master t JOIN pragma_table_info(t.name) c \
     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY t.name, c.cid";

const POSTGRES_COLUMNS: &str = "SELECT t.relname::TEXT AS table_name, c.attname::TEXT AS column_name, \
       format_type(c.atttypid, NULL) AS type, c.attnotnull::INT::BIGINT AS is_required, \
       COALESCE(array_position(i.indkey::INT2[], c.attnum) + 1, 0)::BIGINT AS place, \
       (c.attidentity <> '')::INT::BIGINT AS is_numbered \
     FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped \
     LEFT JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary \
     WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::REGNAMESPACE \
     ORDER BY t.relname COLLATE \"C\", c.attnum";

const SQLITE_REFERENCES: &str = "SELECT t.name AS table_name, f.\"table\" AS needed \
     FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'";

const POSTGRES_REFERENCES: &str = "SELECT t.relname::TEXT AS table_name, n.relname::TEXT AS needed \
     FROM pg_constraint f JOIN pg_class t ON t.oid = f.conrelid JOIN pg_class n ON n.oid = f.confrelid \
     WHERE f.contype = 'f' AND t.relnamespace = current_schema()::REGNAMESPACE";

/// The tables of this database, each after those that its foreign keys refer to; without those of one process, and
/// without tables that no migration creates: an operator may have others in the same schema.
pub(in crate::store) async fn tables(engine: Engine, connection: &mut AnyConnection) -> DatabaseResult<Vec<Table>> {
    let (columns, references) = match engine {
        Engine::Sqlite => (SQLITE_COLUMNS, SQLITE_REFERENCES),
        Engine::Postgres => (POSTGRES_COLUMNS, POSTGRES_REFERENCES),
    };
    let mut found = BTreeMap::<String, (Table, Vec<(i64, usize)>)>::new();
    for row in sqlx::query(columns).fetch_all(&mut *connection).await? {
        let name: String = row.try_get("table_name")?;
        if OWN.contains(&name.as_str()) || !migrations::create_table(&name) {
            continue;
        }
        let empty = || Table { name: name.clone(), columns: Vec::new(), key: Vec::new(), is_numbered: false };
        let (table, places) = found.entry(name.clone()).or_insert_with(|| (empty(), Vec::new()));
        let place: i64 = row.try_get("place")?;
        if place > 0 {
            places.push((place, table.columns.len()));
        }
        table.is_numbered |= row.try_get::<i64, _>("is_numbered")? == 1;
        table.columns.push(column(&row)?);
    }
    let mut tables = Vec::new();
    for (mut table, mut places) in found.into_values() {
        places.sort_unstable();
        table.key = places.into_iter().map(|(_, index)| index).collect();
        tables.push(table);
    }
    let mut needs = BTreeMap::<String, BTreeSet<String>>::new();
    for row in sqlx::query(references).fetch_all(connection).await? {
        let (table, needed): (String, String) = (row.try_get("table_name")?, row.try_get("needed")?);
        if table != needed {
            needs.entry(table).or_default().insert(needed);
        }
    }
    Ok(in_order(tables, &needs))
}

/// Measures the tables for the planner of queries.
pub(in crate::store) async fn analyze(engine: Engine, connection: &mut AnyConnection) -> DatabaseResult<()> {
    for table in tables(engine, connection).await? {
        connection.execute(AssertSqlSafe(format!("ANALYZE {}", quoted(&table.name)))).await?;
    }
    Ok(())
}

fn column(row: &AnyRow) -> DatabaseResult<Column> {
    let (name, kind): (String, String) = (row.try_get("column_name")?, row.try_get("type")?);
    let kind = match kind.to_ascii_uppercase().as_str() {
        "INTEGER" | "BIGINT" => Kind::Integer,
        "TEXT" => Kind::Text,
        "BLOB" | "BYTEA" => Kind::Blob,
        other => return Err(DatabaseError::Protocol(format!("column {name} has the unknown type {other}"))),
    };
    Ok(Column { name, kind, is_nullable: row.try_get::<i64, _>("is_required")? == 0 })
}

/// Sorts by name, but each table after those that it needs.
fn in_order(mut tables: Vec<Table>, needs: &BTreeMap<String, BTreeSet<String>>) -> Vec<Table> {
    let mut sorted = Vec::<Table>::new();
    while !tables.is_empty() {
        let is_ready = |table: &Table| {
            let mut needed = needs.get(&table.name).into_iter().flatten();
            needed.all(|name| sorted.iter().any(|table| table.name == *name))
        };
        // Tables that need each other have no order: the first comes first.
        let next = tables.iter().position(is_ready).unwrap_or_default();
        sorted.push(tables.remove(next));
    }
    sorted
}
