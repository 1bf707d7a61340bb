//! The command line.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Kills Hearth in many ways under load, and checks that nothing acknowledged is lost
///
/// Exits with 1 if the server broke a promise; then the data and the observations are kept.
#[derive(Debug, Parser)]
#[command(name = "crash", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) run: Run,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show that the checker notices mistakes
    Mutations(Mutations),
    /// Check observations that were kept
    Check {
        /// The file `observations.json`
        file: PathBuf,
    },
    /// Lose power at many moments, and check what is left
    Power(Power),
}

/// How to play rounds.
#[derive(Debug, Clone, Args)]
pub(crate) struct Run {
    /// Rounds per engine [default: one for each kind of fault]
    #[arg(long, conflicts_with = "hours", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: Option<u32>,
    /// Play rounds for this long, on both engines in turn, such as 0.5
    #[arg(long, value_parser = hours)]
    pub(crate) hours: Option<Duration>,
    #[command(flatten)]
    pub(crate) choices: Choices,
    /// The path of the server [default: `hearth` beside this program]
    #[arg(long)]
    pub(crate) binary: Option<PathBuf>,
}

/// What a run is made of.
#[derive(Debug, Clone, Args)]
pub(crate) struct Choices {
    /// The seed of all choices [default: from the clock]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// The database engine
    #[arg(long, value_enum, default_value_t)]
    pub(crate) engine: Engines,
}

/// Which mistakes to make.
#[derive(Debug, Clone, Args)]
pub(crate) struct Mutations {
    #[command(flatten)]
    pub(crate) what: Mistakes,
    /// The seed of all choices
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The server [default: `hearth` beside this program, or one that is built with the feature `mutations`]
    #[arg(long)]
    pub(crate) binary: Option<PathBuf>,
}

/// Whether the checker is tested with falsified observations or with a faulty server.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Mistakes {
    /// Falsify the observations of some rounds, and check them
    #[arg(long)]
    pub(crate) observations: bool,
    /// Build a server that makes mistakes, and play rounds until each is caught
    #[arg(long)]
    pub(crate) server: bool,
}

/// How to lose power.
#[derive(Debug, Clone, Args)]
pub(crate) struct Power {
    /// Power losses per engine
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) moments: u32,
    #[command(flatten)]
    pub(crate) choices: Choices,
    /// The server [default: `hearth` beside this program, or one that is built with the feature `mutations`]
    #[arg(long)]
    pub(crate) binary: Option<PathBuf>,
    /// A mistake that the server makes: exits with 1 if it is not caught
    #[arg(long)]
    pub(crate) mutation: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engines {
    Sqlite,
    Postgres,
    #[default]
    Both,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

impl Engines {
    /// The engines to test, in this order.
    pub(crate) fn list(self) -> &'static [Engine] {
        match self {
            Self::Sqlite => &[Engine::Sqlite],
            Self::Postgres => &[Engine::Postgres],
            Self::Both => &[Engine::Sqlite, Engine::Postgres],
        }
    }
}

impl Engine {
    /// Its name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }

    /// Its name as a value of `--engine`.
    pub(crate) fn option(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// The longest run: a year.
const LONGEST: f64 = 8760.0;

fn hours(text: &str) -> Result<Duration, String> {
    let hours = text.parse().ok().filter(|hours| (0.0..=LONGEST).contains(hours) && *hours > 0.0);
    let hours: f64 = hours.ok_or(format!("must be a number of hours above 0, at most {LONGEST}"))?;
    Ok(Duration::from_secs_f64(hours * 3600.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Run, String> {
        let cli = Cli::try_parse_from([&["crash"], arguments].concat());
        cli.map(|cli| cli.run).map_err(|error| error.to_string())
    }

    #[test]
    fn a_run_may_last_for_a_part_of_an_hour() {
        assert_eq!(parse(&["--hours", "0.1"]).expect("it is valid").hours, Some(Duration::from_mins(6)));
    }

    #[test]
    fn a_run_of_no_time_and_no_rounds_is_refused() {
        for hours in ["0", "-0.5", "NaN", "inf", "1e300", "soon"] {
            let refusal = parse(&[&format!("--hours={hours}")]).expect_err(hours);
            assert!(refusal.contains("--hours") && refusal.contains("at most 8760"), "{refusal}");
        }
        let refusal = parse(&["--rounds", "0"]).expect_err("no rounds");
        assert!(refusal.contains("--rounds") && refusal.contains("1.."), "{refusal}");
    }
}
