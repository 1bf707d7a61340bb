//! Constraints of a target while it is filled: rows arrive in another order than they were written.

use sqlx::{AnyConnection, AssertSqlSafe, Executor, Row};

use crate::store::{DatabaseResult, engine::Engine, tables::Table};

/// Stops checking foreign keys. Returns the statements that start it again, and those that then check all rows.
pub(super) async fn drop_references(
    engine: Engine,
    connection: &mut AnyConnection,
) -> DatabaseResult<(Vec<String>, Vec<String>)> {
    // On SQLite the connection does not check them.
    if engine == Engine::Sqlite {
        return Ok((Vec::new(), Vec::new()));
    }
    let references = "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::REGCLASS, conname) AS forget, \
           format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', \
             conrelid::REGCLASS, conname, pg_get_constraintdef(oid)) AS again, \
           format('ALTER TABLE %s VALIDATE CONSTRAINT %I', conrelid::REGCLASS, conname) AS validate \
         FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::REGNAMESPACE ORDER BY conname";
    let (mut again, mut validate) = (Vec::new(), Vec::new());
    for row in connection.fetch_all(references).await? {
        connection.execute(AssertSqlSafe(row.try_get::<String, _>("forget")?)).await?;
        again.push(row.try_get("again")?);
        validate.push(row.try_get("validate")?);
    }
    Ok((again, validate))
}

/// The columns of each unique index of a table besides its primary key, if it is for all rows.
pub(super) async fn unique_columns(
    engine: Engine,
    connection: &mut AnyConnection,
    table: &Table,
) -> DatabaseResult<Vec<Vec<String>>> {
    let sql = match engine {
        Engine::Sqlite => {
            "SELECT i.name AS index_name, c.name AS column_name FROM pragma_index_list($1) i \
             JOIN pragma_index_info(i.name) c WHERE i.\"unique\" = 1 AND i.origin <> 'pk' AND i.partial = 0 \
             ORDER BY i.name, c.seqno"
        }
        Engine::Postgres => {
            "SELECT i.indexrelid::TEXT AS index_name, c.attname::TEXT AS column_name FROM pg_index i \
             JOIN pg_attribute c ON c.attrelid = i.indrelid AND c.attnum = ANY (i.indkey) \
             WHERE i.indrelid = $1::REGCLASS AND i.indisunique AND NOT i.indisprimary AND i.indpred IS NULL \
             ORDER BY i.indexrelid, array_position(i.indkey::INT2[], c.attnum)"
        }
    };
    let mut indexes: Vec<(String, Vec<String>)> = Vec::new();
    for row in sqlx::query(sql).bind(&table.name).fetch_all(connection).await? {
        let (index, column): (String, String) = (row.try_get("index_name")?, row.try_get("column_name")?);
        match indexes.last_mut().filter(|(name, _)| *name == index) {
            Some((_, columns)) => columns.push(column),
            None => indexes.push((index, vec![column])),
        }
    }
    Ok(indexes.into_iter().map(|(_, columns)| columns).collect())
}
