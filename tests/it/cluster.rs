//! Several servers on one database: one order for everybody, whatever is lost between them. A separate binary: without
//! PostgreSQL (`TEST_DATABASE_URL`) and NATS (`TEST_NATS_URL`) these tests are counted as ignored, not as passed.
//! `.ci/run tests_cluster` runs them, and those of `it` with `TEST_NODES=2`.

#![allow(
    clippy::pedantic,
    missing_docs,
    unreachable_pub,
    dead_code,
    unused_imports,
    reason = "tests are nobody's library"
)]

mod outside;
mod support;

use std::{
    process::{Command, ExitCode},
    time::Duration,
};

use futures_util::future::join_all;
use hearth::store::{ServingGuard, Store};
use serde_json::{Value, json};
use support::{
    Api, Hearth, PASSWORD, PATIENCE, Request, Serving, Socket, TestDatabase, TestServer, User, acquaint, dialog, group,
    line::Line, new_id, texts,
};
use tokio::time::{sleep, timeout};

fn main() -> ExitCode {
    let tests: [(&str, fn()); _] = outside::tests! {
        everybody_sees_one_order_while_all_servers_write
        each_single_packet_may_be_lost
        members_who_join_and_leave_meanwhile_get_what_is_theirs
        without_nats_everything_arrives_through_the_database
        servers_that_are_cut_off_from_the_database_recover
        two_servers_start_the_same_dialog_at_once
        a_new_password_closes_sockets_on_every_server
        names_and_accounts_change_on_every_server
        users_of_a_killed_server_go_offline
        a_stopped_server_continues_in_order
        a_message_of_a_killed_server_arrives
        work_for_all_belongs_to_one_server_at_a_time
        a_server_alone_and_a_cluster_exclude_each_other
        a_server_that_the_others_have_removed_ends
        the_state_of_the_cluster_is_shown
    };
    let has_both = std::env::var_os("TEST_DATABASE_URL").is_some() && std::env::var_os("TEST_NATS_URL").is_some();
    outside::run("NATS", has_both, tests)
}

/// So many servers.
async fn cluster(nodes: usize) -> TestServer {
    TestServer::start_nodes(TestDatabase::create().await, vec![TestServer::nats_url(); nodes], |_| {}).await
}

/// Servers with a line to NATS each, which can be cut.
async fn with_lines<const N: usize>() -> (TestServer, [Line; N]) {
    let url = TestServer::nats_url();
    let (lines, urls): (Vec<_>, Vec<_>) = join_all((0..N).map(|_| Line::to(&url))).await.into_iter().unzip();
    let server = TestServer::start_nodes(TestDatabase::create().await, urls, |_| {}).await;
    (server, lines.try_into().unwrap_or_else(|_| unreachable!("as many as servers")))
}

/// The texts of the next broadcasts of messages.
async fn hears_texts(socket: &mut Socket, count: usize) -> Vec<String> {
    let mut texts = Vec::new();
    while texts.len() < count {
        let item = socket.heard().await["params"]["item"].take();
        let text = if item["content"].is_null() { &item["message"] } else { &item["content"] };
        texts.push(text.as_str().expect("a row has a text").to_owned());
    }
    texts
}

/// What the server at an address says of its cluster.
async fn state(api: &Api) -> String {
    let text = api.get("/readyz").await.body;
    text.as_str().expect("a text").to_owned()
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !is_so().await {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("{what}: never"));
}

async fn everybody_sees_one_order_while_all_servers_write() {
    const EACH: usize = 60;
    let server = cluster(3).await;
    let people = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = people[0].create_group("tea", &[&people[1], &people[2]]).await;
    // Of each person one of the reference protocol, which knows no seq, at the next server.
    let mut listeners = Vec::new();
    for person in &people {
        listeners.push(person.log_in_again().await.connect().await);
    }
    let mut writers = Vec::new();
    for person in &people {
        writers.push(person.hearth().await);
    }
    let write = writers.iter_mut().zip(&people).map(async |(socket, person)| {
        for number in 0..EACH {
            socket.writes(&group(&tea), &format!("{} {number}", person.name)).await;
        }
    });
    join_all(write).await;
    let stored: Vec<_> = stored(&people[0], &tea, 3 * EACH).await;
    for (socket, person) in listeners.iter_mut().zip(&people) {
        let others: Vec<_> = stored.iter().filter(|text| !text.starts_with(&person.name)).cloned().collect();
        assert_eq!(hears_texts(socket, 2 * EACH).await, others);
        socket.hears_nothing().await;
    }
}

/// The newest texts of a group, the oldest first.
async fn stored(person: &User, group: &str, count: usize) -> Vec<String> {
    let mut socket = person.connect().await;
    let (mut texts, mut cursor) = (Vec::new(), None::<String>);
    while texts.len() < count {
        let page = socket.group_page(group, 100, cursor.as_deref()).await;
        cursor = page.last().and_then(|row| Some(row["createdAt"].as_str()?.to_owned()));
        texts.extend(support::texts(&page));
    }
    texts.truncate(count);
    texts.reverse();
    texts
}

async fn each_single_packet_may_be_lost() {
    let (server, [_, mut line]) = with_lines::<2>().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let (mut anns, mut bobs, mut reference) = (ann.hearth().await, bob.hearth().await, bob.connect().await);
    for lost in 0..6 {
        for number in 0..6 {
            if number == lost {
                line.cut().await;
            }
            anns.writes(&group(&tea), &format!("{lost} {number}")).await;
            if number == lost {
                line.mend().await;
            }
        }
        let all: Vec<_> = (0..6).map(|number| format!("{lost} {number}")).collect();
        assert_eq!(hears_texts(&mut bobs, 6).await, all);
        assert_eq!(hears_texts(&mut reference, 6).await, all);
    }
    bobs.hears_nothing().await;
}

async fn members_who_join_and_leave_meanwhile_get_what_is_theirs() {
    let (server, [_, mut line]) = with_lines::<2>().await;
    let [ann, bob, _ada, eve] = server.people(["Ann", "Bob", "Ada", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let (mut anns, mut bobs, mut eves) = (ann.hearth().await, bob.connect().await, eve.connect().await);
    // The other server reads all of this from the log.
    line.cut().await;
    anns.writes(&group(&tea), "before Eve").await;
    anns.add(&tea, &eve).await;
    anns.writes(&group(&tea), "with Eve").await;
    anns.remove(&tea, &bob).await;
    anns.writes(&group(&tea), "without Bob").await;
    assert_eq!(hears_texts(&mut eves, 3).await, ["added", "with Eve", "removed"]);
    assert_eq!(hears_texts(&mut eves, 1).await, ["without Bob"]);
    assert_eq!(hears_texts(&mut bobs, 3).await, ["before Eve", "added", "with Eve"]);
    assert_eq!(bobs.hears("dropGroup").await["groupId"], tea);
    eves.hears_nothing().await;
    bobs.hears_nothing().await;
}

async fn without_nats_everything_arrives_through_the_database() {
    let (server, [_, mut line]) = with_lines::<2>().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    acquaint(&ann, &bob).await;
    let (mut anns, mut bobs) = (ann.hearth().await, bob.hearth().await);
    line.cut().await;
    until("the bus is away", async || state(&bob).await.contains("bus away")).await;
    let id = anns.id_of(&dialog(&bob), "one").await;
    anns.does(&Request::edit(&dialog(&bob), &id, "two")).await;
    anns.does(&Request::react(&dialog(&bob), &id, "👍")).await;
    bobs.does(&Request::read(&dialog(&ann), 3)).await;
    // Both are read from the database, where the text is the last one.
    assert_eq!(bobs.hears("privateMessage").await["content"], "two");
    assert_eq!(bobs.hears("messageEdited").await["content"], "two");
    assert_eq!(bobs.hears("messageReactions").await["reactions"][0]["emoji"], "👍");
    assert_eq!(anns.hears("messagesRead").await["readUpTo"], 3);
    line.mend().await;
    until("the bus is back", async || state(&bob).await.contains("bus connected, 1 peers")).await;
    anns.does(&Request::typing(&dialog(&bob))).await;
    assert_eq!(bobs.hears("typing").await["userId"], ann.id);
}

async fn servers_that_are_cut_off_from_the_database_recover() {
    let database = TestDatabase::create_breakable().await;
    let server = TestServer::start_nodes(database, vec![TestServer::nats_url(); 2], |config| {
        config.database.timeout_seconds = 1
    });
    let mut server = server.await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    acquaint(&ann, &bob).await;
    let (mut anns, mut bobs) = (ann.hearth().await, bob.hearth().await);
    anns.writes(&dialog(&bob), "one").await;
    assert_eq!(hears_texts(&mut bobs, 1).await, ["one"]);
    server.database.gone().await;
    assert_eq!(anns.code(&Request::write(&dialog(&bob), "lost")).await, "unavailable");
    server.database.back().await;
    until("it recovers", async || {
        let request = Request::write(&dialog(&bob), "two");
        anns.ask(request.kind, request.params).await["success"] == true
    })
    .await;
    assert_eq!(hears_texts(&mut bobs, 1).await, ["two"]);
}

async fn two_servers_start_the_same_dialog_at_once() {
    let server = cluster(2).await;
    for _ in 0..10 {
        let people = server.people_called(&[("Ann", ""), ("Bob", "")]).await;
        let [ann, bob] = &people[..] else { unreachable!("two people") };
        let (mut anns, mut bobs) = (ann.hearth().await, bob.hearth().await);
        let (to_bob, to_ann) = (dialog(bob), dialog(ann));
        let (one, other) = tokio::join!(anns.writes(&to_bob, "hello"), bobs.writes(&to_ann, "hi"));
        let mut seqs = [one["seq"].as_i64(), other["seq"].as_i64()];
        seqs.sort_unstable();
        assert_eq!(seqs, [Some(1), Some(2)]);
        assert_eq!(anns.hears("privateMessage").await["content"], "hi");
        assert_eq!(bobs.hears("privateMessage").await["content"], "hello");
    }
}

async fn a_new_password_closes_sockets_on_every_server() {
    let (server, [_, mut line]) = with_lines::<2>().await;
    let [ann] = server.people(["Ann"]).await;
    for is_cut in [false, true] {
        let elsewhere = ann.log_in_again().await;
        let socket = elsewhere.hearth().await;
        if is_cut {
            line.cut().await;
        }
        let change = json!({ "oldPassword": PASSWORD, "newPassword": PASSWORD });
        ann.patch("/api/profile/change-password", change).await.expect(201);
        assert_eq!(socket.closed().await, 4001);
        elsewhere.get("/api/sessions").await.expect(401);
        if is_cut {
            line.mend().await;
        }
    }
}

async fn names_and_accounts_change_on_every_server() {
    let server = cluster(2).await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    acquaint(&ann, &bob).await;
    let mut bobs = bob.hearth().await;
    let find = async |text: &str| bob.search(text).await.expect(200).to_string().contains(&ann.id);
    assert!(find("Ann").await);
    ann.patch("/api/profile/update", json!({ "firstName": "Zoe" })).await.expect(201);
    until("the new name is found", async || find("Zoe").await).await;
    assert!(!find("Ann").await);
    ann.delete("/api/profile/destroy").await.expect(200);
    assert_eq!(bobs.hears("personDeleted").await["userId"], ann.id);
    until("nobody is found", async || !find("Zoe").await).await;
}

/// A server as a process of its own.
fn process(database: &TestDatabase) -> Serving {
    Hearth::with_database(&database.url).set("HEARTH_CLUSTER__NATS", &TestServer::nats_url()).serve()
}

/// People of two processes, who know each other.
async fn apart(one: &Serving, other: &Serving) -> [User; 2] {
    let [ann, bob] = [one.api.sign_up("Ann").await, other.api.sign_up("Bob").await];
    acquaint(&ann, &bob).await;
    [ann, bob]
}

fn signal(process: &Serving, signal: &str) {
    let sent = Command::new("kill").args([signal, &process.id().to_string()]).status();
    assert!(sent.expect("`kill` runs").success());
}

async fn users_of_a_killed_server_go_offline() {
    let database = TestDatabase::create().await;
    let (one, mut other) = (process(&database), process(&database));
    let [ann, bob] = apart(&one, &other).await;
    let _bobs = bob.hearth().await;
    let mut anns = ann.hearth().await;
    until("he is online", async || anns.rows(&Request::watch(&[&bob])).await[0]["online"] == true).await;
    other.kill();
    assert_eq!(anns.hears("presence").await["online"], false);
}

async fn a_stopped_server_continues_in_order() {
    let database = TestDatabase::create().await;
    let (one, other) = (process(&database), process(&database));
    let [ann, bob] = apart(&one, &other).await;
    let (mut anns, mut bobs) = (ann.hearth().await, bob.connect().await);
    signal(&other, "-STOP");
    for number in 0..50 {
        anns.writes(&dialog(&bob), &number.to_string()).await;
    }
    sleep(Duration::from_secs(2)).await;
    signal(&other, "-CONT");
    let all: Vec<_> = (0..50).map(|number| number.to_string()).collect();
    assert_eq!(hears_texts(&mut bobs, 50).await, all);
}

async fn a_message_of_a_killed_server_arrives() {
    let database = TestDatabase::create().await;
    let (mut one, other) = (process(&database), process(&database));
    let [ann, bob] = apart(&one, &other).await;
    let (mut anns, mut bobs) = (ann.hearth().await, bob.connect().await);
    // It may be killed before it has told anyone of the message; then it is in the log, or it was never committed.
    anns.send("privateMessage", json!({ "messageId": new_id(), "receiverId": bob.id, "content": "the last one" }))
        .await;
    one.kill();
    sleep(Duration::from_secs(1)).await;
    let mut bob_again = bob.hearth().await;
    let written: Vec<_> = bob_again.dialog_page(&ann, 100, None).await;
    let expected: &[&str] = if texts(&written)[0] == "the last one" { &["the last one"] } else { &[] };
    assert_eq!(hears_texts(&mut bobs, expected.len()).await, expected);
    bobs.hears_nothing().await;
}

async fn work_for_all_belongs_to_one_server_at_a_time() {
    const WORK: &str = "a test";
    let database = TestDatabase::create().await;
    let config = hearth::config::Database { url: database.url.clone(), ..Default::default() };
    let mut stores = Vec::new();
    for _ in 0..2 {
        let guard = ServingGuard::share(&config.url).await.expect("nobody serves alone");
        stores.push((Store::open_to_write(&config, &guard).await.expect("it opens"), guard));
    }
    let [(one, _first), (other, _second)] = &stores[..] else { unreachable!("two stores") };
    assert!(one.lease(WORK).await.expect("an answer"));
    assert!(one.lease(WORK).await.expect("an answer"));
    assert!(!other.lease(WORK).await.expect("an answer"));
    one.for_work(WORK).forget_commits(hearth::model::Timestamp::now()).await.expect("it holds the lease");
    // The first is stopped for long, and the second takes over.
    database.run("UPDATE leases SET until = 0").await;
    assert!(other.lease(WORK).await.expect("an answer"));
    // The first is revived in the middle of its work.
    let late = one.for_work(WORK).forget_commits(hearth::model::Timestamp::now()).await;
    assert!(late.is_err());
    assert!(!one.lease(WORK).await.expect("an answer"));
    other.for_work(WORK).forget_commits(hearth::model::Timestamp::now()).await.expect("it holds the lease");
    // A server that leaves hands over at once.
    other.leave().await.expect("an answer");
    assert!(one.lease(WORK).await.expect("an answer"));
}

async fn a_server_alone_and_a_cluster_exclude_each_other() {
    let database = TestDatabase::create().await;
    let mut serving = process(&database);
    let alone = Hearth::with_database(&database.url);
    let refusal = alone.complains(&["--accept-clock"]);
    assert!(refusal.contains("another Hearth already serves the database"), "{refusal}");
    serving.kill();
    let _alone = alone.serve();
    let member = Hearth::with_database(&database.url).set("HEARTH_CLUSTER__NATS", &TestServer::nats_url());
    let refusal = member.complains(&["--accept-clock"]);
    assert!(refusal.contains("give it the same cluster.nats"), "{refusal}");
}

async fn a_server_that_the_others_have_removed_ends() {
    let database = TestDatabase::create().await;
    let serving = process(&database);
    let ann = serving.api.sign_up("Ann").await;
    let socket = ann.hearth().await;
    database.run("DELETE FROM writers").await;
    assert_eq!(socket.closed().await, 1001);
    let (code, log) = serving.ended();
    assert_eq!(code, Some(1));
    assert!(log.contains("the other servers removed this one"), "{log}");
}

async fn the_state_of_the_cluster_is_shown() {
    let server = TestServer::start_nodes(TestDatabase::create().await, vec![TestServer::nats_url(); 2], |config| {
        config.metrics.listen = "127.0.0.1:0".into();
    });
    let server = server.await;
    until("they hear each other", async || state(server.api()).await == "ready\ncluster: bus connected, 1 peers\n")
        .await;
    let text = server.metrics().get("/metrics").await.expect(200);
    let text = text.as_str().expect("a text");
    for line in ["hearth_cluster_bus 1.0", "hearth_cluster_log 1.0", "hearth_cluster_peers 1.0"] {
        assert!(text.lines().any(|shown| shown == line), "{line} in {text}");
    }
}
