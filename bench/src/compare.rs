//! Two servers compared: they run the same scenario in turn, ABBA, so that what else the machine does meets both.

mod side;
mod table;

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, value_parser};
use serde::Serialize;

use crate::{database::Database, report::Report};
use side::Side;

#[derive(Args, Serialize)]
pub(crate) struct Options {
    /// A server's program
    a: PathBuf,

    /// Another one
    b: PathBuf,

    /// How often to run each of them
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u32).range(1..=100))]
    rounds: u32,

    /// Fill both databases first, with these options of `bench fill`, in one argument
    #[arg(long, value_name = "OPTIONS", allow_hyphen_values = true)]
    fill: Option<String>,

    /// The scenario and its options, after `--`
    #[arg(last = true, required = true)]
    scenario: Vec<String>,
}

impl Options {
    /// The longest time that this may take.
    pub(crate) fn longest(&self) -> Duration {
        Duration::from_mins(30) * (1 + self.rounds * 2)
    }
}

/// Runs both. Each has a database of its own: a new SQLite file, or a new schema in the PostgreSQL database that is named.
pub(crate) async fn run(database: Option<&Database>, options: Options) -> Result<Report> {
    let postgres = match database {
        None => None,
        Some(Database::Postgres(url)) => Some(url.as_str()),
        Some(Database::Sqlite(file)) => bail!("{} is not used: compare makes SQLite files itself", file.display()),
    };
    let own = ["compare", "plot", "fill", "soak"];
    let scenario = options.scenario.first().context("name a scenario after --")?;
    ensure!(!own.contains(&scenario.as_str()), "{scenario} cannot be compared");
    let mut sides = Vec::new();
    let mut outcome = Ok(());
    for (name, binary) in [("A", &options.a), ("B", &options.b)] {
        match Side::create(name, binary, postgres).await {
            Ok(side) => sides.push(side),
            Err(error) => outcome = outcome.and(Err(error)),
        }
    }
    if outcome.is_ok() {
        outcome = tokio::select! {
            ran = alternate(&mut sides, &options) => ran,
            // The schemas are removed then, too.
            _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
        };
    }
    let mut runs = Vec::new();
    for side in sides {
        runs.push(side.remove().await?);
    }
    outcome?;
    let title = format!("compare: {}, {} rounds", options.scenario.join(" "), options.rounds);
    let [a, b] = runs.try_into().ok().context("two sides")?;
    Ok(table::report(&title, [&options.a, &options.b], &a, &b))
}

async fn alternate(sides: &mut [Side], options: &Options) -> Result<()> {
    if let Some(fill) = &options.fill {
        for side in &mut *sides {
            side.fill(fill).await?;
        }
    }
    for round in 0..options.rounds {
        let order = if round.is_multiple_of(2) { [0, 1] } else { [1, 0] };
        for place in order {
            sides[place].measure(&options.scenario).await.with_context(|| format!("round {}", round + 1))?;
        }
    }
    Ok(())
}
