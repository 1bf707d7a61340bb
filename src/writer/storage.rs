//! How much storage each user's messages take. The database keeps the sums in memberships; this caches them per user,
//! as the current transaction sees them.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::{
    config::Limits,
    error::{Error, StorageBound},
    model::UserId,
    store::{Batch, DatabaseResult, Store},
};

/// How many users are cached: 4 MiB.
const REMEMBERED: usize = 100_000;

/// How long a sum counts if other servers store messages, too.
const SHARED_FOR: Duration = Duration::from_secs(10);

pub(super) struct Storage {
    /// In MB, like the next; 0 means no limit.
    per_user: u32,
    server: u32,
    /// Knows the size of the database.
    store: Store,
    used: HashMap<UserId, Used>,
    /// How many groups were deleted.
    freed: u64,
}

/// A user's stored bytes: as loaded, plus what was counted since.
struct Used {
    bytes: i64,
    /// [`Storage::freed`] when it was loaded.
    freed: u64,
    loaded: Instant,
}

impl Storage {
    pub(super) fn new(limits: &Limits, store: Store) -> Self {
        let bound = |mb: u32| if limits.enabled { mb } else { 0 };
        let (per_user, server) = (bound(limits.storage_mb_per_user), bound(limits.storage_mb));
        Self { per_user, server, store, used: HashMap::new(), freed: 0 }
    }

    /// Loads how much these users have stored, given the bytes that each is about to write. Call it before
    /// [`Self::room`]. Reloads a sum that would lead to a rejection if groups were deleted since. Beside other servers, also
    /// reloads one that is old.
    pub(super) async fn learn(
        &mut self,
        batch: &mut Batch,
        writes: impl Iterator<Item = (UserId, i64)>,
    ) -> DatabaseResult<()> {
        if self.per_user == 0 {
            return Ok(());
        }
        if self.used.len() >= REMEMBERED {
            self.used.clear();
        }
        let is_shared = self.store.is_shared();
        let mut wanted: HashMap<UserId, i64> = HashMap::new();
        for (user, bytes) in writes {
            *wanted.entry(user).or_default() += bytes;
        }
        wanted.retain(|user, bytes| {
            let is_full = |used: &Used| is_over(used.bytes + *bytes, self.per_user);
            let is_old = |used: &Used| is_shared && used.loaded.elapsed() > SHARED_FOR;
            let is_freed = |used: &Used| is_shared || used.freed != self.freed;
            self.used.get(user).is_none_or(|used| is_old(used) || is_full(used) && is_freed(used))
        });
        if wanted.is_empty() {
            return Ok(());
        }
        let users: Vec<_> = wanted.into_keys().collect();
        let (freed, loaded_at) = (self.freed, Instant::now());
        let loaded = batch.stored_bytes(&users).await?;
        self.used.extend(loaded.into_iter().map(|(user, bytes)| (user, Used { bytes, freed, loaded: loaded_at })));
        Ok(())
    }

    /// Fails with `ReadOnly` if the disk is almost full.
    pub(super) fn may_grow(&self) -> Result<(), Error> {
        self.store.may_grow()
    }

    /// Fails with `StorageFull` if there is no room for this many more bytes.
    pub(super) fn room(&self, user: UserId, bytes: i64) -> Result<(), Error> {
        if bytes > 0 && is_over(self.store.size(), self.server) {
            return Err(Error::StorageFull(StorageBound::Server, self.server));
        }
        match self.used.get(&user) {
            Some(used) if bytes > 0 && is_over(used.bytes + bytes, self.per_user) => {
                Err(Error::StorageFull(StorageBound::Person, self.per_user))
            }
            _ => Ok(()),
        }
    }

    /// Counts bytes that a user stores, or negative ones for those freed.
    pub(super) fn count(&mut self, user: UserId, bytes: i64) {
        if let Some(used) = self.used.get_mut(&user) {
            used.bytes += bytes;
        }
    }

    /// A group was deleted with its messages: their authors may have room again.
    pub(super) fn free(&mut self) {
        self.freed += 1;
    }

    /// Clears the cache. Call it after a transaction that was not committed.
    pub(super) fn forget_all(&mut self) {
        self.used.clear();
    }
}

/// A limit of 0 means no limit.
fn is_over(bytes: i64, mb: u32) -> bool {
    mb > 0 && bytes > i64::from(mb) * 1_000_000
}
