//! Whether the engine's own structures are intact: pages, and that indexes have the rows that their tables have.

use sqlx::{AssertSqlSafe, Executor, Row};

use super::{CheckProgress, Finding, Inspection, damage};
use crate::store::{
    DatabaseResult,
    engine::Engine,
    errors::{Trouble, trouble},
};

const STAGE: &str = "storage";

/// The schema that the extension `amcheck` is in, if it is installed and this user may call it.
const AMCHECK: &str = "SELECT quote_ident(n.nspname) AS schema FROM pg_extension e \
     JOIN pg_namespace n ON n.oid = e.extnamespace \
     JOIN pg_proc b ON b.pronamespace = n.oid AND b.proname = 'bt_index_check' AND b.pronargs = 2 \
     JOIN pg_proc h ON h.pronamespace = n.oid AND h.proname = 'verify_heapam' \
     WHERE e.extname = 'amcheck' AND has_function_privilege(b.oid, 'EXECUTE') \
       AND has_function_privilege(h.oid, 'EXECUTE') AND has_schema_privilege(n.oid, 'USAGE')";

/// The tables, with the columns of their primary keys.
const TABLES: &str = "SELECT c.oid::bigint AS id, quote_ident(c.relname)::text AS name, \
       (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.place) \
        FROM pg_index i CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY k (number, place) \
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number \
        WHERE i.indrelid = c.oid AND i.indisprimary) AS key \
     FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = (\
       SELECT n.oid FROM pg_namespace n WHERE n.nspname = current_schema()) ORDER BY c.relname";

const INDEXES: &str = "SELECT c.oid::bigint AS id, c.relname::text AS name FROM pg_index i \
     JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam \
     WHERE i.indrelid = $1::bigint::oid AND i.indisvalid AND a.amname = 'btree' ORDER BY c.relname";

pub(super) async fn examine(inspection: &mut Inspection, report: &mut impl FnMut(CheckProgress)) -> DatabaseResult<()> {
    match inspection.engine {
        Engine::Sqlite => sqlite(inspection, report).await,
        Engine::Postgres => postgres(inspection, report).await,
    }
}

async fn sqlite(inspection: &mut Inspection, report: &mut impl FnMut(CheckProgress)) -> DatabaseResult<()> {
    report(CheckProgress { stage: STAGE, done: 0, total: 1 });
    let rows = inspection.connection.fetch_all("PRAGMA integrity_check(100)").await?;
    for row in rows {
        let problem: String = row.try_get("integrity_check")?;
        if problem != "ok" {
            inspection.add(Finding { table: "database".into(), key: String::new(), problem });
        }
    }
    report(CheckProgress { stage: STAGE, done: 1, total: 1 });
    Ok(())
}

async fn postgres(inspection: &mut Inspection, report: &mut impl FnMut(CheckProgress)) -> DatabaseResult<()> {
    let amcheck = inspection.connection.fetch_optional(AMCHECK).await?;
    let amcheck: Option<String> = amcheck.map(|row| row.try_get("schema")).transpose()?;
    let tables = inspection.connection.fetch_all(TABLES).await?;
    let total = tables.len() as u64;
    for (done, row) in (0..).zip(&tables) {
        report(CheckProgress { stage: STAGE, done, total });
        let (id, name, key): (i64, String, Option<String>) =
            (row.try_get("id")?, row.try_get("name")?, row.try_get("key")?);
        let examined = async {
            if let Some(key) = key {
                count_twice(inspection, &name, &key).await?;
            }
            match &amcheck {
                Some(schema) => call_amcheck(inspection, schema, id, &name).await,
                None => Ok(()),
            }
        };
        match examined.await {
            Err(error) if trouble(&error) == Some(Trouble::Damaged) => {
                inspection.end_snapshot().await?;
                inspection.add(Finding { table: name, ..damage(&error) });
            }
            other => other?,
        }
    }
    report(CheckProgress { stage: STAGE, done: total, total });
    Ok(())
}

/// Reads every row, and compares their number with that of the primary key's entries.
async fn count_twice(inspection: &mut Inspection, table: &str, key: &str) -> DatabaseResult<()> {
    inspection.begin_snapshot().await?;
    let without_indexes =
        "SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off";
    inspection.connection.execute(without_indexes).await?;
    let all =
        format!("SELECT COUNT(*) AS count, CAST(COALESCE(SUM(LENGTH(t::text)), 0) AS BIGINT) AS size FROM {table} t");
    let rows: i64 = inspection.connection.fetch_one(AssertSqlSafe(all)).await?.try_get("count")?;
    let by_index = "SET LOCAL enable_indexscan = on; SET LOCAL enable_indexonlyscan = on; \
                    SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off";
    inspection.connection.execute(by_index).await?;
    let keys = format!("SELECT COUNT(*) AS count FROM (SELECT {key} FROM {table} ORDER BY {key} OFFSET 0) k");
    let keys: i64 = inspection.connection.fetch_one(AssertSqlSafe(keys)).await?.try_get("count")?;
    inspection.end_snapshot().await?;
    if rows != keys {
        let problem = format!("damaged: it has {rows} rows, its primary key {keys}");
        inspection.add(Finding { table: table.to_owned(), key: String::new(), problem });
    }
    Ok(())
}

/// Lets `amcheck` compare a table with its pages and its indexes.
async fn call_amcheck(inspection: &mut Inspection, schema: &str, table: i64, name: &str) -> DatabaseResult<()> {
    let heap = format!("SELECT blkno, msg FROM {schema}.verify_heapam({table}::oid::regclass) LIMIT 100");
    for row in inspection.connection.fetch_all(AssertSqlSafe(heap)).await? {
        let (page, problem): (i64, String) = (row.try_get("blkno")?, row.try_get("msg")?);
        inspection.add(Finding { table: name.to_owned(), key: format!("page {page}"), problem });
    }
    for row in sqlx::query(INDEXES).bind(table).fetch_all(&mut inspection.connection).await? {
        let (id, index): (i64, String) = (row.try_get("id")?, row.try_get("name")?);
        let check = format!("SELECT {schema}.bt_index_check({id}::oid::regclass, true)::text");
        if let Err(error) = inspection.connection.execute(AssertSqlSafe(check)).await {
            if trouble(&error) != Some(Trouble::Damaged) {
                return Err(error);
            }
            inspection.add(Finding { table: index, ..damage(&error) });
        }
    }
    Ok(())
}
