//! Copies the whole database before a change that cannot be undone.

use std::path::PathBuf;

use super::{Store, engine::Engine, file::DatabaseFile};

impl Store {
    /// Copies a SQLite database to a new file beside it: its name and `suffix`. `None` on PostgreSQL, which the
    /// operator copies.
    pub async fn copy_beside(&self, suffix: &str) -> anyhow::Result<Option<PathBuf>> {
        if self.engine == Engine::Postgres {
            return Ok(None);
        }
        let copy = DatabaseFile::of(&self.place)?.begin_copy(suffix)?;
        let mut writer = self.writers.acquire().await?;
        let copied = sqlx::query("VACUUM INTO $1").bind(copy.path()?).execute(&mut *writer).await;
        match copied {
            Ok(_) => copy.finish().map(Some),
            Err(error) => {
                copy.discard();
                Err(error.into())
            }
        }
    }
}
