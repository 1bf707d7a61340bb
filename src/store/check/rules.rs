//! What must hold between the rows of a database: for each rule, a query that returns the rows which break it.

mod chats;
mod messages;
mod users;

use sqlx::{
    Column, Row, ValueRef,
    any::{AnyRow, AnyTypeInfoKind},
};
use uuid::Uuid;

use super::Finding;
use crate::store::DatabaseResult;

pub(super) use chats::CHATS;
pub(super) use messages::MESSAGES;
pub(super) use users::{MEMBERS, OTHERS, USERS};

/// A rule. `$1` and `$2`, if the query has them, are a range of chats or users: after `$1`, up to `$2`.
pub(super) struct Rule {
    /// The table of the rows that break it.
    pub(super) table: &'static str,
    /// What is wrong with them.
    pub(super) problem: &'static str,
    /// Selects the columns that identify such a row, then `found` and `expected`, if there are such values.
    pub(super) sql: &'static str,
}

impl Rule {
    /// The row of a query's result as a finding.
    pub(super) fn finding(&self, row: &AnyRow) -> DatabaseResult<Finding> {
        let (mut key, mut problem) = (Vec::new(), self.problem.to_owned());
        for (index, column) in row.columns().iter().enumerate() {
            let value = value(row, index)?;
            match column.name() {
                "found" => problem = format!("{problem}: {value}"),
                "expected" => problem = format!("{problem} instead of {value}"),
                name => key.push(format!("{name} {value}")),
            }
        }
        Ok(Finding { table: self.table.to_owned(), key: key.join(", "), problem })
    }
}

/// A value as text; ids as UUIDs.
fn value(row: &AnyRow, index: usize) -> DatabaseResult<String> {
    let raw = row.try_get_raw(index)?;
    if raw.is_null() {
        return Ok("nothing".to_owned());
    }
    let kind = raw.type_info().kind();
    Ok(match kind {
        AnyTypeInfoKind::Blob => {
            let bytes: Vec<u8> = row.try_get(index)?;
            Uuid::from_slice(&bytes).map_or_else(|_| format!("{bytes:02x?}"), |id| id.to_string())
        }
        AnyTypeInfoKind::Text => row.try_get(index)?,
        _ => row.try_get::<i64, _>(index)?.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::{config::Database, store::Store};

    /// SQLite assumes that few rows of a unique index are NULL, but no dialog has a group.
    #[tokio::test]
    async fn no_rule_looks_dialogs_up_by_their_missing_group() {
        let folder = TempDir::new().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("hearth.db").display());
        let store = Store::open(&Database { url, ..Database::default() }).await.expect("a new database");
        for rule in [CHATS, MESSAGES, USERS, MEMBERS, OTHERS].into_iter().flatten() {
            let query = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", rule.sql)));
            for step in query.bind(1).bind(1).fetch_all(&store.reads).await.expect("a plan") {
                let step: String = step.get("detail");
                assert!(!step.contains("group_id=?"), "{}: {step}", rule.problem);
            }
        }
        store.close().await;
    }
}
