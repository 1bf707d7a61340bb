//! Whether a series stayed flat: the line that fits it best rises by less than its bound over the whole time.

use std::fmt;

use super::samples::{SERIES, Sample, Series};
use crate::report::count;

/// The first of this many equal parts of the samples is left out: caches fill.
const WARM_UP: usize = 5;
/// What may grow, and by how much: by a part of its mean or by this much, whichever is more.
const BOUNDS: [(&str, f64, f64); 5] = [
    ("memory", 0.1, 16.0),
    ("descriptors", 0.0, 8.0),
    // It is cut at 16 MiB, and is larger while it is in use.
    ("write-ahead log", 0.25, 16.0),
    ("latency p50", 0.5, 1.0),
    ("latency p99", 0.5, 10.0),
];

/// A series with its mean, its maximum and its trend.
pub(super) struct Judged {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    pub(super) mean: f64,
    most: f64,
    /// By how much the fitted line rises.
    pub(super) rise: f64,
    bound: f64,
}

/// Judges the series that must stay flat.
pub(super) fn judge(samples: &[Sample]) -> Vec<Judged> {
    let samples = &samples[samples.len() / WARM_UP..];
    let bound = |series: &Series| BOUNDS.iter().find(|(name, ..)| *name == series.name);
    let judged = |series: &Series| {
        let (_, part, least) = bound(series)?;
        let values: Vec<_> = samples.iter().map(series.value).collect();
        let (mean, rise) = fit(&values);
        let most = values.iter().copied().fold(0.0, f64::max);
        let (name, unit, bound) = (series.name, series.unit, (part * mean).max(*least));
        Some(Judged { name, unit, mean, most, rise, bound })
    };
    SERIES.iter().filter_map(judged).collect()
}

impl Judged {
    /// Whether it did not grow.
    pub(super) fn is_flat(&self) -> bool {
        self.rise <= self.bound
    }
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { unit, mean, most, rise, bound, .. } = self;
        let verdict = if self.is_flat() { "flat" } else { "GREW" };
        write!(f, "mean {mean:>8.2}   max {most:>8.2}   change {rise:>+8.2} of {bound:.2} {unit}: {verdict}")
    }
}

/// The mean of values at equal distances, and by how much the line that fits them best rises from first to last.
fn fit(values: &[f64]) -> (f64, f64) {
    let length = count(values.len());
    let mean = values.iter().sum::<f64>() / length;
    let middle = (length - 1.0) / 2.0;
    let (mut with, mut square) = (0.0, 0.0);
    for (place, value) in values.iter().enumerate() {
        let distance = count(place) - middle;
        with += distance * (value - mean);
        square += distance * distance;
    }
    (mean, if square > 0.0 { with / square * (length - 1.0) } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(memory: impl Fn(f64) -> f64) -> Vec<Sample> {
        let sample = |place| Sample { memory_mib: memory(count(place)), ..Sample::default() };
        (0..100).map(sample).collect()
    }

    fn is_flat(samples: &[Sample]) -> bool {
        judge(samples).iter().all(Judged::is_flat)
    }

    #[test]
    fn growth_is_distinguished_from_noise_and_from_warming_up() {
        assert!(is_flat(&samples(|place| 100.0 + 10.0 * (place % 3.0))));
        assert!(is_flat(&samples(|place| if place < 19.0 { 10.0 } else { 100.0 })));
        assert!(!is_flat(&samples(|place| 100.0 + place)));
    }

    #[test]
    fn a_line_is_fitted() {
        assert_eq!(fit(&[1.0, 2.0, 3.0]), (2.0, 2.0));
    }
}
