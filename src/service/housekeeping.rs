//! Background work: removes what is marked as deleted or expired, reloads changed names, and measures the database.

use std::time::Duration;

use super::App;
use crate::{error::Result, model::Timestamp};

/// How often to look for work.
const EVERY: Duration = Duration::from_secs(10);
/// The pause between two steps, to leave the database to writes.
const PAUSE: Duration = Duration::from_millis(20);
/// Sessions removed in one step.
const SESSIONS_STEP: i64 = 500;

/// Cleans up, and measures the database, while it is polled.
pub async fn run(app: &App) {
    let tidy = async {
        loop {
            if let Err(error) = tidy(app).await {
                error.log();
            }
            tokio::time::sleep(EVERY).await;
        }
    };
    // In a loop of its own, because a purge may take minutes.
    let measure = async {
        if !app.config.limits.enabled || app.config.limits.storage_mb == 0 {
            return;
        }
        loop {
            if let Err(error) = app.store.measure().await {
                error.log();
            }
            tokio::time::sleep(EVERY).await;
        }
    };
    tokio::join!(tidy, measure);
}

async fn tidy(app: &App) -> Result<()> {
    // The first run loads all names, so that the first search need not wait.
    app.store.refresh_people().await?;
    while app.store.purge_step(Timestamp::now()).await? {
        tokio::time::sleep(PAUSE).await;
    }
    app.store.forget_erased().await?;
    while app.store.remove_expired_sessions(app.session_time(), SESSIONS_STEP).await? > 0 {
        tokio::time::sleep(PAUSE).await;
    }
    while app.store.forget_commits(Timestamp::now()).await? {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
