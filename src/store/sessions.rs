//! Sessions, and the secret that signs their tokens.

use sqlx::Row;

use super::{Account, Store};
use crate::{
    error::Result,
    model::{SessionId, Timestamp, UserId},
};

/// A log-in to be kept.
pub struct NewSession<'a> {
    /// Its id.
    pub id: SessionId,
    /// What the client calls itself.
    pub user_agent: &'a str,
    /// When it began.
    pub now: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

impl Store {
    /// Begins a session, unless password or account changed since `account` was read: then a log-in that was checked
    /// against the old password must not outlive it. Says whether it began.
    pub async fn add_session(&self, account: &Account, session: &NewSession<'_>) -> Result<bool> {
        let work = async {
            let mut transaction = self.writes.begin_with(self.engine.begin()).await?;
            // Holds the account's row: a password change waits for this log-in, or this one for the change.
            let held = sqlx::query(
                "UPDATE users SET updated_at = updated_at \
                 WHERE id = $1 AND password_hash = $2 AND deleted_at IS NULL",
            );
            let held = held.bind(account.person.id).bind(&account.password_hash).execute(&mut *transaction).await?;
            if held.rows_affected() == 0 {
                return Ok(false);
            }
            let query = sqlx::query(
                "INSERT INTO sessions (id, user_id, user_agent, created_at, last_seen_at, expires_at) \
                 VALUES ($1, $2, $3, $4, $4, $5)",
            )
            .bind(session.id)
            .bind(account.person.id)
            .bind(session.user_agent)
            .bind(session.now)
            .bind(session.expires_at);
            query.execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(true)
        };
        self.within(work).await
    }

    /// Whose live session this is.
    pub async fn session_user(&self, session: SessionId) -> Result<Option<UserId>> {
        let work = async {
            let query = sqlx::query(
                "SELECT s.user_id FROM sessions s JOIN users u ON u.id = s.user_id \
                 WHERE s.id = $1 AND u.deleted_at IS NULL",
            );
            let row = query.bind(session).fetch_optional(&self.reads).await?;
            row.map(|row| row.try_get(0)).transpose()
        };
        self.within(work).await
    }

    /// Removes sessions whose tokens have expired; at most `limit`. How many.
    pub async fn remove_expired_sessions(&self, now: Timestamp, limit: i64) -> Result<u64> {
        let work = async {
            sqlx::query("DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < $1 LIMIT $2)")
                .bind(now)
                .bind(limit)
                .execute(&self.writes)
                .await
        };
        Ok(self.within(work).await?.rows_affected())
    }

    /// The secret of this installation: the one that is kept, or `candidate`, kept from now on.
    pub async fn signing_secret(&self, candidate: &[u8]) -> Result<Vec<u8>> {
        let work = async {
            sqlx::query("INSERT INTO settings (key, value) VALUES ('signing_secret', $1) ON CONFLICT DO NOTHING")
                .bind(candidate)
                .execute(&self.writes)
                .await?;
            let query = sqlx::query("SELECT value FROM settings WHERE key = 'signing_secret'");
            query.fetch_one(&self.writes).await?.try_get(0)
        };
        self.within(work).await
    }
}
