//! Reports: a title, a line per figure for people, and the same figures by name for programs.

use std::{
    fmt::{Display, Write as _},
    io::{self, Write as _},
    time::Duration,
};

use crate::{latencies::Latencies, process::Cost};

/// What a value says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What the server did.
    Figure,
    /// What the machine can do at most.
    Limit,
    /// A figure by its limit, or by another figure.
    Ratio,
    /// What it cost the server.
    Cost,
}

/// A value with its name.
pub(crate) struct Measured {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
}

/// The figures of one measurement.
pub(crate) struct Report {
    text: String,
    pub(crate) title: String,
    pub(crate) values: Vec<Measured>,
    /// Why the server, or the measurement, is to be rejected.
    pub(crate) fault: Option<String>,
}

impl Report {
    /// A report with this title.
    pub(crate) fn new(title: impl Display) -> Self {
        let title = title.to_string();
        Self { text: format!("{title}\n"), title, values: Vec::new(), fault: None }
    }

    /// Adds a line for people.
    pub(crate) fn line(&mut self, label: &str, text: impl Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "  {label:<26} {text}");
    }

    /// Adds a value for programs only.
    pub(crate) fn record(&mut self, kind: Kind, name: String, value: f64, unit: &'static str) {
        self.values.push(Measured { kind, name, value, unit });
    }

    /// Adds a value.
    pub(crate) fn value(&mut self, kind: Kind, name: &str, value: f64, unit: &'static str) {
        let digits = if value.abs() < 1000.0 { 2 } else { 0 };
        self.line(name, format_args!("{value:>12.digits$} {unit}"));
        self.record(kind, name.to_owned(), value, unit);
    }

    /// Adds a count and a rate per second.
    pub(crate) fn rate(&mut self, name: &str, count: usize, time: Duration) {
        let rate = per_second(count, time);
        self.line(name, format_args!("{count:>9}   {rate:>9.0} /s"));
        self.record(Kind::Figure, name.to_owned(), rate, "/s");
    }

    /// Adds percentiles.
    pub(crate) fn latencies(&mut self, kind: Kind, name: &str, latencies: &Latencies) {
        let columns = [("p50", 50.0), ("p90", 90.0), ("p99", 99.0), ("p99.9", 99.9), ("max", 100.0)];
        let columns = columns.map(|(column, percent)| (column, millis(latencies.percentile(percent))));
        let texts = columns.map(|(column, value)| format!("{column} {value:>7.3}"));
        self.line(name, format_args!("{} ms", texts.join("  ")));
        for (column, value) in columns {
            self.record(kind, format!("{name} {column}"), value, "ms");
        }
    }

    /// Adds a value by another one.
    pub(crate) fn ratio(&mut self, name: &str, value: f64, by: f64) {
        self.value(Kind::Ratio, name, value / by, "");
    }

    /// Adds what this many requests or deliveries cost the server.
    pub(crate) fn cost(&mut self, cost: &Cost, each: &str, number_of_each: usize) {
        let calls = |number: u64| number_of(number) / count(number_of_each);
        let values = [
            ("CPU", cost.cpu.as_secs_f64() * 1e6 / count(number_of_each), "µs"),
            ("waits", calls(cost.waits), ""),
            ("reads", calls(cost.reads), ""),
            ("writes", calls(cost.writes), ""),
        ];
        let texts = values.map(|(name, value, unit)| format!("{name} {value:.2} {unit}"));
        self.line(&format!("server, per {each}"), texts.join("   "));
        for (name, value, unit) in values {
            self.record(Kind::Cost, format!("{name} per {each}"), value, unit);
        }
        self.server(cost);
    }

    /// Adds what does not depend on a number of requests.
    pub(crate) fn server(&mut self, cost: &Cost) {
        self.value(Kind::Cost, "server cores", cost.cores, "");
        self.memory(cost.memory_kib);
    }

    /// Adds the server's memory.
    pub(crate) fn memory(&mut self, kib: u32) {
        self.value(Kind::Cost, "server memory", f64::from(kib) / 1024.0, "MiB");
    }

    /// The value with this name; zero if there is none.
    pub(crate) fn last(&self, name: &str) -> f64 {
        self.values.iter().rfind(|measured| measured.name == name).map_or(0.0, |measured| measured.value)
    }

    /// Writes the report to standard output.
    pub(crate) fn print(&self) -> io::Result<()> {
        io::stdout().write_all(self.text.as_bytes())
    }
}

/// A duration in milliseconds.
pub(crate) fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// A rate.
pub(crate) fn per_second(number: usize, time: Duration) -> f64 {
    count(number) / time.as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "counts are below 2^52")]
pub(crate) fn count(number: usize) -> f64 {
    number as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts are below 2^52")]
fn number_of(calls: u64) -> f64 {
    calls as f64
}
