//! Backups on schedule inside the server, the weekly drill of the newest one, and the list of erased accounts.

use std::time::{Duration, Instant};

use anyhow::Context;
use indicatif::ProgressBar;
use tokio::runtime::Handle;

use super::{
    Erasures, Pace, Passphrase, Place, Reserve, Scratch, Spot, Unverified, default_place, make, place::new_name, verify,
};
use crate::{
    config::Config,
    metrics::Metrics,
    model::Timestamp,
    store::{BackupRecord, Records, Store, VerifyRecord},
};

/// How often to look for what is due.
const EVERY: Duration = Duration::from_secs(30);
/// How often to look for erased accounts, in memory, and for a change of whose work this is.
const SECOND: Duration = Duration::from_secs(1);
/// How long to wait after a failure: the store may be unreachable.
const RETRY_MILLIS: i64 = 10 * 60 * 1000;
/// How often the newest backup is verified.
const DRILL_MILLIS: i64 = 7 * 24 * 60 * 60 * 1000;

struct Schedule<'a> {
    config: &'a Config,
    store: &'a Store,
    metrics: &'a Metrics,
    reserve: Reserve,
    place: Place,
    passphrase: Passphrase,
    every_millis: Option<i64>,
    /// Nothing is tried again before this.
    backup_after: Timestamp,
    drill_after: Timestamp,
}

/// Makes and verifies backups, and keeps the list of erased accounts, while it is polled. In a cluster one server does so
/// for all: `is_ours` says whether it is this one.
pub async fn run(config: &Config, store: &Store, metrics: &Metrics, is_ours: impl Fn() -> bool) {
    let schedule = Schedule::new(config, store, metrics).await;
    let mut schedule = match schedule {
        Ok(schedule) => schedule,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "no backups are made");
            return std::future::pending().await;
        }
    };
    let (place, mut erasures) = (schedule.place.clone(), Erasures::default());
    let list = async {
        let mut seen = None;
        loop {
            let count = store.erased_so_far();
            if seen != Some(count) && is_ours() {
                match erasures.keep(store, &place).await {
                    Ok(()) => seen = Some(count),
                    Err(error) => {
                        tracing::warn!(error = format!("{error:#}"), "cannot update the list of erased accounts");
                        tokio::time::sleep(EVERY).await;
                    }
                }
            }
            tokio::time::sleep(SECOND).await;
        }
    };
    let backups = async {
        loop {
            let was_ours = is_ours();
            schedule.step(Timestamp::now(), was_ours).await;
            let began = Instant::now();
            while began.elapsed() < EVERY && is_ours() == was_ours {
                tokio::time::sleep(SECOND).await;
            }
        }
    };
    tokio::join!(list, backups);
}

impl<'a> Schedule<'a> {
    async fn new(config: &'a Config, store: &'a Store, metrics: &'a Metrics) -> anyhow::Result<Self> {
        let (place, passphrase) = (default_place(config)?, Passphrase::of(config)?);
        let every_millis = config.backup.every_millis();
        let (reserve, never) = (Reserve::of(config, store.disk().await), Timestamp(0));
        let (backup_after, drill_after) = (never, never);
        Ok(Self { config, store, metrics, reserve, place, passphrase, every_millis, backup_after, drill_after })
    }

    /// Shows what was done, and does what is due if that is this server's work.
    async fn step(&mut self, now: Timestamp, is_ours: bool) {
        let records = match Records::read(&self.config.database.url).await {
            Ok(records) => records,
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "cannot read the records of backups");
                return;
            }
        };
        self.show(&records);
        let Some(every) = self.every_millis.filter(|_| is_ours) else { return };
        let last =
            records.backup.as_ref().filter(|record| record.is_scheduled).map_or(Timestamp(0), |record| record.at);
        // A time in the future comes from a clock that was wrong.
        let is_due = now >= last.plus_millis(every) || last > now;
        if is_due && now >= self.backup_after {
            self.backup_after = now.plus_millis(RETRY_MILLIS.min(every));
            if let Err(error) = self.back_up(now, &records).await {
                tracing::error!(error = format!("{error:#}"), "the scheduled backup failed");
            }
        }
        let last = records.verified.map_or(Timestamp(0), |record| record.at);
        let is_due = now >= last.plus_millis(DRILL_MILLIS) || last > now;
        if is_due && now >= self.drill_after {
            self.drill_after = now.plus_millis(RETRY_MILLIS);
            if let Err(error) = self.drill(now).await {
                tracing::warn!(error = format!("{error:#}"), "the newest backup was not verified");
            }
        }
    }

    async fn back_up(&self, now: Timestamp, known: &Records) -> anyhow::Result<()> {
        self.place.create()?;
        if let Some(folder) = self.place.folder() {
            self.reserve.ensure_room(self.size(known).await?, &folder)?;
        }
        let spot = Spot { place: self.place.clone(), name: new_name(now, self.passphrase.is_some()) };
        let url = &self.config.database.url;
        let made = make(url, &spot, &self.passphrase, Pace::Half, &ProgressBar::hidden()).await?;
        let (at, place) = (made.manifest.created_at, spot.to_string());
        tracing::info!(backup = place, bytes = made.bytes, rows = made.manifest.rows, "made a backup");
        let record = BackupRecord { at, place, bytes: made.bytes, rows: made.manifest.rows, is_scheduled: true };
        Records::keep_backup(url, &record).await?;
        self.show(&Records { backup: Some(record), verified: None });
        self.remove_old(now).await.context("cannot remove old backups")
    }

    /// Bytes that a backup may need: half more than the last one, or for the first one what the database has, which is
    /// not compressed.
    async fn size(&self, known: &Records) -> anyhow::Result<u64> {
        if let Some(last) = &known.backup {
            return Ok(last.bytes + last.bytes / 2);
        }
        self.store.measure().await?;
        Ok(self.store.size().unsigned_abs())
    }

    /// The names of all backups, the oldest first. A name in the future comes from a clock that was wrong: such a backup
    /// counts as the oldest.
    async fn backups(&self, now: Timestamp) -> anyhow::Result<Vec<String>> {
        let mut names = self.place.backups().await?;
        let newest = new_name(now, true);
        names.sort_by_key(|name| *name <= newest);
        Ok(names)
    }

    async fn remove_old(&self, now: Timestamp) -> anyhow::Result<()> {
        let names = self.backups(now).await?;
        let old = names.len().saturating_sub(self.config.backup.keep);
        for name in &names[..old] {
            self.place.remove(name).await?;
            tracing::info!(name, "removed an old backup");
        }
        Ok(())
    }

    /// Verifies the newest backup.
    async fn drill(&self, now: Timestamp) -> anyhow::Result<()> {
        let Some(name) = self.backups(now).await?.pop() else { return Ok(()) };
        let spot = Spot { place: self.place.clone(), name };
        let place = spot.to_string();
        let (passphrase, runtime) = (self.passphrase.clone(), Handle::current());
        let scratch = Scratch::new(self.reserve.clone());
        // In a thread of its own: it computes for minutes if the database is large.
        let verified = tokio::task::spawn_blocking(move || {
            runtime.block_on(verify(&spot, &passphrase, &scratch, &ProgressBar::hidden()))
        });
        let problem = match verified.await? {
            Ok(verified) => {
                tracing::info!(backup = place, rows = verified.manifest.rows, "the newest backup can be restored");
                None
            }
            Err(Unverified::NotChecked(error)) => return Err(error),
            Err(Unverified::Bad(error)) => {
                let problem = format!("{error:#}");
                tracing::error!(backup = place, problem, "the newest backup cannot be restored");
                Some(problem)
            }
        };
        let record = VerifyRecord { at: now, place, problem };
        Records::keep_verified(&self.config.database.url, &record).await?;
        self.show(&Records { backup: None, verified: Some(record) });
        Ok(())
    }

    fn show(&self, records: &Records) {
        let seconds = |time: Timestamp| time.0.unsigned_abs() / 1000;
        if let Some(record) = &records.backup {
            self.metrics.backup_last_success_timestamp_seconds.set(seconds(record.at));
            self.metrics.backup_last_size_bytes.set(record.bytes);
        }
        if let Some(record) = &records.verified {
            self.metrics.backup_last_verified_timestamp_seconds.set(seconds(record.at));
            self.metrics.backup_last_verify_ok.set(u64::from(record.problem.is_none()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::NoRoom, *};

    #[tokio::test]
    async fn the_first_backup_leaves_the_room_that_the_server_needs() {
        let folder = tempfile::TempDir::new().unwrap();
        let mut config = Config::default();
        config.database.url = format!("sqlite://{}", folder.path().join("hearth.db").display());
        config.storage.stop_mb = 1_000_000_000;
        let store = Store::open(&config.database).await.unwrap();
        let metrics = Metrics::default();
        let schedule = Schedule::new(&config, &store, &metrics).await.unwrap();
        assert!(schedule.size(&Records::default()).await.unwrap() > 10_000);
        let error = schedule.back_up(Timestamp::now(), &Records::default()).await.unwrap_err();
        assert!(error.is::<NoRoom>(), "{error:#}");
        assert!(schedule.place.backups().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn backups_of_a_clock_that_was_ahead_are_the_first_to_be_removed() {
        let folder = tempfile::TempDir::new().unwrap();
        let mut config = Config::default();
        config.database.url = format!("sqlite://{}", folder.path().join("hearth.db").display());
        config.backup.keep = 2;
        let store = Store::open(&config.database).await.unwrap();
        let metrics = Metrics::default();
        let schedule = Schedule::new(&config, &store, &metrics).await.unwrap();
        schedule.place.create().unwrap();
        let now = Timestamp::now();
        let names: Vec<_> = [-2, -1, 0, 1, 2].map(|days| new_name(now.plus_millis(days * 86_400_000), false)).into();
        for name in &names {
            std::fs::write(schedule.place.folder().unwrap().join(name), "a backup").unwrap();
        }
        schedule.remove_old(now).await.unwrap();
        assert_eq!(schedule.backups(now).await.unwrap(), names[1..3]);
    }
}
