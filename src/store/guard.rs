//! One serving process per database: connections, members and sessions are kept in memory. Several servers of a cluster
//! share the database, and then exclude every process that wants it alone.

use std::{
    fs::{File, TryLockError},
    time::Duration,
};

use anyhow::{Context, bail};
use sqlx::{AnyConnection, Connection, Executor, any::install_default_drivers};
use tokio::time::timeout;

use super::{Store, connect, engine::Engine, file::DatabaseFile};

/// At its start, a server tries this often to take the lock, which may be a dead server's: PostgreSQL may not have noticed
/// yet, and a process that was just being started may have inherited the locked file.
const TAKE_ATTEMPTS: usize = 10;
const TAKE_PAUSE: Duration = Duration::from_millis(200);
/// How often the lock on PostgreSQL is checked: a server that lost it ends within six seconds.
const CHECK_EVERY: Duration = Duration::from_secs(1);
/// How long PostgreSQL may take to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// How long a lost lock may take to come back: PostgreSQL may need a while to notice that the old connection is gone.
const RECOVERY: Duration = Duration::from_mins(1);

const TAKE: &str = "SELECT CASE WHEN pg_try_advisory_lock(hashtextextended('hearth serves ' || current_schema(), 0)) \
     THEN 1 ELSE 0 END";
const SHARE: &str = "SELECT CASE WHEN pg_try_advisory_lock_shared(hashtextextended('hearth serves ' || \
     current_schema(), 0)) THEN 1 ELSE 0 END";

/// The right to serve a database, until it is dropped.
pub struct ServingGuard(Lock);

enum Lock {
    /// Released by the system, however the process ends.
    File { _file: File },
    /// Released with its connection.
    Advisory { url: String, kind: Kind, connection: AnyConnection },
}

/// Who else may have the right to serve a database on PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nobody.
    Alone,
    /// Other servers of the cluster.
    Shared,
}

impl ServingGuard {
    /// Fails while another process serves this database.
    pub async fn take(url: &str) -> anyhow::Result<Self> {
        Self::acquire(url, Kind::Alone).await
    }

    /// Fails while a process serves this database alone. Only PostgreSQL can be shared.
    pub async fn share(url: &str) -> anyhow::Result<Self> {
        Self::acquire(url, Kind::Shared).await
    }

    async fn acquire(url: &str, kind: Kind) -> anyhow::Result<Self> {
        match Engine::of(url) {
            Engine::Sqlite => {
                let file = DatabaseFile::of(url)?.lock_file(".lock")?;
                for _ in 0..TAKE_ATTEMPTS {
                    match file.try_lock() {
                        Ok(()) => return Ok(Self(Lock::File { _file: file })),
                        Err(TryLockError::WouldBlock) => tokio::time::sleep(TAKE_PAUSE).await,
                        Err(TryLockError::Error(error)) => return Err(error).context("lock file"),
                    }
                }
            }
            Engine::Postgres => {
                let place = || format!("database {}", connect::place(url));
                let mut connection = connect(url).await.with_context(place)?;
                for _ in 0..TAKE_ATTEMPTS {
                    if lock(&mut connection, kind).await.with_context(place)? {
                        return Ok(Self(Lock::Advisory { url: url.to_owned(), kind, connection }));
                    }
                    tokio::time::sleep(TAKE_PAUSE).await;
                }
            }
        }
        match kind {
            Kind::Alone => bail!("another Hearth already serves the database {}: stop it first", connect::place(url)),
            Kind::Shared => bail!(
                "another Hearth serves the database {} alone: give it the same cluster.nats, or stop it",
                connect::place(url)
            ),
        }
    }

    /// Whether other servers may have the same right.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self.0, Lock::Advisory { kind: Kind::Shared, .. })
    }

    /// Releases the right, so that another server can start at once.
    pub async fn release(self) {
        if let Lock::Advisory { mut connection, .. } = self.0 {
            // If this fails, the lock ends with the connection all the same.
            let _ = timeout(ANSWER, connection.execute("SELECT pg_advisory_unlock_all()")).await;
            let _ = timeout(ANSWER, connection.close()).await;
        }
    }

    /// Returns when the right is lost for good. The store must have been opened to write.
    pub async fn lost(&mut self, store: &Store) {
        let Lock::Advisory { url, kind, connection } = &mut self.0 else { return moved(store).await };
        let lost = async {
            loop {
                tokio::time::sleep(CHECK_EVERY).await;
                match timeout(ANSWER, store.fence.holds(connection)).await {
                    Ok(Ok(true)) => continue,
                    Ok(Ok(false)) => return,
                    Ok(Err(_)) | Err(_) => {}
                }
                match recover(url, *kind, store).await {
                    Some(recovered) => *connection = recovered,
                    None => return,
                }
            }
        };
        tokio::select! {
            () = lost => {}
            () = store.fence.lost() => {}
        }
    }
}

/// Returns when the database was moved to another place: the file cannot be lost otherwise.
async fn moved(store: &Store) {
    while store.moved_to().await.is_none() {
        tokio::time::sleep(CHECK_EVERY).await;
    }
}

/// Takes the lock again as soon as the database answers. `None` if another server has taken over or keeps the lock.
async fn recover(url: &str, kind: Kind, store: &Store) -> Option<AnyConnection> {
    let mut refused_for = Duration::ZERO;
    let mut is_away = false;
    while refused_for < RECOVERY {
        let tried = timeout(ANSWER, try_again(url, kind, store)).await.unwrap_or_else(|late| Err(late.into()));
        match tried {
            Ok(Again::Locked(connection)) => return Some(connection),
            Ok(Again::Lost) => return None,
            Ok(Again::Refused) => refused_for += CHECK_EVERY,
            Err(error) if !is_away => {
                is_away = true;
                tracing::warn!(%error, "the database does not answer");
            }
            Err(_) => {}
        }
        tokio::time::sleep(CHECK_EVERY).await;
    }
    None
}

/// The outcome of an attempt to take the lock again.
enum Again {
    Locked(AnyConnection),
    /// Another server holds it, or our own connection, which PostgreSQL does not yet know to be dead.
    Refused,
    Lost,
}

async fn try_again(url: &str, kind: Kind, store: &Store) -> anyhow::Result<Again> {
    let mut connection = connect(url).await?;
    let is_locked = lock(&mut connection, kind).await?;
    if !store.fence.holds(&mut connection).await? {
        return Ok(Again::Lost);
    }
    Ok(if is_locked { Again::Locked(connection) } else { Again::Refused })
}

async fn connect(url: &str) -> anyhow::Result<AnyConnection> {
    install_default_drivers();
    let mut connection = AnyConnection::connect(url).await?;
    // So that PostgreSQL notices within half a minute, not within hours, if this machine vanishes.
    connection
        .execute("SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3")
        .await?;
    Ok(connection)
}

async fn lock(connection: &mut AnyConnection, kind: Kind) -> anyhow::Result<bool> {
    let sql = match kind {
        Kind::Alone => TAKE,
        Kind::Shared => SHARE,
    };
    let taken: i64 = sqlx::query_scalar(sql).fetch_one(connection).await?;
    Ok(taken == 1)
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::poll;

    use super::*;

    #[tokio::test]
    async fn a_lock_that_is_released_soon_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("hearth.db").display());
        let first = ServingGuard::take(&url).await.unwrap();
        let mut second = pin!(ServingGuard::take(&url));
        assert!(poll!(second.as_mut()).is_pending());
        drop(first);
        second.await.unwrap();
    }
}
