//! Work that one server of a cluster does for all: cleaning up and backups. It belongs to the server that holds the lease;
//! another takes over when that one has not renewed it for some seconds.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::time::sleep;

use crate::store::Store;

/// The name of the lease.
const WORK: &str = "housekeeping";
/// How often it is renewed, and how often others try to take it.
const RENEW_EVERY: Duration = Duration::from_secs(2);
/// How long it is certain after a renewal: shorter than it lasts.
const CERTAIN_FOR: Duration = Duration::from_secs(6);

/// Whether this server does the work.
pub struct Duty {
    store: Store,
    /// The same database: transactions fail after another server has taken over.
    leased: Store,
    /// When the lease was last renewed; `None` if it is another server's.
    renewed: Mutex<Option<Instant>>,
}

impl Duty {
    /// Of the server that has this database open.
    pub fn new(store: &Store) -> Self {
        Self { store: store.clone(), leased: store.for_work(WORK), renewed: Mutex::new(None) }
    }

    /// The database for the work, if this server does it.
    pub fn store(&self) -> Option<&Store> {
        let renewed = *self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        let is_ours = !self.store.is_shared() || renewed.is_some_and(|renewed| renewed.elapsed() < CERTAIN_FOR);
        is_ours.then_some(&self.leased)
    }

    /// Keeps the lease, or tries to get it, while it is polled.
    pub async fn keep(&self) {
        while self.store.is_shared() {
            let asked = Instant::now();
            match self.store.lease(WORK).await {
                Ok(is_ours) => {
                    *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = is_ours.then_some(asked);
                }
                Err(error) => error.log(),
            }
            sleep(RENEW_EVERY).await;
        }
    }
}
