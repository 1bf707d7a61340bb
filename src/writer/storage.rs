//! How much storage people's messages take up. The database counts it in their memberships; here it is remembered, person
//! by person, as the transaction under way sees it.

use std::collections::HashMap;

use crate::{
    config::Limits,
    error::{self, Error},
    model::UserId,
    store::{Batch, DatabaseResult, Store, cost},
};

/// People who are remembered: 4 MiB.
const REMEMBERED: usize = 100_000;

pub(super) struct Storage {
    /// Both in MB; 0 is without bound.
    per_user: u32,
    server: u32,
    /// Knows how large the database is.
    store: Store,
    used: HashMap<UserId, i64>,
}

impl Storage {
    pub(super) fn new(limits: &Limits, store: Store) -> Self {
        let bound = |mb: u32| if limits.enabled { mb } else { 0 };
        let (per_user, server) = (bound(limits.storage_mb_per_user), bound(limits.storage_mb));
        Self { per_user, server, store, used: HashMap::new() }
    }

    /// Learns what these people use; needed before [`Self::take`].
    pub(super) async fn learn(&mut self, batch: &mut Batch, users: impl Iterator<Item = UserId>) -> DatabaseResult<()> {
        if self.per_user == 0 {
            return Ok(());
        }
        let mut unknown: Vec<_> = users.filter(|user| !self.used.contains_key(user)).collect();
        unknown.sort_unstable();
        unknown.dedup();
        if unknown.is_empty() {
            return Ok(());
        }
        if self.used.len() >= REMEMBERED {
            self.used.clear();
        }
        let used: HashMap<_, _> = batch.stored_bytes(&unknown).await?.into_iter().collect();
        self.used.extend(unknown.into_iter().map(|user| (user, used.get(&user).copied().unwrap_or_default())));
        Ok(())
    }

    /// Takes room for a text, or refuses it.
    pub(super) fn take(&mut self, user: UserId, text: &str) -> Result<(), Error> {
        self.change(user, cost(text))
    }

    /// Takes room for the bytes by which a text grows, or gives some back.
    pub(super) fn change(&mut self, user: UserId, bytes: i64) -> Result<(), Error> {
        let is_over = |used: i64, mb: u32| mb > 0 && bytes > 0 && used > i64::from(mb) * 1_000_000;
        if is_over(self.store.size(), self.server) {
            return Err(Error::StorageFull(error::Storage::Server, self.server));
        }
        let Some(used) = self.used.get_mut(&user) else { return Ok(()) };
        if is_over(*used + bytes, self.per_user) {
            return Err(Error::StorageFull(error::Storage::Person, self.per_user));
        }
        *used += bytes;
        Ok(())
    }

    /// After anything that this cannot follow. The database knows.
    pub(super) fn forget_all(&mut self) {
        self.used.clear();
    }
}
