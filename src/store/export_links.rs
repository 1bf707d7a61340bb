//! One-time links to exports. Only hashes of their secrets are stored.

use super::{Store, rows::from_columns};
use crate::{
    error::Result,
    model::{SessionId, Timestamp, UserId},
};

/// How long a link works: ten minutes.
pub const LINK_MILLIS: i64 = 10 * 60 * 1000;
/// Links removed in one step.
const STEP: i64 = 500;

/// A link that works only while its session lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportLink {
    /// Whose data.
    pub user_id: UserId,
    /// The session that made it.
    pub session_id: SessionId,
}

from_columns! {
    ExportLink { user_id, session_id }
}

/// The link `$1` works at `$2`: it is unused, not expired, and its session lives by the clock of sessions, `$3`. A link
/// made after `$4`, by a clock that was ahead, does not work.
macro_rules! works {
    () => {
        "hash = $1 AND used_at IS NULL AND expires_at > $2 AND created_at < $4 AND EXISTS (\
           SELECT 1 FROM sessions s JOIN users u ON u.id = s.user_id \
           WHERE s.id = export_links.session_id AND s.user_id = export_links.user_id AND s.expires_at > $3 \
             AND s.ended_at IS NULL AND u.deleted_at IS NULL)"
    };
}

impl Store {
    /// Stores a link with this hash, in place of the person's earlier ones. Returns when it expires; `None` if the session
    /// has ended.
    pub async fn add_export_link(&self, hash: &[u8], link: ExportLink, now: Timestamp) -> Result<Option<Timestamp>> {
        let ExportLink { user_id, session_id } = link;
        let expires_at = now.plus_millis(LINK_MILLIS);
        let work = async {
            let mut change = self.begin().await?;
            // Locks the account's row: of concurrent links only the last remains, and a deletion of the account, a new
            // password or the end of sessions waits for this, or this for them.
            let held = sqlx::query("UPDATE users SET updated_at = updated_at WHERE id = $1 AND deleted_at IS NULL");
            held.bind(user_id).execute(&mut *change).await?;
            sqlx::query("DELETE FROM export_links WHERE user_id = $1").bind(user_id).execute(&mut *change).await?;
            let query = sqlx::query(
                "INSERT INTO export_links (hash, user_id, session_id, created_at, expires_at) \
                 SELECT $1, s.user_id, s.id, $4, $5 FROM sessions s JOIN users u ON u.id = s.user_id \
                 WHERE s.id = $3 AND s.user_id = $2 AND s.ended_at IS NULL AND u.deleted_at IS NULL",
            );
            let query = query.bind(hash).bind(user_id).bind(session_id).bind(now).bind(expires_at);
            let is_added = query.execute(&mut *change).await?.rows_affected() > 0;
            change.commit().await?;
            Ok(is_added.then_some(expires_at))
        };
        self.within(work).await
    }

    /// The link with this hash, if it works. Writes nothing, so that guesses cost no write.
    pub async fn export_link(
        &self,
        hash: &[u8],
        now: Timestamp,
        session_time: Timestamp,
    ) -> Result<Option<ExportLink>> {
        let query = sqlx::query_as(concat!("SELECT user_id, session_id FROM export_links WHERE ", works!()));
        let query = query.bind(hash).bind(now).bind(session_time).bind(now.plus_millis(LINK_MILLIS));
        self.within(query.fetch_optional(&self.reads)).await
    }

    /// Uses a link that works. Returns whether it did: at most one of concurrent uses succeeds.
    pub async fn use_export_link(&self, hash: &[u8], now: Timestamp, session_time: Timestamp) -> Result<bool> {
        let query = sqlx::query(concat!("UPDATE export_links SET used_at = $2 WHERE ", works!()));
        let query = query.bind(hash).bind(now).bind(session_time).bind(now.plus_millis(LINK_MILLIS));
        Ok(self.within(self.write(query)).await? > 0)
    }

    /// Removes some links that no longer work because of their age. Returns whether there may be more.
    pub async fn forget_export_links(&self, now: Timestamp) -> Result<bool> {
        let query = sqlx::query(
            "DELETE FROM export_links WHERE hash IN (\
               SELECT hash FROM export_links WHERE created_at <= $1 OR created_at >= $2 LIMIT $3)",
        );
        let query = query.bind(now.plus_millis(-LINK_MILLIS)).bind(now.plus_millis(LINK_MILLIS)).bind(STEP);
        Ok(self.within(self.write(query)).await? == STEP.unsigned_abs())
    }
}
