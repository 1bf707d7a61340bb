//! What others see of a person.

use sqlx::{AnyConnection, Row};

use super::{Batch, Store};
use crate::{
    error::Result,
    model::{Privacy, Timestamp, UserId},
};

impl Store {
    /// The settings of somebody who has not deleted the account.
    pub async fn privacy(&self, user: UserId) -> Result<Option<Privacy>> {
        let work = async {
            let mut connection = self.reads.acquire().await?;
            read(&mut connection, user).await
        };
        self.within(work).await
    }
}

impl Batch {
    /// The settings of somebody who has not deleted the account, in this transaction.
    pub async fn privacy(&mut self, user: UserId) -> sqlx::Result<Option<Privacy>> {
        read(self.connection(), user).await
    }

    /// Stores somebody's settings.
    pub async fn set_privacy(&mut self, user: UserId, privacy: Privacy, now: Timestamp) -> sqlx::Result<()> {
        let query = sqlx::query(
            "UPDATE users SET shows_presence = $1, sends_receipts = $2, updated_at = $3 \
             WHERE id = $4 AND deleted_at IS NULL",
        );
        let query = query.bind(i64::from(privacy.presence)).bind(i64::from(privacy.read_receipts)).bind(now).bind(user);
        query.execute(self.connection()).await.map(|_| ())
    }
}

async fn read(connection: &mut AnyConnection, user: UserId) -> sqlx::Result<Option<Privacy>> {
    let query =
        sqlx::query("SELECT shows_presence, sends_receipts FROM users WHERE id = $1 AND deleted_at IS NULL").bind(user);
    let Some(row) = query.fetch_optional(connection).await? else { return Ok(None) };
    let is_on = |column| Ok::<_, sqlx::Error>(row.try_get::<i64, _>(column)? == 1);
    Ok(Some(Privacy { presence: is_on(0)?, read_receipts: is_on(1)? }))
}
