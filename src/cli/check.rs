//! `hearth check`.

use std::{io::Write, process::ExitCode};

use indicatif::ProgressBar;

use super::bar;
use crate::{
    config::Config,
    store::{self, CheckProgress, Inspection},
    telemetry,
};

/// What `hearth check` exits with if it could not check the database.
pub(super) const NOT_CHECKED: u8 = 2;

/// Checks the configured database, and prints what is wrong with it.
pub(super) async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    telemetry::init(&config.log);
    let place = store::place(&config.database.url);
    let inspection = Inspection::open(&config.database.url).await?;
    let bar = bar::styled(bar::WITHOUT_TIME);
    let checked = inspection.run(|progress| show(&bar, progress)).await?;
    bar.finish_and_clear();

    let mut out = std::io::stdout().lock();
    for finding in &checked.findings {
        writeln!(out, "{finding}")?;
    }
    if checked.findings.is_empty() {
        let store::Checked { chats, messages, users, .. } = checked;
        writeln!(out, "{place} is sound: {users} users, {chats} chats, {messages} messages")?;
        return Ok(ExitCode::SUCCESS);
    }
    let more = if checked.is_cut { "more than " } else { "" };
    let count = checked.findings.len();
    let noun = if count == 1 { "fault" } else { "faults" };
    writeln!(out, "{place} has {more}{count} {noun}: see docs/troubleshooting.md#hearth-check-found-faults")?;
    Ok(ExitCode::FAILURE)
}

fn show(bar: &ProgressBar, progress: CheckProgress) {
    bar.set_prefix(progress.stage);
    bar.set_length(progress.total);
    bar.set_position(progress.done);
}
