//! Upgrades of databases with an older schema: new columns get their values.

use serde_json::json;

use crate::support::{Request, TestServer, memberships_are_sound};

/// Reverts a database to the schema before these columns and indexes.
const UNDO: [&str; 8] = [
    "DROP INDEX messages_renames",
    "DROP INDEX members_side",
    "ALTER TABLE members DROP COLUMN side",
    "ALTER TABLE members DROP COLUMN bytes",
    "ALTER TABLE members DROP COLUMN wrote",
    "ALTER TABLE users DROP COLUMN shows_presence",
    "ALTER TABLE users DROP COLUMN sends_receipts",
    "DELETE FROM _sqlx_migrations WHERE version > 5",
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
    memberships_are_sound(&server.database).await;
    let request = Request::new("getChangedChats", json!({ "known": [] }));
    assert_eq!(ann.hearth().await.rows(&request).await.len(), 3);
}
