//! The connections for writes. Each serves one transaction at a time, and is kept open for the next one. sqlx's pool
//! opens them, but does not keep them: it asks the database before and after each use whether the connection works.

use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sqlx::{AnyConnection, AnyPool, Connection};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{DatabaseError, DatabaseResult};

/// How long closing a connection may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection to a server is replaced when it was idle for longer: a proxy may have forgotten it.
const MAX_IDLE: Duration = Duration::from_mins(5);
/// And when it is older, so that the server frees what it remembers of it.
const MAX_AGE: Duration = Duration::from_mins(30);

/// All connections for writes. Cheap to clone.
#[derive(Clone)]
pub(super) struct Writers(Arc<Connections>);

struct Connections {
    /// Opens connections: tries again while the database starts.
    opener: AnyPool,
    /// As many as there may be connections.
    turns: Arc<Semaphore>,
    size: u32,
    idle: Mutex<Vec<Open>>,
    /// Whether old connections are replaced: those to a server.
    ages: bool,
    /// How long to wait for a turn.
    timeout: Duration,
}

struct Open {
    connection: AnyConnection,
    opened: Instant,
    /// When it was last used.
    used: Instant,
}

/// A connection in use. Dropped before [`Writer::keep`], it is closed, and the database rolls its transaction back.
pub(super) struct Writer {
    writers: Writers,
    /// `None` only while it is dropped or replaced.
    open: Option<Open>,
    was_kept: bool,
    turn: Option<OwnedSemaphorePermit>,
}

impl Writers {
    /// At most `size` connections to a file. `timeout` is how long to wait for one.
    pub(super) fn to_file(opener: AnyPool, size: u32, timeout: Duration) -> Self {
        Self::new(opener, size, timeout, false)
    }

    /// The same to a server.
    pub(super) fn to_server(opener: AnyPool, size: u32, timeout: Duration) -> Self {
        Self::new(opener, size, timeout, true)
    }

    fn new(opener: AnyPool, size: u32, timeout: Duration, ages: bool) -> Self {
        let turns = Arc::new(Semaphore::new(size as usize));
        Self(Arc::new(Connections { opener, turns, size, idle: Mutex::default(), ages, timeout }))
    }

    /// Waits for a connection. A kept one may have died meanwhile: see [`Writer::was_kept`].
    pub(super) async fn acquire(&self) -> DatabaseResult<Writer> {
        let turn = timeout(self.0.timeout, self.0.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| DatabaseError::PoolTimedOut)?.map_err(|_| DatabaseError::PoolClosed)?;
        let kept = self.0.idle().pop();
        let mut writer = Writer { writers: self.clone(), was_kept: kept.is_some(), open: kept, turn: Some(turn) };
        if writer.open.as_ref().is_none_or(|kept| self.0.is_old(kept)) {
            writer.replace().await?;
        }
        Ok(writer)
    }

    /// Waits for transactions under way, and closes every connection.
    pub(super) async fn close(&self) {
        let all = self.0.turns.acquire_many(self.0.size).await;
        self.0.turns.close();
        drop(all);
        let idle = std::mem::take(&mut *self.0.idle());
        for open in idle {
            close(open).await;
        }
        self.0.opener.close().await;
    }
}

impl Connections {
    async fn open(&self) -> DatabaseResult<Open> {
        let connection = self.opener.acquire().await?.detach();
        let now = Instant::now();
        Ok(Open { connection, opened: now, used: now })
    }

    fn is_old(&self, open: &Open) -> bool {
        self.ages && (open.used.elapsed() > MAX_IDLE || open.opened.elapsed() > MAX_AGE)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Open>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    /// Whether it was used before and has been idle since.
    pub(super) fn was_kept(&self) -> bool {
        self.was_kept
    }

    /// Closes the connection and opens another.
    pub(super) async fn replace(&mut self) -> DatabaseResult<()> {
        self.was_kept = false;
        if let Some(dead) = self.open.take() {
            close(dead).await;
        }
        self.open = Some(self.writers.0.open().await?);
        Ok(())
    }

    /// Keeps the connection for the next transaction: this one has ended.
    pub(super) fn keep(mut self) {
        let used = Instant::now();
        let open = self.open.take().map(|open| Open { used, ..open });
        self.writers.0.idle().extend(open);
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some((open, runtime)) = self.open.take().zip(Handle::try_current().ok()) {
            let turn = self.turn.take();
            runtime.spawn(async move {
                close(open).await;
                drop(turn);
            });
        }
    }
}

impl Deref for Writer {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.open.as_ref().expect("it has a connection until it is dropped").connection
    }
}

impl DerefMut for Writer {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.open.as_mut().expect("it has a connection until it is dropped").connection
    }
}

/// Closes a connection, so that the database ends its transaction at once.
async fn close(open: Open) {
    // It may be dead already.
    drop(timeout(CLOSE_TIMEOUT, open.connection.close()).await);
}
