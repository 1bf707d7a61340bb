//! `hearth import`.

use std::{
    io::{IsTerminal, Write},
    path::Path,
};

use anyhow::{Context, ensure};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::with_database;
use crate::{
    config::Config,
    import,
    store::{self, Source, Table},
    telemetry,
};

/// The progress bar: `messages ━━━━━━━━━━━━  1,234 of 5,678, 12 s to go`.
const BAR: &str = "{prefix:<12} {bar:40} {human_pos} of {human_len}, {eta} to go";

/// The variable that has the source's URL if neither an argument nor a file does.
const VARIABLE: &str = "IMPORT_URL";

/// The source's URL: from the argument, the file, or the environment.
pub(super) fn source(argument: Option<String>, file: Option<&Path>) -> anyhow::Result<String> {
    let url = match (argument, file) {
        (Some(url), _) => url,
        (None, Some(file)) => {
            std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?
        }
        (None, None) => std::env::var(VARIABLE).with_context(|| {
            format!("set the source's URL in the variable {VARIABLE}, in a file with --url-file, or as an argument")
        })?,
    };
    Ok(url.trim().to_owned())
}

/// Imports a database of the reference messenger into the configured one.
pub(super) async fn run(config: &Config, source: &str) -> anyhow::Result<()> {
    telemetry::init(&config.log);
    ensure!(
        source.starts_with("postgres://") || source.starts_with("postgresql://"),
        "the source must be a database of the reference messenger: postgres://USER:PASSWORD@HOST/DATABASE"
    );
    let mut source_database = Source::open(source).await?;
    with_database(config, async |store| {
        let report = import::run(store, &mut source_database, &mut Bar::default()).await?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "imported {} into {}", store::place(source), store::place(&config.database.url))?;
        Ok(write!(out, "{report}")?)
    })
    .await
}

/// The progress of an import; hidden if standard error is not a terminal.
#[derive(Default)]
struct Bar(Option<ProgressBar>);

impl import::Progress for Bar {
    fn begin(&mut self, table: Table, rows: u64) {
        let is_watched = std::io::stderr().is_terminal();
        let target = if is_watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(rows), target);
        let name = match table {
            Table::Users => "people",
            Table::Groups => "groups",
            Table::Members => "memberships",
            Table::Messages => "messages",
        };
        let style = ProgressStyle::with_template(BAR).expect("the template is well-formed");
        bar.set_style(style);
        bar.set_prefix(name);
        self.0 = Some(bar);
    }

    fn advance(&mut self, rows: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(rows);
        }
    }
}
