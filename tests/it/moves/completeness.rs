//! A move that has not everything does not end.

use hearth::store::Restoration;
use sqlx::Executor;

use super::{cannot_move, copy, interrupt, moves, ways};
use crate::support::{Hearth, TestDatabase};

#[tokio::test]
async fn a_long_read_does_not_stop_the_switch() {
    for (old, new) in ways().await {
        old.fill().await;
        let mut reader = old.connect().await;
        reader.execute("BEGIN").await.expect("it begins");
        reader.fetch_one("SELECT COUNT(*) FROM messages").await.expect("a number");
        let hearth = Hearth::with_database(&old.url);
        let original = old.contents().await;
        moves(&hearth, &new);
        assert!(new.contents().await == original, "the copy differs");
        reader.execute("SELECT COUNT(*) FROM users; COMMIT").await.expect("it goes on");
        assert!(hearth.complains(&[]).contains("was moved to"));
        assert!(hearth.complains(&["migrate"]).contains("was moved to"));
        assert!(hearth.complains(&["move", "--abandon"]).contains("was moved to"));
        assert!(cannot_move(&hearth, &TestDatabase::create_sqlite()).contains("was moved to"));
    }
}

#[tokio::test]
async fn a_table_that_stays_locked_stops_a_move_at_its_begin() {
    let (old, new) = (TestDatabase::create().await, TestDatabase::create_sqlite());
    old.fill().await;
    let held = old.hold("messages").await;
    let hearth = Hearth::with_database(&old.url);
    let complaint = cannot_move(&hearth, &new);
    assert!(complaint.contains("another process uses a table"), "{complaint}");
    held.let_go().await;
    assert!(hearth.prints(&["move", "--abandon"]).contains("no move"));
    moves(&hearth, &new);
}

#[tokio::test]
async fn a_schema_that_changes_ends_the_move() {
    for (old, new) in ways().await {
        old.fill().await;
        let (mut source, target) = copy(&old, &new).await;
        old.run(
            "INSERT INTO _sqlx_migrations SELECT version + 1000, 'later', installed_on, success, checksum, \
                 execution_time FROM _sqlx_migrations WHERE version = 1",
        )
        .await;
        let refusal = source.stop_writes().await.map(|_| ()).expect_err("it has changed").to_string();
        assert!(refusal.contains("has 1001 now") && refusal.contains("--abandon"), "{refusal}");
        old.run("DELETE FROM _sqlx_migrations WHERE version = 1001").await;
        source.stop_writes().await.expect("it is as it was").give_up().await.expect("writes go on");
        interrupt((source, target)).await;

        // The program of another version has updated the schema, and serves it.
        old.run("UPDATE moving SET value = '1' WHERE key = 'schema'").await;
        let hearth = Hearth::with_database(&old.url);
        let refusal = cannot_move(&hearth, &new);
        assert!(refusal.contains("had version 1 when") && refusal.contains("--abandon"), "{refusal}");
        hearth.prints(&["move", "--abandon"]);
        moves(&hearth, &TestDatabase::create_sqlite());
    }
}

#[tokio::test]
async fn changes_that_are_no_longer_recorded_end_the_move() {
    for (old, new) in ways().await {
        old.fill().await;
        let (mut source, target) = copy(&old, &new).await;
        old.stop_recording("reactions").await;
        old.run("DELETE FROM reactions").await;
        let refusal = source.stop_writes().await.map(|_| ()).expect_err("some are lost").to_string();
        assert!(refusal.contains("what changes in reactions") && refusal.contains("--abandon"), "{refusal}");
        interrupt((source, target)).await;
        assert!(cannot_move(&Hearth::with_database(&old.url), &new).contains("what changes in reactions"));
    }
}

#[tokio::test]
async fn a_row_that_is_missing_is_noticed_and_one_whose_change_waits_is_not() {
    for (old, new) in ways().await {
        old.fill().await;
        let (mut source, mut target) = copy(&old, &new).await;
        old.run("DELETE FROM reactions WHERE seq = 3").await;
        old.run("INSERT INTO purges (chat_id, next_seq) SELECT MIN(id), 0 FROM chats").await;
        for settled in source.settled().await.expect("numbers") {
            let count = target.count(&settled.table).await.expect("a number");
            target.ensure_settled(&settled, count).await.expect("they agree");
        }
        interrupt((source, target)).await;
        new.run_unchecked("DELETE FROM messages WHERE seq = 5").await;
        let refusal = cannot_move(&Hearth::with_database(&old.url), &new);
        assert!(refusal.contains("rows of messages instead of"), "{refusal}");
        Hearth::with_database(&old.url).serve();
    }
}

#[tokio::test]
async fn a_half_restored_database_takes_no_part() {
    let (old, new) = (TestDatabase::create().await, TestDatabase::create().await);
    old.fill().await;
    let mut restoration = Restoration::begin(&new.url).await.expect("it is empty");
    restoration.create_tables(hearth::store::newest_schema()).await.expect("tables");
    drop(restoration);
    // On SQLite it has no name yet.
    if !new.is_untouched().await {
        let refusal = cannot_move(&Hearth::with_database(&old.url), &new);
        assert!(refusal.contains("a restore into it was interrupted"), "{refusal}");
        let refusal = cannot_move(&Hearth::with_database(&new.url), &TestDatabase::create_sqlite());
        assert!(refusal.contains("a restore into it was interrupted"), "{refusal}");
    }
}

#[tokio::test]
async fn nothing_is_restored_into_a_half_moved_database() {
    let (old, new) = (TestDatabase::create_sqlite(), TestDatabase::create().await);
    old.fill().await;
    let copied = copy(&old, &new).await;
    interrupt(copied).await;
    assert!(Restoration::begin(&new.url).await.is_err());
}
