//! The backup before a migration that changes stored rows: the only way back.

use anyhow::Context;
use indicatif::ProgressBar;

use super::{Pace, Passphrase, Spot, default_place, make, place, room::ensure_room};
use crate::{config::Config, model::Timestamp, store};

/// Added to what a backup may need, so that the migration has room too.
const RESERVE: u64 = 64 << 20;

/// Makes a backup if the database is about to be migrated and the migration changes stored rows. Checks first that there
/// is room for it.
pub async fn before_migration(config: &Config) -> anyhow::Result<()> {
    if !config.backup.before_migration {
        return Ok(());
    }
    let Some(pending) = store::pending(&config.database.url).await?.filter(|pending| pending.changes_data) else {
        return Ok(());
    };
    let passphrase = Passphrase::of(config)?;
    let place = default_place(config)?;
    let from = format!("the schema is updated from version {} to {}, which changes data", pending.from, pending.to);
    let made = async {
        place.create()?;
        if let Some(folder) = place.folder() {
            ensure_room(pending.bytes + RESERVE, &folder)?;
        }
        let spot = Spot { name: place::new_name(Timestamp::now(), passphrase.is_some()), place };
        tracing::info!(backup = %spot, "making a backup, because {from}");
        make(&config.database.url, &spot, &passphrase, Pace::Full, &ProgressBar::hidden()).await?;
        tracing::info!(backup = %spot, "the backup is complete");
        anyhow::Ok(())
    };
    made.await.with_context(|| format!("{from}, and the backup before it failed: --without-backup updates without one"))
}
