//! Backups that the server makes by itself.

use std::path::Path;

use super::{appears, backups};
use crate::support::{TestDatabase, TestServer};

/// Whether the server has verified this many backups; its metrics say so.
async fn verified(server: &TestServer) -> Option<String> {
    let text = server.metrics().get("/metrics").await.expect(200).as_str().expect("a text").to_owned();
    text.contains("\nhearth_backup_last_verify_ok ").then_some(text)
}

async fn server(folder: &Path) -> TestServer {
    let to = folder.display().to_string();
    TestServer::start_with(|config| {
        config.backup.every = "24h".into();
        config.backup.keep = 2;
        config.backup.to = to;
        config.metrics.listen = "127.0.0.1:0".into();
    })
    .await
}

/// The complete backups.
fn complete(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = backups(folder);
    found.retain(|path| path.to_string_lossy().ends_with(".zip"));
    found
}

#[tokio::test]
async fn the_server_makes_backups_on_schedule_verifies_them_and_keeps_the_newest() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let to = folder.path().join("new");
    let mut server = server(&to).await;
    server.people(["Ann", "Bob"]).await;
    let shown = appears(async || verified(&server).await).await;
    for line in [
        "hearth_backup_last_verify_ok 1.0",
        "hearth_backup_last_success_timestamp_seconds ",
        "hearth_backup_last_size_bytes ",
    ] {
        assert!(shown.lines().any(|shown| shown.starts_with(line)), "{line} in {shown}");
    }
    let first = complete(&to);
    assert_eq!(first.len(), 1);

    // Not due.
    server.restart().await;
    appears(async || verified(&server).await).await;
    assert_eq!(complete(&to), first);

    for _ in 0..2 {
        server.stop().await;
        is_due(&server.database).await;
        let before = complete(&to);
        server.start_again().await;
        appears(async || complete(&to).last().filter(|last| Some(*last) != before.last()).cloned()).await;
        appears(async || (complete(&to).len() <= 2).then_some(())).await;
    }
    let kept = complete(&to);
    assert!(kept.len() == 2 && !kept.contains(&first[0]), "{kept:?}");
}

/// Forgets the last backup.
async fn is_due(database: &TestDatabase) {
    database.run("DELETE FROM settings WHERE key = 'last_backup'").await;
}

#[tokio::test]
async fn a_newest_backup_that_cannot_be_restored_is_reported() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let mut server = server(folder.path()).await;
    appears(async || verified(&server).await).await;
    server.stop().await;
    std::fs::write(super::only(folder.path()), "PK\x03\x04 and no more").expect("a file");
    server.database.run("DELETE FROM settings WHERE key = 'last_verified'").await;
    server.start_again().await;
    let shown = appears(async || verified(&server).await).await;
    assert!(shown.contains("\nhearth_backup_last_verify_ok 0.0\n"), "{shown}");
}
