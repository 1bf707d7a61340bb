//! Consumers of the log: each has a name and keeps one cursor per writer.

use sqlx::Row;

use super::KEPT_MILLIS;
use crate::{
    error::Result,
    model::{Cursor, Event, Timestamp},
    store::{DatabaseError, Store},
};

/// The writers that have rows, found by one look-up each.
const WRITERS: &str = "WITH RECURSIVE found(writer) AS (\
       SELECT MIN(writer) FROM commits \
       UNION ALL \
       SELECT (SELECT MIN(c.writer) FROM commits c WHERE c.writer > found.writer) FROM found \
         WHERE found.writer IS NOT NULL) \
     SELECT f.writer, COALESCE((SELECT k.n FROM cursors k WHERE k.consumer = $1 AND k.writer = f.writer), 0) AS n \
     FROM found f WHERE f.writer IS NOT NULL ORDER BY f.writer";

/// A row of the log.
#[derive(Debug)]
pub struct Commit {
    /// Its place.
    pub cursor: Cursor,
    /// When it was committed.
    pub at: Timestamp,
    /// What it changed, in order, without scenes: a consumer that needs texts or members reads them by the ids.
    pub events: Vec<Event>,
}

impl Store {
    /// Starts to follow the log from its end, or continues. Returns whether the consumer is new, or was away for longer
    /// than rows are kept: it must then read what it needs from the tables.
    pub async fn follow(&self, consumer: &str, now: Timestamp) -> Result<bool> {
        let work = async {
            let mut change = self.begin().await?;
            let forget = sqlx::query("DELETE FROM consumers WHERE moved_at < $1").bind(now.plus_millis(-KEPT_MILLIS));
            forget.execute(&mut *change).await?;
            let add = sqlx::query("INSERT INTO consumers (name, moved_at) VALUES ($1, $2) ON CONFLICT DO NOTHING");
            let is_new = add.bind(consumer).bind(now).execute(&mut *change).await?.rows_affected() > 0;
            if is_new {
                let skip = sqlx::query(
                    "INSERT INTO cursors (consumer, writer, n) SELECT $1, writer, MAX(n) FROM commits GROUP BY writer",
                );
                skip.bind(consumer).execute(&mut *change).await?;
            }
            change.commit().await?;
            Ok(is_new)
        };
        self.within(work).await
    }

    /// The next rows for a consumer, at most `limit`, in order per writer.
    pub async fn followed(&self, consumer: &str, limit: i64) -> Result<Vec<Commit>> {
        let work = async {
            let writers = sqlx::query(WRITERS).bind(consumer).fetch_all(&self.reads).await?;
            let mut commits = Vec::new();
            for row in writers {
                let (writer, after): (i64, i64) = (row.try_get("writer")?, row.try_get("n")?);
                let room = limit - i64::try_from(commits.len()).unwrap_or(limit);
                let query =
                    sqlx::query("SELECT n, at, events FROM commits WHERE writer = $1 AND n > $2 ORDER BY n LIMIT $3");
                for row in query.bind(writer).bind(after).bind(room).fetch_all(&self.reads).await? {
                    let events: String = row.try_get("events")?;
                    let events =
                        serde_json::from_str(&events).map_err(|error| DatabaseError::Decode(Box::new(error)))?;
                    let cursor = Cursor { writer, n: row.try_get("n")? };
                    commits.push(Commit { cursor, at: row.try_get("at")?, events });
                }
            }
            Ok(commits)
        };
        self.within(work).await
    }

    /// Moves a consumer's cursor of one writer. Call it when the effects of all rows up to this one are stored.
    pub async fn advance(&self, consumer: &str, cursor: Cursor, now: Timestamp) -> Result<()> {
        let work = async {
            let mut change = self.begin().await?;
            let query = sqlx::query("UPDATE consumers SET moved_at = $2 WHERE name = $1");
            query.bind(consumer).bind(now).execute(&mut *change).await?;
            let query = sqlx::query(
                "INSERT INTO cursors (consumer, writer, n) VALUES ($1, $2, $3) \
                 ON CONFLICT (consumer, writer) DO UPDATE SET n = excluded.n",
            );
            query.bind(consumer).bind(cursor.writer).bind(cursor.n).execute(&mut *change).await?;
            change.commit().await
        };
        self.within(work).await
    }
}
