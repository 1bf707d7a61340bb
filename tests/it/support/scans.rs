//! What the database has read without a key.

use sqlx::Row;

use super::{TestDatabase, database::Kind};

/// Connections report when they end: the last one may still be ending.
const SCANNED: &str = "SELECT CAST(SUM(seq_tup_read) AS BIGINT) AS scanned FROM pg_stat_user_tables \
     WHERE schemaname = current_schema() HAVING SUM(n_tup_ins) FILTER (WHERE relname = 'messages') >= $1";

impl TestDatabase {
    /// Lets an engine that plans by the size of tables know how small they are.
    pub async fn analyze(&self) {
        if let Kind::Postgres { .. } = self.kind {
            self.run("ANALYZE users, sessions, chats, members, messages, reactions, revisions, blocks").await;
        }
    }

    /// Rows that were read by scans of whole tables until the server stopped, after it has stored this many messages. Zero
    /// on an engine that does not plan by the size of tables.
    pub async fn rows_scanned(&self, messages: i64) -> i64 {
        if let Kind::Sqlite { .. } = self.kind {
            return 0;
        }
        let mut connection = self.connect().await;
        loop {
            let scanned = sqlx::query(SCANNED).bind(messages).fetch_optional(&mut connection).await;
            if let Some(row) = scanned.expect("the database answers") {
                return row.get("scanned");
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
}
