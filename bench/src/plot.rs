//! Draws a value of many runs against their size: one line per label and engine.

mod svg;

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::Serialize;

use crate::{report::Report, results::Run};
use svg::{Line, Picture};

#[derive(Args, Serialize)]
pub(crate) struct Options {
    /// Files that `--json` has written
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// The picture
    #[arg(long)]
    out: PathBuf,

    /// What to draw, as the report calls it
    #[arg(long, default_value = "CPU per message")]
    value: String,

    /// The size: an option of the scenario, or a value of the report
    #[arg(long, default_value = "senders")]
    size: String,
}

/// Draws, and writes the file.
pub(crate) fn run(options: &Options) -> Result<Report> {
    let mut lines: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
    let mut unit = None;
    for file in &options.files {
        for run in Run::read(file)? {
            let Some(value) = run.quantity(&options.value) else { continue };
            let option = run.options[options.size.as_str()].as_f64();
            let Some(size) = option.or_else(|| Some(run.quantity(&options.size)?.value)) else { continue };
            let first = unit.get_or_insert_with(|| value.unit.clone());
            ensure!(*first == value.unit, "{} is in {first} and in {}", options.value, value.unit);
            let name = format!("{} {}", run.label, run.engine);
            lines.entry(name.trim().to_owned()).or_default().push((size, value.value));
        }
    }
    ensure!(!lines.is_empty(), "no run has both {} and {}", options.value, options.size);
    let number: usize = lines.values().map(Vec::len).sum();
    let lines = lines.into_iter().map(|(name, points)| Line { name, points: medians(points) }).collect();
    let unit = unit.unwrap_or_default();
    let picture = Picture { value: options.value.clone(), unit, size: options.size.clone(), lines };
    fs::write(&options.out, picture.svg()?).with_context(|| options.out.display().to_string())?;
    let mut report = Report::new(format_args!("plot: {} by {}", options.value, options.size));
    report.line("runs", number);
    report.line("written", options.out.display());
    Ok(report)
}

/// One point per size: the median of its values.
fn medians(mut points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    points.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    points.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()).map(|same| same[same.len() / 2]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_size_has_one_point() {
        assert_eq!(medians(vec![(2.0, 5.0), (1.0, 9.0), (1.0, 1.0), (1.0, 3.0)]), [(1.0, 3.0), (2.0, 5.0)]);
    }
}
