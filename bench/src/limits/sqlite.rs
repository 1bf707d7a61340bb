//! Prepared inserts into an SQLite table that is shaped as the server's and synced as it is.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use rusqlite::{Connection, Statement, params};
use tempfile::TempDir;

use super::{BATCH, COLUMNS, Row};

const CREATE: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;
    CREATE TABLE messages (
        chat_id INTEGER NOT NULL, seq INTEGER NOT NULL, id BLOB NOT NULL, sender_id BLOB NOT NULL, content TEXT NOT NULL,
        event INTEGER NOT NULL, subject_id BLOB, reply_to INTEGER, created_at INTEGER NOT NULL, edited_at INTEGER,
        deleted_at INTEGER, PRIMARY KEY (chat_id, seq), UNIQUE (chat_id, id)
    ) STRICT, WITHOUT ROWID";

/// The table. Its methods block.
pub(crate) struct Table {
    connection: Connection,
    next: i64,
    _folder: TempDir,
}

impl Table {
    pub(super) fn create(folder: &Path) -> Result<Self> {
        let folder = TempDir::new_in(folder).with_context(|| format!("a folder in {}", folder.display()))?;
        let connection = Connection::open(folder.path().join("limit.db"))?;
        connection.execute_batch(CREATE)?;
        Ok(Self { connection, next: 0, _folder: folder })
    }

    pub(super) fn batches(&mut self, time: Duration) -> Result<f64> {
        let (mut insert, began, first) = (self.connection.prepare(&sql())?, Instant::now(), self.next);
        while began.elapsed() < time {
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
            for _ in 0..BATCH {
                write(&mut insert, self.next)?;
                self.next += 1;
            }
            self.connection.execute_batch("COMMIT")?;
        }
        let rows = u32::try_from(self.next - first)?;
        Ok(f64::from(rows) / began.elapsed().as_secs_f64())
    }

    pub(super) fn single(&mut self) -> Result<Duration> {
        let mut insert = self.connection.prepare(&sql())?;
        let began = Instant::now();
        write(&mut insert, self.next)?;
        self.next += 1;
        Ok(began.elapsed())
    }
}

fn sql() -> String {
    format!("INSERT INTO messages ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6)")
}

fn write(insert: &mut Statement<'_>, number: i64) -> Result<()> {
    let row = Row::new(number);
    insert.execute(params![row.chat_id, row.seq, row.id, row.sender_id, row.content, row.created_at])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_inserted_and_counted() {
        let mut table = Table::create(Path::new("/tmp")).unwrap();
        assert!(table.batches(Duration::from_millis(20)).unwrap() > 0.0);
        let batched = table.next;
        table.single().unwrap();
        let stored: i64 = table.connection.query_row("SELECT COUNT(*) FROM messages", [], |row| row.get(0)).unwrap();
        assert_eq!((table.next, stored), (batched + 1, batched + 1));
    }
}
