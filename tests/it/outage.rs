//! The database goes away and comes back: what clients get, and that nothing is lost or duplicated.

use futures_util::future::{BoxFuture, FutureExt, join_all};
use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{PASSWORD, PATIENCE, Reply, Socket, TestServer, User, new_id};

const UPDATE: &str = "/api/profile/update";

/// Write requests of a user who has a group, one for each use case.
fn writes<'a>(ann: &'a User, group: &str) -> Vec<BoxFuture<'a, Reply>> {
    let person = json!({ "firstName": "Bob", "email": "bob@example.org", "password": PASSWORD });
    let login = json!({ "email": ann.email, "password": PASSWORD });
    let new = json!({ "groupId": new_id(), "groupName": "t", "notificationMessage": "n", "messageId": new_id() });
    let change = json!({ "oldPassword": PASSWORD, "newPassword": "battery staple" });
    vec![
        ann.post("/api/auth/sing-up", person).boxed(),
        ann.post("/api/auth/login", login).boxed(),
        ann.patch(UPDATE, json!({ "firstName": "Anna" })).boxed(),
        ann.patch("/api/profile/change-password", change).boxed(),
        ann.post("/api/use-cases/create-group", new).boxed(),
        ann.post("/api/use-cases/mark-as-deleted", json!({ "companionId": group })).boxed(),
        ann.delete("/api/profile/destroy").boxed(),
    ]
}

fn message(to: &User, content: &str) -> Value {
    json!({ "messageId": new_id(), "receiverId": to.id, "content": content })
}

/// Opens a socket, or returns the status of a rejection before the upgrade.
async fn open(user: &User) -> Result<Socket, u16> {
    let headers = [("authorization", format!("Bearer {}", user.token))];
    Socket::open_with(user.base(), "/api/ws", &headers).await
}

#[tokio::test]
async fn without_the_database_every_change_is_503_and_nothing_is_changed() {
    let mut server = TestServer::start_breakable().await;
    let [ann] = server.people(["Ann"]).await;
    let group = ann.create_group("tea", &[]).await;
    server.database.gone().await;
    for reply in join_all(writes(&ann, &group)).await {
        let wait = reply.headers["retry-after"].to_str().expect("a text").parse::<u32>();
        assert!(wait.is_ok_and(|seconds| seconds > 0), "{reply:?}");
        let expected = json!({ "message": "The database does not answer: try again later", "code": "unavailable" });
        assert_eq!(reply.expect(503), expected);
    }
    server.database.back().await;
    assert_eq!(ann.log_in_again().await.name, "Ann");
    assert_eq!(ann.connect().await.list_page(10, None).await.len(), 1);
    server.user("Bob").await;
}

#[tokio::test]
async fn without_the_database_frames_are_rejected_and_the_connection_stays() {
    let mut server = TestServer::start_breakable().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[]).await;
    let mut socket = ann.connect().await;
    server.database.gone().await;
    let notice = json!({ "groupId": group, "userId": bob.id, "messageId": new_id(), "message": "n" });
    let text = json!({ "groupId": group, "messageId": new_id(), "content": "x" });
    let requests = [
        ("privateMessage", message(&bob, "x")),
        ("messageInGroup", text.clone()),
        ("addUserInGroup", notice.clone()),
        ("leaveGroup", notice),
        ("dropGroup", json!({ "groupId": group })),
    ];
    for (kind, params) in &requests {
        socket.send(kind, params.clone()).await;
    }
    for (kind, _) in &requests {
        let answer = socket.answer().await;
        let expected = json!({ "error": true, "type": kind, "message": answer["message"], "code": "unavailable" });
        assert_eq!(answer, expected);
    }
    server.database.back().await;
    socket.done("messageInGroup", text).await;
    assert_eq!(ann.texts_in(&group).await, ["x", "a new group"]);
}

#[tokio::test]
async fn a_rejected_message_is_stored_once_when_it_is_retried() {
    let mut server = TestServer::start_breakable().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (mut anns, mut bobs) = (ann.connect().await, bob.connect().await);
    let again = message(&bob, "again");
    server.database.gone().await;
    assert_eq!(anns.ask("privateMessage", again.clone()).await["code"], "unavailable");
    server.database.back().await;
    for _ in 0..3 {
        anns.done("privateMessage", again.clone()).await;
    }
    assert_eq!(bobs.hears("privateMessage").await["message"], "again");
    bobs.hears_nothing().await;
    assert_eq!(bob.texts_with(&ann).await, ["again"]);
}

#[tokio::test]
async fn no_message_in_progress_during_an_outage_is_lost_or_duplicated() {
    let mut server = TestServer::start_breakable().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut anns = ann.connect().await;
    let messages: Vec<_> = (0..60).map(|number: u8| message(&bob, &number.to_string())).collect();
    for message in &messages {
        anns.send("privateMessage", message.clone()).await;
    }
    server.database.gone().await;
    let mut refused = Vec::new();
    for message in messages {
        if anns.answer().await["success"] != true {
            refused.push(message);
        }
    }
    server.database.back().await;
    for message in refused {
        anns.done("privateMessage", message).await;
    }
    let mut stored: Vec<u8> = bob.texts_with(&ann).await.iter().map(|text| text.parse().expect("a number")).collect();
    stored.sort_unstable();
    assert_eq!(stored, (0..60).collect::<Vec<_>>());
}

#[tokio::test]
async fn everything_works_again_without_a_restart() {
    let mut server = TestServer::start_breakable().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let mut bobs = bob.connect().await;
    for round in 0..2 {
        server.database.gone().await;
        join_all([ann.patch(UPDATE, json!({ "firstName": "A" })), bob.patch(UPDATE, json!({ "firstName": "B" }))])
            .await;
        server.database.back().await;
        let text = format!("round {round}");
        ann.write_in(&group, &text).await;
        assert_eq!(bobs.hears("messageInGroup").await["message"], text);
        assert_eq!(bobs.group_page(&group, 1, None).await[0]["content"], text);
        assert_eq!(bobs.list_page(1, None).await[0]["content"], text);
        let found = ann.get("/api/use-cases/search?searchText=bob").await.expect(200);
        assert_eq!(found["data"][0]["userId"], bob.id);
    }
}

#[tokio::test]
async fn an_outage_that_nobody_has_noticed_fails_no_request() {
    let mut server = TestServer::start_breakable().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "before").await;
    assert_eq!(bob.texts_with(&ann).await, ["before"]);
    server.database.gone().await;
    server.database.back().await;
    ann.write_to(&bob, "after").await;
    assert_eq!(bob.texts_with(&ann).await, ["after", "before"]);
}

#[tokio::test]
async fn a_token_that_cannot_be_checked_is_503_before_the_upgrade_never_4001() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    server.database.hide("sessions").await;
    assert_eq!(open(&ann).await.err(), Some(503));
    for path in ["/api/ws", "/?v=1"] {
        let protocols = [("sec-websocket-protocol", format!("auth, {}", ann.token))];
        assert_eq!(Socket::open_with(ann.base(), path, &protocols).await.err(), Some(503));
    }
    server.database.show("sessions").await;
    open(&ann).await.expect("the token is as good as before").hears_nothing().await;
}

#[tokio::test]
async fn a_token_that_cannot_be_checked_is_503_never_401() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    server.database.hide("sessions").await;
    for (method, path) in [
        (Method::PATCH, UPDATE),
        (Method::GET, "/api/use-cases/search?searchText=a"),
        (Method::POST, "/api/use-cases/mark-as-deleted"),
        (Method::DELETE, "/api/profile/destroy"),
    ] {
        let reply = ann.finish(ann.request(method, path).json(&json!({}))).await;
        assert_eq!(reply.body["code"], "unavailable", "{path}: {reply:?}");
        reply.refused(503);
    }
    server.database.show("sessions").await;
    ann.patch(UPDATE, json!({})).await.expect(201);
}

#[tokio::test]
async fn while_the_database_is_gone_no_good_token_is_called_bad_and_no_bad_one_good() {
    let mut server = TestServer::start_breakable().await;
    let [known, fresh] = server.people(["Ann", "Bob"]).await;
    let mut socket = known.connect().await;
    server.database.gone().await;
    for user in [&known, &fresh] {
        match open(user).await {
            Ok(mut socket) => drop(socket.ask("listLastMessage", json!({ "limit": 0 })).await),
            Err(status) => assert_eq!(status, 503),
        }
        assert_ne!(user.get("/api/use-cases/search?searchText=a").await.status, 401);
    }
    server.api().with_token("none").patch(UPDATE, json!({})).await.refused(401);
    assert_eq!(server.connect("/api/ws", &["auth", "none"]).await.closed().await, 4001);
    server.database.back().await;
    socket.hears_nothing().await;
    fresh.connect().await.hears_nothing().await;
}

#[tokio::test]
async fn readiness_names_why_writes_fail_until_one_succeeds_and_health_asks_only_the_server() {
    let mut server = TestServer::start_breakable().await;
    let [ann] = server.people(["Ann"]).await;
    for _ in 0..2 {
        server.database.gone().await;
        ann.patch(UPDATE, json!({ "firstName": "A" })).await.refused(503);
        let reason = if server.database.answers().await { "write_locked" } else { "database_away" };
        assert_eq!(server.api().readiness(503).await, reason);
        assert_eq!(server.api().get("/healthz").await.expect(200), "ok\n");
        server.database.back().await;
        // No request writes: the server detects the outage by itself.
        let ready = async { while server.api().get("/readyz").await.status != 200 {} };
        tokio::time::timeout(PATIENCE, ready).await.expect("it is ready again");
        assert_eq!(server.api().readiness(200).await, "ready");
    }
}

#[tokio::test]
async fn a_server_whose_database_is_gone_can_be_stopped_and_answers_first() {
    let mut server = TestServer::start_breakable().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.connect().await;
    server.database.gone().await;
    socket.send("privateMessage", message(&ann, "x")).await;
    // The answer to the ping shows that everything before it has been read.
    socket.send_raw(Message::Ping("read?".into())).await;
    let mut answers = 0;
    while !matches!(socket.message().await, Message::Pong(_)) {
        answers += 1;
    }
    let ((), (texts, code, _)) = tokio::join!(server.stop(), socket.last_words());
    assert_eq!((answers + texts.len(), code), (1, 1001));
    server.database.back().await;
}

#[tokio::test]
async fn a_server_whose_database_is_silent_rejects_in_time_and_can_be_stopped() {
    let mut server = TestServer::start_breakable().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.connect().await;
    server.database.silent().await;
    assert_eq!(socket.ask("privateMessage", message(&ann, "x")).await["code"], "unavailable");
    ann.patch(UPDATE, json!({ "firstName": "Anna" })).await.refused(503);
    let stop = tokio::time::timeout(PATIENCE, server.stop());
    let (stopped, code) = tokio::join!(stop, socket.closed());
    assert_eq!(code, 1001);
    stopped.expect("it does not wait for the database forever");
    server.database.back().await;
}

#[tokio::test]
async fn an_internal_error_is_500_without_details_and_affects_nothing_else() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut socket = ann.connect().await;
    server.database.hide("members").await;
    let reply = ann.get("/api/use-cases/search?searchText=bob").await;
    assert_eq!(reply.expect(500), json!({ "message": "Server error", "code": "internal" }));
    for (kind, params) in [("listLastMessage", json!({ "limit": 1 })), ("privateMessage", message(&bob, "x"))] {
        let answer = socket.ask(kind, params).await;
        let expected = json!({ "error": true, "type": kind, "message": "Server error", "code": "internal" });
        assert_eq!(answer, expected);
    }
    server.database.show("members").await;
    socket.write_to(&bob, "y").await;
    assert_eq!(bob.texts_with(&ann).await, ["y"]);
}

#[tokio::test]
async fn commands_queued_behind_an_outage_fail_with_it() {
    let mut server = TestServer::start_breakable().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut anns = ann.connect().await;
    server.database.silent().await;
    for number in 0..60 {
        anns.send("privateMessage", message(&bob, &number.to_string())).await;
    }
    let first = anns.answer().await;
    server.database.back().await;
    assert_eq!(first["code"], "unavailable");
    for _ in 1..60 {
        assert_eq!(anns.answer().await["code"], "unavailable");
    }
}
