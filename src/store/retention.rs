//! Finds the chats whose oldest messages have expired.

use sqlx::Row;

use super::{Store, rows::is_one};
use crate::{
    error::Result,
    model::{ChatId, Timestamp},
};

/// Chats per query.
const PAGE: i64 = 500;

/// Messages of a chat that expire.
#[derive(Debug, Clone, Copy)]
pub struct Expiring {
    /// The chat.
    pub chat: ChatId,
    /// Those written before this instant.
    pub before: Timestamp,
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
            "SELECT q.id, q.cutoff, CASE WHEN (\
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
    /// Checks the next chats after one. `before` is when the server's own limit begins, `None` if it has none.
    pub async fn expiring(&self, after: ChatId, before: Option<Timestamp>, now: Timestamp) -> Result<ExpiryPage> {
        let text = match before {
            Some(_) => expiring!(""),
            // An index has the few groups with a limit of their own.
            None => expiring!(" AND c.retention_days IS NOT NULL"),
        };
        let work = async {
            let query = sqlx::query(text).bind(after).bind(before.unwrap_or(Timestamp(0))).bind(now).bind(PAGE);
            let rows = query.fetch_all(&self.reads).await?;
            let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE);
            let next = rows.last().filter(|_| is_full).map(|row| row.try_get("id")).transpose()?;
            let mut expiring = Vec::new();
            for row in &rows {
                if is_one(row, "is_due")? {
                    expiring.push(Expiring { chat: row.try_get("id")?, before: row.try_get("cutoff")? });
                }
            }
            Ok(ExpiryPage { expiring, next })
        };
        self.within(work).await
    }
}
