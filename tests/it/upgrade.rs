//! Upgrades of databases with an older schema, and what binaries do with a newer one.

use hearth::server::Server;
use serde_json::json;

use crate::support::{Request, TestServer, is_sound};

/// Reverts a database to the schema before these columns and indexes.
const UNDO: [&str; 8] = [
    "DROP INDEX messages_renames",
    "DROP INDEX members_side",
    "ALTER TABLE members DROP COLUMN side",
    "ALTER TABLE members DROP COLUMN bytes",
    "ALTER TABLE members DROP COLUMN wrote",
    "ALTER TABLE users DROP COLUMN shows_presence",
    "ALTER TABLE users DROP COLUMN sends_receipts",
    "DELETE FROM _sqlx_migrations WHERE version IN (6, 7)",
];

#[tokio::test]
async fn an_upgrade_fills_in_side_wrote_and_bytes_of_memberships() {
    let mut server = TestServer::start().await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    let tea = ann.create_group("tea", &[&bob, &cy]).await;
    bob.write_in(&tea, "hi").await;
    cy.connect().await.leave(&tea).await;
    ann.write_to(&ann, "a note").await;
    ann.write_to(&bob, "hello").await;
    server.stop().await;
    for statement in UNDO {
        server.database.run(statement).await;
    }
    server.start_again().await;
    is_sound(&server.database).await;
    let request = Request::new("getChangedChats", json!({ "known": [] }));
    assert_eq!(ann.hearth().await.rows(&request).await.len(), 3);
}

/// Marks a database as migrated by a later version, which says that binaries with this schema are the oldest that work.
async fn migrate_later(server: &TestServer, oldest: &str) {
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
        SELECT 9999, 'later', success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1";
    server.database.run(newer).await;
    let oldest = sqlx::query("UPDATE settings SET value = $1 WHERE key = 'oldest_binary'").bind(oldest.as_bytes());
    let kept = oldest.execute(&mut server.database.connect().await).await.expect("the database answers");
    assert_eq!(kept.rows_affected(), 1, "the schema says which binary is the oldest that works with it");
}

#[tokio::test]
async fn a_newer_schema_that_works_with_this_binary_is_served() {
    let mut server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    server.stop().await;
    migrate_later(&server, "7 0.1.0").await;
    server.start_again().await;
    ann.write_to(&ann, "still here").await;
    is_sound(&server.database).await;
}

#[tokio::test]
async fn a_newer_schema_that_needs_a_newer_binary_is_refused_with_its_version() {
    let mut server = TestServer::start().await;
    server.stop().await;
    migrate_later(&server, "9998 7.6.5").await;
    let complaint = Server::start(server.config.clone()).await.err().expect("its schema is unknown");
    let complaint = format!("{complaint:#}");
    assert!(complaint.contains("version 9999") && complaint.contains("it needs Hearth 7.6.5 or newer"), "{complaint}");
}
