//! The members of groups, cached in memory: loaded inside the transaction that needs them, updated by the commands that
//! change them, and passed on with events as they were at that commit. A cached roster is used only if it has the version
//! that the chat has in the transaction: another server may have changed it.

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

/// The sorted members of groups with recent messages, each with its version.
#[derive(Default)]
pub(super) struct Rosters {
    known: HashMap<ChatId, (i64, Members)>,
    /// For small groups: the members who send, and therefore get, read receipts.
    receipts: HashMap<ChatId, (i64, Members)>,
    memberships: usize,
}

impl Rosters {
    /// The members as this transaction sees them. `version` is the chat's.
    pub(super) async fn get(&mut self, batch: &mut Batch, chat: ChatId, version: i64) -> DatabaseResult<Members> {
        if let Some(members) = current(&self.known, chat, version) {
            return Ok(members);
        }
        let members = Arc::new(batch.members(chat).await?);
        if self.memberships > REMEMBERED {
            self.forget_all();
        }
        self.memberships += members.len();
        if let Some((_, outdated)) = self.known.insert(chat, (version, members.clone())) {
            self.memberships -= outdated.len();
        }
        Ok(members)
    }

    /// The members who send and get read receipts, as this transaction sees them; for small groups.
    pub(super) async fn receipts(&mut self, batch: &mut Batch, chat: ChatId, version: i64) -> DatabaseResult<Members> {
        if let Some(members) = current(&self.receipts, chat, version) {
            return Ok(members);
        }
        let members = Arc::new(batch.members_with_receipts(chat).await?);
        if self.receipts.len() >= RECEIPTS_REMEMBERED {
            self.receipts.clear();
        }
        self.receipts.insert(chat, (version, members.clone()));
        Ok(members)
    }

    /// Call when a user joins a group, which raises its version.
    pub(super) fn add(&mut self, chat: ChatId, user: UserId) {
        if let Some(members) = self.next(chat)
            && let Err(place) = members.binary_search(&user)
        {
            Arc::make_mut(members).insert(place, user);
            self.memberships += 1;
        }
    }

    /// Call when a user leaves a group, which raises its version.
    pub(super) fn remove(&mut self, chat: ChatId, user: UserId) {
        if let Some(members) = self.next(chat)
            && let Ok(place) = members.binary_search(&user)
        {
            Arc::make_mut(members).remove(place);
            self.memberships -= 1;
        }
    }

    /// The members that are about to change, as of the next version.
    fn next(&mut self, chat: ChatId) -> Option<&mut Members> {
        let (version, members) = self.known.get_mut(&chat)?;
        *version += 1;
        #[cfg(feature = "mutations")]
        if mutations::makes(Mutation::ForgetRosterChange) {
            return None;
        }
        Some(members)
    }

    /// Call when a group is deleted.
    pub(super) fn forget(&mut self, chat: ChatId) {
        self.receipts.remove(&chat);
        if let Some((_, members)) = self.known.remove(&chat) {
            self.memberships -= members.len();
        }
    }

    /// Clears the cache, after a change that it cannot follow.
    pub(super) fn forget_all(&mut self) {
        *self = Self::default();
    }
}

fn current(rosters: &HashMap<ChatId, (i64, Members)>, chat: ChatId, version: i64) -> Option<Members> {
    rosters.get(&chat).filter(|(known, _)| *known == version).map(|(_, members)| members.clone())
}
