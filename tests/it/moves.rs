//! Moving a database to another place: every row arrives, also while people write and after interruptions.

mod completeness;
mod refusals;

use std::sync::Arc;

use hearth::{
    model::Timestamp,
    store::{
        MoveSource, MoveTarget,
        tables::{Snapshot, Table},
    },
};

use crate::support::{Hearth, Request, TestDatabase, TestServer, User, grows, instants, texts};

/// Pairs of old and new database: both ways between SQLite and the engine that the tests run on.
async fn ways() -> [(TestDatabase, TestDatabase); 2] {
    let [one, two] = [TestDatabase::create().await, TestDatabase::create().await];
    [(one, TestDatabase::create_sqlite()), (TestDatabase::create_sqlite(), two)]
}

/// The arguments that move a database to this one.
fn to(hearth: &Hearth, target: &TestDatabase) -> [String; 3] {
    let file = hearth.folder().join("new-url");
    std::fs::write(&file, format!("{}\n", target.url)).expect("the folder can be written to");
    ["move".to_owned(), "--url-file".to_owned(), file.display().to_string()]
}

fn words(words: &[String; 3]) -> [&str; 3] {
    words.each_ref().map(String::as_str)
}

fn moves(hearth: &Hearth, target: &TestDatabase) -> String {
    hearth.prints(&words(&to(hearth, target)))
}

fn cannot_move(hearth: &Hearth, target: &TestDatabase) -> String {
    hearth.complains(&words(&to(hearth, target)))
}

/// Begins a move as the command does, and copies every row.
async fn copy(old: &TestDatabase, new: &TestDatabase) -> (MoveSource, MoveTarget) {
    let mut source = MoveSource::open(&old.url).await.expect("it opens");
    let mut target = MoveTarget::open(&new.config()).await.expect("it opens");
    let tables: Vec<Table> = source.tables().to_vec();
    let id = source.begin(target.place()).await.expect("it begins");
    let place = source.place().to_owned();
    target.begin(&id, &place, &tables, source.schema_version()).await.expect("it begins");
    for (index, table) in tables.iter().enumerate() {
        let mut after = None;
        loop {
            let rows = source.page(table, after.as_ref()).await.expect("rows");
            let Some(last) = rows.last() else { break };
            target.copy(table, after.as_ref(), &rows).await.expect("they are copied");
            after = Some(table.key_of(last));
        }
        target.turn_to(tables.get(index + 1)).await.expect("the next");
    }
    (source, target)
}

/// Leaves a move as a kill does.
async fn interrupt((source, target): (MoveSource, MoveTarget)) {
    source.close().await.expect("it closes");
    target.close().await.expect("it closes");
}

#[tokio::test]
async fn everything_arrives_and_sessions_stay() {
    for (old, new) in ways().await {
        old.fill().await;
        let hearth = Hearth::with_database(&old.url);
        let serving = hearth.serve();
        let (ann, bob) = (serving.api.sign_up("Ann").await, serving.api.sign_up("Bob").await);
        ann.write_to(&bob, "before").await;
        serving.terminate();
        serving.ended();
        let original = old.contents().await;
        let told = moves(&hearth, &new);
        let rows: usize = original.0.values().map(Vec::len).sum();
        assert!(told.contains(&format!("moved {rows} rows")) && told.contains("set database.url"), "{told}");
        assert!(new.contents().await == original, "the copy differs");

        let complaint = hearth.complains(&[]);
        assert!(complaint.contains("was moved to") && complaint.contains("set database.url"), "{complaint}");
        assert!(cannot_move(&hearth, &new).contains("was moved to"));
        let _serving = hearth.set("HEARTH_DATABASE__URL", &new.url).set("HEARTH_SERVER__LISTEN", ann.base()).serve();
        bob.write_to(&ann, "after").await;
        assert_eq!(ann.texts_with(&bob).await, ["after", "before"]);
    }
}

/// Writes numbers to a user until the connection ends; `begins` comes after the first. Returns those that were
/// acknowledged.
async fn write_until_the_end(sender: &User, receiver: &User, begins: impl Fn()) -> Vec<String> {
    let (mut socket, mut acknowledged) = (sender.connect().await, Vec::new());
    for number in 0.. {
        let message = Request::private(&receiver.id, &number.to_string());
        let Some(()) = socket.try_send(&message).await else { break };
        let Some(answer) = socket.try_text().await else { break };
        if answer.contains("\"success\":true") {
            if acknowledged.is_empty() {
                begins();
            }
            acknowledged.push(number.to_string());
        } else {
            assert!(answer.contains("unavailable"), "{answer}");
        }
    }
    acknowledged
}

#[tokio::test]
async fn people_write_meanwhile_and_nothing_acknowledged_is_lost() {
    for (old, new) in ways().await {
        old.fill().await;
        let hearth = Hearth::with_database(&old.url);
        let serving = hearth.serve();
        let (ann, bob) = (serving.api.sign_up("Ann").await, serving.api.sign_up("Bob").await);
        let (begin, begun) = std::sync::mpsc::channel();
        let words = to(&hearth, &new);
        let hearth = Arc::new(hearth);
        let moving = tokio::task::spawn_blocking({
            let hearth = hearth.clone();
            move || begun.recv().map(|()| hearth.prints(&self::words(&words)))
        });
        let acknowledged = write_until_the_end(&ann, &bob, || begin.send(()).expect("it waits")).await;
        moving.await.expect("it succeeds").expect("it has begun");
        let (code, log) = serving.ended();
        assert!(code == Some(1) && log.contains("the database was moved to"), "{code:?} {log}");

        let _serving = Hearth::with_database(&new.url).set("HEARTH_SERVER__LISTEN", ann.base()).serve();
        bob.write_to(&ann, "after").await;
        let rows = ann.connect().await.all(&Request::dialog(&bob.id), 100).await;
        let mut stored = texts(&rows);
        stored.reverse();
        assert_eq!(stored.pop().as_deref(), Some("after"));
        // What was not acknowledged was not stored either: the sender had the answer to each before the next.
        stored.truncate(stored.len().min(acknowledged.len()));
        assert_eq!(stored, acknowledged);
        assert!(grows(&instants(&rows).into_iter().rev().collect::<Vec<_>>()));
    }
}

#[tokio::test]
async fn an_interrupted_move_continues() {
    for (old, new) in ways().await {
        old.fill().await;
        let (hearth, original) = (Hearth::with_database(&old.url), old.contents().await);
        for rows in [1, 1500, 3000] {
            let mut moving = hearth.begin(&words(&to(&hearth, &new)));
            while moving.try_wait().expect("it runs").is_none() && copied(&new).await < rows {}
            let _ = moving.kill();
            let was_killed = !moving.wait().expect("it ends").success();
            // A move that is killed at its very end has switched: then the old database cannot be used.
            if was_killed && hearth.run(&["migrate"]).status.success() {
                let complaint = Hearth::with_database(&new.url).complains(&[]);
                assert!(complaint.contains("is not finished"), "{complaint}");
            }
        }
        if !hearth.run(&words(&to(&hearth, &new))).status.success() {
            assert!(cannot_move(&hearth, &new).contains("was moved to"));
        }
        assert!(new.contents().await == original, "the copy differs");
        Hearth::with_database(&new.url).serve();
    }
}

/// How many messages a move has copied so far.
async fn copied(new: &TestDatabase) -> i64 {
    let Ok(mut snapshot) = Snapshot::open(&new.url).await else { return 0 };
    let messages = snapshot.tables().iter().find(|table| table.name == "messages").cloned();
    let Some(messages) = messages else { return 0 };
    snapshot.count(&messages).await.unwrap_or(0)
}

#[tokio::test]
async fn what_changes_behind_the_copy_is_followed() {
    for (old, new) in ways().await {
        old.fill().await;
        let copied = copy(&old, &new).await;
        for change in [
            "DELETE FROM reactions WHERE seq = 3",
            "DELETE FROM messages WHERE seq = 2",
            "UPDATE messages SET content = 'edited' WHERE seq = 1",
            "UPDATE messages SET seq = seq + 1000000 WHERE seq = 4",
            "INSERT INTO chats (name, name_folded, last_seq, last_at, member_count, created_at) \
             VALUES ('new', 'new', 0, 0, 1, 0)",
            "INSERT INTO members (user_id, chat_id, role, joined_at, hidden_up_to_seq, read_up_to_seq) \
             SELECT u.id, c.id, 0, 0, 0, 0 FROM users u, chats c WHERE c.name = 'new'",
            "INSERT INTO purges (chat_id, next_seq) SELECT MIN(id), 0 FROM chats",
            "DELETE FROM purges",
        ] {
            old.run(change).await;
        }
        pass_on_emails(&old).await;
        interrupt(copied).await;
        let original = old.contents().await;
        moves(&Hearth::with_database(&old.url), &new);
        let moved = new.contents().await;
        for (table, rows) in &original.0 {
            assert!(moved.0[table] == *rows, "{table} differs");
        }
        assert_eq!(moved.1, original.1);
    }
}

/// Gives each account the email of the next, which is unique.
async fn pass_on_emails(database: &TestDatabase) {
    database.run("UPDATE users SET email_folded = 'old ' || email_folded").await;
    database
        .run(
            "UPDATE users SET email_folded = (SELECT substr(n.email_folded, 5) FROM users n WHERE n.id > users.id \
         ORDER BY n.id LIMIT 1) WHERE email_folded LIKE 'old %' \
         AND EXISTS (SELECT 1 FROM users n WHERE n.id > users.id AND n.email_folded LIKE 'old %')",
        )
        .await;
}

#[tokio::test]
async fn a_kill_at_the_switch_leaves_one_database_that_can_be_used() {
    for (old, new) in ways().await {
        old.fill().await;
        let original = old.contents().await;
        // Before the source was marked: a server uses it, and the target rejects servers.
        let (source, mut target) = copy(&old, &new).await;
        target.complete(&original.1).await.expect("it is complete");
        interrupt((source, target)).await;
        assert!(Hearth::with_database(&new.url).complains(&[]).contains("is not finished"));
        let hearth = Hearth::with_database(&old.url);
        let serving = hearth.serve();
        serving.api.sign_up("Ann").await;
        serving.terminate();
        serving.ended();
        let original = old.contents().await;
        moves(&hearth, &new);
        assert!(new.contents().await == original, "the copy differs");

        // After it was marked: no server starts until the move was run again.
        new.run("CREATE TABLE moving (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)").await;
        new.run(&format!("INSERT INTO moving VALUES ('id', '{}'), ('from', 'there')", old.move_id().await)).await;
        assert!(hearth.complains(&[]).contains("was moved to"));
        assert!(Hearth::with_database(&new.url).complains(&[]).contains("is not finished"));
        assert!(moves(&hearth, &new).contains("an earlier move was interrupted"));
        assert!(new.contents().await == original, "the copy differs");
        Hearth::with_database(&new.url).serve();
    }
}

#[tokio::test]
async fn while_writes_are_stopped_reads_work_and_writes_are_unavailable() {
    let mut server = TestServer::start_with(|config| config.database.timeout_seconds = 1).await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "before").await;
    let new = TestDatabase::create_sqlite();
    let (mut source, target) = copy(&server.database, &new).await;
    let switch = source.stop_writes().await.expect("writes stop");
    assert_eq!(bob.texts_with(&ann).await, ["before"]);
    let write = Request::private(&bob.id, "during");
    let mut socket = ann.connect().await;
    let refusal = socket.ask(write.kind, write.params.clone()).await;
    assert!(refusal.to_string().contains("unavailable"), "{refusal}");
    switch.finish(Timestamp::now()).await.expect("it is marked");
    let refusal = socket.try_send(&write).await;
    let answer = if refusal.is_some() { socket.try_text().await } else { None };
    assert!(answer.is_none_or(|answer| answer.contains("unavailable")));
    let complaint = server.failed().await;
    assert!(complaint.contains("the database was moved to"), "{complaint}");
    assert!(!server.database.keeps("during").await);
    drop(source);
    target.close().await.expect("it closes");
}
