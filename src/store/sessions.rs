//! Sessions.

use sqlx::{Any, AnyConnection, Row, any::AnyArguments, query::Query};
use uuid::Uuid;

use super::{
    Account, Store,
    change::Change,
    rows::{from_columns, is_one},
};
use crate::{
    auth::{GRACE_MILLIS, Rotation},
    error::Result,
    model::{Event, Session, SessionId, Timestamp, UserId},
};

/// A session to be stored.
pub struct NewSession<'a> {
    /// Its id.
    pub id: SessionId,
    /// The client's `User-Agent`.
    pub user_agent: &'a str,
    /// When it begins.
    pub now: Timestamp,
    /// When it ends if it is not used.
    pub expires_at: Timestamp,
    /// Whether its client can ask the owner for a confirmation.
    pub can_confirm: bool,
    /// Whether the device is new to the account: the user's other devices are notified.
    pub is_new_device: bool,
}

/// Whether and when the owner confirmed a session.
#[derive(Debug, Clone, Copy)]
pub struct Confirmation {
    /// Whether its client can ask for it.
    pub can_be_asked: bool,
    /// When it was last confirmed.
    pub at: Option<Timestamp>,
}

/// The replacement of a token by a new one.
pub struct Renewal {
    /// The session.
    pub session: SessionId,
    /// Its owner.
    pub user: UserId,
    /// The generation of the replaced token.
    pub generation: i64,
    /// The present time.
    pub now: Timestamp,
    /// The time that decides whether the session has ended.
    pub session_time: Timestamp,
    /// When the session ends if it is not used again.
    pub unused_until: Timestamp,
    /// The longest life of a session, in milliseconds.
    pub max_millis: i64,
}

from_columns! {
    Session { id, user_agent, created_at, last_seen_at, expires_at, ended_at }
}

impl Store {
    /// Adds a session, unless the password or the account has changed since `account` was read: a log-in with the old
    /// password must not outlive it. Returns whether it was added.
    pub async fn add_session(&self, account: &Account, session: &NewSession<'_>) -> Result<bool> {
        let work = async {
            let mut change = self.begin().await?;
            // Locks the account's row: a password change waits for this log-in, or this log-in for the change.
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
            let event = session.is_new_device.then(|| Event::SessionBegan {
                user: account.person.id,
                session: session.id,
                user_agent: session.user_agent.to_owned(),
                created_at: session.now,
            });
            self.commit_and_settle(change, event.into_iter().collect()).await?;
            Ok(true)
        };
        self.within(work).await
    }

    /// The owner of a session and which of its tokens are valid. `None` if it has ended or expired.
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

    /// Stores the first use of a session's newest token: the previous token is valid for one more minute.
    pub async fn note_use(&self, session: SessionId, generation: i64, now: Timestamp) -> Result<()> {
        let work = async {
            let query =
                sqlx::query("UPDATE sessions SET used_at = $3 WHERE id = $1 AND generation = $2 AND used_at IS NULL");
            self.write(query.bind(session).bind(generation).bind(now)).await
        };
        self.within(work).await.map(|_| ())
    }

    /// Prepares the successor of a valid token, the same one after a retry, and prolongs the session. Returns the
    /// session's new end; `None` if the session has ended or the token is not valid.
    pub async fn renew_session(&self, renewal: &Renewal) -> Result<Option<Timestamp>> {
        let work = async {
            let mut change = self.begin().await?;
            let ends_at = renew(&mut change, renewal).await?;
            change.commit().await?;
            Ok(ends_at)
        };
        self.within(work).await
    }

    /// Ends a session whose token was used after two replacements: either a thief or the owner has a newer one. Its
    /// owner sees it until `kept_until`. Returns whether it ended now.
    pub async fn end_reused(&self, renewal: &Renewal, kept_until: Timestamp) -> Result<bool> {
        let work = async {
            let query = sqlx::query(
                "UPDATE sessions SET ended_at = $3, expires_at = $4 \
                 WHERE id = $1 AND generation > $2 + 1 AND expires_at > $5 AND ended_at IS NULL",
            );
            let query = query.bind(renewal.session).bind(renewal.generation).bind(renewal.now).bind(kept_until);
            self.end(query.bind(renewal.session_time), renewal.session, renewal.user).await
        };
        self.within(work).await
    }

    /// Stores that the owner has confirmed a session. Returns `false` if it has ended.
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
                Ok(Confirmation { can_be_asked: is_one(&row, "confirms")?, at: row.try_get("confirmed_at")? })
            })
            .transpose()
        };
        self.within(work).await
    }

    /// The revision of a person's valid device tokens.
    pub async fn devices_revision(&self, user: UserId) -> Result<i64> {
        let query = sqlx::query_scalar("SELECT devices_revision FROM users WHERE id = $1").bind(user);
        self.within(query.fetch_one(&self.reads)).await
    }

    /// A page of a person's sessions that have not ended or were ended by [`Store::end_reused`], the newest first,
    /// older than one of them.
    pub async fn sessions(
        &self,
        user: UserId,
        before: Option<SessionId>,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<Session>> {
        let query = sqlx::query_as(
            "SELECT id, user_agent, created_at, last_seen_at, expires_at, ended_at FROM sessions \
             WHERE user_id = $1 AND id < $2 AND expires_at > $3 ORDER BY id DESC LIMIT $4",
        );
        let before = before.unwrap_or(SessionId(Uuid::max()));
        self.within(query.bind(user).bind(before).bind(now).bind(limit).fetch_all(&self.reads)).await
    }

    /// Ends all sessions of a person but one, and revokes the device tokens. Returns the sessions that ended.
    pub async fn end_other_sessions(&self, user: UserId, kept: SessionId) -> Result<Vec<SessionId>> {
        let work = async {
            let query = sqlx::query_scalar("DELETE FROM sessions WHERE user_id = $1 AND id <> $2 RETURNING id");
            let mut change = self.begin().await?;
            revoke_devices(&mut change, user).await?;
            let ended: Vec<SessionId> = query.bind(user).bind(kept).fetch_all(&mut *change).await?;
            self.commit_ended(change, user, &ended).await?;
            Ok(ended)
        };
        self.within(work).await
    }

    /// Ends one of a person's sessions. Returns whether there was one.
    pub async fn end_session(&self, session: SessionId, user: UserId) -> Result<bool> {
        let work = async {
            let query = sqlx::query("DELETE FROM sessions WHERE id = $1 AND user_id = $2");
            self.end(query.bind(session).bind(user), session, user).await
        };
        self.within(work).await
    }

    /// Removes expired sessions, at most `limit`. Returns how many.
    pub async fn remove_expired_sessions(&self, now: Timestamp, limit: i64) -> Result<u64> {
        let work = async {
            let query = sqlx::query(
                // Again outside of the list: one of it may be renewed before it is locked.
                "DELETE FROM sessions WHERE expires_at < $1 \
                   AND id IN (SELECT id FROM sessions WHERE expires_at < $1 LIMIT $2)",
            );
            self.write(query.bind(now).bind(limit)).await
        };
        self.within(work).await
    }

    /// The last time a session was added or renewed.
    pub async fn last_session_use(&self) -> Result<Option<Timestamp>> {
        self.within(sqlx::query_scalar("SELECT MAX(last_seen_at) FROM sessions").fetch_one(&self.reads)).await
    }
}

impl Store {
    /// Executes a statement that ends a session. Returns whether it has.
    async fn end(&self, query: Query<'_, Any, AnyArguments>, session: SessionId, user: UserId) -> sqlx::Result<bool> {
        let mut change = self.begin().await?;
        let has_ended = query.execute(&mut *change).await?.rows_affected() > 0;
        self.commit_ended(change, user, &[session][..usize::from(has_ended)]).await?;
        Ok(has_ended)
    }

    /// Commits the end of a person's sessions.
    pub(super) async fn commit_ended(&self, change: Change, user: UserId, ended: &[SessionId]) -> sqlx::Result<()> {
        let event = (!ended.is_empty()).then(|| Event::SessionsEnded { user, sessions: ended.to_vec() });
        self.commit_and_settle(change, event.into_iter().collect()).await
    }
}

/// Invalidates all of a person's device tokens.
async fn revoke_devices(connection: &mut AnyConnection, user: UserId) -> sqlx::Result<()> {
    let query = sqlx::query("UPDATE users SET devices_revision = devices_revision + 1 WHERE id = $1");
    query.bind(user).execute(connection).await.map(|_| ())
}

/// See [`Store::renew_session`].
pub(super) async fn renew(connection: &mut AnyConnection, renewal: &Renewal) -> sqlx::Result<Option<Timestamp>> {
    let renewed = sqlx::query_scalar(
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
    Ok(renewed.into_iter().next())
}
