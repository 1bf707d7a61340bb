//! Records the keys of changed rows by triggers, so that a copy under way can follow.

use sqlx::{AnyConnection, AssertSqlSafe, Executor, Row};

use crate::store::{
    DatabaseResult,
    engine::Engine,
    tables::{Kind, Table},
    types::{column, json},
};

/// Names of what is installed begin with this.
const PREFIX: &str = "moving_";

const SQLITE_CHANGES: &str = "CREATE TABLE IF NOT EXISTS moving_changes (\
     n INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, key TEXT NOT NULL) STRICT";
const POSTGRES_CHANGES: &str = "CREATE TABLE IF NOT EXISTS moving_changes (\
     n BIGINT NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY, name TEXT NOT NULL, key TEXT NOT NULL)";

/// The table of each trigger that records.
const SQLITE_INSTALLED: &str = "SELECT tbl_name AS name FROM sqlite_master WHERE type = 'trigger' \
     AND name IN ('moving_INSERT_' || tbl_name, 'moving_UPDATE_' || tbl_name, 'moving_DELETE_' || tbl_name)";
const POSTGRES_INSTALLED: &str = "SELECT c.relname::TEXT AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
     WHERE c.relnamespace = current_schema()::REGNAMESPACE AND t.tgname = 'moving_' || c.relname \
     AND t.tgenabled IN ('O', 'A')";

/// A row that was changed.
pub(super) struct Change {
    /// Its number. Not in the order of the commits.
    pub n: i64,
    /// The table.
    pub table: String,
    /// A text for [`Table::parse_key`].
    pub key: String,
}

/// Begins to record every change of these tables. Call it in a transaction that no other writer overlaps.
pub(super) async fn install(engine: Engine, connection: &mut AnyConnection, tables: &[Table]) -> DatabaseResult<()> {
    connection
        .execute(match engine {
            Engine::Sqlite => SQLITE_CHANGES,
            Engine::Postgres => POSTGRES_CHANGES,
        })
        .await?;
    for table in tables {
        for statement in triggers(engine, table) {
            connection.execute(AssertSqlSafe(statement)).await?;
        }
    }
    Ok(())
}

/// The first of these tables whose changes are not recorded.
pub(super) async fn unrecorded<'a>(
    engine: Engine,
    connection: &mut AnyConnection,
    tables: &'a [Table],
) -> DatabaseResult<Option<&'a str>> {
    let (installed, needed) = match engine {
        Engine::Sqlite => (SQLITE_INSTALLED, 3),
        Engine::Postgres => (POSTGRES_INSTALLED, 1),
    };
    let rows = connection.fetch_all(installed).await?;
    let names: Vec<String> = rows.iter().map(|row| row.try_get("name")).collect::<DatabaseResult<_>>()?;
    let is_recorded = |table: &&Table| names.iter().filter(|name| **name == table.name).count() == needed;
    Ok(tables.iter().find(|table| !is_recorded(table)).map(|table| table.name.as_str()))
}

fn triggers(engine: Engine, table: &Table) -> Vec<String> {
    let name = &table.name;
    let (old, new) = (key(engine, table, "OLD"), key(engine, table, "NEW"));
    match engine {
        Engine::Sqlite => ["INSERT", "UPDATE", "DELETE"]
            .map(|event| {
                let keys = match event {
                    "INSERT" => format!("VALUES ('{name}', {new})"),
                    "DELETE" => format!("VALUES ('{name}', {old})"),
                    _ => format!("VALUES ('{name}', {new}) UNION SELECT '{name}', {old}"),
                };
                format!(
                    "CREATE TRIGGER {PREFIX}{event}_{name} AFTER {event} ON \"{name}\" \
                 BEGIN INSERT INTO moving_changes (name, key) {keys}; END"
                )
            })
            .into(),
        Engine::Postgres => vec![
            format!(
                "CREATE FUNCTION {PREFIX}{name}() RETURNS TRIGGER LANGUAGE plpgsql AS $$ \
                 BEGIN \
                   IF TG_OP = 'INSERT' THEN \
                     INSERT INTO moving_changes (name, key) VALUES ('{name}', {new}); \
                   ELSIF TG_OP = 'DELETE' THEN \
                     INSERT INTO moving_changes (name, key) VALUES ('{name}', {old}); \
                   ELSE \
                     INSERT INTO moving_changes (name, key) VALUES ('{name}', {new}) UNION SELECT '{name}', {old}; \
                   END IF; \
                   RETURN NULL; \
                 END $$"
            ),
            format!(
                "CREATE TRIGGER {PREFIX}{name} AFTER INSERT OR UPDATE OR DELETE ON \"{name}\" \
                 FOR EACH ROW EXECUTE FUNCTION {PREFIX}{name}()"
            ),
        ],
    }
}

/// The key of a trigger's row as SQL: a JSON array.
fn key(engine: Engine, table: &Table, row: &str) -> String {
    let values = table.key_columns().map(|column| match (column.kind, engine) {
        (Kind::Blob, Engine::Sqlite) => format!("lower(hex({row}.\"{}\"))", column.name),
        (Kind::Blob, Engine::Postgres) => format!("encode({row}.\"{}\", 'hex')", column.name),
        _ => format!("{row}.\"{}\"", column.name),
    });
    let values = values.collect::<Vec<_>>().join(", ");
    match engine {
        Engine::Sqlite => format!("json_array({values})"),
        Engine::Postgres => format!("json_build_array({values})::TEXT"),
    }
}

/// Removes everything that is installed, with the records. On PostgreSQL it waits for everything that reads a table.
pub(super) async fn remove(engine: Engine, connection: &mut AnyConnection) -> DatabaseResult<()> {
    let installed = match engine {
        Engine::Sqlite => {
            "SELECT 'DROP TRIGGER ' || name AS statement FROM sqlite_master \
             WHERE type = 'trigger' AND name LIKE 'moving\\_%' ESCAPE '\\'"
        }
        // Their triggers end with them.
        Engine::Postgres => {
            "SELECT 'DROP FUNCTION ' || oid::REGPROCEDURE || ' CASCADE' AS statement FROM pg_proc \
             WHERE pronamespace = current_schema()::REGNAMESPACE AND proname LIKE 'moving\\_%'"
        }
    };
    for row in connection.fetch_all(installed).await? {
        connection.execute(AssertSqlSafe(row.try_get::<String, _>("statement")?)).await?;
    }
    connection.execute("DROP TABLE IF EXISTS moving_changes").await.map(|_| ())
}

/// Makes every write to the file fail from now on, in whichever process.
pub(super) async fn refuse_writes(connection: &mut AnyConnection) -> DatabaseResult<()> {
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' \
         AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT IN ('_sqlx_migrations', 'moving')";
    for row in connection.fetch_all(tables).await? {
        let name: String = row.try_get("name")?;
        for event in ["INSERT", "UPDATE", "DELETE"] {
            let statement = format!(
                "CREATE TRIGGER {PREFIX}refuses_{event}_{name} BEFORE {event} ON \"{name}\" \
                 BEGIN SELECT RAISE(ABORT, 'this database was moved to another place'); END"
            );
            connection.execute(AssertSqlSafe(statement)).await?;
        }
    }
    Ok(())
}

/// How many changes are recorded.
pub(super) async fn count(connection: &mut AnyConnection) -> DatabaseResult<i64> {
    sqlx::query_scalar("SELECT COUNT(*) FROM moving_changes").fetch_one(connection).await
}

/// Some recorded changes with numbers after this one.
pub(super) async fn changes(connection: &mut AnyConnection, after: i64, limit: usize) -> DatabaseResult<Vec<Change>> {
    let sql = format!("SELECT n, name, key FROM moving_changes WHERE n > $1 ORDER BY n LIMIT {limit}");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(after).fetch_all(connection).await?;
    let change = |row: &sqlx::any::AnyRow| {
        Ok(Change { n: row.try_get("n")?, table: row.try_get("name")?, key: row.try_get("key")? })
    };
    rows.iter().map(change).collect()
}

/// Forgets these records.
pub(super) async fn forget(engine: Engine, connection: &mut AnyConnection, numbers: &[i64]) -> DatabaseResult<()> {
    let numbers = json(&column("n", numbers));
    sqlx::query(FORGET.on(engine)).bind(numbers).execute(connection).await.map(|_| ())
}

static FORGET: crate::store::engine::Sql =
    crate::store::engine::Sql::new("DELETE FROM moving_changes WHERE n IN (SELECT q.n FROM rows($1: n BIGINT) q)");
