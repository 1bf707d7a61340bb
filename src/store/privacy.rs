//! People's privacy settings.

use sqlx::{AnyConnection, FromRow, any::AnyRow};

use super::{Batch, Store, rows::is_one};
use crate::{
    error::Result,
    model::{Privacy, Timestamp, UserId},
};

impl Store {
    /// A person's settings, `None` if the account is deleted.
    pub async fn privacy(&self, user: UserId) -> Result<Option<Privacy>> {
        let work = async {
            let mut connection = self.reads.acquire().await?;
            read(&mut connection, user).await
        };
        self.within(work).await
    }
}

impl Batch {
    /// A person's settings in this transaction, `None` if the account is deleted.
    pub async fn privacy(&mut self, user: UserId) -> sqlx::Result<Option<Privacy>> {
        read(self.connection().await?, user).await
    }

    /// Stores a person's settings.
    pub async fn set_privacy(&mut self, user: UserId, privacy: Privacy, now: Timestamp) -> sqlx::Result<()> {
        let query = sqlx::query(
            "UPDATE users SET shows_presence = $1, sends_receipts = $2, updated_at = $3 \
             WHERE id = $4 AND deleted_at IS NULL",
        );
        let query = query.bind(i64::from(privacy.presence)).bind(i64::from(privacy.read_receipts)).bind(now).bind(user);
        query.execute(self.connection().await?).await.map(|_| ())
    }

    /// Makes copies of the members of a user's groups outdated, in groups of at most this many members: who gets read
    /// receipts has changed.
    pub async fn raise_roster_versions(&mut self, user: UserId, up_to: i64) -> sqlx::Result<()> {
        self.lock_chats_of(user).await?;
        let query = sqlx::query(
            "UPDATE chats SET roster_version = roster_version + 1 WHERE group_id IS NOT NULL AND member_count <= $2 \
             AND id IN (SELECT chat_id FROM members WHERE user_id = $1 AND left_at IS NULL)",
        );
        query.bind(user).bind(up_to).execute(self.connection().await?).await.map(|_| ())
    }
}

async fn read(connection: &mut AnyConnection, user: UserId) -> sqlx::Result<Option<Privacy>> {
    let sql = "SELECT shows_presence, sends_receipts FROM users WHERE id = $1 AND deleted_at IS NULL";
    sqlx::query_as(sql).bind(user).fetch_optional(connection).await
}

impl FromRow<'_, AnyRow> for Privacy {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self { presence: is_one(row, "shows_presence")?, read_receipts: is_one(row, "sends_receipts")? })
    }
}
