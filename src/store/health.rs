//! Whether writes fail now, and why; and whether pages of the database are damaged. Learns it from failed requests.
//! After a failure, and only then, a small write each second detects when writing works again.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::sync::Notify;

use super::{
    DatabaseError, Store,
    engine::Engine,
    errors::{Trouble, trouble},
};
use crate::{
    error::Error,
    model::{Room, Timestamp},
};

/// Time between two probes.
const PROBE_EVERY: Duration = Duration::from_secs(1);

const PROBE: &str = "INSERT INTO settings (key, value) VALUES ('write_probe', $1) \
     ON CONFLICT (key) DO UPDATE SET value = excluded.value";

/// What this process knows of its database.
pub(super) struct Health {
    /// What a timeout while waiting for a write connection means: on SQLite another write has the only one.
    late: Trouble,
    /// Whether `trouble` is set, without a lock.
    in_trouble: AtomicBool,
    trouble: Mutex<Option<Trouble>>,
    /// Notified when a write fails.
    failed: Notify,
    /// How many errors were caused by damaged pages.
    damaged: AtomicU64,
}

/// The answer to a readiness probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// Requests can be served.
    Ready,
    /// Requests can be served except those that need a damaged page; this many have failed.
    Degraded(u64),
    /// Requests can be served except those that store more: the disk is almost full.
    ReadOnly,
    /// Requests cannot be served, for this reason: a stable code.
    Unready(&'static str),
}

impl Health {
    pub(super) fn new(engine: Engine) -> Self {
        let late = match engine {
            Engine::Sqlite => Trouble::WriteLocked,
            Engine::Postgres => Trouble::DatabaseAway,
        };
        let (in_trouble, failed, damaged) = (AtomicBool::default(), Notify::default(), AtomicU64::default());
        Self { late, in_trouble, trouble: Mutex::default(), failed, damaged }
    }

    /// The trouble behind the error of a write.
    fn trouble_of(&self, error: &DatabaseError) -> Option<Trouble> {
        if matches!(error, DatabaseError::PoolTimedOut) { Some(self.late) } else { trouble(error) }
    }

    /// A write has succeeded.
    pub(super) fn wrote(&self) {
        if self.in_trouble.load(Ordering::Relaxed) {
            self.set(None);
        }
    }

    /// A write has failed or was abandoned; with the error, if there is one.
    pub(super) fn failed(&self, error: Option<&DatabaseError>) {
        // The first cause counts until the next probe: later writes may fail for other reasons, such as a timeout.
        if let Some(trouble) = error
            .and_then(|error| self.trouble_of(error))
            .filter(|trouble| *trouble != Trouble::Damaged && !self.in_trouble.load(Ordering::Relaxed))
        {
            self.set(Some(trouble));
        }
        self.failed.notify_one();
    }

    fn set(&self, trouble: Option<Trouble>) {
        let mut current = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        self.in_trouble.store(trouble.is_some(), Ordering::Relaxed);
        if *current == trouble {
            return;
        }
        *current = trouble;
        if let Some(trouble) = trouble {
            tracing::error!(reason = trouble.word(), "the database cannot be written");
        } else {
            tracing::info!("the database can be written again");
        }
    }

    fn trouble(&self) -> Option<Trouble> {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Converts a database error to a request's error, and records trouble with the database.
    pub fn failure(&self, error: DatabaseError) -> Error {
        match trouble(&error) {
            Some(Trouble::DiskFull | Trouble::WriteLocked) => self.health.failed(Some(&error)),
            Some(Trouble::Damaged) if self.health.damaged.fetch_add(1, Ordering::Relaxed) == 0 => {
                let database = &*self.place;
                tracing::error!(database, cause = %error, "the database has damaged pages: see docs/troubleshooting.md");
            }
            _ => {}
        }
        error.into()
    }

    /// Whether requests can be served.
    pub async fn readiness(&self) -> Readiness {
        if let Some(trouble) = self.health.trouble() {
            return Readiness::Unready(trouble.word());
        }
        match self.ping().await {
            Err(Error::Damaged) => Readiness::Unready(Trouble::Damaged.word()),
            Err(_) => Readiness::Unready(Trouble::DatabaseAway.word()),
            Ok(()) => match self.health.damaged.load(Ordering::Relaxed) {
                0 if self.room() == Room::Spent => Readiness::ReadOnly,
                0 => Readiness::Ready,
                met => Readiness::Degraded(met),
            },
        }
    }

    /// After a failed write, probes each second until writing works again. Never returns.
    pub async fn watch_writes(&self) {
        loop {
            self.health.failed.notified().await;
            while let Err(error) = self.probe().await {
                self.health.set(Some(self.health.trouble_of(&error).unwrap_or(Trouble::DatabaseAway)));
                tokio::time::sleep(PROBE_EVERY).await;
            }
        }
    }

    async fn probe(&self) -> Result<(), DatabaseError> {
        let write = self.write(sqlx::query(PROBE).bind(Timestamp::now().0.to_be_bytes().to_vec()));
        let written = tokio::time::timeout(self.timeout, write).await;
        written.unwrap_or(Err(DatabaseError::PoolTimedOut)).map(|_| ())
    }
}
