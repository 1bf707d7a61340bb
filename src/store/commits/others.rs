//! What other servers of the cluster have logged.

use serde::{Deserialize, Serialize, de::IgnoredAny};
use sqlx::{Row, any::AnyRow};

use super::follows;
use crate::{
    error::Result,
    model::{Cursor, Event},
    store::{DatabaseError, DatabaseResult, Store, engine::Sql, types::json},
};

/// The writers that have rows, found by one look-up each.
pub(in crate::store) const WRITERS: &str = "WITH RECURSIVE found(writer) AS (\
       SELECT MIN(writer) FROM commits \
       UNION ALL \
       SELECT (SELECT MIN(c.writer) FROM commits c WHERE c.writer > found.writer) FROM found \
         WHERE found.writer IS NOT NULL) \
     SELECT writer FROM found WHERE writer IS NOT NULL";

static AFTER: Sql = Sql::new(
    "SELECT q.writer, c.n, c.events, c.follows FROM rows($1: writer BIGINT, n BIGINT) q \
     JOIN LATERAL (SELECT n, events, follows FROM commits WHERE writer = q.writer AND n > q.n ORDER BY n LIMIT $2) c \
       ON TRUE ORDER BY q.writer, c.n",
);

/// A row of another server.
#[derive(Debug)]
pub struct OthersCommit {
    /// Its place.
    pub cursor: Cursor,
    /// Rows that were committed before it.
    pub follows: Vec<Cursor>,
    /// What it changed, without scenes. Events that only newer versions know are left out.
    pub events: Vec<Event>,
}

#[derive(Serialize)]
struct After {
    writer: i64,
    n: i64,
}

/// An event of this version or a newer one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Logged {
    Known(Event),
    Unknown(IgnoredAny),
}

impl Store {
    /// The next rows of every writer except this process, at most `limit` of each: those after `cursors`, and all of other
    /// writers. The rows that a row follows are among these or before them, unless there are more than the limit.
    pub async fn commits_of_others(&self, cursors: &[Cursor], limit: i64) -> Result<Vec<OthersCommit>> {
        let work = async {
            let mut connection = self.reads.acquire().await?;
            let writers: Vec<i64> = sqlx::query_scalar(WRITERS).fetch_all(&mut *connection).await?;
            let others = writers.into_iter().filter(|writer| Some(*writer) != self.generation());
            let after = |writer| cursors.iter().find(|cursor| cursor.writer == writer).map_or(0, |cursor| cursor.n);
            let after: Vec<_> = others.map(|writer| After { writer, n: after(writer) }).collect();
            let query = sqlx::query(AFTER.on(self.engine)).bind(json(&after)).bind(limit);
            query.fetch_all(&mut *connection).await?.iter().map(commit).collect()
        };
        self.within(work).await
    }
}

fn commit(row: &AnyRow) -> DatabaseResult<OthersCommit> {
    let cursor = Cursor { writer: row.try_get("writer")?, n: row.try_get("n")? };
    let events = serde_json::from_str::<Vec<Logged>>(row.try_get("events")?);
    let events = events.map_err(|error| DatabaseError::Decode(Box::new(error)))?.into_iter();
    let events = events.filter_map(|event| match event {
        Logged::Known(event) => Some(event),
        Logged::Unknown(_) => None,
    });
    Ok(OthersCommit { cursor, follows: follows(row.try_get("follows")?)?, events: events.collect() })
}
