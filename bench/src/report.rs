//! Reports for people: a title, and a line per figure.

use std::{
    fmt::{Display, Write as _},
    io::{self, Write as _},
    time::Duration,
};

/// The figures of one measurement.
pub(crate) struct Report(String);

impl Report {
    /// A report with this title.
    pub(crate) fn new(title: impl Display) -> Self {
        Self(format!("{title}\n"))
    }

    /// Adds a figure.
    pub(crate) fn line(&mut self, label: &str, value: impl Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "  {label:<20} {value}");
    }

    /// Adds a count and a rate per second.
    pub(crate) fn rate(&mut self, label: &str, count: usize, time: Duration) {
        #[expect(clippy::cast_precision_loss, reason = "counts are below 2^52")]
        let rate = count as f64 / time.as_secs_f64();
        self.line(label, format_args!("{count:>9}   {rate:>9.0} /s"));
    }

    /// Adds percentiles.
    pub(crate) fn latencies(&mut self, label: &str, latencies: &Latencies) {
        let columns = [("p50", 50), ("p90", 90), ("p99", 99), ("max", 100)];
        let columns =
            columns.map(|(name, percent)| format!("{name} {:>8.3} ms", millis(latencies.percentile(percent))));
        self.line(label, columns.join("   "));
    }

    /// Writes the report to standard output.
    pub(crate) fn print(&self) -> io::Result<()> {
        io::stdout().write_all(self.0.as_bytes())
    }
}

/// Durations, sorted.
pub(crate) struct Latencies(Vec<Duration>);

impl FromIterator<Duration> for Latencies {
    fn from_iter<T: IntoIterator<Item = Duration>>(durations: T) -> Self {
        let mut durations: Vec<_> = durations.into_iter().collect();
        durations.sort_unstable();
        Self(durations)
    }
}

impl Latencies {
    /// The smallest duration that this percentage of them does not exceed; zero if there are none.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.0.len() * percent).div_ceil(100);
        self.0.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }
}

/// A duration in milliseconds.
pub(crate) fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let latencies: Latencies = (1..=200).rev().map(Duration::from_millis).collect();
        let millis = [50, 99, 100].map(|percent| latencies.percentile(percent).as_millis());
        assert_eq!(millis, [100, 198, 200]);
        assert_eq!(Latencies::from_iter([]).percentile(50), Duration::ZERO);
    }
}
