//! Some chats of a whole database, to try whether they can be opened.

use sqlx::{Row, any::AnyRow};

use super::{DatabaseResult, Store};
use crate::{
    error::Result,
    model::{ChatRef, UserId},
};

impl Store {
    /// At most `limit` chats, spread over all of them, each with a member who sees messages in it.
    pub async fn sample_chats(&self, limit: i64) -> Result<Vec<(UserId, ChatRef)>> {
        let work = async {
            let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM chats").fetch_one(&self.reads).await?;
            let query = sqlx::query(
                "SELECT c.group_id, c.user_low, c.user_high, m.user_id FROM chats c JOIN members m ON m.chat_id = c.id \
                   AND m.user_id = (SELECT MIN(o.user_id) FROM members o WHERE o.chat_id = c.id \
                     AND o.left_at IS NULL AND o.hidden_up_to_seq < c.last_seq) \
                 WHERE c.dropped_at IS NULL AND c.id % $1 = 0 ORDER BY c.id LIMIT $2",
            );
            let rows = query.bind((count / limit).max(1)).bind(limit).fetch_all(&self.reads).await?;
            rows.iter().map(chat).collect()
        };
        self.within(work).await
    }
}

fn chat(row: &AnyRow) -> DatabaseResult<(UserId, ChatRef)> {
    let reader = row.try_get("user_id")?;
    if let Some(group) = row.try_get("group_id")? {
        return Ok((reader, ChatRef::Group(group)));
    }
    let (low, high): (UserId, UserId) = (row.try_get("user_low")?, row.try_get("user_high")?);
    Ok((reader, ChatRef::Dialog(if low == reader { high } else { low })))
}
