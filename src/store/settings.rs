//! What only the server knows, by keys: among it the secret that signs tokens, and the epoch.

use super::Store;
use crate::error::Result;

impl Store {
    /// After a backup was restored: ends every session, deletes links to exports, the epoch, so that the next start makes
    /// a new one, and what was known of backups. Returns how many sessions ended.
    pub async fn restored(&self) -> Result<u64> {
        let work = async {
            let mut change = self.begin().await?;
            let ended = sqlx::query("DELETE FROM sessions").execute(&mut *change).await?.rows_affected();
            sqlx::query("DELETE FROM export_links").execute(&mut *change).await?;
            let query = sqlx::query("DELETE FROM settings WHERE key IN ('epoch', 'last_backup', 'last_verified')");
            query.execute(&mut *change).await?;
            change.commit().await?;
            Ok(ended)
        };
        self.within(work).await
    }

    /// A setting's stored value; if there is none, stores `candidate`.
    pub async fn setting(&self, key: &'static str, candidate: &[u8]) -> Result<Vec<u8>> {
        let work = async {
            let query = sqlx::query("INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING");
            self.write(query.bind(key).bind(candidate)).await?;
            sqlx::query_scalar("SELECT value FROM settings WHERE key = $1").bind(key).fetch_one(&self.reads).await
        };
        self.within(work).await
    }
}
