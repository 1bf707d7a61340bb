//! Upgrades of databases with an older schema, and what binaries do with a newer one.

use std::collections::BTreeMap;

use hearth::{
    server::Server,
    store::tables::{Row, Snapshot, Value},
};

use crate::support::{Hearth, PASSWORD, Request, TestDatabase, TestServer, User, is_sound, migrations, texts};

/// All rows by their table and key, with their values by column.
type Rows = BTreeMap<(String, String), BTreeMap<String, Value>>;

/// Columns that an upgrade may fill with other values: what the present rule for searches makes of texts.
const FOLDED: [&str; 6] =
    ["email_folded", "email_search", "first_name_folded", "last_name_folded", "name_folded", "legacy"];

async fn rows(database: &TestDatabase) -> Rows {
    let mut snapshot = Snapshot::open(&database.url).await.expect("it opens");
    let mut all = Rows::new();
    for table in snapshot.tables().to_vec() {
        let rows: Vec<Row> = snapshot.page(&table, None, 1_000).await.expect("it can be read");
        for row in rows {
            let key = format!("{:?}", table.key_of(&row));
            let columns = table.columns.iter().map(|column| column.name.clone());
            all.insert((table.name.clone(), key), columns.zip(row).collect());
        }
    }
    snapshot.close().await.expect("it closes");
    all
}

/// Asserts that every row is still there, with the value that it had in every column that it had.
fn are_kept(before: &Rows, after: &Rows) {
    for (row, columns) in before {
        let kept = after.get(row).unwrap_or_else(|| panic!("{row:?} is lost"));
        for (column, value) in columns.iter().filter(|(column, _)| !FOLDED.contains(&column.as_str())) {
            assert_eq!(kept.get(column), Some(value), "{column} of {row:?}");
        }
    }
}

/// A group's and a dialog's texts as Ann reads them, the newest first, in a database that every version up to this one
/// has used.
async fn reads_everything(ann: &User, version: usize) {
    let mut socket = ann.connect().await;
    let group = Request::history("0a000000-0000-4000-8000-000000000001");
    let mut expected = vec!["Ann created the group", "Ann added Bob", "Ann added Cy"];
    let kettle = if version < 2 { "the kettle is on" } else { "the kettle is off" };
    expected.extend([kettle, "Cy left", "with milk? \u{1fad6}"]);
    let later =
        [(2, "Ann renamed the group"), (2, "and cake"), (3, "schema 3"), (6, "Ann added \u{c8}ve"), (7, "schema 7")];
    expected.extend(later.iter().filter(|(since, _)| *since <= version).map(|(_, text)| *text));
    expected.reverse();
    assert_eq!(texts(&socket.all(&group, 3).await), expected);
    let dialog = Request::dialog("02000000-0000-7000-8000-000000000002");
    assert_eq!(texts(&socket.all(&dialog, 2).await)[1..], ["\u{43f}\u{440}\u{438}\u{432}\u{435}\u{442}", "hello Bob"]);
    assert_eq!(socket.list_page(100, None).await.len(), 3);
    let id = |text: &str| Request::private("02000000-0000-7000-8000-000000000002", text);
    socket.does(&id("written after the upgrade")).await;
}

#[tokio::test]
async fn a_database_of_each_version_is_upgraded_keeps_its_rows_and_can_be_used() {
    for version in 1..=migrations().len() {
        let database = TestDatabase::of_version(version).await;
        let before = rows(&database).await;
        let hearth = Hearth::with_database(&database.url);
        hearth.prints(&["migrate"]);
        are_kept(&before, &rows(&database).await);
        is_sound(&database).await;

        let mut serving = hearth.serve();
        let ann = serving.api.log_in("ann@example.org", PASSWORD).await;
        reads_everything(&ann, version).await;
        serving.kill();
        is_sound(&database).await;
    }
}

#[tokio::test]
async fn a_migration_that_is_killed_is_repeated_and_loses_nothing() {
    let database = TestDatabase::of_version(5).await;
    let id = database.bytes_of("n");
    database
        .run(&format!(
            "INSERT INTO messages (chat_id, seq, id, sender_id, content, event, created_at) \
             WITH RECURSIVE numbers (n) AS (\
               SELECT CAST(2 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < 60000) \
             SELECT 3, n, {id}, (SELECT user_low FROM chats WHERE id = 3), 'number ' || n, 0, 1700000000301 + n \
             FROM numbers"
        ))
        .await;
    database.run("UPDATE chats SET last_seq = 60000, last_at = 1700000060301 WHERE id = 3").await;
    let hearth = Hearth::with_database(&database.url);
    let (mut kills, mut patience) = (0, 5);
    loop {
        let mut migration = hearth.begin(&["migrate", "--without-backup"]);
        let deadline = std::time::Instant::now() + std::time::Duration::from_millis(patience);
        let mut status = None;
        while status.is_none() && std::time::Instant::now() < deadline {
            status = migration.try_wait().expect("it can be asked");
        }
        if let Some(status) = status {
            assert!(status.success(), "it fails");
            break;
        }
        migration.kill().expect("it can be killed");
        migration.wait().expect("it ends");
        (kills, patience) = (kills + 1, patience + patience / 3 + 3);
    }
    assert!(kills > 1, "it is killed before it is done");
    assert_eq!(database.count("SELECT COUNT(*) FROM messages WHERE chat_id = 3").await, 60_000);
    is_sound(&database).await;
}

#[tokio::test]
async fn a_newer_schema_that_works_with_this_binary_is_served() {
    let mut server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    server.stop().await;
    server.database.migrate_later("7 0.1.0").await;
    server.start_again().await;
    ann.write_to(&ann, "still here").await;
    is_sound(&server.database).await;
}

#[tokio::test]
async fn a_newer_schema_that_needs_a_newer_binary_is_refused_with_its_version() {
    let mut server = TestServer::start().await;
    server.stop().await;
    server.database.migrate_later("9998 7.6.5").await;
    let complaint = Server::start(server.config.clone()).await.err().expect("its schema is unknown");
    let complaint = format!("{complaint:#}");
    assert!(complaint.contains("version 9999") && complaint.contains("it needs Hearth 7.6.5 or newer"), "{complaint}");
}
