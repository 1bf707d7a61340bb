//! The file of counts: one line per path, after the versions that they depend on.

use std::{fmt::Write as _, fs};

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::path::Path;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/counts.txt");
/// How many percent of the instructions a path may take more, or less without a note.
const TOLERANCE: u64 = 10;
const HEADER: &str = "\
# The instructions of each hot path. `cargo run --release -p micro -- --update` writes this file: do that if a path takes
# more on purpose, or much less, and say why in the commit.
";
const VERSIONS: &str = "# Counted with ";

/// The instructions of each path.
pub(crate) struct Counts {
    pub(crate) versions: String,
    pub(crate) paths: Vec<(Path, u64)>,
}

impl Counts {
    pub(crate) fn read() -> Result<Self> {
        let text = fs::read_to_string(FILE).context(FILE)?;
        let versions = text.lines().find_map(|line| line.strip_prefix(VERSIONS)).unwrap_or_default().to_owned();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let paths = lines.map(|line| path(line).with_context(|| format!("{FILE}: {line}")));
        Ok(Self { versions, paths: paths.collect::<Result<_>>()? })
    }

    pub(crate) fn write(&self) -> Result<()> {
        let mut text = format!("{HEADER}{VERSIONS}{}\n", self.versions);
        for (path, count) in &self.paths {
            writeln!(text, "{:<14} {count:>9}", name(*path))?;
        }
        print!("{text}");
        fs::write(FILE, text).context(FILE)
    }

    /// Prints the difference of each path. Returns whether all are within the tolerance or better.
    pub(crate) fn compare(&self, counted: &Self) -> bool {
        let mut is_fine = true;
        for (path, count) in &counted.paths {
            let Some((_, committed)) = self.paths.iter().find(|(other, _)| other == path) else {
                println!("{:<14} {count:>9}, not in {FILE}", name(*path));
                is_fine = false;
                continue;
            };
            let remark = if *count * 100 > committed * (100 + TOLERANCE) {
                is_fine = false;
                "  TOO MANY"
            } else if *count * (100 + TOLERANCE) < committed * 100 {
                "  much fewer: update the file, so that it stays so"
            } else {
                ""
            };
            #[expect(clippy::cast_precision_loss, reason = "counts are below 2^52")]
            let change = (*count as f64 / *committed as f64 - 1.0) * 100.0;
            println!("{:<14} {count:>9} instructions, {change:>+6.1} % of {committed}{remark}", name(*path));
        }
        if !is_fine {
            println!("A path takes over {TOLERANCE} % more instructions than {FILE} says.");
            println!("Make it faster. If it must take more, run `cargo run --release -p micro -- --update`,");
            println!("and commit the file with the reason.");
            if self.versions != counted.versions {
                println!("The file was counted with {}; this is {}.", self.versions, counted.versions);
            }
        }
        is_fine
    }
}

fn path(line: &str) -> Result<(Path, u64)> {
    let mut words = line.split_whitespace();
    let path = words.next().and_then(|word| Path::from_str(word, false).ok()).context("there is no such path")?;
    let count = words.next().context("its count is missing")?.parse()?;
    Ok((path, count))
}

fn name(path: Path) -> String {
    path.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}
