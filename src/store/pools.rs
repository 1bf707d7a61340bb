//! The connections to each engine, and their settings.

use std::time::Duration;

use sqlx::{
    AnyPool, AssertSqlSafe, ConnectOptions, Connection, Executor,
    any::{AnyConnectOptions, AnyPoolOptions},
};

use super::{
    batch::PREPARED,
    commits::{LOG, LOG_FOLLOWING},
    script::{self, Prepared},
    writers::Writers,
};
#[cfg(feature = "mutations")]
use crate::mutations::{self, Mutation};

/// Concurrent readers; more do not help on few cores.
const SQLITE_READERS: u32 = 4;
/// One for the writer, one for changes to accounts.
const POSTGRES_WRITERS: u32 = 2;
/// A connection for reads that was idle for longer is checked before use: a restart of PostgreSQL takes longer, so no
/// request fails because of a connection that died with it.
const UNCHECKED_IDLE: Duration = Duration::from_millis(200);
/// Almost all statements look rows up by key. PostgreSQL may have no statistics yet, or those of a small database, and
/// keeps the plan of a statement for as long as the connection lasts: without this, it may read whole tables. It would
/// compile those that must, because the cost of what is turned off is estimated as huge, and that takes 400 ms. Bitmap
/// scans have no order: the newest page of a history would read all of it, and sort it.
const BY_KEY: &str = "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; \
                      SET enable_mergejoin = off; SET jit = off";
/// The plans depend on no values, so each statement is planned only once. Otherwise PostgreSQL would plan each page again,
/// because a known LIMIT looks cheaper than an unknown one: that takes 0.3 ms.
const PLANNED_ONCE: &str = "SET plan_cache_mode = force_generic_plan";
/// How long a transaction on PostgreSQL may be idle.
const MAX_IDLE: Duration = Duration::from_secs(10);

/// Connections for reads, which are read-only, and the one for writes.
pub(super) fn sqlite(url: &str, timeout: Duration) -> anyhow::Result<(AnyPool, Writers)> {
    let reads = sqlite_pool(url, SQLITE_READERS, timeout, "PRAGMA query_only = 1;")?;
    // Overwrites deleted data with zeros.
    let opener = sqlite_pool(url, 1, timeout, "PRAGMA secure_delete = ON;")?;
    Ok((reads, Writers::to_file(opener, 1, timeout)))
}

/// As many connections for reads, and those for writes: these do not queue behind searches.
pub(super) fn postgres(url: &str, timeout: Duration, readers: u32) -> anyhow::Result<(AnyPool, Writers)> {
    let reads = postgres_pool(url, readers, timeout, [BY_KEY, PLANNED_ONCE].join("; "))?;
    // PostgreSQL ends transactions that wait or are idle for too long: otherwise one whose client has vanished would hold
    // its locks for hours.
    let bounds = format!(
        "SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {}",
        timeout.as_millis(),
        MAX_IDLE.as_millis()
    );
    let mut settings = [BY_KEY, &bounds, PLANNED_ONCE, script::SETTINGS].map(str::to_owned).to_vec();
    settings.extend(PREPARED.into_iter().chain([&LOG, &LOG_FOLLOWING]).map(Prepared::declaration));
    let opener = postgres_pool(url, POSTGRES_WRITERS, timeout, settings.join("; "))?;
    Ok((reads, Writers::to_server(opener, POSTGRES_WRITERS, timeout)))
}

fn sqlite_pool(url: &str, size: u32, timeout: Duration, role: &'static str) -> anyhow::Result<AnyPool> {
    // Syncs every commit (FULL); moves the log into the file every 4,000 pages (16 MiB), a compromise between many
    // short stalls and few long ones; 16 MiB of page cache per connection.
    let pragmas = format!(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = {}; \
         PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY; {role}",
        timeout.as_millis()
    );
    #[cfg(feature = "mutations")]
    let pragmas = if mutations::makes(Mutation::SyncOff) { pragmas.replace("FULL", "OFF") } else { pragmas };
    let options = set_up(AnyPoolOptions::new(), pragmas);
    let options = options.max_connections(size).acquire_timeout(timeout).idle_timeout(None).max_lifetime(None);
    Ok(options.connect_lazy_with(unlogged(url)?))
}

fn postgres_pool(url: &str, size: u32, timeout: Duration, settings: String) -> anyhow::Result<AnyPool> {
    #[cfg(feature = "mutations")]
    let settings = if mutations::makes(Mutation::SyncOff) {
        format!("SET synchronous_commit = off; {settings}")
    } else {
        settings
    };
    let options = set_up(AnyPoolOptions::new(), settings);
    let options = options.max_connections(size).acquire_timeout(timeout).before_acquire(|connection, metadata| {
        Box::pin(async move {
            if metadata.idle_for > UNCHECKED_IDLE {
                connection.ping().await?;
            }
            Ok(true)
        })
    });
    Ok(options.connect_lazy_with(unlogged(url)?))
}

/// Executes these statements on each new connection.
fn set_up(options: AnyPoolOptions, statements: String) -> AnyPoolOptions {
    options.test_before_acquire(false).after_connect(move |connection, _| {
        let statements = statements.clone();
        Box::pin(async move { connection.execute(AssertSqlSafe(statements)).await.map(|_| ()) })
    })
}

/// Connects without logging statements: they may contain what people write.
fn unlogged(url: &str) -> anyhow::Result<AnyConnectOptions> {
    Ok(url.parse::<AnyConnectOptions>()?.disable_statement_logging())
}
