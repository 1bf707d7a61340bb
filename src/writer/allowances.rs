//! What one person may write and change: budgets in time, and a bound on storage.

use super::{budgets::Budgets, storage::Storage};
use crate::{
    config::Limits,
    error::{Budget, Error},
    model::UserId,
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

    /// Loads how much these people have stored, given the bytes that each is about to write. Call it before they are counted.
    pub(super) async fn learn(
        &mut self,
        batch: &mut Batch,
        writes: impl Iterator<Item = (UserId, i64)>,
    ) -> DatabaseResult<()> {
        self.storage.learn(batch, writes).await
    }

    /// Whether anything is counted in time.
    pub(super) fn has_budgets(&self) -> bool {
        self.budgets.are_enabled()
    }

    /// Counts a message or notice that is stored next, or refuses it.
    pub(super) fn write(&mut self, user: UserId, bytes: i64) -> Result<(), Error> {
        self.spend(&[Budget::Messages], user, bytes)
    }

    /// Counts a person who is added to a group next, and the notice of it, or refuses it.
    pub(super) fn add(&mut self, adder: UserId, know_each_other: bool, bytes: i64) -> Result<(), Error> {
        let budget = if know_each_other { Budget::Adds } else { Budget::AddsOfStrangers };
        self.spend(&[Budget::Messages, budget], adder, bytes)
    }

    /// Counts an edit, a deletion or a reaction that is made next, with the bytes by which the person's text grows, or
    /// refuses it.
    pub(super) fn change(&mut self, user: UserId, bytes: i64) -> Result<(), Error> {
        self.spend(&[Budget::Changes], user, bytes)
    }

    /// Counts bytes without checking a bound; below 0, they are given back.
    pub(super) fn count(&mut self, user: UserId, bytes: i64) {
        self.storage.count(user, bytes);
    }

    /// Nothing is counted if anything is refused.
    fn spend(&mut self, budgets: &[Budget], user: UserId, bytes: i64) -> Result<(), Error> {
        self.storage.room(user, bytes)?;
        self.budgets.spend(budgets, user)?;
        self.storage.count(user, bytes);
        Ok(())
    }

    /// Messages were deleted with a group: the people who wrote them may have room again.
    pub(super) fn free(&mut self) {
        self.storage.free();
    }

    /// The transaction was committed.
    pub(super) fn keep(&mut self) {
        self.budgets.keep();
    }

    /// The transaction changed nothing.
    pub(super) fn give_back(&mut self) {
        self.budgets.give_back();
        self.storage.forget_all();
    }

    /// Whether the transaction changed anything is not known: what it counted stays counted.
    pub(super) fn keep_unsettled(&mut self) {
        self.budgets.keep();
        self.storage.forget_all();
    }
}
