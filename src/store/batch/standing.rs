//! How people stand in their chats: what they have read, hidden and muted, what they may do, whom they block.

use serde::Serialize;

use super::Batch;
use crate::{
    model::{ChatId, Role, Standing, Timestamp, UserId},
    store::{engine::Sql, types::Hex},
};

/// Somebody's place in a chat.
pub struct NewStanding {
    /// Who.
    pub user: UserId,
    /// Where.
    pub chat: ChatId,
    /// How.
    pub standing: Standing,
}

static SET_STANDINGS: Sql = Sql::steps(&["UPDATE members SET state = q.state, read_up_to_seq = q.read_up_to, \
       hidden_up_to_seq = q.hidden_up_to, muted_until = q.muted_until \
     FROM rows($1: user_id BYTES, chat_id BIGINT, state BIGINT, read_up_to BIGINT, hidden_up_to BIGINT, \
       muted_until BIGINT) q \
     WHERE members.user_id = q.user_id AND members.chat_id = q.chat_id"]);

impl Batch {
    /// Stores how people stand from now on; each person and chat once.
    pub async fn set_standings(&mut self, standings: &[NewStanding]) -> sqlx::Result<()> {
        #[derive(Serialize)]
        struct Row {
            user_id: Hex,
            chat_id: i64,
            state: i64,
            read_up_to: i64,
            hidden_up_to: i64,
            muted_until: Option<i64>,
        }
        let row = |NewStanding { user, chat, standing }: &NewStanding| Row {
            user_id: Hex(user.0),
            chat_id: chat.0,
            state: standing.state,
            read_up_to: standing.read_up_to,
            hidden_up_to: standing.hidden_up_to,
            muted_until: standing.muted_until.map(|until| until.0),
        };
        self.execute(&SET_STANDINGS, &standings.iter().map(row).collect::<Vec<_>>(), None).await
    }

    /// Gives a member another role.
    pub async fn set_role(&mut self, user: UserId, chat: ChatId, role: Role) -> sqlx::Result<()> {
        let query = sqlx::query("UPDATE members SET role = $1, state = state + 1 WHERE user_id = $2 AND chat_id = $3");
        query.bind(role).bind(user).bind(chat).execute(self.connection()).await.map(|_| ())
    }

    /// Lets somebody take nothing from somebody else any more. Whether that is new.
    pub async fn block(&mut self, user: UserId, blocked: UserId, now: Timestamp) -> sqlx::Result<bool> {
        let query = sqlx::query(
            "INSERT INTO blocks (user_id, blocked_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        );
        let added = query.bind(user).bind(blocked).bind(now).execute(self.connection()).await?;
        Ok(added.rows_affected() > 0)
    }

    /// Takes a block back. Whether there was one.
    pub async fn unblock(&mut self, user: UserId, blocked: UserId) -> sqlx::Result<bool> {
        let query = sqlx::query("DELETE FROM blocks WHERE user_id = $1 AND blocked_id = $2");
        let removed = query.bind(user).bind(blocked).execute(self.connection()).await?;
        Ok(removed.rows_affected() > 0)
    }
}
