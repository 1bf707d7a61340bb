//! Opens the database: its pools, its settings, its schema.

use std::{future::Future, net::IpAddr, sync::Arc, time::Duration};

use anyhow::{Context, ensure};
use sqlx::{
    AnyConnection, Connection, Executor,
    any::{AnyConnectOptions, install_default_drivers},
};

use super::{
    Store,
    commits::{Asides, Late},
    engine::Engine,
    errors::{Trouble, trouble},
    fence::Fence,
    file::DatabaseFile,
    folds,
    health::Health,
    migrations,
    moves::Part,
    pools, restoration,
};
use crate::{config::Database, error::Result};

/// Added to the timeouts of the engines, so that these report first: their errors say more.
const GRACE: Duration = Duration::from_secs(1);

impl Store {
    /// Connects, creates a missing SQLite database, and migrates the schema.
    pub async fn open(config: &Database) -> anyhow::Result<Self> {
        install_default_drivers();
        restoration::ensure_file_finished(&config.url)?;
        if Engine::of(&config.url) == Engine::Postgres {
            let checked = async {
                let mut connection = AnyConnection::connect(&config.url).await?;
                restoration::ensure_finished(Engine::Postgres, &mut connection).await?;
                Ok(connection.close().await?)
            };
            checked.await.map_err(|error| named(error, place(&config.url)))?;
        }
        Self::open_any(config).await
    }

    /// Like [`Self::open`], also if the database is being restored.
    pub(super) async fn open_any(config: &Database) -> anyhow::Result<Self> {
        install_default_drivers();
        let engine = Engine::of(&config.url);
        let timeout = Duration::from_secs(config.timeout_seconds);
        let place = place(&config.url);
        let url = migrate(engine, &config.url).await.map_err(|error| named(error, place))?;
        let (reads, writers) = match engine {
            Engine::Sqlite => pools::sqlite(&url, timeout)?,
            Engine::Postgres => pools::postgres(&url, timeout, config.connections)?,
        };
        let store = Self {
            engine,
            reads,
            writers,
            fence: Fence::default(),
            order: Arc::default(),
            late: Late::default(),
            asides: Asides::default(),
            names: Arc::default(),
            health: Arc::new(Health::new(engine)),
            place: place.into(),
            erasures: Arc::default(),
            size: Arc::default(),
            room: Arc::default(),
            timeout: total_timeout(engine, timeout),
        };
        store.ping().await.with_context(|| format!("database {place}"))?;
        Ok(store)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        let query = sqlx::query("SELECT COUNT(*) FROM settings");
        self.within(async { query.execute(&self.reads).await.map(|_| ()) }).await
    }

    /// Waits for queries under way and closes every connection.
    pub async fn close(&self) {
        self.reads.close().await;
        self.writers.close().await;
    }

    /// Whether it was closed.
    pub fn is_closed(&self) -> bool {
        self.reads.is_closed()
    }

    /// Does database work, with the configured timeout.
    pub(super) async fn within<T>(&self, work: impl Future<Output = sqlx::Result<T>>) -> Result<T> {
        match tokio::time::timeout(self.timeout, work).await {
            Ok(result) => result.map_err(|error| self.failure(error)),
            Err(_) => Err(self.failure(sqlx::Error::PoolTimedOut)),
        }
    }
}

/// The timeout of all work together. On SQLite it waits first for a connection and then for the lock, each up to the
/// configured timeout. Work that exceeds it may still be done: SQLite's thread finishes what it has begun.
fn total_timeout(engine: Engine, timeout: Duration) -> Duration {
    match engine {
        Engine::Sqlite => 2 * timeout + GRACE,
        Engine::Postgres => timeout + GRACE,
    }
}

/// The URL without credentials and parameters, which may contain credentials: what may be shown.
pub fn place(url: &str) -> &str {
    match Engine::of(url) {
        Engine::Sqlite => url,
        Engine::Postgres => {
            let place = url.rsplit_once('@').map_or(url, |(_, place)| place);
            place.split('?').next().unwrap_or(place)
        }
    }
}

/// Adds the database's name, and its damage, to an error of opening it.
fn named(error: anyhow::Error, place: &str) -> anyhow::Error {
    if is_damage(&error) {
        return damaged(error, place);
    }
    error.context(format!("database {place}"))
}

/// Whether an error says that the database is damaged.
pub(super) fn is_damage(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<sqlx::Error>());
    causes.any(|error| trouble(error) == Some(Trouble::Damaged))
}

/// Says so, with the database's name.
pub(super) fn damaged(error: anyhow::Error, place: &str) -> anyhow::Error {
    error.context(format!("database {place} is damaged: restore a backup"))
}

/// Migrates the schema of a new or existing database. Returns the URL for further connections.
async fn migrate(engine: Engine, url: &str) -> anyhow::Result<String> {
    match engine {
        Engine::Sqlite => {
            let file = DatabaseFile::of(url)?;
            let lock = file.lock_file(".migrate.lock")?;
            let lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await??;
            if file.exists()? {
                update(&file.url()?).await?;
            } else {
                let mut connection = AnyConnection::connect(&file.begin()?).await?;
                // A property of the file, set once: later connections need no lock for it.
                connection.execute("PRAGMA journal_mode = WAL").await?;
                migrations::run(engine, &mut connection).await?;
                folds::run(engine, &mut connection).await?;
                connection.close().await?;
                file.finish()?;
            }
            drop(lock);
            file.url()
        }
        Engine::Postgres => {
            let (url, mut connection) = connect_quickly(url).await?;
            Part::of(engine, &mut connection).await?.allow_use()?;
            migrations::run(engine, &mut connection).await?;
            folds::run(engine, &mut connection).await?;
            connection.close().await?;
            Ok(url)
        }
    }
}

/// Connects to PostgreSQL, without TLS if it is on this machine and does not require it. Returns the URL for further
/// connections, too. sqlx 0.9.0 does not set TCP_NODELAY (its issue 4335): a batch that takes several TLS records would
/// wait 40 ms for the acknowledgement of the first.
async fn connect_quickly(url: &str) -> sqlx::Result<(String, AnyConnection)> {
    if let Some(plain) = without_tls(url)
        && let Ok(connection) = AnyConnection::connect(&plain).await
    {
        return Ok((plain, connection));
    }
    Ok((url.to_owned(), AnyConnection::connect(url).await?))
}

/// The URL of a server on this machine, with `sslmode=disable`; `None` if the URL or the environment chooses a mode.
fn without_tls(url: &str) -> Option<String> {
    let mut url = url.parse::<AnyConnectOptions>().ok()?.database_url;
    let host = url.host_str()?.trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let is_chosen = std::env::var_os("PGSSLMODE").is_some()
        || url.query_pairs().any(|(key, _)| ["sslmode", "ssl-mode", "host", "hostaddr"].contains(&&*key));
    (is_here && !is_chosen).then(|| {
        url.query_pairs_mut().append_pair("sslmode", "disable");
        url.into()
    })
}

/// Migrates an existing SQLite database.
async fn update(url: &str) -> anyhow::Result<()> {
    let mut connection = AnyConnection::connect(url).await?;
    let migrated = sqlx::query("SELECT name FROM sqlite_master WHERE name = '_sqlx_migrations'");
    let migrated = migrated.fetch_optional(&mut connection).await?;
    ensure!(migrated.is_some(), "it is a SQLite database, but not one of Hearth");
    Part::of(Engine::Sqlite, &mut connection).await?.allow_use()?;
    // Other programs make copies without the log, such as VACUUM INTO: then writes and reads would wait for each other.
    connection.execute("PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON").await?;
    migrations::run(Engine::Sqlite, &mut connection).await?;
    folds::run(Engine::Sqlite, &mut connection).await?;
    // An interrupted process may have left changes in the log that are not synced. A retry of such a change is answered
    // as stored, so sync them now. A passive checkpoint waits for no other process.
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").await?;
    Ok(connection.close().await?)
}

/// Whether there is a database with a schema of Hearth.
pub(super) async fn exists(url: &str) -> anyhow::Result<bool> {
    install_default_drivers();
    let engine = Engine::of(url);
    if engine == Engine::Sqlite && !DatabaseFile::of(url)?.exists()? {
        return Ok(false);
    }
    let (_, mut connection) = existing(url).await?;
    let version = migrations::version(engine, &mut connection).await?;
    connection.close().await?;
    Ok(version > 0)
}

/// Connects to an existing database outside of the pools, with no regard to its schema.
pub(super) async fn existing(url: &str) -> anyhow::Result<(Engine, AnyConnection)> {
    install_default_drivers();
    let (engine, named) = (Engine::of(url), || format!("database {}", place(url)));
    let connect = async {
        let Engine::Sqlite = engine else { return Ok(AnyConnection::connect(url).await?) };
        let file = DatabaseFile::existing(url)?;
        ensure!(file.exists()?, "it does not exist");
        let mut connection = AnyConnection::connect(&file.url()?).await?;
        connection
            .execute("PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000; PRAGMA temp_store = MEMORY")
            .await?;
        anyhow::Ok(connection)
    };
    Ok((engine, connect.await.with_context(named)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_on_this_machine_are_used_without_tls() {
        for (url, plain) in [
            ("postgres://ann@localhost/hearth", Some("postgres://ann@localhost/hearth?sslmode=disable")),
            ("postgres://127.0.0.1:5433/hearth?a=b", Some("postgres://127.0.0.1:5433/hearth?a=b&sslmode=disable")),
            ("postgres://[::1]/hearth", Some("postgres://[::1]/hearth?sslmode=disable")),
            ("postgres://localhost/hearth?sslmode=require", None),
            ("postgres://localhost/hearth?host=db.example.org", None),
            ("postgres://db.example.org/hearth", None),
        ] {
            assert_eq!(without_tls(url).as_deref(), plain, "{url}");
        }
    }
}
