//! Erases an account.

use sqlx::Row;

use super::Batch;
use crate::model::{GroupId, SessionId, Texts, Timestamp, UserId};

/// Before `$1` leaves: raises the revision of their chats, deletes their blocks, gives their groups a new owner,
/// subtracts one member, and marks groups that are now empty for purging.
const PREPARE: &[&str] = &[
    // Clients fetch these chats again although no message has changed: they show the person's name.
    "UPDATE chats SET revision = revision + 1, roster_version = roster_version + 1 WHERE dropped_at IS NULL \
       AND id IN (SELECT chat_id FROM members WHERE user_id = $1)",
    "DELETE FROM blocks WHERE user_id = $1 OR blocked_id = $1",
    "DELETE FROM export_links WHERE user_id = $1",
    "UPDATE members SET role = 2, state = state + 1 WHERE (chat_id, user_id) IN (\
       SELECT chat_id, user_id FROM (\
         SELECT m.chat_id, m.user_id, \
           ROW_NUMBER() OVER (PARTITION BY m.chat_id ORDER BY m.joined_at, m.user_id) AS place \
         FROM members m JOIN members o ON o.chat_id = m.chat_id AND o.user_id = $1 AND o.role = 2 \
         WHERE m.left_at IS NULL AND o.left_at IS NULL AND m.user_id <> $1) successors \
       WHERE place = 1)",
    "UPDATE chats SET member_count = member_count - 1 WHERE group_id IS NOT NULL AND dropped_at IS NULL \
       AND id IN (SELECT chat_id FROM members WHERE user_id = $1 AND left_at IS NULL)",
    "INSERT INTO purges (chat_id, next_seq) SELECT id, 0 FROM chats WHERE group_id IS NOT NULL AND member_count = 0 \
       AND dropped_at IS NULL AND id IN (SELECT chat_id FROM members WHERE user_id = $1)",
];

/// Ends the memberships of `$1` at `$2`, and deletes groups that are now empty.
const LEAVE_GROUPS: &[&str] = &[
    "UPDATE chats SET dropped_at = $2 WHERE group_id IS NOT NULL AND member_count = 0 AND dropped_at IS NULL \
       AND id IN (SELECT chat_id FROM members WHERE user_id = $1)",
    "UPDATE members SET left_at = $2, role = 0 WHERE user_id = $1 AND left_at IS NULL \
       AND chat_id IN (SELECT id FROM chats WHERE group_id IS NOT NULL)",
];

/// Present members of all chats that `$1` is or was in.
pub(in crate::store) const COMPANIONS: &str = "SELECT DISTINCT m.user_id FROM members own \
     JOIN members m ON m.chat_id = own.chat_id AND m.left_at IS NULL AND m.user_id <> $1 \
     WHERE own.user_id = $1 AND (SELECT c.dropped_at FROM chats c WHERE c.id = own.chat_id) IS NULL \
     ORDER BY m.user_id";

/// What the end of an account has changed.
pub struct Erased {
    /// Its sessions, which have ended.
    pub sessions: Vec<SessionId>,
    /// The new owners of the person's groups, with their memberships' new states.
    pub successors: Vec<(GroupId, UserId, i64)>,
    /// Present members of all chats that the person is or was in, sorted.
    pub companions: Vec<UserId>,
}

impl Batch {
    /// Erases a person's data, ends sessions and memberships, and gives groups new owners. `None` if there is no such
    /// account.
    pub async fn erase_account(&mut self, user: UserId, texts: Texts, now: Timestamp) -> sqlx::Result<Option<Erased>> {
        let query = sqlx::query(
            "UPDATE users SET email = NULL, email_folded = NULL, email_search = '', legacy = 0, \
               first_name = 'Deleted account', last_name = '', first_name_folded = '', last_name_folded = '', \
               password_hash = '', updated_at = $1, deleted_at = $1, texts_erased = $2 \
             WHERE id = $3 AND deleted_at IS NULL",
        );
        let query = query.bind(now).bind(i64::from(texts == Texts::Erase)).bind(user);
        if query.execute(self.connection().await?).await?.rows_affected() == 0 {
            return Ok(None);
        }
        self.erased.push(user);
        self.note_erasure().await?;
        self.lock_chats_of(user).await?;
        let companions = self.companions_of(user).await?;
        for step in PREPARE {
            sqlx::query(*step).bind(user).execute(self.connection().await?).await?;
        }
        let successors = self.successors_of(user).await?;
        for step in LEAVE_GROUPS {
            sqlx::query(*step).bind(user).bind(now).execute(self.connection().await?).await?;
        }
        if texts == Texts::Erase {
            let query = sqlx::query(
                "INSERT INTO purges (chat_id, user_id, next_seq) SELECT chat_id, user_id, 0 FROM members \
                 WHERE user_id = $1",
            );
            query.bind(user).execute(self.connection().await?).await?;
        }
        let query = sqlx::query_scalar("DELETE FROM sessions WHERE user_id = $1 RETURNING id");
        let sessions = query.bind(user).fetch_all(self.connection().await?).await?;
        Ok(Some(Erased { sessions, successors, companions }))
    }

    async fn companions_of(&mut self, user: UserId) -> sqlx::Result<Vec<UserId>> {
        sqlx::query_scalar(COMPANIONS).bind(user).fetch_all(self.connection().await?).await
    }

    /// Those who own a person's groups besides them.
    async fn successors_of(&mut self, owner: UserId) -> sqlx::Result<Vec<(GroupId, UserId, i64)>> {
        let query = sqlx::query(
            "SELECT c.group_id, s.user_id, s.state FROM members o \
             JOIN chats c ON c.id = o.chat_id AND c.group_id IS NOT NULL AND c.dropped_at IS NULL \
             JOIN members s ON s.chat_id = o.chat_id AND s.role = 2 AND s.user_id <> $1 AND s.left_at IS NULL \
             WHERE o.user_id = $1 AND o.role = 2 AND o.left_at IS NULL",
        );
        let rows = query.bind(owner).fetch_all(self.connection().await?).await?;
        rows.iter().map(|row| Ok((row.try_get("group_id")?, row.try_get("user_id")?, row.try_get("state")?))).collect()
    }
}
