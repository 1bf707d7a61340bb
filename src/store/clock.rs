//! Repairs times that were stored while the clock was ahead. Works in steps, each a transaction: an interrupted repair
//! continues when it is run again.

use serde::Serialize;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::{
    DatabaseResult, Store,
    engine::Sql,
    types::{json, number},
};
use crate::{
    error::Result,
    model::{ChatId, Timestamp},
};

/// The setting that keeps the time with which an interrupted repair began.
const KEY: &str = "clock_repair";
/// Chats, and messages of one chat, per step.
const CHATS_STEP: i64 = 200;
const MESSAGES_STEP: i64 = 1000;

/// Columns whose times are not in the future when they are stored, by table. Those of tables with `chat_id` are
/// repaired in steps.
const OF_CHATS: [(&str, &[&str]); 3] = [
    ("messages", &["edited_at", "deleted_at"]),
    ("members", &["joined_at", "left_at"]),
    ("reactions", &["created_at"]),
];
const OTHERS: [(&str, &[&str]); 4] = [
    ("users", &["created_at", "updated_at", "deleted_at"]),
    ("sessions", &["created_at", "last_seen_at", "used_at", "ended_at", "confirmed_at"]),
    ("blocks", &["created_at"]),
    ("chats", &["created_at", "dropped_at"]),
];

static MOVE: Sql = Sql::new(
    "UPDATE messages SET created_at = q.created_at \
     FROM rows($1: seq BIGINT, created_at BIGINT) q WHERE messages.chat_id = $2 AND messages.seq = q.seq",
);

#[derive(Serialize)]
struct Moved {
    seq: i64,
    #[serde(serialize_with = "number")]
    created_at: Timestamp,
}

/// What a repair changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Messages with a new time.
    pub messages: u64,
    /// Their chats.
    pub chats: u64,
    /// Other rows with a new time.
    pub others: u64,
}

impl Store {
    /// The time of the newest message, without deleted chats.
    pub async fn newest_message(&self) -> Result<Option<Timestamp>> {
        let query = sqlx::query_scalar("SELECT MAX(last_at) FROM chats WHERE dropped_at IS NULL AND last_seq > 0");
        self.within(query.fetch_one(&self.reads)).await
    }

    /// Whether a repair was begun and not finished.
    pub async fn is_under_repair(&self) -> Result<bool> {
        let query = sqlx::query("SELECT value FROM settings WHERE key = $1").bind(KEY);
        self.within(async { Ok(query.fetch_optional(&self.reads).await?.is_some()) }).await
    }

    /// Moves times after `now` to `now`, those of each chat's messages to just before it, in their order and 1 ms
    /// apart; sessions end by `expires_by`. Has no timeout.
    pub async fn repair_clock(&self, now: Timestamp, expires_by: Timestamp) -> Result<Repaired> {
        self.repair(now, expires_by).await.map_err(|error| self.failure(error))
    }

    async fn repair(&self, now: Timestamp, expires_by: Timestamp) -> DatabaseResult<Repaired> {
        // An interrupted repair continues with the time with which it began.
        let begun = self.begin_repair(now).await?;
        let (now, mut repaired) = (now.min(begun), Repaired::default());
        let last: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) FROM chats").fetch_one(&self.reads).await?;
        for after in (0..last).step_by(200) {
            let query =
                sqlx::query_scalar("SELECT id FROM chats WHERE id > $1 AND id <= $2 AND last_at > $3 ORDER BY id");
            let query = query.bind(after).bind(after + CHATS_STEP).bind(now);
            for chat in query.fetch_all(&self.reads).await? {
                repaired.messages += self.move_messages(chat, now).await?;
                repaired.chats += 1;
            }
            let mut change = self.begin().await?;
            for (table, columns) in OF_CHATS {
                let range = format!(" AND chat_id > {after} AND chat_id <= {}", after + CHATS_STEP);
                repaired.others += pull_back(&mut change, table, columns, &range, now).await?;
            }
            change.commit().await?;
        }
        let mut change = self.begin().await?;
        for (table, columns) in OTHERS {
            repaired.others += pull_back(&mut change, table, columns, "", now).await?;
        }
        let query = sqlx::query("UPDATE sessions SET expires_at = $1 WHERE expires_at > $1").bind(expires_by);
        query.execute(&mut *change).await?;
        // Clients store messages with their times: a new epoch makes them read these again.
        sqlx::query("DELETE FROM settings WHERE key = $1 OR key = 'epoch'").bind(KEY).execute(&mut *change).await?;
        change.commit().await?;
        Ok(repaired)
    }

    async fn begin_repair(&self, now: Timestamp) -> DatabaseResult<Timestamp> {
        let mut change = self.begin().await?;
        let query = sqlx::query("INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING");
        query.bind(KEY).bind(now.0.to_string().into_bytes()).execute(&mut *change).await?;
        let query = sqlx::query_scalar("SELECT value FROM settings WHERE key = $1").bind(KEY);
        let value: Vec<u8> = query.fetch_one(&mut *change).await?;
        change.commit().await?;
        Ok(String::from_utf8_lossy(&value).parse().map_or(now, Timestamp))
    }

    /// From the newest message to the oldest, moves each to at most as many milliseconds before `now` as there are
    /// messages after it. Stops at a message that is earlier already, as are all before it. The chat's own time comes
    /// last: an interrupted repair finds the chat by it. Returns how many messages it moved.
    async fn move_messages(&self, chat: ChatId, now: Timestamp) -> DatabaseResult<u64> {
        let (mut before, mut latest, mut count) = (i64::MAX, now, 0);
        loop {
            let mut change = self.begin().await?;
            let query = sqlx::query(
                "SELECT seq, created_at FROM messages WHERE chat_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3",
            );
            let rows = query.bind(chat).bind(before).bind(MESSAGES_STEP).fetch_all(&mut *change).await?;
            let mut moved = Vec::new();
            let mut is_done = rows.is_empty();
            for row in &rows {
                let created_at: Timestamp = row.try_get("created_at")?;
                before = row.try_get("seq")?;
                is_done = created_at < latest;
                if is_done {
                    break;
                }
                if created_at > latest {
                    moved.push(Moved { seq: before, created_at: latest });
                }
                latest = latest.plus_millis(-1);
            }
            if !moved.is_empty() {
                let query = sqlx::query(MOVE.on(self.engine)).bind(json(&moved)).bind(chat);
                count += query.execute(&mut *change).await?.rows_affected();
            }
            if is_done {
                let query = sqlx::query("UPDATE chats SET last_at = $2 WHERE id = $1 AND last_at > $2");
                query.bind(chat).bind(now).execute(&mut *change).await?;
            }
            change.commit().await?;
            if is_done {
                return Ok(count);
            }
        }
    }
}

/// Moves times after `now` to `now`. Returns how many rows it changed.
async fn pull_back(
    connection: &mut AnyConnection,
    table: &str,
    columns: &[&str],
    range: &str,
    now: Timestamp,
) -> DatabaseResult<u64> {
    let set: Vec<_> =
        columns.iter().map(|name| format!("{name} = CASE WHEN {name} > $1 THEN $1 ELSE {name} END")).collect();
    let late: Vec<_> = columns.iter().map(|name| format!("{name} > $1")).collect();
    let sql = format!("UPDATE {table} SET {} WHERE ({}){range}", set.join(", "), late.join(" OR "));
    Ok(sqlx::query(AssertSqlSafe(sql)).bind(now).execute(connection).await?.rows_affected())
}
