//! The size of the database.

use std::sync::atomic::Ordering;

use sqlx::AnyConnection;

use super::{DatabaseResult, Store, engine::Engine};
use crate::error::Result;

/// Without free pages, which new rows use first.
const SQLITE: &str = "SELECT (c.page_count - f.freelist_count) * s.page_size AS size \
     FROM pragma_page_count c, pragma_freelist_count f, pragma_page_size s";

const POSTGRES: &str = "SELECT CAST(COALESCE(SUM(pg_total_relation_size(c.oid)), 0) AS BIGINT) AS size FROM pg_class c \
     WHERE c.relkind = 'r' AND c.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = current_schema())";

impl Store {
    /// Bytes of the database at the last [`Self::measure`]; 0 before the first.
    pub fn size(&self) -> i64 {
        self.size.load(Ordering::Relaxed)
    }

    /// Measures the size of the database.
    pub async fn measure(&self) -> Result<()> {
        let size = self.within(async { of(self.engine, &mut *self.reads.acquire().await?).await }).await?;
        self.size.store(size, Ordering::Relaxed);
        Ok(())
    }
}

/// Asks for the bytes of the database, without free pages.
pub(super) fn query(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => SQLITE,
        Engine::Postgres => POSTGRES,
    }
}

/// Bytes of a database.
pub(super) async fn of(engine: Engine, connection: &mut AnyConnection) -> DatabaseResult<i64> {
    sqlx::query_scalar(query(engine)).fetch_one(connection).await
}
