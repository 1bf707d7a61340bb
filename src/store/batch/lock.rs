//! For PostgreSQL: locks every chat of a batch, in one order, so that two batches cannot wait for each other.

use serde::Serialize;

use super::Batch;
use crate::{
    model::{ChatId, ChatKey, UserId},
    store::{
        engine::Engine,
        script::Prepared,
        types::{key, number},
    },
};

/// A chat that a batch changes.
#[derive(Serialize, PartialEq, Eq, Hash)]
#[serde(untagged)]
pub enum Locked {
    /// By its key; it may not exist.
    Key(#[serde(serialize_with = "key")] ChatKey),
    /// By its number.
    Id {
        /// The number.
        #[serde(serialize_with = "number")]
        id: ChatId,
    },
}

pub(super) static LOCK: Prepared = Prepared::new(
    "lock_chats(TEXT)",
    "SELECT id FROM chats WHERE id = ANY(ARRAY(\
       SELECT g.id FROM rows($1: group_id UUID) q JOIN one(chats g: g.group_id = q.group_id) \
       UNION ALL \
       SELECT d.id FROM rows($1: user_low UUID, user_high UUID) q \
         JOIN one(chats d: d.user_low = q.user_low AND d.user_high = q.user_high) \
       UNION ALL \
       SELECT q.id FROM rows($1: id BIGINT) q WHERE q.id IS NOT NULL\
     )) ORDER BY id FOR UPDATE",
);

impl Batch {
    /// Locks every chat that a user is or was in, in the same order.
    pub(in crate::store) async fn lock_chats_of(&mut self, user: UserId) -> sqlx::Result<()> {
        if self.store.engine == Engine::Sqlite {
            return Ok(());
        }
        let query = sqlx::query(
            "SELECT id FROM chats WHERE id IN (SELECT chat_id FROM members WHERE user_id = $1) ORDER BY id FOR UPDATE",
        );
        query.bind(user).execute(self.connection().await?).await.map(|_| ())
    }
}
