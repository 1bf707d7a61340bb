//! Checks whether this machine's clock is plausible, and repairs times that were stored while it was ahead.

use anyhow::{bail, ensure};

use crate::{
    config::Auth,
    error::Result,
    model::Timestamp,
    store::{Repaired, Store},
};

const DAY_MILLIS: i64 = 24 * 3_600_000;
/// Tolerates messages of a clock that was a little ahead.
const BEHIND_MILLIS: i64 = DAY_MILLIS;
/// A server may have been off, and its program may be old, for this long.
const AHEAD_MILLIS: i64 = 365 * DAY_MILLIS;

/// Times that are certainly in the past.
#[derive(Debug, Clone, Copy)]
pub struct Past {
    /// When the newest message was written.
    pub newest_message: Option<Timestamp>,
    /// When the program's commit was made.
    pub build: Option<Timestamp>,
}

impl Past {
    /// When the commit was made that this program was built from, if known.
    pub fn build() -> Option<Timestamp> {
        env!("COMMIT_SECONDS").parse().ok().map(|seconds: i64| Timestamp(seconds * 1000))
    }

    /// Fails if the clock is more than a day behind; warns if it is more than a year ahead.
    pub fn check(self, clock: Timestamp) -> anyhow::Result<()> {
        let is_behind = |past: Timestamp| past > clock.plus_millis(BEHIND_MILLIS);
        if let Some(newest) = self.newest_message.filter(|newest| is_behind(*newest)) {
            bail!(
                "the clock says {clock}, but the newest message was written at {newest}: set the clock if it is behind. \
                 If it was ahead before, run `hearth repair clock`. Add --accept-clock to start anyway"
            );
        }
        if let Some(build) = self.build.filter(|build| is_behind(*build)) {
            bail!(
                "the clock says {clock}, but this program was made at {build}: set the clock, or add --accept-clock to \
                 start anyway"
            );
        }
        let newer = self.newest_message.max(self.build);
        if let Some(newer) = newer.filter(|newer| clock > newer.plus_millis(AHEAD_MILLIS)) {
            tracing::warn!(%clock, newest_known = %newer, "the clock is more than a year ahead: check it");
        }
        Ok(())
    }
}

/// Replaces every time in the future, except those that are meant to be. The server must be stopped.
pub async fn repair(store: &Store, auth: &Auth, clock: Timestamp) -> Result<Repaired> {
    let expires_by = clock.plus_millis(i64::from(auth.session_days) * DAY_MILLIS);
    store.repair_clock(clock, expires_by).await
}

/// Fails if the clock is certainly behind: the repair would write its time into messages.
pub fn check_for_repair(clock: Timestamp) -> anyhow::Result<()> {
    let past = Past { newest_message: None, build: Past::build() };
    ensure!(
        past.check(clock).is_ok(),
        "the clock says {clock}, which is before this program was made: set the clock first"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn complaint(newest_message: Option<i64>, build: Option<i64>) -> Option<String> {
        let at = |millis| NOW.plus_millis(millis);
        let past = Past { newest_message: newest_message.map(at), build: build.map(at) };
        past.check(NOW).err().map(|error| error.to_string())
    }

    #[test]
    fn a_day_behind_is_rejected_and_less_is_not() {
        assert_eq!(complaint(Some(DAY_MILLIS), Some(DAY_MILLIS)), None);
        assert_eq!(complaint(None, None), None);
        let message = complaint(Some(DAY_MILLIS + 1), None).expect("it is behind");
        let times = ["2027-01-15T08:00:00.000Z", "2027-01-16T08:00:00.001Z", "hearth repair clock"];
        assert!(times.iter().all(|time| message.contains(time)), "{message}");
        let message = complaint(None, Some(DAY_MILLIS + 1)).expect("it is behind");
        assert!(message.contains("this program was made at 2027-01-16T08:00:00.001Z"), "{message}");
    }

    #[test]
    fn years_ahead_only_cause_a_warning() {
        assert_eq!(complaint(Some(-20 * AHEAD_MILLIS), Some(-10 * AHEAD_MILLIS)), None);
    }
}
