//! What the first frame of a connection contains, in one query.

use sqlx::{FromRow, Row, any::AnyRow};

use super::{Store, chats::from_mine};
use crate::{
    error::Result,
    model::{Person, Privacy, Timestamp, UserId},
};

/// A person, with settings and the number of unread messages.
pub struct Greeting {
    /// The person.
    pub person: Person,
    /// The account's e-mail address.
    pub email: String,
    /// The person's settings.
    pub privacy: Privacy,
    /// Unread messages of all chats that are not muted.
    pub unread_total: i64,
}

const GREETING: &str = concat!(
    "SELECT u.id, u.first_name, u.last_name, u.email, u.shows_presence, u.sends_receipts, \
       (SELECT CAST(COALESCE(SUM(c.last_seq - CASE \
          WHEN me.read_up_to_seq >= me.hidden_up_to_seq AND me.read_up_to_seq >= c.first_seq THEN me.read_up_to_seq \
          WHEN me.hidden_up_to_seq >= c.first_seq THEN me.hidden_up_to_seq \
          ELSE c.first_seq - 1 END), 0) AS BIGINT)",
    from_mine!(),
    " AND c.last_seq > me.read_up_to_seq AND COALESCE(me.muted_until, 0) <= $2) AS unread_total \
     FROM users u WHERE u.id = $1 AND u.deleted_at IS NULL"
);

impl Store {
    /// The greeting of a person, `None` if the account is deleted.
    pub async fn greeting(&self, user: UserId, now: Timestamp) -> Result<Option<Greeting>> {
        let query = sqlx::query_as(GREETING).bind(user).bind(now);
        self.within(query.fetch_optional(&self.reads)).await
    }
}

impl FromRow<'_, AnyRow> for Greeting {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            person: Person::from_row(row)?,
            email: row.try_get("email")?,
            privacy: Privacy::from_row(row)?,
            unread_total: row.try_get("unread_total")?,
        })
    }
}
