//! Rate limits of sign-ups and logins per address, and of requests and exports per user. Logins to an account are counted by
//! account *and* address, and over all addresses by [`Backoff`]; neither locks the owner out at an address of their
//! own. A device on which the owner logged in before is counted separately, so that others' failures do not lock it
//! out.

use std::{
    net::IpAddr,
    num::NonZeroU32,
    time::{Duration, Instant},
};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use uuid::Uuid;

use super::{backoff::Backoff, rates::NetworkRate};
use crate::{
    config::Limits,
    error::{Error, Result},
    model::{UserId, address::network},
    text,
};

/// The longest email, in characters: anything beyond it cannot distinguish accounts.
const EMAIL_MAX: usize = 254;

/// Seconds' worth of requests that may come at once.
const BURST_SECONDS: u32 = 10;

/// Counts attempts, and removes old ones.
pub struct Attempts(Option<Limiters>);

/// A login attempt that was admitted.
pub struct LogInAttempt {
    network: IpAddr,
    account: String,
}

struct Limiters {
    sign_ups: NetworkRate,
    log_ins: NetworkRate,
    log_ins_to_account: DefaultKeyedRateLimiter<(IpAddr, String)>,
    log_ins_from_device: DefaultKeyedRateLimiter<Uuid>,
    backoff: Backoff,
    passwords: DefaultKeyedRateLimiter<UserId>,
    requests: DefaultKeyedRateLimiter<UserId>,
    frames: DefaultKeyedRateLimiter<UserId>,
    exports: DefaultKeyedRateLimiter<UserId>,
    exports_per_hour: u32,
    clock: DefaultClock,
}

impl Attempts {
    /// Uses the configured rates; counts nothing if they are disabled.
    pub fn new(limits: &Limits) -> Self {
        if !limits.enabled {
            return Self(None);
        }
        let per_account = Quota::per_minute(positive(limits.log_ins_per_account_and_minute));
        let burst =
            |rate: u32| Quota::per_second(positive(rate)).allow_burst(positive(rate.saturating_mul(BURST_SECONDS)));
        Self(Some(Limiters {
            sign_ups: NetworkRate::new(limits.sign_ups_per_hour, Quota::per_hour),
            log_ins: NetworkRate::new(limits.log_ins_per_minute, Quota::per_minute),
            log_ins_to_account: RateLimiter::keyed(per_account),
            log_ins_from_device: RateLimiter::keyed(per_account),
            backoff: Backoff::new(limits.log_in_failures_per_account),
            passwords: RateLimiter::keyed(per_account),
            requests: RateLimiter::keyed(burst(limits.requests_per_second)),
            frames: RateLimiter::keyed(burst(limits.frames_per_second_and_user)),
            exports: RateLimiter::keyed(Quota::per_hour(positive(limits.exports_per_hour))),
            exports_per_hour: limits.exports_per_hour,
            clock: DefaultClock::default(),
        }))
    }

    /// Counts a sign-up from this address.
    pub fn sign_up(&self, address: IpAddr) -> Result<()> {
        let Some(limiters) = &self.0 else { return Ok(()) };
        limiters.sign_ups.check(address).map_err(too_many)
    }

    /// Counts a login attempt from this address to this account, before the password is checked. It counts as a failure
    /// until it is passed to [`Self::log_in_succeeded`].
    pub fn log_in(&self, address: IpAddr, email: &str) -> Result<LogInAttempt> {
        let (network, account) = (network(address).first(), account(email));
        if let Some(limiters) = &self.0 {
            // The address first: a rejected attempt must not be remembered for each account.
            limiters.log_ins.check(address).map_err(too_many)?;
            check(&limiters.log_ins_to_account, &(network, account.clone()), &limiters.clock)?;
            let allowed = limiters.backoff.attempt(&account, network, Instant::now());
            allowed.map_err(too_many)?;
        }
        Ok(LogInAttempt { network, account })
    }

    /// Records that the password was right: not a failure, and the address is one of the account's own.
    pub fn log_in_succeeded(&self, attempt: &LogInAttempt) {
        let Some(limiters) = &self.0 else { return };
        limiters.backoff.succeeded(&attempt.account, attempt.network, Instant::now());
    }

    /// Counts a login attempt from a device that has proved to be the account's own.
    pub fn log_in_from_device(&self, device: Uuid) -> Result<()> {
        let Some(limiters) = &self.0 else { return Ok(()) };
        check(&limiters.log_ins_from_device, &device, &limiters.clock)
    }

    /// Counts an attempt at a user's password within a session, to change it or to confirm.
    pub fn password(&self, user: UserId) -> Result<()> {
        let Some(limiters) = &self.0 else { return Ok(()) };
        check(&limiters.passwords, &user, &limiters.clock)
    }

    /// Counts a REST request of a logged-in user.
    pub fn request(&self, user: UserId) -> Result<()> {
        let Some(limiters) = &self.0 else { return Ok(()) };
        check(&limiters.requests, &user, &limiters.clock)
    }

    /// Counts a frame on any WebSocket of this user; fails with the time to wait.
    pub fn frame(&self, user: UserId) -> Result<(), Duration> {
        let Some(limiters) = &self.0 else { return Ok(()) };
        limiters.frames.check_key(&user).map_err(|refused| refused.wait_time_from(limiters.clock.now()))
    }

    /// Counts an export of a user's data.
    pub fn export(&self, user: UserId) -> Result<()> {
        let Some(limiters) = &self.0 else { return Ok(()) };
        limiters.exports.check_key(&user).map_err(|refused| {
            let wait = at_least_a_second(refused.wait_time_from(limiters.clock.now()));
            Error::TooManyExports { limit: limiters.exports_per_hour, wait }
        })
    }

    /// Removes counts that no longer limit anything.
    pub fn tidy(&self) {
        let Some(limiters) = &self.0 else { return };
        limiters.sign_ups.tidy();
        limiters.log_ins.tidy();
        limiters.log_ins_to_account.retain_recent();
        limiters.backoff.tidy(Instant::now());
        limiters.log_ins_from_device.retain_recent();
        limiters.passwords.retain_recent();
        limiters.requests.retain_recent();
        limiters.frames.retain_recent();
        limiters.exports.retain_recent();
    }
}

fn check<K>(limiter: &DefaultKeyedRateLimiter<K>, key: &K, clock: &DefaultClock) -> Result<()>
where
    K: Clone + Eq + std::hash::Hash,
{
    limiter.check_key(key).map_err(|refused| too_many(refused.wait_time_from(clock.now())))
}

fn too_many(wait: Duration) -> Error {
    Error::TooMany(at_least_a_second(wait))
}

/// A client that retries a moment too early would be rejected again.
fn at_least_a_second(wait: Duration) -> Duration {
    wait.max(Duration::from_secs(1))
}

fn positive(rate: u32) -> NonZeroU32 {
    NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN)
}

/// The key by which attempts on an account are counted: the store's key for the email, however it is written.
fn account(email: &str) -> String {
    let folded = text::identity(email);
    match folded.char_indices().nth(EMAIL_MAX) {
        Some((end, _)) => folded[..end].to_owned(),
        None => folded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempts() -> Attempts {
        Attempts::new(&Limits { log_ins_per_account_and_minute: 2, log_ins_per_minute: 5, ..Limits::default() })
    }

    #[test]
    fn attempts_of_others_do_not_lock_a_user_out() {
        let (attempts, stranger, person) = (attempts(), [192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        assert!(attempts.log_in(stranger, "ada@example.org").is_ok());
        assert!(attempts.log_in(stranger, "ADA@example.org").is_ok());
        assert!(matches!(attempts.log_in(stranger, "ada@example.org"), Err(Error::TooMany(_))));
        assert!(attempts.log_in(person, "ada@example.org").is_ok());
    }

    #[test]
    fn an_account_is_the_same_one_however_its_email_is_written() {
        for (email, other) in [
            ("office@example.org", "oﬃce@example.org"),
            ("sam@x", "ſam@x"),
            ("strasse@x", "STRAẞE@x"),
            ("a@x", "a\u{ad}@x"),
        ] {
            let (attempts, address) = (attempts(), [192, 0, 2, 1].into());
            assert!(attempts.log_in(address, email).is_ok() && attempts.log_in(address, other).is_ok());
            assert!(matches!(attempts.log_in(address, email), Err(Error::TooMany(_))), "{other}");
        }
    }

    #[test]
    fn an_address_has_a_limited_number_of_logins_over_all_accounts() {
        let (attempts, address) = (attempts(), [192, 0, 2, 1].into());
        for account in 0..5 {
            assert!(attempts.log_in(address, &account.to_string()).is_ok());
        }
        assert!(attempts.log_in(address, "another").is_err());
    }

    #[test]
    fn a_rejected_address_leaves_no_accounts_behind() {
        let (attempts, address) = (attempts(), [192, 0, 2, 1].into());
        for account in 0..100 {
            let _ = attempts.log_in(address, &account.to_string());
        }
        assert_eq!(attempts.0.unwrap().log_ins_to_account.len(), 5);
    }
}
