//! The bytes of a database's own files.

use std::time::Instant;

use sqlx::{Executor, Row};

use super::{
    PATIENCE,
    database::{Kind, TestDatabase},
};

/// Tables, their indexes and what they store outside their rows, of this schema.
const RELATIONS: &str = "SELECT pg_read_binary_file(pg_relation_filepath(c.oid)) AS bytes FROM pg_class c \
     WHERE pg_relation_filepath(c.oid) IS NOT NULL AND (c.relnamespace = current_schema()::regnamespace OR c.oid IN (\
       SELECT reltoastrelid FROM pg_class WHERE relnamespace = current_schema()::regnamespace))";

impl TestDatabase {
    /// Those of these texts that are anywhere in the files. PostgreSQL overwrites what is deleted when it rewrites a
    /// table.
    pub async fn remains(&self, texts: &[String]) -> Vec<String> {
        let files = self.files().await;
        let is_there = |text: &&String| files.iter().any(|file| memchr::memmem::find(file, text.as_bytes()).is_some());
        texts.iter().filter(is_there).cloned().collect()
    }

    /// Those of these texts that are still in the files after a while. PostgreSQL keeps deleted rows as long as a
    /// transaction may see them, also one of another test.
    pub async fn still_remains(&self, texts: &[String]) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = self.remains(texts).await;
            if found.is_empty() || matches!(self.kind, Kind::Sqlite { .. }) || Instant::now() > deadline {
                return found;
            }
        }
    }

    async fn files(&self) -> Vec<Vec<u8>> {
        match &self.kind {
            Kind::Sqlite { folder } => {
                let files = std::fs::read_dir(folder.path()).expect("it can be read");
                files.map(|file| std::fs::read(file.expect("an entry").path()).expect("it can be read")).collect()
            }
            Kind::Postgres { .. } => {
                let mut connection = self.connect().await;
                for table in ["users", "chats", "members", "messages", "reactions", "revisions", "sessions"] {
                    let rewrite = sqlx::AssertSqlSafe(format!("VACUUM (FULL) {table}"));
                    connection.execute(rewrite).await.expect("it works");
                }
                connection.execute("CHECKPOINT").await.expect("it works");
                let rows = sqlx::query(RELATIONS).fetch_all(&mut connection).await.expect("the tests are a superuser");
                rows.iter().map(|row| row.get("bytes")).collect()
            }
        }
    }

    /// Whether the engine finds no fault in its own file.
    pub async fn is_sound(&self) -> bool {
        let Kind::Sqlite { .. } = &self.kind else { return true };
        let row = self.connect().await.fetch_one("PRAGMA integrity_check").await.expect("it can be checked");
        row.get::<String, _>(0) == "ok"
    }
}
