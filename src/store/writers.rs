//! The connections for writes. Each serves one transaction at a time, and is kept open for the next one. sqlx's pool
//! opens them, but does not keep them: it asks the database before and after each use whether the connection works.

use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sqlx::{AnyConnection, AnyPool, Connection};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{DatabaseError, DatabaseResult};

/// How long a connection may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// All connections for writes. Cheap to clone.
#[derive(Clone)]
pub(super) struct Writers(Arc<Connections>);

struct Connections {
    /// Opens connections: tries again while the database starts.
    opener: AnyPool,
    /// As many as there may be connections.
    turns: Arc<Semaphore>,
    size: u32,
    idle: Mutex<Vec<AnyConnection>>,
    /// How long to wait for a turn.
    timeout: Duration,
}

/// A connection in use. Dropped before [`Writer::keep`], it is closed, which rolls its transaction back; only then may
/// another one take its place.
pub(super) struct Writer {
    writers: Writers,
    /// `None` only while it is dropped or replaced.
    connection: Option<AnyConnection>,
    was_kept: bool,
    turn: Option<OwnedSemaphorePermit>,
}

impl Writers {
    /// At most `size` connections of this pool. `timeout` is how long to wait for one.
    pub(super) fn new(opener: AnyPool, size: u32, timeout: Duration) -> Self {
        let turns = Arc::new(Semaphore::new(size as usize));
        Self(Arc::new(Connections { opener, turns, size, idle: Mutex::default(), timeout }))
    }

    /// Waits for a connection. A kept one may have died meanwhile: see [`Writer::was_kept`].
    pub(super) async fn acquire(&self) -> DatabaseResult<Writer> {
        let turn = timeout(self.0.timeout, self.0.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| DatabaseError::PoolTimedOut)?.map_err(|_| DatabaseError::PoolClosed)?;
        let kept = self.0.idle().pop();
        let mut writer = Writer { writers: self.clone(), was_kept: kept.is_some(), connection: kept, turn: Some(turn) };
        if writer.connection.is_none() {
            writer.connection = Some(self.0.open().await?);
        }
        Ok(writer)
    }

    /// Waits for transactions under way, and closes every connection.
    pub(super) async fn close(&self) {
        let all = self.0.turns.acquire_many(self.0.size).await;
        self.0.turns.close();
        drop(all);
        let idle = std::mem::take(&mut *self.0.idle());
        for connection in idle {
            say_goodbye(connection).await;
        }
        self.0.opener.close().await;
    }
}

impl Connections {
    async fn open(&self) -> DatabaseResult<AnyConnection> {
        Ok(self.opener.acquire().await?.detach())
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<AnyConnection>> {
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
        if let Some(dead) = self.connection.take() {
            say_goodbye(dead).await;
        }
        self.connection = Some(self.writers.0.open().await?);
        Ok(())
    }

    /// Keeps the connection for the next transaction: this one has ended.
    pub(super) fn keep(mut self) {
        let connection = self.connection.take();
        self.writers.0.idle().extend(connection);
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some((connection, runtime)) = self.connection.take().zip(Handle::try_current().ok()) {
            let turn = self.turn.take();
            runtime.spawn(async move {
                say_goodbye(connection).await;
                drop(turn);
            });
        }
    }
}

impl Deref for Writer {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        self.connection.as_ref().expect("it has a connection until it is dropped")
    }
}

impl DerefMut for Writer {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        self.connection.as_mut().expect("it has a connection until it is dropped")
    }
}

/// Closes a connection, so that the database ends its transaction at once.
async fn say_goodbye(connection: AnyConnection) {
    // It may be dead already.
    drop(timeout(GOODBYE, connection.close()).await);
}
