//! Durations as a histogram: three significant digits, whatever their number.

use std::time::Duration;

use hdrhistogram::Histogram;

/// Durations.
pub(crate) struct Latencies(Histogram<u64>);

impl Default for Latencies {
    fn default() -> Self {
        Self(Histogram::new(3).expect("three digits are between none and five"))
    }
}

impl FromIterator<Duration> for Latencies {
    fn from_iter<T: IntoIterator<Item = Duration>>(durations: T) -> Self {
        let mut latencies = Self::default();
        for duration in durations {
            latencies.add(duration);
        }
        latencies
    }
}

impl Latencies {
    /// Counts a duration.
    pub(crate) fn add(&mut self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.0.record(nanos).expect("the histogram grows with its values");
    }

    /// The smallest duration that this percentage of them does not exceed; zero if there are none.
    pub(crate) fn percentile(&self, percent: f64) -> Duration {
        if self.0.is_empty() {
            return Duration::ZERO;
        }
        Duration::from_nanos(self.0.value_at_percentile(percent).min(self.0.max()))
    }

    /// The median.
    pub(crate) fn median(&self) -> Duration {
        self.percentile(50.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank_and_within_a_thousandth() {
        let latencies: Latencies = (1..=200).rev().map(Duration::from_millis).collect();
        for (percent, millis) in [(50.0, 100.0), (99.0, 198.0), (100.0, 200.0)] {
            let measured = latencies.percentile(percent).as_secs_f64() * 1000.0;
            assert!((measured - millis).abs() <= millis / 1000.0, "{percent} %: {measured}");
        }
        assert_eq!(Latencies::default().percentile(50.0), Duration::ZERO);
    }
}
