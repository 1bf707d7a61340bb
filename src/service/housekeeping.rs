//! Background work: removes what is marked as deleted or expired, reloads changed names, and measures the database. In a
//! cluster one server removes for all.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::App;
use crate::{
    error::Result,
    model::{ChatId, Timestamp},
    store::ExpiryPage,
};

/// How often to look for work.
const EVERY: Duration = Duration::from_secs(10);
/// The pause between two steps, to leave the database to writes.
const PAUSE: Duration = Duration::from_millis(20);
/// Sessions removed in one step.
const SESSIONS_STEP: i64 = 500;
/// The shortest time from the end of one pass over the database file to the next.
const SCRUB_EVERY: Duration = Duration::from_mins(10);
/// The share of time that passes may take: of a large file one in ten.
const SCRUB_SHARE: u32 = 9;

/// Cleans up, and measures the database, while it is polled.
pub async fn run(app: &App) {
    let tidy = async {
        loop {
            log(tidy(app).await);
            sleep(EVERY).await;
        }
    };
    // In loops of their own, because a purge may take minutes.
    let expire = async {
        let mut reached = None;
        loop {
            match expire(app, reached).await {
                Ok(next) => reached = next,
                Err(error) => error.log(),
            }
            sleep(EVERY).await;
        }
    };
    let scrub = async {
        let mut next = Instant::now();
        loop {
            let began = Instant::now();
            if began >= next {
                match scrub(app).await {
                    Ok(true) => next = Instant::now() + SCRUB_EVERY.max(began.elapsed() * SCRUB_SHARE),
                    Ok(false) => {}
                    Err(error) => error.log(),
                }
            }
            sleep(EVERY).await;
        }
    };
    let measure = async {
        if !app.config.limits.enabled || app.config.limits.storage_mb == 0 {
            return;
        }
        loop {
            log(app.store.measure().await);
            sleep(EVERY).await;
        }
    };
    tokio::join!(tidy, expire, scrub, measure);
}

fn log(result: Result<()>) {
    if let Err(error) = result {
        error.log();
    }
}

async fn tidy(app: &App) -> Result<()> {
    // The first run loads all names, so that the first search need not wait.
    app.store.refresh_people().await?;
    let Some(store) = app.duty.store() else { return Ok(()) };
    while store.purge_step(Timestamp::now()).await? {
        sleep(PAUSE).await;
    }
    while store.remove_expired_sessions(app.session_time(), SESSIONS_STEP).await? > 0 {
        sleep(PAUSE).await;
    }
    while store.forget_commits(Timestamp::now()).await? {
        sleep(PAUSE).await;
    }
    while store.forget_export_links(Timestamp::now()).await? {
        sleep(PAUSE).await;
    }
    Ok(())
}

/// Deletes the expired messages of the chats after one. Returns where to continue.
async fn expire(app: &App, reached: Option<ChatId>) -> Result<Option<ChatId>> {
    let (after, days) = (reached.unwrap_or(ChatId(0)), app.config.retention.limit());
    let ExpiryPage { expiring, next } = app.store.expiring(after, days, Timestamp::now()).await?;
    for chat in expiring {
        while app.duty.store().is_some() && app.writer.expire(chat).await? {
            sleep(PAUSE).await;
        }
    }
    Ok(next)
}

/// Removes what deleted texts have left in the database file. Returns whether it has finished a pass.
async fn scrub(app: &App) -> Result<bool> {
    let Some(store) = app.duty.store() else { return Ok(false) };
    if !store.begin_scrub().await? {
        return Ok(false);
    }
    while store.scrub_step().await? {
        sleep(PAUSE).await;
    }
    store.has_scrubbed().await
}
