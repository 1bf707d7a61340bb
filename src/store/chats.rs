//! The chat list.

use sqlx::{Row, any::AnyRow};

use super::{
    Store,
    types::{message, message_columns, person},
};
use crate::{
    error::Result,
    model::{ChatSummary, Conversation, Timestamp, UserId},
};

impl Store {
    /// Conversations whose newest visible message is before an instant, newest first: at most `limit`, and those that
    /// share the last one's instant.
    pub async fn chat_list(&self, user: UserId, before: Timestamp, limit: i64) -> Result<Vec<ChatSummary>> {
        let work = async {
            let query = sqlx::query(concat!(
                "WITH mine AS (\
                   SELECT c.id, c.group_id, c.name, c.user_low, c.user_high, c.last_seq, c.last_at \
                   FROM members me JOIN chats c ON c.id = me.chat_id \
                   WHERE me.user_id = $1 AND me.left_at IS NULL AND c.dropped_at IS NULL \
                     AND c.last_seq > me.hidden_up_to_seq AND c.last_at < $2) \
                 SELECT mine.group_id, mine.name, r.id, r.first_name, r.last_name, ",
                message_columns!(),
                " FROM mine JOIN messages m ON m.chat_id = mine.id AND m.seq = mine.last_seq \
                 JOIN users s ON s.id = m.sender_id \
                 LEFT JOIN users r ON r.id = CASE m.sender_id WHEN mine.user_low THEN mine.user_high \
                   ELSE mine.user_low END \
                 WHERE mine.last_at >= COALESCE(\
                   (SELECT last_at FROM mine ORDER BY last_at DESC LIMIT 1 OFFSET $3), 0) \
                 ORDER BY mine.last_at DESC, mine.id DESC"
            ));
            let query = query.bind(user).bind(before).bind(limit - 1);
            query.fetch_all(&self.reads).await?.iter().map(summary).collect()
        };
        self.within(work).await
    }
}

fn summary(row: &AnyRow) -> sqlx::Result<ChatSummary> {
    let conversation = match row.try_get(0)? {
        Some(id) => Conversation::Group { id, name: row.try_get(1)? },
        None => Conversation::Dialog { receiver: person(row, 2)? },
    };
    Ok(ChatSummary { conversation, newest: message(row, 5)? })
}
