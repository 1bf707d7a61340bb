//! Who is in which group, in memory: loaded inside the transaction that needs it, kept true by the commands that
//! change it, and handed to the publisher as it was at that commit.

use std::{collections::HashMap, sync::Arc};

use crate::{
    model::{ChatId, Members, UserId},
    store::{Batch, DatabaseResult},
};

/// Memberships that are remembered, over all groups: 16 MiB.
const REMEMBERED: usize = 1_000_000;

/// Small groups whose receipts are remembered: 16 MiB.
const RECEIPTS_REMEMBERED: usize = 10_000;

/// The members of the groups that were lately written to, sorted.
#[derive(Default)]
pub(super) struct Rosters {
    known: HashMap<ChatId, Members>,
    /// Of small groups: the members who send read receipts, and so get them.
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

    /// The members who send and get read receipts, as this transaction sees them; for groups of few members.
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

    /// Somebody sends read receipts from now on, or no longer.
    pub(super) fn forget_receipts(&mut self) {
        self.receipts.clear();
    }

    /// Somebody is a member from now on.
    pub(super) fn add(&mut self, chat: ChatId, user: UserId) {
        self.receipts.remove(&chat);
        if let Some(members) = self.known.get_mut(&chat)
            && let Err(place) = members.binary_search(&user)
        {
            Arc::make_mut(members).insert(place, user);
            self.memberships += 1;
        }
    }

    /// Somebody is a member no more.
    pub(super) fn remove(&mut self, chat: ChatId, user: UserId) {
        self.receipts.remove(&chat);
        if let Some(members) = self.known.get_mut(&chat)
            && let Ok(place) = members.binary_search(&user)
        {
            Arc::make_mut(members).remove(place);
            self.memberships -= 1;
        }
    }

    /// The group is no more.
    pub(super) fn forget(&mut self, chat: ChatId) {
        self.receipts.remove(&chat);
        if let Some(members) = self.known.remove(&chat) {
            self.memberships -= members.len();
        }
    }

    /// After anything that this cannot follow. The database knows.
    pub(super) fn forget_all(&mut self) {
        *self = Self::default();
    }
}
