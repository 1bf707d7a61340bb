//! The members of groups, cached in memory: loaded inside the transaction that needs them, updated by the commands that
//! change them, and passed on with events as they were at that commit.

use std::{collections::HashMap, sync::Arc};

#[cfg(feature = "mutations")]
use crate::mutations::{self, Mutation};
use crate::{
    model::{ChatId, Members, UserId},
    store::{Batch, DatabaseResult},
};

/// How many memberships are cached, over all groups: 16 MiB.
const REMEMBERED: usize = 1_000_000;

/// How many small groups are cached with their receipts: 16 MiB.
const RECEIPTS_REMEMBERED: usize = 10_000;

/// The sorted members of groups with recent messages.
#[derive(Default)]
pub(super) struct Rosters {
    known: HashMap<ChatId, Members>,
    /// For small groups: the members who send, and therefore get, read receipts.
    receipts: HashMap<ChatId, Members>,
    memberships: usize,
}

impl Rosters {
    /// The members as this transaction sees them.
    pub(super) async fn get(&mut self, batch: &mut Batch, chat: ChatId) -> DatabaseResult<Members> {
        if let Some(members) = self.known.get(&chat) {
            return Ok(members.clone());
        }
        let members = Arc::new(batch.members(chat).await?);
        if self.memberships > REMEMBERED {
            self.forget_all();
        }
        self.memberships += members.len();
        self.known.insert(chat, members.clone());
        Ok(members)
    }

    /// The members who send and get read receipts, as this transaction sees them; for small groups.
    pub(super) async fn receipts(&mut self, batch: &mut Batch, chat: ChatId) -> DatabaseResult<Members> {
        if let Some(members) = self.receipts.get(&chat) {
            return Ok(members.clone());
        }
        let members = Arc::new(batch.members_with_receipts(chat).await?);
        if self.receipts.len() >= RECEIPTS_REMEMBERED {
            self.receipts.clear();
        }
        self.receipts.insert(chat, members.clone());
        Ok(members)
    }

    /// Call when a user turns read receipts on or off.
    pub(super) fn forget_receipts(&mut self) {
        self.receipts.clear();
    }

    /// Call when a user joins a group.
    pub(super) fn add(&mut self, chat: ChatId, user: UserId) {
        #[cfg(feature = "mutations")]
        if mutations::makes(Mutation::ForgetRosterChange) {
            return;
        }
        self.receipts.remove(&chat);
        if let Some(members) = self.known.get_mut(&chat)
            && let Err(place) = members.binary_search(&user)
        {
            Arc::make_mut(members).insert(place, user);
            self.memberships += 1;
        }
    }

    /// Call when a user leaves a group.
    pub(super) fn remove(&mut self, chat: ChatId, user: UserId) {
        #[cfg(feature = "mutations")]
        if mutations::makes(Mutation::ForgetRosterChange) {
            return;
        }
        self.receipts.remove(&chat);
        if let Some(members) = self.known.get_mut(&chat)
            && let Ok(place) = members.binary_search(&user)
        {
            Arc::make_mut(members).remove(place);
            self.memberships -= 1;
        }
    }

    /// Call when a group is deleted.
    pub(super) fn forget(&mut self, chat: ChatId) {
        self.receipts.remove(&chat);
        if let Some(members) = self.known.remove(&chat) {
            self.memberships -= members.len();
        }
    }

    /// Clears the cache, after a change that it cannot follow.
    pub(super) fn forget_all(&mut self) {
        *self = Self::default();
    }
}
