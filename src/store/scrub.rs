//! On SQLite, removes what deleted texts leave in the files, in steps that are short enough to keep no write waiting:
//! overwrites the unused parts of all pages, then empties the log, which holds earlier versions of pages.
//!
//! Two rows of `settings` record the work, so that the next process continues it: `erased` says that something was
//! deleted since the last pass began, `scrub` holds the first page that the current pass has not reached.

mod page;

use sqlx::{AnyConnection, AssertSqlSafe, Executor, Row, any::AnyRow};

use super::{Store, engine::Engine};
use crate::error::Result;

/// Pages that one step reads: a megabyte.
const STEP: i64 = 256;
/// The largest file, in pages: in a larger one the first byte of a page does not show its kind.
const MAX_PAGES: i64 = 1 << 24;
/// How long emptying the log waits for readers, and with it every write: the server's own reads end sooner, a backup's
/// snapshot does not.
const LOG_WAIT_MILLIS: u64 = 50;

/// Pages `$1` to `$2`.
const PAGES: &str = "WITH RECURSIVE numbers (n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $2) \
     SELECT p.pgno, p.data FROM numbers JOIN sqlite_dbpage p ON p.pgno = numbers.n";

impl Store {
    /// Begins a pass over the file if something was deleted since the last one began. Returns whether there is a pass
    /// to do, with [`Store::scrub_step`].
    pub async fn begin_scrub(&self) -> Result<bool> {
        if self.engine != Engine::Sqlite {
            return Ok(false);
        }
        let work = async {
            let query = sqlx::query("SELECT key FROM settings WHERE key IN ('erased', 'scrub') ORDER BY key DESC");
            let found = query.fetch_optional(&self.reads).await?;
            match found.map(|row| row.try_get::<String, _>("key")).transpose()?.as_deref() {
                None => Ok(false),
                Some("scrub") => Ok(true),
                Some(_) => {
                    let mut change = self.begin().await?;
                    change.execute("DELETE FROM settings WHERE key = 'erased'").await?;
                    save(&mut change, 1).await?;
                    change.commit().await?;
                    Ok(true)
                }
            }
        };
        self.within(work).await
    }

    /// Does a step of the pass. Returns whether there is more to do now. If a reader still needs the log, the last step
    /// cannot empty it, and the pass is not done: begin it again later.
    pub async fn scrub_step(&self) -> Result<bool> {
        let work = async {
            let query = sqlx::query_scalar("SELECT value FROM settings WHERE key = 'scrub'");
            let Some(value): Option<Vec<u8>> = query.fetch_optional(&self.reads).await? else { return Ok(false) };
            let from = number(&value);
            let pages = read(&self.reads, from, from + STEP - 1).await?;
            if pages.is_empty() || from > MAX_PAGES {
                self.empty_log().await?;
                return Ok(false);
            }
            let reserved = reserved(&read(&self.reads, 1, 1).await?);
            let with_remains: Vec<_> = pages.into_iter().filter_map(|page| scrubbed(page, reserved)).collect();
            let mut change = self.begin().await?;
            for (place, _) in with_remains {
                // It may have changed since it was read.
                for page in read(&mut *change, place, place).await? {
                    let Some((place, bytes)) = scrubbed(page, reserved) else { continue };
                    let query = sqlx::query("UPDATE sqlite_dbpage SET data = $2 WHERE pgno = $1");
                    query.bind(place).bind(bytes).execute(&mut *change).await?;
                }
            }
            save(&mut change, from + STEP).await?;
            change.commit().await?;
            Ok(true)
        };
        self.within(work).await
    }

    /// Whether no pass is under way.
    pub async fn has_scrubbed(&self) -> Result<bool> {
        let query = sqlx::query("SELECT key FROM settings WHERE key = 'scrub'");
        self.within(async { Ok(query.fetch_optional(&self.reads).await?.is_none()) }).await
    }

    /// Moves the log into the file and truncates it, unless a reader needs it; then the pass is done.
    async fn empty_log(&self) -> sqlx::Result<()> {
        // Not kept: its timeout is no longer that of writes.
        let mut connection = self.writers.acquire().await?;
        connection.execute(AssertSqlSafe(format!("PRAGMA busy_timeout = {LOG_WAIT_MILLIS}"))).await?;
        let row = connection.fetch_one("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        drop(connection);
        if row.try_get::<i64, _>("busy")? == 0 {
            self.write(sqlx::query("DELETE FROM settings WHERE key = 'scrub'")).await?;
        }
        Ok(())
    }
}

/// Records, on SQLite, that this transaction deletes texts.
pub(super) async fn note_erasure(engine: Engine, connection: &mut AnyConnection) -> sqlx::Result<()> {
    if engine != Engine::Sqlite {
        return Ok(());
    }
    let query = sqlx::query("INSERT INTO settings (key, value) VALUES ('erased', x'') ON CONFLICT DO NOTHING");
    query.execute(connection).await.map(|_| ())
}

async fn save(connection: &mut AnyConnection, next: i64) -> sqlx::Result<()> {
    let query = sqlx::query(
        "INSERT INTO settings (key, value) VALUES ('scrub', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    );
    query.bind(next.to_be_bytes().to_vec()).execute(connection).await.map(|_| ())
}

fn number(value: &[u8]) -> i64 {
    value.try_into().map_or(1, i64::from_be_bytes)
}

async fn read<'c>(executor: impl Executor<'c, Database = sqlx::Any>, from: i64, to: i64) -> sqlx::Result<Vec<AnyRow>> {
    sqlx::query(PAGES).bind(from).bind(to).fetch_all(executor).await
}

/// The bytes at the end of each page that SQLite does not use; the header of the file, on the first page, says how many.
fn reserved(first: &[AnyRow]) -> usize {
    let bytes = first.first().and_then(|row| row.try_get::<Vec<u8>, _>("data").ok()).unwrap_or_default();
    bytes.get(20).copied().map_or(0, usize::from)
}

/// A page with its unused bytes overwritten, if that changes it.
fn scrubbed(row: AnyRow, reserved: usize) -> Option<(i64, Vec<u8>)> {
    let (place, mut bytes): (i64, Vec<u8>) = (row.try_get("pgno").ok()?, row.try_get("data").ok()?);
    page::scrub(&mut bytes, place, reserved).then_some((place, bytes))
}
