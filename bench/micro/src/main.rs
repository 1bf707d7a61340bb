//! `micro`: counts the instructions of the hot paths with callgrind, and compares them with `counts.txt`.

mod counts;
mod path;
mod valgrind;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{counts::Counts, path::Path};

/// Counts the instructions of Hearth's hot paths, and compares them with bench/micro/counts.txt.
///
/// Exits with 1 if a path takes more than 10 % more than that. Needs valgrind.
#[derive(Parser)]
#[command(name = "micro", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    /// Write the counts to the file
    #[arg(long)]
    update: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Only repeat a path, for a profiler
    Repeat {
        /// The path
        path: Path,
        /// How often
        rounds: u32,
    },
}

fn main() -> Result<ExitCode> {
    let Cli { command, update } = Cli::parse();
    if let Some(Command::Repeat { path, rounds }) = command {
        path::repeat(path, rounds)?;
        return Ok(ExitCode::SUCCESS);
    }
    let counted = valgrind::count_all()?;
    if update {
        counted.write()?;
        return Ok(ExitCode::SUCCESS);
    }
    let is_fine = Counts::read()?.compare(&counted);
    Ok(if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
