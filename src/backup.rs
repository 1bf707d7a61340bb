//! Backups: one archive format for both engines, made while the server runs, restored into either engine, verified by
//! restoring it. An archive is a zip with one entry per table, each row a line of JSON, and a manifest at its end; with a
//! passphrase, the zip is encrypted by age. Knows no SQL.

mod erased;
mod guard;
mod make;
mod manifest;
mod place;
mod read;
mod restore;
mod room;
mod schedule;
mod verify;
mod write;

use std::path::Path;

use age::secrecy::SecretString;
use anyhow::{Context, ensure};

pub use erased::Erasures;
pub use guard::before_migration;
pub use make::{Made, Pace, make};
pub use manifest::{ArchivedTable, Manifest};
pub use place::{Place, Spot};
pub use restore::{Restored, restore};
pub use room::{NoRoom, Reserve, Scratch, free_beside};
pub use schedule::run;
pub use verify::{Unverified, Verified, verify};

use crate::{config::Config, model::Timestamp, store};

/// The passphrase of new backups, and of those that are read; `None` if they are not encrypted.
#[derive(Clone, Default)]
pub struct Passphrase(Option<SecretString>);

impl Passphrase {
    /// The configured passphrase.
    pub fn of(config: &Config) -> anyhow::Result<Self> {
        let backup = &config.backup;
        if !backup.passphrase.is_empty() {
            return Ok(Self(Some(backup.passphrase.clone().into())));
        }
        if backup.passphrase_file.is_empty() {
            return Ok(Self(None));
        }
        let file = &backup.passphrase_file;
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read the passphrase file {file}"))?;
        let text = text.lines().next().unwrap_or_default();
        ensure!(!text.is_empty(), "the passphrase file {file} has an empty first line");
        Ok(Self(Some(text.to_owned().into())))
    }

    /// Whether there is one.
    pub fn is_some(&self) -> bool {
        self.0.is_some()
    }

    fn secret(&self) -> Option<&SecretString> {
        self.0.as_ref()
    }
}

/// Where backups are kept, if the command does not say: as configured, otherwise `backups` beside the database.
pub fn default_place(config: &Config) -> anyhow::Result<Place> {
    if !config.backup.to.is_empty() {
        return Place::of(&config.backup.to);
    }
    let file = store::file(&config.database.url)?;
    let folder = file.as_deref().and_then(Path::parent).unwrap_or(Path::new("data"));
    let folder = folder.join("backups");
    Place::of(folder.to_str().with_context(|| format!("{} is not UTF-8", folder.display()))?)
}

/// Where a new backup goes: to `target`, otherwise to the default place, which is created.
pub fn new_spot(config: &Config, target: Option<&str>, passphrase: &Passphrase) -> anyhow::Result<Spot> {
    if let Some(target) = target {
        return Place::target(target, Timestamp::now(), passphrase.is_some());
    }
    let place = default_place(config)?;
    place.create()?;
    Ok(Spot { name: place::new_name(Timestamp::now(), passphrase.is_some()), place })
}
