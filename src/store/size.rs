//! How much storage the database takes up.

use std::sync::atomic::Ordering;

use sqlx::Row;

use super::{Store, engine::Engine};
use crate::error::Result;

/// Without free pages: what is deleted makes room.
const SQLITE: &str = "SELECT (c.page_count - f.freelist_count) * s.page_size AS size \
     FROM pragma_page_count c, pragma_freelist_count f, pragma_page_size s";

const POSTGRES: &str = "SELECT CAST(COALESCE(SUM(pg_total_relation_size(c.oid)), 0) AS BIGINT) AS size FROM pg_class c \
     WHERE c.relkind = 'r' AND c.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = current_schema())";

impl Store {
    /// Bytes of the database, when [`Self::measure`] looked last; 0 before.
    pub fn size(&self) -> i64 {
        self.size.load(Ordering::Relaxed)
    }

    /// Looks how large the database is.
    pub async fn measure(&self) -> Result<()> {
        let query = sqlx::query(match self.engine {
            Engine::Sqlite => SQLITE,
            Engine::Postgres => POSTGRES,
        });
        let size = self.within(async { query.fetch_one(&self.reads).await?.try_get("size") }).await?;
        self.size.store(size, Ordering::Relaxed);
        Ok(())
    }
}
