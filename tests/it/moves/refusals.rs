//! Moves that are given up, and moves that cannot work.

use hearth::store::MoveSource;

use super::{cannot_move, copy, interrupt, moves, ways};
use crate::support::{Hearth, TestDatabase};

#[tokio::test]
async fn a_move_can_be_given_up() {
    for (old, new) in ways().await {
        old.fill().await;
        let before = old.contents().await;
        interrupt(copy(&old, &new).await).await;
        let hearth = Hearth::with_database(&old.url);
        let other = TestDatabase::create_sqlite();
        assert!(cannot_move(&hearth, &other).contains("--abandon"));
        assert!(hearth.prints(&["move", "--abandon"]).contains("is given up"));
        assert!(hearth.prints(&["move", "--abandon"]).contains("no move"));
        hearth.serve().api.sign_up("Ann").await;
        assert!(old.contents().await != before);
        assert!(cannot_move(&hearth, &new).contains("from another move: delete it first"));
        moves(&hearth, &other);
        assert!(hearth.complains(&["move", "--abandon"]).contains("was moved to"));
    }
}

#[tokio::test]
async fn a_move_that_cannot_work_changes_nothing() {
    let (old, new) = (TestDatabase::create().await, TestDatabase::create_sqlite());
    let hearth = Hearth::with_database(&old.url);
    let secret = hearth.complains(&["move", "postgres://hearth:s3cret@127.0.0.1/hearth"]);
    assert!(secret.contains("has a password") && secret.contains("MOVE_URL") && !secret.contains("s3cret"), "{secret}");
    let secret = hearth.complains(&["import", "postgres://127.0.0.1/hearth?user=hearth&password=s3cret"]);
    assert!(secret.contains("has a password") && secret.contains("IMPORT_URL"), "{secret}");
    let flag = ["--database-url", "postgres://hearth:s3cret@127.0.0.1:1/hearth"];
    for words in [["move", "sqlite://new.db"], ["import", "postgres://127.0.0.1:1/reference"]] {
        let secret = hearth.complains(&[flag, words].concat());
        assert!(secret.contains("--database-url has a password") && !secret.contains("s3cret"), "{secret}");
    }
    assert!(hearth.complains(&["move"]).contains("MOVE_URL"));
    assert!(hearth.complains(&["move", "mysql://x"]).contains("sqlite://PATH or postgres://"));

    old.fill().await;
    let before = old.contents().await;
    assert!(cannot_move(&hearth, &old).contains("is the configured database"));
    assert!(hearth.complains(&["move", "postgres://nobody@127.0.0.1:1/x"]).contains("127.0.0.1:1/x"));
    let other = Hearth::with_database(&new.url).serve();
    assert!(cannot_move(&hearth, &new).contains("already serves"));
    other.api.sign_up("Ann").await;
    drop(other);
    let theirs = new.contents().await;
    assert!(cannot_move(&hearth, &new).contains("has data of its own"));
    assert!(new.contents().await == theirs && old.contents().await == before);
    let source = MoveSource::open(&old.url).await.expect("it opens");
    assert!(cannot_move(&hearth, &TestDatabase::create_sqlite()).contains("another `hearth move`"));
    drop(source);
    old.run("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 1").await;
    assert!(cannot_move(&hearth, &TestDatabase::create_sqlite()).contains("version 9999"));
}
