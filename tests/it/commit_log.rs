//! The log of commits: what a transaction caused is logged with it, and consumers read it in order, at least once.

use hearth::{
    model::{Cursor, Event, Timestamp},
    store::{COMMITS_KEPT_MILLIS, Commit, Store},
};
use serde_json::{Value, json};

use crate::support::{Loss, PASSWORD, Request, TestServer, dialog, group, hearths};

const CONSUMER: &str = "tests";

/// Takes the next rows of the log.
async fn take(store: &Store) -> Vec<Commit> {
    let commits = store.followed(CONSUMER, 100).await.expect("the log can be read");
    for commit in &commits {
        store.advance(CONSUMER, commit.cursor, Timestamp::now()).await.expect("the cursor moves");
    }
    commits
}

async fn follow(server: &TestServer, now: Timestamp) -> bool {
    server.store().follow(CONSUMER, now).await.expect("the log can be followed")
}

fn events(commits: &[Commit]) -> Vec<&Event> {
    commits.iter().flat_map(|commit| &commit.events).collect()
}

/// The names of the events.
fn kinds(commits: &[Commit]) -> Vec<String> {
    let name = |event: &&Event| match serde_json::to_value(event).expect("it is JSON") {
        Value::Object(fields) => fields.keys().next().expect("a variant has a name").clone(),
        other => panic!("{other}"),
    };
    events(commits).iter().map(name).collect()
}

#[tokio::test]
async fn every_change_of_a_chat_is_logged_without_its_text() {
    let server = TestServer::start().await;
    let [ann, bob, cid] = server.people(["Ann", "Bob", "Cid"]).await;
    let tea = ann.create_group("secret name", &[&bob]).await;
    let [mut anns] = hearths([&ann]).await;
    let (with_bob, in_tea) = (dialog(&bob), group(&tea));
    follow(&server, Timestamp::now()).await;
    let message = anns.id_of(&in_tea, "secret text").await;
    let logged = [
        (Request::write(&with_bob, "secret text"), &["written"][..]),
        (Request::edit(&in_tea, &message, "another secret text"), &["edited"]),
        (Request::react(&in_tea, &message, "\u{1F44D}"), &["reacted"]),
        (Request::delete(&in_tea, &message), &["deleted"]),
        (Request::mute(&in_tea, Some("2100-01-01T00:00:00.000Z")), &["muted"]),
        (Request::block(&cid), &["blocked"]),
        (Request::rename(&tea, "another secret name"), &["noticed"]),
        (Request::add(&tea, &cid.id), &["noticed"]),
        (Request::role(&tea, &cid, "admin"), &["noticed", "roleChanged"]),
        (Request::remove(&tea, &cid.id), &["noticed", "removed"]),
        (Request::drop(&tea), &["dropped"]),
    ];
    assert_eq!(kinds(&take(server.store()).await), ["written"]);
    for (request, expected) in logged {
        anns.does(&request).await;
        let commits = take(server.store()).await;
        assert_eq!(kinds(&commits), expected, "{request:?}");
        let texts = serde_json::to_string(&events(&commits)).expect("it is JSON");
        assert!(!texts.contains("secret"), "{texts}");
    }
}

#[tokio::test]
async fn changes_of_accounts_and_sessions_are_logged() {
    let server = TestServer::start().await;
    follow(&server, Timestamp::now()).await;
    let ann = server.user("Ann").await;
    assert_eq!(kinds(&take(server.store()).await), ["personAdded", "sessionBegan"]);
    let second = json!({ "email": ann.email, "password": PASSWORD });
    ann.post("/api/auth/login", second.clone()).await.expect(201);
    ann.patch("/api/profile/update", json!({ "firstName": "Anna" })).await.expect(201);
    let passwords = json!({ "oldPassword": PASSWORD, "newPassword": "another horse" });
    ann.patch("/api/profile/change-password", passwords).await.expect(201);
    ann.delete("/api/profile/destroy").await.expect(200);
    let commits = take(server.store()).await;
    let expected = ["sessionBegan", "personRenamed", "sessionsEnded", "sessionsEnded", "personDeleted"];
    let mut logged = kinds(&commits);
    let mut wanted = expected.map(str::to_owned);
    // An account's end is one row, whose events may be in any order.
    logged[3..].sort();
    wanted[3..].sort();
    assert_eq!(logged, wanted);
}

#[tokio::test]
async fn what_changes_nothing_is_not_logged() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut anns = ann.connect().await;
    let request = Request::private(&bob.id, "hello");
    anns.does(&request).await;
    follow(&server, Timestamp::now()).await;
    anns.does(&request).await;
    anns.may_not(&Request::message(&crate::support::new_id(), "hello")).await;
    ann.patch("/api/profile/change-password", json!({ "oldPassword": "wrong", "newPassword": "another horse" }))
        .await
        .refused(400);
    assert!(take(server.store()).await.is_empty());
}

#[tokio::test]
async fn a_consumer_reads_a_row_until_it_moves_its_cursor() {
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    assert!(follow(&server, Timestamp::now()).await);
    ann.connect().await.does(&Request::private(&bob.id, "before")).await;
    let read = server.store().followed(CONSUMER, 100).await.expect("the log can be read");
    assert_eq!(kinds(&read), ["written"]);
    server.restart().await;
    assert!(!follow(&server, Timestamp::now()).await, "it continues");
    ann.connect().await.does(&Request::private(&bob.id, "after")).await;
    let all = take(server.store()).await;
    assert_eq!(kinds(&all), ["written", "written"]);
    assert_eq!(all[0].cursor, read[0].cursor);
    assert!(all[0].cursor.writer < all[1].cursor.writer, "each start is a writer of its own");
    assert!(take(server.store()).await.is_empty());
}

#[tokio::test]
async fn a_writers_rows_are_numbered_in_the_order_of_their_commits() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    follow(&server, Timestamp::now()).await;
    let mut anns = ann.connect().await;
    let sends = async {
        for number in 1..=20 {
            anns.does(&Request::private(&bob.id, &number.to_string())).await;
        }
    };
    let renames = async {
        for number in 1..=20 {
            let name = json!({ "firstName": format!("Bob {number}") });
            bob.patch("/api/profile/update", name).await.expect(201);
        }
    };
    tokio::join!(sends, renames);
    let commits = take(server.store()).await;
    assert_eq!(events(&commits).len(), 40);
    let cursors: Vec<_> = commits.iter().map(|commit| commit.cursor).collect();
    let by_writer: Vec<_> = cursors.chunk_by(|one, next| one.writer == next.writer).collect();
    let are_numbered = |rows: &[Cursor]| rows.windows(2).all(|pair| pair[1].n == pair[0].n + 1);
    assert!(by_writer.iter().all(|rows| are_numbered(rows)), "{cursors:?}");
    let seqs = |event: &&Event| if let Event::Written(entry) = event { Some(entry.seq) } else { None };
    assert_eq!(events(&commits).iter().filter_map(seqs).collect::<Vec<_>>(), (1..=20).collect::<Vec<_>>());
}

#[tokio::test]
async fn rows_are_kept_for_a_day_and_so_is_a_consumer_that_does_not_move() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let now = Timestamp::now();
    follow(&server, now).await;
    ann.connect().await.does(&Request::private(&bob.id, "hello")).await;
    let store = server.store();
    assert!(!store.forget_commits(now).await.expect("the log can be shortened"));
    let (kept, later) = (now.plus_millis(COMMITS_KEPT_MILLIS), now.plus_millis(COMMITS_KEPT_MILLIS + 60_000));
    assert!(!follow(&server, kept).await);
    assert_eq!(kinds(&store.followed(CONSUMER, 100).await.expect("the log can be read")), ["written"]);
    store.forget_commits(later).await.expect("the log can be shortened");
    assert!(store.followed(CONSUMER, 100).await.expect("the log can be read").is_empty());
    assert!(follow(&server, later).await, "it must start from the tables");
}

#[tokio::test]
async fn a_change_of_an_account_whose_commit_lost_its_answer_is_done_or_not_and_logged_once() {
    for loss in [Loss::Answer, Loss::Commit] {
        let mut server = TestServer::start_breakable().await;
        let [ann, bob] = server.people(["Ann", "Bob"]).await;
        follow(&server, Timestamp::now()).await;
        server.database.loses(loss).await;
        let renamed = ann.patch("/api/profile/update", json!({ "firstName": "Anna" })).await.status == 201;
        ann.connect().await.does(&Request::private(&bob.id, "hello")).await;
        let commits = take(server.store()).await;
        let expected = if renamed { &["personRenamed", "written"][..] } else { &["written"] };
        assert_eq!(kinds(&commits), expected);
        assert_eq!(server.database.keeps("Anna").await, renamed);
    }
}
