//! What one person may write and change: so much in a while, and so much in all.

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

    /// Learns how much these people have stored; needed before they write or change anything.
    pub(super) async fn learn(&mut self, batch: &mut Batch, users: impl Iterator<Item = UserId>) -> DatabaseResult<()> {
        self.storage.learn(batch, users).await
    }

    /// Counts a message or notice that is stored next, or refuses it.
    pub(super) fn write(&mut self, user: UserId, text: &str) -> Result<(), Error> {
        self.budgets.spend(Budget::Messages, user)?;
        self.storage.take(user, text)
    }

    /// Counts an edit, a deletion or a reaction that is made next, or refuses it.
    pub(super) fn change(&mut self, user: UserId) -> Result<(), Error> {
        self.budgets.spend(Budget::Changes, user)
    }

    /// Counts the bytes by which somebody's text grows, or those that it gives back; or refuses them.
    pub(super) fn resize(&mut self, user: UserId, bytes: i64) -> Result<(), Error> {
        self.storage.change(user, bytes)
    }

    /// Counts a person who is added to a group next, or refuses it.
    pub(super) fn add(&mut self, adder: UserId, know_each_other: bool) -> Result<(), Error> {
        let budget = if know_each_other { Budget::Adds } else { Budget::AddsOfStrangers };
        self.budgets.spend(budget, adder)
    }

    /// Messages went with a group.
    pub(super) fn forget_storage(&mut self) {
        self.storage.forget_all();
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
