//! What is done in the background: removing what is only marked, forgetting what has expired, learning new names, and
//! measuring the database.

use std::time::Duration;

use super::App;
use crate::{error::Result, model::Timestamp};

/// How often it looks for something to do.
const EVERY: Duration = Duration::from_secs(10);
/// Between two steps, so that those who write come first.
const PAUSE: Duration = Duration::from_millis(20);
/// Sessions removed in one step.
const SESSIONS_STEP: i64 = 500;

/// Tidies up, and measures the database, for as long as it is polled.
pub async fn run(app: &App) {
    let tidy = async {
        loop {
            if let Err(error) = tidy(app).await {
                error.log();
            }
            tokio::time::sleep(EVERY).await;
        }
    };
    // A loop of its own, because a purge may take minutes.
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
    // At first everybody is read: the first search need not wait for it.
    app.store.refresh_people().await?;
    while app.store.purge_step(Timestamp::now()).await? {
        tokio::time::sleep(PAUSE).await;
    }
    app.store.forget_erased().await?;
    while app.store.remove_expired_sessions(app.session_time(), SESSIONS_STEP).await? > 0 {
        tokio::time::sleep(PAUSE).await;
    }
    app.store.forget_commits().await
}
