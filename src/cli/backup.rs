//! `hearth backup`, `restore`, `verify` and `stats`.

use std::{io::Write, process::ExitCode};

use tokio::signal::unix::signal;

use super::{FILE_TOO_LARGE, bar};
use crate::{
    backup::{self, Pace, Passphrase, Place, Reserve, Scratch, Unverified},
    config::Config,
    model::Timestamp,
    store::{self, BackupRecord, Records, Stats, VerifyRecord},
    telemetry,
};

/// What `hearth verify` exits with if it could not verify the backup.
pub(super) const NOT_VERIFIED: u8 = 2;

/// Makes a backup of the configured database.
pub(super) async fn make(config: &Config, target: Option<&str>) -> anyhow::Result<()> {
    telemetry::init(&config.log);
    let _ = signal(FILE_TOO_LARGE)?;
    let (passphrase, url) = (Passphrase::of(config)?, &config.database.url);
    let spot = backup::new_spot(config, target, &passphrase)?;
    let bar = bar::styled(bar::WITH_TIME);
    let made = backup::make(url, &spot, &passphrase, Pace::Full, &bar).await?;
    bar.finish_and_clear();
    let (place, rows) = (spot.to_string(), made.manifest.rows);
    let sealed = if passphrase.is_some() { ", encrypted" } else { "" };
    writeln!(std::io::stdout(), "{place}: {rows} rows, {}{sealed}", size(made.bytes))?;
    let record = BackupRecord { at: made.manifest.created_at, place, bytes: made.bytes, rows, is_scheduled: false };
    if let Err(error) = Records::keep_backup(url, &record).await {
        tracing::warn!(error = format!("{error:#}"), "cannot record this backup in the database");
    }
    Ok(())
}

/// Restores a backup into the configured database.
pub(super) async fn restore(config: &Config, file: &str) -> anyhow::Result<()> {
    telemetry::init(&config.log);
    let (passphrase, spot) = (Passphrase::of(config)?, Place::file(file)?);
    let (lists, bar) = ([backup::default_place(config)?], bar::styled(bar::WITH_TIME));
    let restored = backup::restore(&spot, &passphrase, &config.database, &lists, &bar).await?;
    bar.finish_and_clear();
    let mut out = std::io::stdout().lock();
    let (manifest, place) = (&restored.manifest, store::place(&config.database.url));
    writeln!(out, "{place} has the {} rows of {} as of {}", manifest.rows, spot, manifest.created_at)?;
    writeln!(out, "sessions ended: {}", restored.sessions)?;
    writeln!(out, "accounts erased again: {}", restored.erased)?;
    Ok(())
}

/// Verifies a backup, and notes the result in the configured database, if there is one.
pub(super) async fn verify(config: &Config, file: &str) -> anyhow::Result<ExitCode> {
    telemetry::init(&config.log);
    let (passphrase, spot) = (Passphrase::of(config)?, Place::file(file)?);
    let (scratch, bar) =
        (Scratch::new(Reserve::of(config, store::file(&config.database.url)?)), bar::styled(bar::WITH_TIME));
    let verified = backup::verify(&spot, &passphrase, &scratch, &bar).await;
    bar.finish_and_clear();
    let problem = match verified {
        Ok(verified) => {
            let manifest = &verified.manifest;
            let sealed = if verified.is_encrypted { ", encrypted" } else { "" };
            let mut out = std::io::stdout().lock();
            writeln!(out, "{spot}: made by Hearth {} on {}{sealed}", manifest.hearth, manifest.engine)?;
            writeln!(out, "restored: {} rows as of {}", manifest.rows, manifest.created_at)?;
            writeln!(out, "checked: integrity, counters and references")?;
            writeln!(out, "opened: {} chats", verified.opened)?;
            None
        }
        Err(Unverified::NotChecked(error)) => {
            eprintln!("hearth: not checked: {error:#}");
            return Ok(ExitCode::from(NOT_VERIFIED));
        }
        Err(Unverified::Bad(error)) => {
            eprintln!("hearth: {error:#}");
            Some(format!("{error:#}"))
        }
    };
    let code = if problem.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    let record = VerifyRecord { at: Timestamp::now(), place: spot.to_string(), problem };
    if let Err(error) = Records::keep_verified(&config.database.url, &record).await {
        tracing::debug!(error = format!("{error:#}"), "there is no database in which to record this");
    }
    Ok(code)
}

/// Prints numbers about the configured database.
pub(super) async fn stats(config: &Config) -> anyhow::Result<()> {
    telemetry::init(&config.log);
    let url = &config.database.url;
    let (stats, records) = (Stats::of(url).await?, Records::read(url).await?);
    let mut out = std::io::stdout().lock();
    let mut line = |name: &str, value: String| writeln!(out, "{name:<14} {value}");
    line("database", store::place(url).to_owned())?;
    line("users", stats.users.to_string())?;
    line("groups", stats.groups.to_string())?;
    line("dialogs", stats.dialogs.to_string())?;
    line("messages", stats.messages.to_string())?;
    line("size", size(stats.bytes))?;
    let free = store::file(url)?.and_then(|file| backup::free_beside(&file));
    line("free disk", free.map_or_else(|| "unknown: the database is elsewhere".to_owned(), size))?;
    line(
        "last backup",
        records.backup.map_or_else(
            || "never".to_owned(),
            |record| format!("{}, {}, {} rows: {}", record.at, size(record.bytes), record.rows, record.place),
        ),
    )?;
    line(
        "last verified",
        records.verified.map_or_else(
            || "never".to_owned(),
            |record| {
                let result = record.problem.map_or_else(|| "good".to_owned(), |problem| format!("BAD: {problem}"));
                format!("{}, {result}: {}", record.at, record.place)
            },
        ),
    )?;
    Ok(())
}

/// Such as `12.3 MB`.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        1_000_000..1_000_000_000 => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
        _ => format!("{}.{} GB", bytes / 1_000_000_000, bytes % 1_000_000_000 / 100_000_000),
    }
}
