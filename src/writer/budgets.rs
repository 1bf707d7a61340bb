//! How much one person may do in a while. Counted in memory, in the transaction that does it: a repeated request costs
//! nothing, a failed transaction neither, and a restart begins to count anew.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::{
    config::Limits,
    error::{Budget, Error},
    model::UserId,
};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
/// People whose accounts are remembered before those that are full again are looked for.
const REMEMBERED: usize = 10_000;

/// Every budget.
pub(super) struct Budgets {
    messages: Accounts,
    changes: Accounts,
    adds_of_strangers: Accounts,
    adds: Accounts,
    enabled: bool,
}

impl Budgets {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            messages: Accounts::new(limits.messages_per_minute, MINUTE),
            changes: Accounts::new(limits.changes_per_minute, MINUTE),
            adds_of_strangers: Accounts::new(limits.adds_of_strangers_per_hour, HOUR),
            adds: Accounts::new(limits.adds_per_hour, HOUR),
            enabled: limits.enabled,
        }
    }

    /// Counts one of each of these, or refuses it: then none is counted.
    pub(super) fn spend(&mut self, budgets: &[Budget], user: UserId) -> Result<(), Error> {
        if !self.enabled {
            return Ok(());
        }
        let now = Instant::now();
        for &budget in budgets {
            let accounts = self.of(budget);
            let (limit, wait) = (accounts.limit, accounts.wait(user, now));
            if !wait.is_zero() {
                return Err(Error::OverBudget { budget, limit, wait });
            }
        }
        for &budget in budgets {
            self.of(budget).spend(user, now);
        }
        Ok(())
    }

    /// The transaction was committed, or its outcome is not known.
    pub(super) fn keep(&mut self) {
        self.all().for_each(|accounts| accounts.spent.clear());
    }

    /// The transaction changed nothing.
    pub(super) fn give_back(&mut self) {
        self.all().for_each(Accounts::give_back);
    }

    fn of(&mut self, budget: Budget) -> &mut Accounts {
        match budget {
            Budget::Messages => &mut self.messages,
            Budget::Changes => &mut self.changes,
            Budget::AddsOfStrangers => &mut self.adds_of_strangers,
            Budget::Adds => &mut self.adds,
        }
    }

    fn all(&mut self) -> impl Iterator<Item = &mut Accounts> {
        [&mut self.messages, &mut self.changes, &mut self.adds_of_strangers, &mut self.adds].into_iter()
    }
}

/// So many in a period for each person: all at once, then evenly.
struct Accounts {
    limit: u32,
    period: Duration,
    /// When each person's account is full again.
    full_at: HashMap<UserId, Instant>,
    /// By whom this transaction used it.
    spent: Vec<UserId>,
}

impl Accounts {
    fn new(limit: u32, period: Duration) -> Self {
        Self { limit, period, full_at: HashMap::new(), spent: Vec::new() }
    }

    /// How long to wait for the next one.
    fn wait(&self, user: UserId, now: Instant) -> Duration {
        self.after_next(user, now).duration_since(now).saturating_sub(self.period)
    }

    /// Counts one.
    fn spend(&mut self, user: UserId, now: Instant) {
        if self.full_at.len() >= REMEMBERED {
            self.full_at.retain(|_, full_at| *full_at > now);
        }
        self.full_at.insert(user, self.after_next(user, now));
        self.spent.push(user);
    }

    /// When the account is full again if one more is counted.
    fn after_next(&self, user: UserId, now: Instant) -> Instant {
        self.full_at.get(&user).copied().unwrap_or(now).max(now) + self.each()
    }

    fn give_back(&mut self) {
        let each = self.each();
        for user in self.spent.drain(..) {
            if let Some(full_at) = self.full_at.get_mut(&user) {
                *full_at -= each;
            }
        }
    }

    /// The share of the period that one takes.
    fn each(&self) -> Duration {
        self.period / self.limit.max(1)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// Counts one if there is room; else how long to wait.
    fn spend(accounts: &mut Accounts, user: UserId, now: Instant) -> Result<(), Duration> {
        let wait = accounts.wait(user, now);
        if !wait.is_zero() {
            return Err(wait);
        }
        accounts.spend(user, now);
        Ok(())
    }

    #[test]
    fn an_account_is_spent_and_comes_back_evenly() {
        let (mut accounts, now) = (Accounts::new(2, HOUR), Instant::now());
        let [ann, bob] = [1, 2].map(|number| UserId(Uuid::from_u128(number)));
        assert_eq!([spend(&mut accounts, ann, now), spend(&mut accounts, ann, now)], [Ok(()); 2]);
        assert_eq!(spend(&mut accounts, ann, now), Err(HOUR / 2));
        assert_eq!(spend(&mut accounts, bob, now), Ok(()));
        assert_eq!(spend(&mut accounts, ann, now + HOUR / 2), Ok(()));
        assert_eq!(spend(&mut accounts, ann, now + HOUR / 2), Err(HOUR / 2));
    }

    #[test]
    fn what_a_failed_transaction_spent_comes_back() {
        let (mut accounts, now) = (Accounts::new(1, HOUR), Instant::now());
        let ann = UserId(Uuid::from_u128(1));
        assert_eq!(spend(&mut accounts, ann, now), Ok(()));
        accounts.give_back();
        assert_eq!(spend(&mut accounts, ann, now), Ok(()));
        assert_eq!(spend(&mut accounts, ann, now), Err(HOUR));
    }

    #[test]
    fn what_one_budget_refuses_uses_up_no_other() {
        let limits = Limits { messages_per_minute: 1, adds_per_hour: 1, ..Limits::default() };
        let (mut budgets, ann) = (Budgets::new(&limits), UserId(Uuid::from_u128(1)));
        budgets.spend(&[Budget::Messages], ann).unwrap();
        for refused in [[Budget::Messages, Budget::Adds], [Budget::Adds, Budget::Messages]] {
            assert!(budgets.spend(&refused, ann).is_err());
        }
        budgets.spend(&[Budget::Adds], ann).unwrap();
        assert!(budgets.spend(&[Budget::Adds], ann).is_err());
    }
}
