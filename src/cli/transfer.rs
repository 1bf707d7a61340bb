//! `hearth move`.

use std::io::Write;

use anyhow::ensure;
use indicatif::ProgressBar;

use super::bar;
use crate::{
    config::{Config, Database},
    store::{MoveSource, MoveTarget, place},
    telemetry,
    transfer::{self, Moved},
};

/// The variable that has the target's URL if neither an argument nor a file does.
pub(super) const VARIABLE: &str = "MOVE_URL";

/// Moves the configured database to this URL.
pub(super) async fn run(config: &Config, url: String) -> anyhow::Result<()> {
    telemetry::init(&config.log);
    ensure!(
        ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)),
        "the URL of the new database must be sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE"
    );
    let (from, to) = (place(&config.database.url).to_owned(), place(&url).to_owned());
    ensure!(url != config.database.url, "{to} is the configured database: name the new one");
    let mut source = MoveSource::open(&config.database.url).await?;
    let target = MoveTarget::open(&Database { url, ..config.database.clone() }).await?;
    let moved = transfer::run(&mut source, target, &mut Bar::default()).await?;
    source.close().await?;
    Ok(print(&from, &to, &moved)?)
}

/// Gives up a move that was begun.
pub(super) async fn abandon(config: &Config) -> anyhow::Result<()> {
    telemetry::init(&config.log);
    let mut source = MoveSource::open(&config.database.url).await?;
    let was_begun = source.abandon().await?;
    source.close().await?;
    let place = place(&config.database.url);
    let mut out = std::io::stdout().lock();
    if was_begun {
        Ok(writeln!(out, "the move of {place} is given up: delete what it has copied to the other database")?)
    } else {
        Ok(writeln!(out, "no move of {place} was begun")?)
    }
}

fn print(from: &str, to: &str, moved: &Moved) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match moved {
        Moved::Now { rows, tables, stopped } => {
            writeln!(out, "moved {rows} rows of {tables} tables to {to}, and compared each with its original")?;
            writeln!(out, "writes were stopped for {:.2} s", stopped.as_secs_f64())?;
        }
        Moved::Before => writeln!(out, "{to} has everything: an earlier move was interrupted after its last step")?,
    }
    writeln!(out, "{from} can no longer be written, and a server that used it ends. Now:")?;
    writeln!(out, "  1. set database.url to the new database, if you have not yet")?;
    writeln!(out, "  2. start the server, if its service manager does not")?;
    writeln!(out, "  3. keep {from} until you trust the new database, then delete it: it has all messages")
}

/// The bar of the present step.
#[derive(Default)]
struct Bar(Option<ProgressBar>);

impl transfer::Progress for Bar {
    fn begin(&mut self, step: &str, rows: u64) {
        self.0 = Some(bar::of(step, rows));
    }

    fn advance(&mut self, rows: usize) {
        if let Some(bar) = &self.0 {
            bar.inc(rows as u64);
        }
    }
}
