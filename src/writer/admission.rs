//! Who may add whom to a group, and how many people somebody adds in an hour. Counted in memory: a restart forgets it.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use super::{
    apply::Stop,
    permissions::{Acting, Target},
};
use crate::{
    config::Limits,
    error::{Error, Refusal},
    model::{Role, UserId},
    store::Batch,
};

const HOUR: Duration = Duration::from_hours(1);
/// People whose budgets are remembered before those that are full again are looked for.
const REMEMBERED: usize = 10_000;

/// The budgets of adding people.
pub(super) struct Admission {
    /// For people with whom the adder has no dialog in which both have written.
    strangers: Budget,
    others: Budget,
    enabled: bool,
}

impl Admission {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            strangers: Budget::new(limits.adds_of_strangers_per_hour),
            others: Budget::new(limits.adds_per_hour),
            enabled: limits.enabled,
        }
    }

    /// Counts an add of this transaction, or refuses it.
    pub(super) async fn admit(&mut self, batch: &mut Batch, acting: &Acting, target: &Target) -> Result<(), Stop> {
        if target.blocks_actor || target.was_member && acting.role == Role::Member {
            return Err(Refusal::CannotBeAdded.into());
        }
        if !self.enabled {
            return Ok(());
        }
        let adder = acting.actor.id;
        let know_each_other = batch.have_both_written(adder, target.person.id).await?;
        let budget = if know_each_other { &mut self.others } else { &mut self.strangers };
        let spent = budget.spend(adder, Instant::now());
        let limit = budget.per_hour;
        spent.map_err(|wait| Error::TooManyAdds { limit, strangers: !know_each_other, wait }.into())
    }

    /// The transaction was committed, or its outcome is not known.
    pub(super) fn keep(&mut self) {
        self.strangers.spent.clear();
        self.others.spent.clear();
    }

    /// The transaction changed nothing.
    pub(super) fn give_back(&mut self) {
        self.strangers.give_back();
        self.others.give_back();
    }
}

/// So many an hour for each person: all at once, then evenly.
struct Budget {
    per_hour: u32,
    /// When each person's budget is full again.
    full_at: HashMap<UserId, Instant>,
    /// By whom this transaction used it.
    spent: Vec<UserId>,
}

impl Budget {
    fn new(per_hour: u32) -> Self {
        Self { per_hour, full_at: HashMap::new(), spent: Vec::new() }
    }

    /// Counts one; else how long to wait for the next.
    fn spend(&mut self, user: UserId, now: Instant) -> Result<(), Duration> {
        if self.full_at.len() >= REMEMBERED {
            self.full_at.retain(|_, full_at| *full_at > now);
        }
        let full_at = self.full_at.get(&user).copied().unwrap_or(now).max(now) + self.each();
        let wait = full_at.duration_since(now).saturating_sub(HOUR);
        if !wait.is_zero() {
            return Err(wait);
        }
        self.full_at.insert(user, full_at);
        self.spent.push(user);
        Ok(())
    }

    fn give_back(&mut self) {
        let each = self.each();
        for user in self.spent.drain(..) {
            if let Some(full_at) = self.full_at.get_mut(&user) {
                *full_at -= each;
            }
        }
    }

    /// The share of an hour that one takes.
    fn each(&self) -> Duration {
        HOUR / self.per_hour.max(1)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_budget_is_spent_and_comes_back_evenly() {
        let (mut budget, now) = (Budget::new(2), Instant::now());
        let [ann, bob] = [1, 2].map(|number| UserId(Uuid::from_u128(number)));
        assert_eq!([budget.spend(ann, now), budget.spend(ann, now)], [Ok(()); 2]);
        assert_eq!(budget.spend(ann, now), Err(HOUR / 2));
        assert_eq!(budget.spend(bob, now), Ok(()));
        assert_eq!(budget.spend(ann, now + HOUR / 2), Ok(()));
        assert_eq!(budget.spend(ann, now + HOUR / 2), Err(HOUR / 2));
    }

    #[test]
    fn what_a_failed_transaction_spent_comes_back() {
        let (mut budget, now) = (Budget::new(1), Instant::now());
        let ann = UserId(Uuid::from_u128(1));
        budget.spend(ann, now).unwrap();
        budget.give_back();
        budget.spend(ann, now).unwrap();
        assert_eq!(budget.spend(ann, now), Err(HOUR));
    }
}
