//! `hearth import`.

use std::io::{IsTerminal, Write};

use anyhow::ensure;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::with_database;
use crate::{
    config::Config,
    service::import,
    store::{self, Source, Table},
    telemetry,
};

/// What a bar looks like: `messages ━━━━━━━━━━━━  1,234 of 5,678, 12 s to go`.
const BAR: &str = "{prefix:<12} {bar:40} {human_pos} of {human_len}, {eta} to go";

/// Reads a database of the reference messenger into the configured one.
pub(super) async fn run(config: &Config, source: &str) -> anyhow::Result<()> {
    telemetry::init(&config.log);
    ensure!(
        source.starts_with("postgres://") || source.starts_with("postgresql://"),
        "the source must be postgres://USER:PASSWORD@HOST/DATABASE, a database of the reference messenger"
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

/// How far an import is; silent where nobody watches.
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
