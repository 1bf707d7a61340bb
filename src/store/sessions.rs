//! Sessions, and the secret that signs their tokens.

use sqlx::{Row, any::AnyRow};

use super::{Account, Store};
use crate::{
    error::Result,
    model::{Session, SessionId, Timestamp, UserId},
};

/// A log-in to be kept.
pub struct NewSession<'a> {
    /// Its id.
    pub id: SessionId,
    /// What the client calls itself.
    pub user_agent: &'a str,
    /// When it began.
    pub now: Timestamp,
    /// When it ends if it is not used.
    pub expires_at: Timestamp,
}

impl Store {
    /// Begins a session, unless password or account changed since `account` was read: then a log-in that was checked
    /// against the old password must not outlive it. Says whether it began.
    pub async fn add_session(&self, account: &Account, session: &NewSession<'_>) -> Result<bool> {
        let work = async {
            let mut change = self.begin().await?;
            // Holds the account's row: a password change waits for this log-in, or this one for the change.
            let held = sqlx::query(
                "UPDATE users SET updated_at = updated_at \
                 WHERE id = $1 AND password_hash = $2 AND deleted_at IS NULL",
            );
            let held = held.bind(account.person.id).bind(&account.password_hash).execute(&mut *change).await?;
            if held.rows_affected() == 0 {
                change.rollback().await?;
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
            query.execute(&mut *change).await?;
            change.commit().await?;
            Ok(true)
        };
        self.within(work).await
    }

    /// Whose live session this is: one that has not ended, nor been left unused for too long.
    pub async fn session_user(&self, session: SessionId, now: Timestamp) -> Result<Option<UserId>> {
        let work = async {
            let query = sqlx::query(
                "SELECT s.user_id FROM sessions s JOIN users u ON u.id = s.user_id \
                 WHERE s.id = $1 AND s.expires_at > $2 AND u.deleted_at IS NULL",
            );
            let row = query.bind(session).bind(now).fetch_optional(&self.reads).await?;
            row.map(|row| row.try_get(0)).transpose()
        };
        self.within(work).await
    }

    /// Puts the end of a live session off. Says whether it lives.
    pub async fn extend_session(
        &self,
        session: SessionId,
        user: UserId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool> {
        let work = async {
            let query = sqlx::query(
                "UPDATE sessions SET last_seen_at = $3, expires_at = $4 \
                 WHERE id = $1 AND user_id = $2 AND expires_at > $3",
            );
            self.write(query.bind(session).bind(user).bind(now).bind(expires_at)).await
        };
        Ok(self.within(work).await? > 0)
    }

    /// Somebody's live sessions, at most `limit`: those used last, first.
    pub async fn sessions(&self, user: UserId, now: Timestamp, limit: i64) -> Result<Vec<Session>> {
        let work = async {
            let query = sqlx::query(
                "SELECT id, user_agent, created_at, last_seen_at, expires_at FROM sessions \
                 WHERE user_id = $1 AND expires_at > $2 ORDER BY last_seen_at DESC, id DESC LIMIT $3",
            );
            let rows = query.bind(user).bind(now).bind(limit).fetch_all(&self.reads).await?;
            let session = |row: &AnyRow| {
                Ok(Session {
                    id: row.try_get(0)?,
                    user_agent: row.try_get(1)?,
                    created_at: row.try_get(2)?,
                    last_seen_at: row.try_get(3)?,
                    expires_at: row.try_get(4)?,
                })
            };
            rows.iter().map(session).collect()
        };
        self.within(work).await
    }

    /// Ends one session of somebody's. Says whether there was one.
    pub async fn end_session(&self, session: SessionId, user: UserId) -> Result<bool> {
        let work = async {
            let query = sqlx::query("DELETE FROM sessions WHERE id = $1 AND user_id = $2");
            self.write(query.bind(session).bind(user)).await
        };
        Ok(self.within(work).await? > 0)
    }

    /// Removes sessions that have expired; at most `limit`. How many.
    pub async fn remove_expired_sessions(&self, now: Timestamp, limit: i64) -> Result<u64> {
        let work = async {
            let query = sqlx::query(
                "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < $1 LIMIT $2)",
            );
            self.write(query.bind(now).bind(limit)).await
        };
        self.within(work).await
    }

    /// Ends every session, and begins a new epoch with the next start: the database is a backup that was restored.
    pub async fn restored(&self) -> Result<u64> {
        let work = async {
            let mut change = self.begin().await?;
            let ended = sqlx::query("DELETE FROM sessions").execute(&mut *change).await?.rows_affected();
            sqlx::query("DELETE FROM settings WHERE key = 'epoch'").execute(&mut *change).await?;
            change.commit().await?;
            Ok(ended)
        };
        self.within(work).await
    }

    /// What this installation keeps under a key: what is there, or `candidate`, kept from now on.
    pub async fn setting(&self, key: &'static str, candidate: &[u8]) -> Result<Vec<u8>> {
        let work = async {
            let query = sqlx::query("INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING");
            self.write(query.bind(key).bind(candidate)).await?;
            let query = sqlx::query("SELECT value FROM settings WHERE key = $1");
            query.bind(key).fetch_one(&self.reads).await?.try_get(0)
        };
        self.within(work).await
    }
}
