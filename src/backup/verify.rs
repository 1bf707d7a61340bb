//! Verifies a backup by restoring it into a temporary database, which is checked and read.

use std::{fs::File, path::Path};

use anyhow::{Context, bail, ensure};
use indicatif::ProgressBar;
use tempfile::TempDir;

use super::{
    Passphrase, Scratch, Spot,
    manifest::Manifest,
    restore::{checked, fill},
};
use crate::{
    config::Database,
    model::{ChatRef, Position, Timestamp},
    store::{Detail, Inspection, Restoration, Store, Window, is_away},
};

/// Chats that are opened.
const CHATS: i64 = 100;
/// Messages that are read of each.
const NEWEST: Window = Window { position: Position::Before(Timestamp::MAX), limit: 50, detail: Detail::Reactions };
/// Findings that are named in an error.
const NAMED: usize = 5;

/// How the errors begin of an encrypted backup that this passphrase, or none, does not open.
const CLOSED: [&str; 3] =
    ["encrypted: give its passphrase", "encrypted with another passphrase", "encrypted for a key"];

/// A backup that can be restored.
#[derive(Debug)]
pub struct Verified {
    /// What is in it.
    pub manifest: Manifest,
    /// Whether it is encrypted.
    pub is_encrypted: bool,
    /// Chats whose newest messages were read.
    pub opened: usize,
}

/// Why a backup was not verified.
#[derive(Debug)]
pub enum Unverified {
    /// It cannot be restored.
    Bad(anyhow::Error),
    /// It could not be read, or there was no room: it may be good.
    NotChecked(anyhow::Error),
}

/// Restores a backup into a new folder in `scratch`, which is removed afterwards; checks the integrity of the database and
/// its counters; opens a hundred chats.
pub async fn verify(
    spot: &Spot,
    passphrase: &Passphrase,
    scratch: &Scratch,
    progress: &ProgressBar,
) -> Result<Verified, Unverified> {
    let not_checked = |error: anyhow::Error| Unverified::NotChecked(error.context(spot.to_string()));
    let fetched = spot.place.fetch(&spot.name, scratch).await.map_err(not_checked)?;
    ensure_readable(&fetched.path).map_err(not_checked)?;
    let judged = |error: anyhow::Error| {
        let reason = error.to_string();
        if is_away(&error) || CLOSED.iter().any(|closed| reason.starts_with(closed)) {
            not_checked(error)
        } else {
            Unverified::Bad(error.context(spot.to_string()))
        }
    };
    let mut archive = checked(&fetched.path, passphrase, progress).await.map_err(judged)?;
    let is_encrypted = archive.is_encrypted;
    scratch.ensure_room(archive.room()).map_err(|error| not_checked(error.into()))?;
    let folder = TempDir::with_prefix_in("hearth-verify-", &scratch.folder);
    let folder = folder.with_context(|| scratch.folder.display().to_string()).map_err(not_checked)?;
    let path = folder.path().join("hearth.db");
    let opened = async {
        let path = path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))?;
        let config = Database { url: format!("sqlite://{path}"), ..Database::default() };
        let mut restoration = Restoration::begin(&config.url).await?;
        let restored = fill(archive, &mut restoration, &config, &[], progress).await?;
        restoration.finish().await?;
        examine(&config.url, progress).await?;
        anyhow::Ok((restored.manifest, open_chats(&config).await?))
    };
    let (manifest, opened) = opened.await.map_err(judged)?;
    Ok(Verified { manifest, is_encrypted, opened })
}

/// Fails if the file cannot be read.
fn ensure_readable(path: &Path) -> anyhow::Result<()> {
    let file = File::open(path)?;
    ensure!(file.metadata()?.is_file(), "not a file");
    Ok(())
}

/// Fails if the database is not sound.
async fn examine(url: &str, progress: &ProgressBar) -> anyhow::Result<()> {
    let inspection = Inspection::open(url).await?;
    let checked = inspection.run(|done| {
        progress.set_prefix(done.stage);
        progress.set_length(done.total);
        progress.set_position(done.done);
    });
    let findings = checked.await?.findings;
    if findings.is_empty() {
        return Ok(());
    }
    let named: Vec<_> = findings.iter().take(NAMED).map(ToString::to_string).collect();
    bail!("it can be restored, but {} rows are wrong: {}", findings.len(), named.join("; "))
}

/// Reads the newest page of some chats, as the server does. Returns the number of these chats.
async fn open_chats(config: &Database) -> anyhow::Result<usize> {
    let store = Store::open(config).await?;
    let chats = store.sample_chats(CHATS).await?;
    for &(reader, chat) in &chats {
        let messages = match chat {
            ChatRef::Group(group) => store.group_page(group, reader, NEWEST).await?.map(|(messages, _)| messages),
            ChatRef::Dialog(other) => store.dialog_page(reader, other, NEWEST).await?.map(|(messages, _)| messages),
        };
        let messages = messages.with_context(|| format!("{chat:?} cannot be opened by its member {reader}"))?;
        ensure!(!messages.is_empty(), "{chat:?} has no messages for its member {reader}");
    }
    store.close().await;
    Ok(chats.len())
}
