//! `hearth import`.

use std::io::Write;

use anyhow::ensure;
use indicatif::ProgressBar;

use super::{bar, with_database};
use crate::{
    config::Config,
    import,
    store::{self, Source, Table},
    telemetry,
};

/// The variable that has the source's URL if neither an argument nor a file does.
pub(super) const VARIABLE: &str = "IMPORT_URL";

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
        let name = match table {
            Table::Users => "people",
            Table::Groups => "groups",
            Table::Members => "memberships",
            Table::Messages => "messages",
        };
        self.0 = Some(bar::of(name, rows));
    }

    fn advance(&mut self, rows: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(rows);
        }
    }
}
