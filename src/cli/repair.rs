//! `hearth repair`.

use std::io::Write;

use anyhow::{Context, bail};
use clap::Subcommand;

use super::{Clock, with_database};
use crate::{config::Config, model::Timestamp, service::clock, store, telemetry};

/// What to repair.
#[derive(Subcommand)]
pub(super) enum What {
    /// Move times in the future, written while the clock was ahead, to the present
    ///
    /// Set the clock and stop the server first. Messages keep their order: those in the future become the newest ones,
    /// 1 ms apart. An SQLite database is first copied to a file beside it. If the command is interrupted, run it again.
    Clock {
        /// Confirm that you have a backup of the PostgreSQL database
        #[arg(long)]
        i_have_a_copy: bool,
    },
}

/// Repairs the configured database.
pub(super) async fn run(config: &Config, what: What, checked: Clock) -> anyhow::Result<()> {
    telemetry::init(&config.log);
    let What::Clock { i_have_a_copy } = what;
    let now = Timestamp::now();
    if checked == Clock::Checked {
        clock::check_for_repair(now)?;
    }
    with_database(config, async |store| {
        // A copy of a half-repaired database must not replace the good one.
        if !store.is_under_repair().await? {
            match store.copy_beside(&format!(".before-repair-{}", now.0)).await.context("cannot copy the database")? {
                Some(copy) => writeln!(std::io::stdout(), "copied to {}", copy.display())?,
                None if i_have_a_copy => {}
                None => {
                    bail!("make a backup of {} first, then add --i-have-a-copy", store::place(&config.database.url))
                }
            }
        }
        let done = clock::repair(store, &config.auth, now).await?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "the clock says {now}")?;
        writeln!(out, "messages moved from the future: {} in {} chats", done.messages, done.chats)?;
        writeln!(out, "other times moved: {}", done.others)?;
        Ok(())
    })
    .await
}
