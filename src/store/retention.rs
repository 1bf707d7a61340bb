//! Finds the chats whose oldest messages have expired.

use sqlx::Row;

use super::{Store, rows::is_one};
use crate::{
    error::Result,
    model::{ChatId, Timestamp},
};

/// Chats per query.
const PAGE: i64 = 500;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// A chat whose oldest messages have expired. Each step that deletes some reads the chat's own limit again: its owner
/// may change it meanwhile.
#[derive(Debug, Clone, Copy)]
pub struct Expiring {
    /// The chat.
    pub chat: ChatId,
    /// The server's limit in days, if it has one.
    pub days: Option<u32>,
    /// The time at which the messages' age counts.
    pub now: Timestamp,
}

impl Expiring {
    /// The instant before which messages have expired, with this limit of the chat; `None` if no limit holds.
    pub(super) fn cutoff(&self, own_days: Option<i64>) -> Option<Timestamp> {
        let days = [own_days, self.days.map(i64::from)].into_iter().flatten().min()?;
        Some(days_before(self.now, days))
    }
}

/// Some chats, checked for expired messages.
pub struct ExpiryPage {
    /// Those that have some.
    pub expiring: Vec<Expiring>,
    /// Where the next page begins; `None` after the last chat.
    pub next: Option<ChatId>,
}

/// Each chat's own instant, or the server's if that is later. `$2` is the server's, `$3` the present time.
macro_rules! expiring {
    ($condition:literal) => {
        concat!(
            "SELECT q.id, CASE WHEN (\
               SELECT m.created_at FROM messages m WHERE m.chat_id = q.id AND m.seq < q.last_seq ORDER BY m.seq LIMIT 1\
             ) < q.cutoff THEN 1 ELSE 0 END AS is_due FROM (\
               SELECT c.id, c.last_seq, CASE WHEN $3 - c.retention_days * 86400000 > $2 \
                 THEN $3 - c.retention_days * 86400000 ELSE $2 END AS cutoff \
               FROM chats c WHERE c.id > $1 AND c.dropped_at IS NULL",
            $condition,
            " ORDER BY c.id LIMIT $4) q ORDER BY q.id"
        )
    };
}

impl Store {
    /// Checks the next chats after one. `days` is the server's own limit, `None` if it has none.
    pub async fn expiring(&self, after: ChatId, days: Option<u32>, now: Timestamp) -> Result<ExpiryPage> {
        let text = match days {
            Some(_) => expiring!(""),
            // An index has the few groups with a limit of their own.
            None => expiring!(" AND c.retention_days IS NOT NULL"),
        };
        let work = async {
            let before = days.map_or(Timestamp(0), |days| days_before(now, days.into()));
            let query = sqlx::query(text).bind(after).bind(before).bind(now).bind(PAGE);
            let rows = query.fetch_all(&self.reads).await?;
            let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE);
            let next = rows.last().filter(|_| is_full).map(|row| row.try_get("id")).transpose()?;
            let mut expiring = Vec::new();
            for row in &rows {
                if is_one(row, "is_due")? {
                    expiring.push(Expiring { chat: row.try_get("id")?, days, now });
                }
            }
            Ok(ExpiryPage { expiring, next })
        };
        self.within(work).await
    }
}

fn days_before(now: Timestamp, days: i64) -> Timestamp {
    now.plus_millis(-days * DAY_MILLIS)
}
