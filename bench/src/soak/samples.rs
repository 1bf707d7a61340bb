//! What is measured every few seconds.

use std::{
    fmt::Write,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Result;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    latencies::Latencies,
    report::{count, millis, per_second},
    target::Target,
};

/// What people did since the last sample.
#[derive(Default)]
pub(super) struct Counts(Mutex<Work>);

#[derive(Default)]
pub(super) struct Work {
    pub(super) latencies: Vec<Duration>,
    writes: usize,
}

impl Counts {
    /// A request was answered.
    pub(super) fn add(&self, latency: Duration, is_write: bool) {
        let mut work = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        work.latencies.push(latency);
        work.writes += usize::from(is_write);
    }

    /// What was counted; counts from zero again.
    pub(super) fn take(&self) -> Work {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sample {
    /// Seconds since the first.
    pub(super) second: f64,
    pub(super) memory_mib: f64,
    pub(super) descriptors: f64,
    pub(super) log_mib: f64,
    pub(super) database_mib: f64,
    /// Per second.
    pub(super) requests: f64,
    /// Acknowledged changes per second.
    pub(super) writes: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
}

/// A column of the table and a line of the plot.
pub(super) struct Series {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    pub(super) value: fn(&Sample) -> f64,
}

/// All columns except the time.
pub(super) const SERIES: [Series; 8] = [
    Series { name: "memory", unit: "MiB", value: |sample| sample.memory_mib },
    Series { name: "descriptors", unit: "", value: |sample| sample.descriptors },
    Series { name: "write-ahead log", unit: "MiB", value: |sample| sample.log_mib },
    Series { name: "database", unit: "MiB", value: |sample| sample.database_mib },
    Series { name: "latency p50", unit: "ms", value: |sample| sample.p50_ms },
    Series { name: "latency p99", unit: "ms", value: |sample| sample.p99_ms },
    Series { name: "requests", unit: "/s", value: |sample| sample.requests },
    Series { name: "changes", unit: "/s", value: |sample| sample.writes },
];

pub(super) struct Sampler<'a> {
    target: &'a Target,
    counts: Arc<Counts>,
    every: Duration,
    pub(super) samples: Vec<Sample>,
}

impl<'a> Sampler<'a> {
    /// Takes the first sample one interval after [`Self::run`] begins.
    pub(super) fn new(target: &'a Target, counts: Arc<Counts>, every: Duration) -> Self {
        Self { target, counts, every, samples: Vec::new() }
    }

    /// Samples until it is cancelled, or the server is gone.
    pub(super) async fn run(&mut self) -> Result<()> {
        let (began, mut last) = (Instant::now(), Instant::now());
        let mut ticks = interval(self.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        loop {
            ticks.tick().await;
            let Work { latencies, writes } = self.counts.take();
            let (time, requests) = (last.elapsed(), latencies.len());
            last = Instant::now();
            let latencies: Latencies = latencies.into_iter().collect();
            let (database, log) = self.target.sizes()?;
            self.samples.push(Sample {
                second: began.elapsed().as_secs_f64(),
                memory_mib: f64::from(self.target.process.resident_kib()?) / 1024.0,
                descriptors: count(self.target.process.descriptors()?),
                log_mib: mib(log),
                database_mib: mib(database),
                requests: per_second(requests, time),
                writes: per_second(writes, time),
                p50_ms: millis(latencies.median()),
                p99_ms: millis(latencies.percentile(99.0)),
            });
        }
    }
}

/// The samples as a table.
pub(super) fn csv(samples: &[Sample]) -> String {
    let head: Vec<_> = SERIES.iter().map(|series| format!("{} {}", series.name, series.unit)).collect();
    let mut table = format!("second,{}\n", head.iter().map(|name| name.trim_end()).collect::<Vec<_>>().join(","));
    for sample in samples {
        let values: Vec<_> = SERIES.iter().map(|series| format!("{:.3}", (series.value)(sample))).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(table, "{:.0},{}", sample.second, values.join(","));
    }
    table
}

#[expect(clippy::cast_precision_loss, reason = "sizes are below 2^52")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}
