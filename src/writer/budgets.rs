//! How often each user may do something. Counted in memory, during the transaction that does it. Retries and failed
//! transactions do not count; a restart resets all counts.

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
/// Users in a map above which those with full buckets are removed.
const REMEMBERED: usize = 10_000;

/// All budgets.
pub(super) struct Budgets {
    messages: Buckets,
    changes: Buckets,
    adds_of_strangers: Buckets,
    adds: Buckets,
    enabled: bool,
}

impl Budgets {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            messages: Buckets::new(limits.messages_per_minute, MINUTE),
            changes: Buckets::new(limits.changes_per_minute, MINUTE),
            adds_of_strangers: Buckets::new(limits.adds_of_strangers_per_hour, HOUR),
            adds: Buckets::new(limits.adds_per_hour, HOUR),
            enabled: limits.enabled,
        }
    }

    pub(super) fn are_enabled(&self) -> bool {
        self.enabled
    }

    /// Counts one of each of these, or none of them if any is used up.
    pub(super) fn spend(&mut self, budgets: &[Budget], user: UserId) -> Result<(), Error> {
        if !self.enabled {
            return Ok(());
        }
        let now = Instant::now();
        for &budget in budgets {
            let buckets = self.of(budget);
            let (limit, wait) = (buckets.limit, buckets.wait(user, now));
            if !wait.is_zero() {
                return Err(Error::OverBudget { budget, limit, wait });
            }
        }
        for &budget in budgets {
            self.of(budget).spend(user, now);
        }
        Ok(())
    }

    /// Call after a commit, or if its outcome is not known.
    pub(super) fn keep(&mut self) {
        self.all().for_each(|buckets| buckets.spent.clear());
    }

    /// Call after a transaction that changed nothing.
    pub(super) fn give_back(&mut self) {
        self.all().for_each(Buckets::give_back);
    }

    fn of(&mut self, budget: Budget) -> &mut Buckets {
        match budget {
            Budget::Messages => &mut self.messages,
            Budget::Changes => &mut self.changes,
            Budget::AddsOfStrangers => &mut self.adds_of_strangers,
            Budget::Adds => &mut self.adds,
        }
    }

    fn all(&mut self) -> impl Iterator<Item = &mut Buckets> {
        [&mut self.messages, &mut self.changes, &mut self.adds_of_strangers, &mut self.adds].into_iter()
    }
}

/// A number per period for each user: available at once, refilled evenly.
struct Buckets {
    limit: u32,
    period: Duration,
    /// When each user's bucket is full again.
    full_at: HashMap<UserId, Instant>,
    /// The users who spent from it in this transaction.
    spent: Vec<UserId>,
}

impl Buckets {
    fn new(limit: u32, period: Duration) -> Self {
        Self { limit, period, full_at: HashMap::new(), spent: Vec::new() }
    }

    /// How long the user must wait for the next one.
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

    /// When the bucket is full again if one more is counted.
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

    /// The time in which one is refilled.
    fn each(&self) -> Duration {
        self.period / self.limit.max(1)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// Counts one if there is room; otherwise returns how long to wait.
    fn spend(buckets: &mut Buckets, user: UserId, now: Instant) -> Result<(), Duration> {
        let wait = buckets.wait(user, now);
        if !wait.is_zero() {
            return Err(wait);
        }
        buckets.spend(user, now);
        Ok(())
    }

    #[test]
    fn a_bucket_empties_at_once_and_refills_evenly() {
        let (mut buckets, now) = (Buckets::new(2, HOUR), Instant::now());
        let [ann, bob] = [1, 2].map(|number| UserId(Uuid::from_u128(number)));
        assert_eq!([spend(&mut buckets, ann, now), spend(&mut buckets, ann, now)], [Ok(()); 2]);
        assert_eq!(spend(&mut buckets, ann, now), Err(HOUR / 2));
        assert_eq!(spend(&mut buckets, bob, now), Ok(()));
        assert_eq!(spend(&mut buckets, ann, now + HOUR / 2), Ok(()));
        assert_eq!(spend(&mut buckets, ann, now + HOUR / 2), Err(HOUR / 2));
    }

    #[test]
    fn a_failed_transaction_gives_back_what_it_spent() {
        let (mut buckets, now) = (Buckets::new(1, HOUR), Instant::now());
        let ann = UserId(Uuid::from_u128(1));
        assert_eq!(spend(&mut buckets, ann, now), Ok(()));
        buckets.give_back();
        assert_eq!(spend(&mut buckets, ann, now), Ok(()));
        assert_eq!(spend(&mut buckets, ann, now), Err(HOUR));
    }

    #[test]
    fn a_rejection_by_one_budget_counts_in_no_other() {
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
