//! Rate limits per address that also hold for networks: a client with a whole network gets more than a single address,
//! but much less than all of its addresses together.

use std::{collections::BTreeMap, net::IpAddr, num::NonZeroU32, time::Duration};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use crate::model::address::{Network, networks, shares};

/// Counts by networks of every width.
pub(super) struct NetworkRate {
    /// By the allowance of the width, as a multiple of the smallest network's.
    widths: BTreeMap<u32, DefaultKeyedRateLimiter<Network>>,
    clock: DefaultClock,
}

impl NetworkRate {
    /// Allows `rate` for the smallest networks; `quota` sets the period.
    pub(super) fn new(rate: u32, quota: fn(NonZeroU32) -> Quota) -> Self {
        let limiter = |share: u32| {
            let rate = NonZeroU32::new(rate.saturating_mul(share)).unwrap_or(NonZeroU32::MIN);
            (share, RateLimiter::keyed(quota(rate)))
        };
        Self { widths: shares().map(limiter).collect(), clock: DefaultClock::default() }
    }

    /// Counts one from this address; fails with the time to wait. The smallest network is checked first, so that what
    /// it is denied does not count for its neighbours.
    pub(super) fn check(&self, address: IpAddr) -> Result<(), Duration> {
        for (network, share) in networks(address) {
            let Some(limiter) = self.widths.get(&share) else { continue };
            limiter.check_key(&network).map_err(|refused| refused.wait_time_from(self.clock.now()))?;
        }
        Ok(())
    }

    /// Removes counts that no longer limit anything.
    pub(super) fn tidy(&self) {
        self.widths.values().for_each(DefaultKeyedRateLimiter::retain_recent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of these addresses are admitted, once each.
    fn let_in(addresses: impl Iterator<Item = String>) -> usize {
        let rate = NetworkRate::new(2, Quota::per_hour);
        addresses.filter(|address| rate.check(address.parse().unwrap()).is_ok()).count()
    }

    #[test]
    fn every_width_of_networks_has_its_rate() {
        assert_eq!(let_in((0..9).map(|n| format!("2001:db8::{n:x}"))), 2);
        assert_eq!(let_in((0..256).map(|n| format!("2001:db8:0:{n:x}::1"))), 8);
        assert_eq!(let_in((0..0x1_0000).step_by(0x100).map(|n| format!("2001:db8:0:{n:x}::1"))), 32);
        assert_eq!(let_in((0..100).map(|n| format!("2001:db8:{n:x}::1"))), 100);
        assert_eq!(let_in((0..9).map(|_| "192.0.2.1".to_owned())), 2);
        assert_eq!(let_in((0..=255).map(|n| format!("192.0.2.{n}"))), 16);
        assert_eq!(let_in((0..=255).map(|n| format!("192.0.{n}.1"))), 256);
    }
}
