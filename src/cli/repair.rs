//! `hearth repair`.

use std::io::Write;

use anyhow::{Context, bail};
use clap::Subcommand;

use super::{Clock, with_database};
use crate::{config::Config, model::Timestamp, service::clock, store, telemetry};

/// What is repaired.
#[derive(Subcommand)]
pub(super) enum What {
    /// Give times in the future, which a clock that was ahead has written, to the present
    ///
    /// Set the clock first, and stop the server. Messages keep their order: those of the future become the newest of the
    /// present, 1 ms apart. SQLite is copied to a file beside it before. If it is interrupted, run it again.
    Clock {
        /// There is a backup of the PostgreSQL database
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
        // A copy of a half repaired database would take the place of the good one.
        if !store.is_under_repair().await? {
            match store.copy_beside(&format!(".before-repair-{}", now.0)).await.context("no copy could be made")? {
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
        writeln!(out, "messages from later that were moved: {} in {} chats", done.messages, done.chats)?;
        writeln!(out, "other times that were moved: {}", done.others)?;
        Ok(())
    })
    .await
}
