//! Watches how much of the database's disk is free. Below one bound it warns; below another, changes that store more
//! are rejected, so that there is room for the others, such as deletions and logins.

use std::{
    io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use anyhow::Context;

use super::App;
use crate::{
    config,
    model::Room,
    protocol::extended::ServerNotice,
    store::{Space, Store},
};

/// How often to measure: a disk that fills at 200 MB per second is noticed in time.
const EVERY: Duration = Duration::from_secs(1);
/// Bytes per MB.
const MB: u64 = 1_000_000;

/// The disk that is watched.
#[derive(Debug, Default)]
pub struct Watch {
    /// `None` if it is unknown.
    path: Option<PathBuf>,
    /// Whether the last measurement failed.
    is_lost: AtomicBool,
}

impl Watch {
    /// Finds the disk: the configured one, or that of the database. Fails if the configured one cannot be measured.
    pub async fn new(config: &config::Storage, store: &Store) -> anyhow::Result<Self> {
        if !config.watch.is_empty() {
            let path = PathBuf::from(&config.watch);
            space(&path).await.with_context(|| format!("storage.watch = {}", config.watch))?;
            return Ok(Self { path: Some(path), ..Self::default() });
        }
        let path = store.disk().await;
        if path.is_none() {
            tracing::info!("the disk of the database is not known, so it is not watched: see storage.watch");
        }
        Ok(Self { path, ..Self::default() })
    }
}

/// Measures the disk, and applies what follows from it. A disk that cannot be measured counts as having enough room.
pub async fn measure(app: &App) {
    let Some(path) = &app.disk.path else { return };
    let space = space(path).await.inspect_err(|error| {
        if !app.disk.is_lost.swap(true, Ordering::Relaxed) {
            tracing::warn!(path = %path.display(), %error, "the disk of the database cannot be measured");
        }
    });
    let room = if let Ok(space) = &space {
        app.disk.is_lost.store(false, Ordering::Relaxed);
        app.metrics.storage_free_bytes.set(space.free);
        Bounds::new(&app.config.storage, space.total).room(app.store.room(), space.free)
    } else {
        app.metrics.storage_free_bytes.unset();
        Room::Enough
    };
    app.metrics.storage_low.set((room != Room::Enough).into());
    app.metrics.storage_read_only.set((room == Room::Spent).into());
    // Before the notification, so that a connection that opens meanwhile gets the new state in its `hello`.
    if app.store.set_room(room) != room {
        if let Ok(space) = space {
            log(room, space);
        }
        app.hub.announce(ServerNotice::about(room));
    }
}

/// Measures the disk periodically while it is polled.
pub async fn watch(app: &App) {
    loop {
        tokio::time::sleep(EVERY).await;
        measure(app).await;
    }
}

fn log(room: Room, space: Space) {
    let (free_mb, total_mb) = (space.free / MB, space.total / MB);
    match room {
        Room::Enough => tracing::info!(free_mb, total_mb, "the disk of the database has room again"),
        Room::Low => tracing::warn!(free_mb, total_mb, "the disk of the database is filling up: make room"),
        Room::Spent => {
            tracing::error!(free_mb, total_mb, "the disk of the database is almost full: nothing more is stored");
        }
    }
}

/// In a thread that may block: a network file system may not answer.
async fn space(path: &Path) -> io::Result<Space> {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || Space::of(&path)).await?
}

/// Free bytes below which there is little room, or too little.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    warn: u64,
    stop: u64,
}

impl Bounds {
    fn new(config: &config::Storage, total: u64) -> Self {
        Self { warn: total / 100 * u64::from(config.warn_percent), stop: config.stop_bytes(total) }
    }

    /// The room after a measurement. A state ends when a tenth more is free than the bound below which it began, so that
    /// it does not alternate.
    fn room(self, before: Room, free: u64) -> Room {
        let is_below = |bound: u64, began: bool| free < bound + if began { bound / 10 } else { 0 };
        if is_below(self.stop, before == Room::Spent) {
            Room::Spent
        } else if is_below(self.warn, before != Room::Enough) {
            Room::Low
        } else {
            Room::Enough
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Room::{Enough, Low, Spent};

    #[test]
    fn a_state_ends_when_a_tenth_more_is_free_than_where_it_began() {
        let bounds = Bounds { warn: 1000, stop: 100 };
        let mut room = Enough;
        let measured = [1000, 999, 1099, 1100, 999, 100, 99, 109, 110, 99, 2000];
        let rooms = measured.map(|free| {
            room = bounds.room(room, free);
            room
        });
        assert_eq!(rooms, [Enough, Low, Low, Enough, Low, Low, Spent, Spent, Low, Spent, Enough]);
    }

    #[test]
    fn the_default_bound_is_the_smaller_of_200_mb_and_2_percent() {
        let stop = |total| Bounds::new(&config::Storage::default(), total).stop;
        assert_eq!([stop(1_000_000 * MB), stop(10_000 * MB), stop(1_000 * MB)], [200 * MB, 200 * MB, 20 * MB]);
    }

    #[test]
    fn configured_bounds_apply() {
        let config = config::Storage { warn_percent: 0, stop_mb: 1_000_000_000, ..config::Storage::default() };
        let bounds = Bounds::new(&config, 10 * MB);
        assert_eq!((bounds.warn, bounds.room(Room::Enough, 10 * MB)), (0, Room::Spent));
    }
}
