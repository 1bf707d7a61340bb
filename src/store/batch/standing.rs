//! Members' standing in their chats, their roles, and blocks between people.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::Batch;
use crate::{
    model::{ChatId, Role, Standing, Timestamp, UserId},
    store::{
        engine::Sql,
        types::{Number, number},
    },
};

/// A member's new standing.
#[derive(Serialize)]
pub struct NewStanding {
    /// The member.
    #[serde(rename = "user_id")]
    pub user: UserId,
    /// The chat.
    #[serde(rename = "chat_id", serialize_with = "number")]
    pub chat: ChatId,
    /// What is stored.
    #[serde(flatten, serialize_with = "columns")]
    pub standing: Standing,
}

fn columns<S: Serializer>(standing: &Standing, serializer: S) -> Result<S::Ok, S::Error> {
    let Standing { state, read_up_to, hidden_up_to, muted_until } = standing;
    let mut columns = serializer.serialize_map(None)?;
    columns.serialize_entry("state", state)?;
    columns.serialize_entry("read_up_to", read_up_to)?;
    columns.serialize_entry("hidden_up_to", hidden_up_to)?;
    columns.serialize_entry("muted_until", &muted_until.number())?;
    columns.end()
}

static SET_STANDINGS: Sql = Sql::new(
    "UPDATE members SET state = q.state, read_up_to_seq = q.read_up_to, hidden_up_to_seq = q.hidden_up_to, \
       muted_until = q.muted_until \
     FROM rows($1: user_id UUID, chat_id BIGINT, state BIGINT, read_up_to BIGINT, hidden_up_to BIGINT, \
       muted_until BIGINT) q \
     WHERE members.user_id = q.user_id AND members.chat_id = q.chat_id",
);

impl Batch {
    /// Stores members' new standings; each person and chat once.
    pub async fn set_standings(&mut self, standings: &[NewStanding]) -> sqlx::Result<()> {
        self.execute(&SET_STANDINGS, standings, None).await
    }

    /// Gives a member another role.
    pub async fn set_role(&mut self, user: UserId, chat: ChatId, role: Role) -> sqlx::Result<()> {
        let query = sqlx::query("UPDATE members SET role = $1, state = state + 1 WHERE user_id = $2 AND chat_id = $3");
        query.bind(role).bind(user).bind(chat).execute(self.connection().await?).await.map(|_| ())
    }

    /// Adds a block. Returns whether it is new.
    pub async fn block(&mut self, user: UserId, blocked: UserId, now: Timestamp) -> sqlx::Result<bool> {
        let query = sqlx::query(
            "INSERT INTO blocks (user_id, blocked_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        );
        let added = query.bind(user).bind(blocked).bind(now).execute(self.connection().await?).await?;
        Ok(added.rows_affected() > 0)
    }

    /// Removes a block. Returns whether there was one.
    pub async fn unblock(&mut self, user: UserId, blocked: UserId) -> sqlx::Result<bool> {
        let query = sqlx::query("DELETE FROM blocks WHERE user_id = $1 AND blocked_id = $2");
        let removed = query.bind(user).bind(blocked).execute(self.connection().await?).await?;
        Ok(removed.rows_affected() > 0)
    }
}
