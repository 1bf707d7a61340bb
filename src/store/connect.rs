//! Opening the database: its pools, its settings, its schema.

use std::{
    fs::{DirBuilder, File},
    future::Future,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use sqlx::{
    AnyConnection, AnyPool, Connection, Executor,
    any::{AnyPoolOptions, install_default_drivers},
};

use super::{Store, engine::Engine, folds, migrations};
use crate::{config::Database, error::Result};

/// Readers side by side: more than two cores' worth gains nothing.
const SQLITE_READERS: u32 = 4;
/// One for the writer, one for changes to accounts.
const POSTGRES_WRITERS: u32 = 2;
/// A pooled connection that was idle for longer is asked whether it is alive before it is used: under load none is, and
/// after PostgreSQL was away no request fails for a connection that died meanwhile.
const TRUSTED_IDLE: Duration = Duration::from_millis(10);
/// The engine's own timeouts report first: their errors say more.
const GRACE: Duration = Duration::from_secs(1);

impl Store {
    /// Connects, makes what is missing and brings the schema up to date.
    pub async fn open(config: &Database) -> anyhow::Result<Self> {
        install_default_drivers();
        let engine = Engine::of(&config.url);
        let timeout = Duration::from_secs(config.timeout_seconds);
        migrate(engine, &config.url).await.with_context(|| format!("database {}", place(&config.url)))?;
        let (reads, writes) = match engine {
            Engine::Sqlite => (
                sqlite_pool(&config.url, SQLITE_READERS, timeout, "PRAGMA query_only = 1;")?,
                sqlite_pool(&config.url, 1, timeout, "")?,
            ),
            Engine::Postgres => {
                // The writer and the accounts' changes have connections of their own: they queue behind no search.
                let reads = postgres_pool(&config.url, config.connections, timeout)?;
                (reads, postgres_pool(&config.url, POSTGRES_WRITERS, timeout)?)
            }
        };
        let store = Self { engine, reads, writes, people: Arc::default(), timeout: patience(engine, timeout) };
        store.ping().await?;
        Ok(store)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.within(async { sqlx::query("SELECT 1").execute(&self.reads).await.map(|_| ()) }).await
    }

    /// Waits for what is under way and closes every connection.
    pub async fn close(&self) {
        self.reads.close().await;
        self.writes.close().await;
    }

    /// Does database work, but not for longer than the configuration says.
    pub(super) async fn within<T>(&self, work: impl Future<Output = sqlx::Result<T>>) -> Result<T> {
        match tokio::time::timeout(self.timeout, work).await {
            Ok(result) => Ok(result?),
            Err(_) => Err(sqlx::Error::PoolTimedOut.into()),
        }
    }
}

/// How long work may take before it is given up from outside. Only then may it be done after all: SQLite's thread
/// finishes what was given to it. There a connection is waited for, then the lock, each for as long as is configured.
fn patience(engine: Engine, timeout: Duration) -> Duration {
    match engine {
        Engine::Sqlite => 2 * timeout + GRACE,
        Engine::Postgres => timeout + GRACE,
    }
}

/// The URL without credentials, which may also stand among its parameters: what may be shown.
pub fn place(url: &str) -> &str {
    match Engine::of(url) {
        Engine::Sqlite => url,
        Engine::Postgres => {
            let place = url.rsplit_once('@').map_or(url, |(_, place)| place);
            place.split('?').next().unwrap_or(place)
        }
    }
}

/// The file of a SQLite URL.
pub(super) fn sqlite_path(url: &str) -> PathBuf {
    let path = url.trim_start_matches("sqlite:");
    let path = path.strip_prefix("//").unwrap_or(path);
    Path::new(path.split('?').next().unwrap_or(path)).to_owned()
}

/// A lock file beside the database, `hearth.db` + `suffix`, in a folder that is made if it is missing.
pub(super) fn lock_file(url: &str, suffix: &str) -> anyhow::Result<File> {
    let path = sqlite_path(url);
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        // Whoever may read the database may read every message.
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.with_context(|| format!("folder {}", folder.display()))?;
    }
    let mut path = path.into_os_string();
    path.push(suffix);
    let mut options = File::options();
    let file = options.create(true).truncate(false).write(true).open(&path);
    file.with_context(|| format!("lock file {}", Path::new(&path).display()))
}

fn sqlite_url(url: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    if url.contains("mode=") { url.to_owned() } else { format!("{url}{separator}mode=rwc") }
}

async fn migrate(engine: Engine, url: &str) -> anyhow::Result<()> {
    match engine {
        Engine::Sqlite => {
            let lock = lock_file(url, ".migrate.lock")?;
            let lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await??;
            let mut connection = AnyConnection::connect(&sqlite_url(url)).await?;
            // A property of the file, set once; connections that find it set take no lock for it.
            connection.execute("PRAGMA journal_mode = WAL").await?;
            migrations::run(engine, &mut connection).await?;
            folds::run(engine, &mut connection).await?;
            connection.close().await?;
            drop(lock);
        }
        Engine::Postgres => {
            let mut connection = AnyConnection::connect(url).await?;
            migrations::run(engine, &mut connection).await?;
            folds::run(engine, &mut connection).await?;
            connection.close().await?;
        }
    }
    Ok(())
}

fn sqlite_pool(url: &str, size: u32, timeout: Duration, role: &'static str) -> anyhow::Result<AnyPool> {
    // Every commit is synced (FULL); the log is moved into the file every 4,000 pages (16 MiB), the middle between
    // many short stalls and few long ones; 16 MiB of page cache a connection.
    let pragmas = format!(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = {}; \
         PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY; {role}",
        timeout.as_millis()
    );
    let options = AnyPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(timeout)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            let pragmas = pragmas.clone();
            Box::pin(async move { connection.execute(sqlx::AssertSqlSafe(pragmas)).await.map(|_| ()) })
        });
    Ok(options.connect_lazy(&sqlite_url(url))?)
}

fn postgres_pool(url: &str, size: u32, timeout: Duration) -> anyhow::Result<AnyPool> {
    let options =
        AnyPoolOptions::new().max_connections(size).acquire_timeout(timeout).test_before_acquire(false).before_acquire(
            |connection, metadata| {
                Box::pin(async move {
                    if metadata.idle_for > TRUSTED_IDLE {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            },
        );
    Ok(options.connect_lazy(url)?)
}
