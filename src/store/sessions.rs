//! Sessions, and the secret that signs their tokens.

use sqlx::{AnyConnection, Row, any::AnyRow};
use uuid::Uuid;

use super::{Account, Store};
use crate::{
    auth::{GRACE_MILLIS, Rotation},
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
    /// Whether its client can ask for a confirmation.
    pub can_confirm: bool,
}

/// Whether the owner has confirmed a session.
#[derive(Debug, Clone, Copy)]
pub struct Confirmation {
    /// Whether its client can ask for it.
    pub can_be_asked: bool,
    /// When it was confirmed last.
    pub at: Option<Timestamp>,
}

/// A token that is to take another's place.
pub struct Renewal {
    /// The session.
    pub session: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// Of the token that is replaced.
    pub generation: i64,
    /// When.
    pub now: Timestamp,
    /// By which time the session may have ended.
    pub session_time: Timestamp,
    /// When the session ends if it is not used again.
    pub unused_until: Timestamp,
    /// How long a session lives in any case, in milliseconds.
    pub max_millis: i64,
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
                "INSERT INTO sessions \
                   (id, user_id, user_agent, created_at, last_seen_at, expires_at, confirms, confirmed_at) \
                 VALUES ($1, $2, $3, $4, $4, $5, $6, $4)",
            )
            .bind(session.id)
            .bind(account.person.id)
            .bind(session.user_agent)
            .bind(session.now)
            .bind(session.expires_at)
            .bind(i64::from(session.can_confirm));
            query.execute(&mut *change).await?;
            change.commit().await?;
            Ok(true)
        };
        self.within(work).await
    }

    /// Whose live session this is, and which of its tokens are good: one that has not ended, nor been left unused for
    /// too long.
    pub async fn live_session(&self, session: SessionId, now: Timestamp) -> Result<Option<(UserId, Rotation)>> {
        let work = async {
            let query = sqlx::query(
                "SELECT s.user_id, s.generation, s.used_at FROM sessions s JOIN users u ON u.id = s.user_id \
                 WHERE s.id = $1 AND s.expires_at > $2 AND s.ended_at IS NULL AND u.deleted_at IS NULL",
            );
            let row = query.bind(session).bind(now).fetch_optional(&self.reads).await?;
            row.map(|row| {
                let rotation = Rotation { newest: row.try_get("generation")?, used_at: row.try_get("used_at")? };
                Ok((row.try_get("user_id")?, rotation))
            })
            .transpose()
        };
        self.within(work).await
    }

    /// Notes the first use of a session's newest token: from now on the one before it lives for a minute only.
    pub async fn note_use(&self, session: SessionId, generation: i64, now: Timestamp) -> Result<()> {
        let work = async {
            let query =
                sqlx::query("UPDATE sessions SET used_at = $3 WHERE id = $1 AND generation = $2 AND used_at IS NULL");
            self.write(query.bind(session).bind(generation).bind(now)).await
        };
        self.within(work).await.map(|_| ())
    }

    /// Makes room for the successor of a good token, the same one if it is asked for again, and puts the session's end
    /// off. The session's end; `None` if it does not live, or the token is not good.
    pub async fn renew_session(&self, renewal: &Renewal) -> Result<Option<Timestamp>> {
        let work = async {
            let mut change = self.begin().await?;
            let ends_at = renew(&mut change, renewal).await?;
            change.commit().await?;
            Ok(ends_at)
        };
        self.within(work).await
    }

    /// Ends a session to which a token came back that was replaced twice, so that either its thief or its owner has a
    /// newer one. Its owner sees it until `kept_until`. Says whether it ended now.
    pub async fn end_reused(&self, renewal: &Renewal, kept_until: Timestamp) -> Result<bool> {
        let work = async {
            let query = sqlx::query(
                "UPDATE sessions SET ended_at = $3, expires_at = $4 \
                 WHERE id = $1 AND generation > $2 + 1 AND expires_at > $5 AND ended_at IS NULL",
            );
            let query = query.bind(renewal.session).bind(renewal.generation).bind(renewal.now).bind(kept_until);
            self.write(query.bind(renewal.session_time)).await
        };
        Ok(self.within(work).await? > 0)
    }

    /// Notes that the owner has confirmed a session. Says whether it lives.
    pub async fn confirm(&self, session: SessionId, user: UserId, now: Timestamp) -> Result<bool> {
        let work = async {
            let query = sqlx::query(
                "UPDATE sessions SET confirmed_at = $3 \
                 WHERE id = $1 AND user_id = $2 AND expires_at > $3 AND ended_at IS NULL",
            );
            self.write(query.bind(session).bind(user).bind(now)).await
        };
        Ok(self.within(work).await? > 0)
    }

    /// Whether the owner has confirmed a session; `None` if there is no such session.
    pub async fn confirmation(&self, session: SessionId) -> Result<Option<Confirmation>> {
        let work = async {
            let query = sqlx::query("SELECT confirms, confirmed_at FROM sessions WHERE id = $1");
            let row = query.bind(session).fetch_optional(&self.reads).await?;
            row.map(|row| {
                let can_be_asked = row.try_get::<i64, _>("confirms")? == 1;
                Ok(Confirmation { can_be_asked, at: row.try_get("confirmed_at")? })
            })
            .transpose()
        };
        self.within(work).await
    }

    /// Which device tokens of a person are good: those of this revision.
    pub async fn devices_revision(&self, user: UserId) -> Result<i64> {
        let work = async {
            let query = sqlx::query("SELECT devices_revision FROM users WHERE id = $1");
            query.bind(user).fetch_one(&self.reads).await?.try_get("devices_revision")
        };
        self.within(work).await
    }

    /// Somebody's sessions that live or were ended by [`Store::end_reused`], begun before one of them, at most `limit`:
    /// those begun last, first.
    pub async fn sessions(
        &self,
        user: UserId,
        before: Option<SessionId>,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<Session>> {
        let work = async {
            let query = sqlx::query(
                "SELECT id, user_agent, created_at, last_seen_at, expires_at, ended_at FROM sessions \
                 WHERE user_id = $1 AND id < $2 AND expires_at > $3 ORDER BY id DESC LIMIT $4",
            );
            let before = before.unwrap_or(SessionId(Uuid::max()));
            let rows = query.bind(user).bind(before).bind(now).bind(limit).fetch_all(&self.reads).await?;
            let session = |row: &AnyRow| {
                Ok(Session {
                    id: row.try_get("id")?,
                    user_agent: row.try_get("user_agent")?,
                    created_at: row.try_get("created_at")?,
                    last_seen_at: row.try_get("last_seen_at")?,
                    expires_at: row.try_get("expires_at")?,
                    ended_at: row.try_get("ended_at")?,
                })
            };
            rows.iter().map(session).collect()
        };
        self.within(work).await
    }

    /// Ends all sessions of a person but one, and revokes the device tokens. The sessions that ended.
    pub async fn end_other_sessions(&self, user: UserId, kept: SessionId) -> Result<Vec<SessionId>> {
        let work = async {
            let query = sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND id <> $2 RETURNING id");
            let mut change = self.begin().await?;
            revoke_devices(&mut change, user).await?;
            let ended = query.bind(user).bind(kept).fetch_all(&mut *change).await?;
            change.commit().await?;
            ended.iter().map(|row| row.try_get("id")).collect()
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

    /// When a session was last begun or renewed.
    pub async fn last_session_use(&self) -> Result<Option<Timestamp>> {
        let query = sqlx::query("SELECT MAX(last_seen_at) FROM sessions");
        self.within(async { query.fetch_one(&self.reads).await?.try_get(0) }).await
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

/// Makes every device of a person a stranger.
async fn revoke_devices(connection: &mut AnyConnection, user: UserId) -> sqlx::Result<()> {
    let query = sqlx::query("UPDATE users SET devices_revision = devices_revision + 1 WHERE id = $1");
    query.bind(user).execute(connection).await.map(|_| ())
}

/// Makes room for the successor of a good token. When the session ends; `None` if it does not live, or the token is not
/// good.
pub(super) async fn renew(connection: &mut AnyConnection, renewal: &Renewal) -> sqlx::Result<Option<Timestamp>> {
    let renewed = sqlx::query(
        "UPDATE sessions SET last_seen_at = $3, \
           expires_at = CASE WHEN $4 < created_at + $5 THEN $4 ELSE created_at + $5 END, \
           used_at = CASE WHEN generation = $6 THEN used_at END, generation = $6 \
         WHERE id = $1 AND user_id = $2 AND expires_at > $8 AND ended_at IS NULL AND created_at + $5 > $8 \
           AND (generation < $6 OR (generation = $6 AND (used_at IS NULL OR used_at > $7))) \
         RETURNING expires_at",
    )
    .bind(renewal.session)
    .bind(renewal.user)
    .bind(renewal.now)
    .bind(renewal.unused_until)
    .bind(renewal.max_millis)
    .bind(renewal.generation + 1)
    .bind(renewal.now.plus_millis(-GRACE_MILLIS))
    .bind(renewal.session_time)
    .fetch_all(connection)
    .await?;
    renewed.first().map(|row| row.try_get("expires_at")).transpose()
}
