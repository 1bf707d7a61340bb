//! `hearth doctor`: asks what a server depends on, and says what is wrong.

use std::{
    io::{Write, stdout},
    process::ExitCode,
    time::Duration,
};

use crate::{
    cluster,
    config::Config,
    store::{Diagnosis, Node, place},
};

/// Milliseconds by which clocks may differ.
const CLOCK_MILLIS: i64 = 500;
/// A small question to the database, or a packet to itself, takes less than this in one place.
const SLOW: Duration = Duration::from_millis(5);
/// A server that was not seen for longer has stopped, or cannot reach the database.
const SILENT_MILLIS: i64 = 15_000;

/// Prints what it finds. The exit code says whether everything is well.
pub(super) async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let mut report = Report::default();
    match Diagnosis::of(&config.database.url).await {
        Ok(diagnosis) => report.database(&diagnosis, place(&config.database.url)),
        Err(error) => report.problem("database", &format!("{error:#}")),
    }
    if !config.cluster.nats.is_empty() {
        match cluster::round_trip(&config.cluster.nats).await {
            Ok(time) => report.took("NATS", time, "answers in"),
            Err(error) => report.problem("NATS", &format!("{error:#}")),
        }
    }
    stdout().write_all(report.lines.concat().as_bytes())?;
    Ok(if report.has_problem { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// One line per fact.
#[derive(Default)]
struct Report {
    lines: Vec<String>,
    has_problem: bool,
}

impl Report {
    fn database(&mut self, found: &Diagnosis, place: &str) {
        let (median, slowest) = (found.median, found.slowest);
        self.took("database", median, &format!("{place} answers in"));
        if slowest >= 10 * SLOW {
            self.problem("database", &format!("one of 20 answers took {}", millis(slowest)));
        }
        match found.schema - found.newest_schema {
            0 => self.fine("schema", &found.schema.to_string()),
            difference if difference > 0 => self.fine("schema", &format!("{}, of a newer Hearth", found.schema)),
            _ => self.problem(
                "schema",
                &format!(
                    "{}, and this Hearth needs {}: start it, or run `hearth migrate`",
                    found.schema, found.newest_schema
                ),
            ),
        }
        if let Some(ahead) = found.clock_ahead {
            let side = if ahead < 0 { "behind" } else { "ahead of" };
            let text = format!("{} ms {side} the database's", ahead.abs());
            if ahead.abs() > CLOCK_MILLIS { self.problem("clock", &text) } else { self.fine("clock", &text) }
        }
        for node in &found.nodes {
            self.node(node);
        }
    }

    fn node(&mut self, node: &Node) {
        let Node { generation, version, silent_millis } = node;
        let text = format!("{generation}, version {version}, seen {} s ago", silent_millis / 1000);
        if *silent_millis > SILENT_MILLIS { self.problem("server", &text) } else { self.fine("server", &text) }
    }

    fn took(&mut self, subject: &str, time: Duration, what: &str) {
        let text = format!("{what} {}", millis(time));
        if time > SLOW { self.problem(subject, &text) } else { self.fine(subject, &text) }
    }

    fn fine(&mut self, subject: &str, text: &str) {
        self.lines.push(format!("{subject:<9} {text}\n"));
    }

    fn problem(&mut self, subject: &str, text: &str) {
        self.has_problem = true;
        self.fine(subject, &format!("PROBLEM: {text}"));
    }
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
