//! Slows down guesses at one account's password from many addresses: after a number of failures each further attempt
//! must wait, longer each time. Addresses from which the account logged in before do not wait, so guesses from
//! elsewhere do not lock the owner out.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The first wait; it doubles with every further failure.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait: about a hundred guesses a day.
const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// Failures are forgotten a day after the last one.
const FORGET_FAILURES: Duration = Duration::from_hours(24);
/// How long an address counts as the account's own.
const FORGET_ADDRESS: Duration = Duration::from_hours(24 * 30);
/// How many accounts and addresses are remembered: a few MiB. Each attempt costs a hash, so filling this takes long.
const REMEMBERED: usize = 100_000;

/// Failures by account, and the addresses of successful logins. Keys are hashes, so nothing here identifies a user.
pub(super) struct Backoff {
    /// Failures of an account before the first wait.
    free: u32,
    hasher: RandomState,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    failures: HashMap<u64, Failures>,
    own_addresses: HashMap<u64, Instant>,
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
}

impl Backoff {
    pub(super) fn new(free: u32) -> Self {
        Self { free, hasher: RandomState::new(), memory: Mutex::default() }
    }

    /// Counts an attempt as a failure until it has [`succeeded`](Self::succeeded), so that concurrent attempts get no
    /// advantage. Fails with the time to wait; a rejected attempt does not prolong it.
    pub(super) fn attempt(&self, account: &str, network: IpAddr, now: Instant) -> Result<(), Duration> {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.own_addresses.contains_key(&self.key((account, network))) {
            return Ok(());
        }
        let key = self.key(account);
        let failures = memory.failures.get(&key).copied().unwrap_or(Failures { count: 0, last: now });
        let left = self.wait(failures.count).saturating_sub(now.saturating_duration_since(failures.last));
        if !left.is_zero() {
            return Err(left);
        }
        memory.failures.insert(key, Failures { count: failures.count.saturating_add(1), last: now });
        if memory.failures.len() > REMEMBERED {
            memory.make_room();
        }
        Ok(())
    }

    /// Records that the attempt was no failure, and that its address is one of the account's own.
    pub(super) fn succeeded(&self, account: &str, network: IpAddr, now: Instant) {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let was_own = memory.own_addresses.insert(self.key((account, network)), now).is_some();
        if let Some(failures) = memory.failures.get_mut(&self.key(account)).filter(|_| !was_own) {
            failures.count = failures.count.saturating_sub(1);
        }
    }

    /// Removes expired entries.
    pub(super) fn tidy(&self, now: Instant) {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.failures.retain(|_, failures| now.saturating_duration_since(failures.last) < FORGET_FAILURES);
        memory.own_addresses.retain(|_, last| now.saturating_duration_since(*last) < FORGET_ADDRESS);
        if memory.own_addresses.len() > REMEMBERED {
            let mut times: Vec<_> = memory.own_addresses.values().copied().collect();
            let (_, oldest_kept, _) = times.select_nth_unstable(REMEMBERED / 2);
            let oldest_kept = *oldest_kept;
            memory.own_addresses.retain(|_, last| *last >= oldest_kept);
        }
    }

    fn wait(&self, failures: u32) -> Duration {
        match failures.checked_sub(self.free) {
            None => Duration::ZERO,
            Some(beyond) => FIRST_WAIT.saturating_mul(2_u32.saturating_pow(beyond)).min(LONGEST_WAIT),
        }
    }

    fn key(&self, what: impl Hash) -> u64 {
        self.hasher.hash_one(what)
    }
}

impl Memory {
    /// Removes the half of the accounts with the fewest failures: those under attack stay.
    fn make_room(&mut self) {
        let mut counts: Vec<_> = self.failures.values().map(|failures| failures.count).collect();
        let (_, most_forgotten, _) = counts.select_nth_unstable(REMEMBERED / 2);
        let most_forgotten = *most_forgotten;
        self.failures.retain(|_, failures| failures.count > most_forgotten);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(number: u32) -> IpAddr {
        IpAddr::from(number.to_be_bytes())
    }

    #[test]
    fn after_a_number_of_failures_each_attempt_waits_longer_from_any_address() {
        let (backoff, mut now) = (Backoff::new(3), Instant::now());
        for number in 0..3 {
            assert_eq!(backoff.attempt("ada", address(number), now), Ok(()));
        }
        for (number, wait) in (3..).zip([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]) {
            let wait = Duration::from_secs(wait);
            assert_eq!(backoff.attempt("ada", address(number), now), Err(wait));
            now += wait;
            assert_eq!(backoff.attempt("ada", address(number), now), Ok(()));
        }
        assert_eq!(backoff.attempt("bob", address(0), now), Ok(()));
    }

    #[test]
    fn an_address_of_the_account_does_not_wait() {
        let (backoff, now) = (Backoff::new(1), Instant::now());
        assert_eq!(backoff.attempt("ada", address(1), now), Ok(()));
        backoff.succeeded("ada", address(1), now);
        for number in 2..100 {
            let _ = backoff.attempt("ada", address(number), now);
        }
        assert!(backoff.attempt("ada", address(100), now).is_err());
        assert_eq!(backoff.attempt("ada", address(1), now), Ok(()));
        assert_eq!(backoff.attempt("bob", address(1), now), Ok(()));
    }

    #[test]
    fn a_success_takes_back_only_its_own_attempt() {
        let (backoff, now) = (Backoff::new(2), Instant::now());
        for number in 0..10 {
            assert_eq!(backoff.attempt("ada", address(number), now), Ok(()));
            backoff.succeeded("ada", address(number), now);
        }
        for number in 20..22 {
            assert_eq!(backoff.attempt("ada", address(number), now), Ok(()));
        }
        assert!(backoff.attempt("ada", address(30), now).is_err());
    }

    #[test]
    fn entries_are_bounded_and_accounts_under_attack_stay() {
        let (backoff, now) = (Backoff::new(2), Instant::now());
        for number in 0..2 {
            assert_eq!(backoff.attempt("ada", address(number), now), Ok(()));
        }
        for account in 0..2 * REMEMBERED {
            let _ = backoff.attempt(&account.to_string(), address(9), now);
        }
        assert!(backoff.memory.lock().unwrap().failures.len() <= REMEMBERED);
        assert!(backoff.attempt("ada", address(3), now).is_err());
        backoff.tidy(now + FORGET_FAILURES);
        assert_eq!(backoff.attempt("ada", address(3), now + FORGET_FAILURES), Ok(()));
    }
}
