//! What each user may write and change: budgets per time, and a storage limit.

use super::{budgets::Budgets, storage::Storage};
use crate::{
    config::Limits,
    error::{Budget, Error},
    model::{Action, UserId},
    store::{Batch, DatabaseResult, Store},
};

pub(super) struct Allowances {
    budgets: Budgets,
    storage: Storage,
}

impl Allowances {
    pub(super) fn new(limits: &Limits, store: Store) -> Self {
        Self { budgets: Budgets::new(limits), storage: Storage::new(limits, store) }
    }

    /// Fails if the disk is almost full and the action stores more. Ask after a retry was recognised.
    pub(super) fn admit(&self, action: &Action) -> Result<(), Error> {
        if action.grows() { self.storage.may_grow() } else { Ok(()) }
    }

    /// Loads how much these users have stored, given the bytes that each is about to write. Call it before counting.
    pub(super) async fn learn(
        &mut self,
        batch: &mut Batch,
        writes: impl Iterator<Item = (UserId, i64)>,
    ) -> DatabaseResult<()> {
        self.storage.learn(batch, writes).await
    }

    /// Whether any budget per time is enabled.
    pub(super) fn has_budgets(&self) -> bool {
        self.budgets.are_enabled()
    }

    /// Counts a message or notice about to be stored, or rejects it.
    pub(super) fn write(&mut self, user: UserId, bytes: i64) -> Result<(), Error> {
        self.spend(&[Budget::Messages], user, bytes)
    }

    /// Counts a user about to be added to a group, and the notice, or rejects them.
    pub(super) fn add(&mut self, adder: UserId, know_each_other: bool, bytes: i64) -> Result<(), Error> {
        let budget = if know_each_other { Budget::Adds } else { Budget::AddsOfStrangers };
        self.spend(&[Budget::Messages, budget], adder, bytes)
    }

    /// Counts an edit, a deletion or a reaction about to be made, with the bytes by which the user's text grows, or
    /// rejects it.
    pub(super) fn change(&mut self, user: UserId, bytes: i64) -> Result<(), Error> {
        self.spend(&[Budget::Changes], user, bytes)
    }

    /// Counts bytes without checking a limit; negative ones are given back.
    pub(super) fn count(&mut self, user: UserId, bytes: i64) {
        self.storage.count(user, bytes);
    }

    /// Counts all or nothing.
    fn spend(&mut self, budgets: &[Budget], user: UserId, bytes: i64) -> Result<(), Error> {
        self.storage.room(user, bytes)?;
        self.budgets.spend(budgets, user)?;
        self.storage.count(user, bytes);
        Ok(())
    }

    /// A group was deleted with its messages: their authors may have room again.
    pub(super) fn free(&mut self) {
        self.storage.free();
    }

    /// Call after a commit.
    pub(super) fn keep(&mut self) {
        self.budgets.keep();
    }

    /// Call after a transaction that changed nothing.
    pub(super) fn give_back(&mut self) {
        self.budgets.give_back();
        self.storage.forget_all();
    }

    /// Call if the outcome of the transaction is not known: its counts are kept.
    pub(super) fn keep_unsettled(&mut self) {
        self.budgets.keep();
        self.storage.forget_all();
    }
}
