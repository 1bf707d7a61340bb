//! Results for programs: a file with one JSON object per run.

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::report::{Kind, Report};

/// One run.
#[derive(Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) scenario: String,
    pub(crate) title: String,
    /// What was measured: by default, what `git describe` says of the working directory.
    pub(crate) label: String,
    /// Of the server.
    pub(crate) engine: String,
    /// Seconds since 1970.
    pub(crate) at: u64,
    pub(crate) options: Value,
    pub(crate) figures: Values,
    pub(crate) limits: Values,
    pub(crate) ratios: Values,
    pub(crate) cost: Values,
}

/// Values by name.
pub(crate) type Values = BTreeMap<String, Quantity>;

/// A value with its unit.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Quantity {
    pub(crate) value: f64,
    pub(crate) unit: String,
}

impl Run {
    /// The result of a scenario with these options.
    pub(crate) fn new(scenario: &str, options: Value, engine: &str, label: Option<String>, report: &Report) -> Self {
        let values = |kind| {
            let values = report.values.iter().filter(|measured| measured.kind == kind);
            let quantity = |value, unit: &str| Quantity { value, unit: unit.to_owned() };
            values.map(|measured| (measured.name.clone(), quantity(measured.value, measured.unit))).collect()
        };
        Self {
            scenario: scenario.to_owned(),
            title: report.title.clone(),
            label: label.or_else(describe).unwrap_or_default(),
            engine: engine.to_owned(),
            at: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            options,
            figures: values(Kind::Figure),
            limits: values(Kind::Limit),
            ratios: values(Kind::Ratio),
            cost: values(Kind::Cost),
        }
    }

    /// Appends it to a file.
    pub(crate) fn append(&self, path: &Path) -> Result<()> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        let line = format!("{}\n", serde_json::to_string(self)?);
        file.and_then(|mut file| file.write_all(line.as_bytes())).with_context(|| path.display().to_string())
    }

    /// The runs in a file.
    pub(crate) fn read(path: &Path) -> Result<Vec<Self>> {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let runs = text.lines().map(serde_json::from_str).collect::<serde_json::Result<_>>();
        runs.with_context(|| format!("{} is not a file of results", path.display()))
    }

    /// The value with this name, whatever it says.
    pub(crate) fn quantity(&self, name: &str) -> Option<&Quantity> {
        [&self.figures, &self.cost, &self.ratios, &self.limits].into_iter().find_map(|values| values.get(name))
    }
}

/// What is checked out here.
fn describe() -> Option<String> {
    let output = Command::new("git").args(["describe", "--always", "--dirty"]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
