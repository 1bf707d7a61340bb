//! Catching up: which chats changed since the client was connected.

use serde_json::{Value, json};

use crate::support::{Request, Socket, TestServer, column, dialog, group, hearths, new_id, of_group, with_user};

/// What a client keeps of a chat's row.
fn keep(row: &Value) -> Value {
    let [chat, last_seq, revision, state] = ["chat", "lastSeq", "revision", "state"].map(|key| row[key].clone());
    json!({ "chat": chat, "lastSeq": last_seq, "revision": revision, "state": state })
}

/// The id in a chat's key.
fn id(chat: &Value) -> &str {
    chat["userId"].as_str().or(chat["groupId"].as_str()).expect("a chat has an id")
}

/// One page from a cursor on: its rows and its item.
async fn page(socket: &mut Socket, known: &[Value], cursor: &Value) -> (Vec<Value>, Value) {
    let request = Request::new("getChangedChats", json!({ "known": known, "cursor": cursor }));
    let mut params = socket.does(&request).await;
    let Value::Array(rows) = params["data"].take() else { panic!("no rows: {params}") };
    (rows, params["item"].take())
}

/// All pages, as clients ask for them: each request lists the first 500 known chats after the cursor.
async fn walk(socket: &mut Socket, known: &[Value]) -> (Vec<Value>, Vec<Value>, usize) {
    let (mut rows, mut gone, mut pages, mut cursor) = (Vec::new(), Vec::new(), 0, Value::Null);
    loop {
        let after = |known: &&Value| cursor.is_null() || id(&known["chat"]) > id(&cursor);
        let batch: Vec<_> = known.iter().filter(after).take(500).cloned().collect();
        let (more, item) = page(socket, &batch, &cursor).await;
        rows.extend(more);
        gone.extend(item["gone"].as_array().expect("an array").clone());
        pages += 1;
        if item["complete"] == true {
            return (rows, gone, pages);
        }
        cursor = item["cursor"].clone();
    }
}

#[tokio::test]
async fn an_empty_client_gets_every_chat_as_in_the_list() {
    let server = TestServer::start().await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    ann.create_group("tea", &[&bob]).await;
    cy.write_to(&ann, "hello").await;
    ann.write_to(&ann, "milk").await;
    let mut anns = ann.hearth().await;
    let (rows, item) = page(&mut anns, &[], &Value::Null).await;
    assert_eq!(item, json!({ "gone": [], "complete": true, "cursor": null }));
    assert!(rows.is_sorted_by_key(|row| id(&row["chat"]).to_owned()));
    let mut listed = anns.rows(&Request::list()).await;
    listed.sort_by_key(|row| id(&row["chat"]).to_owned());
    assert_eq!(rows, listed);
}

#[tokio::test]
async fn an_up_to_date_client_gets_nothing() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.create_group("tea", &[&bob]).await;
    ann.write_to(&bob, "hello").await;
    let mut bobs = bob.hearth().await;
    let known: Vec<_> = page(&mut bobs, &[], &Value::Null).await.0.iter().map(keep).collect();
    let expected = json!({ "gone": [], "complete": true, "cursor": null });
    assert_eq!(page(&mut bobs, &known, &Value::Null).await, (vec![], expected));
}

#[tokio::test]
async fn every_counter_makes_a_difference() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let (mine, hers) = (dialog(&bob), dialog(&ann));
    let id = anns.id_of(&mine, "hello").await;
    let mut known = Vec::new();
    for (kind, request) in [
        (0, Request::write(&mine, "again")),
        (0, Request::edit(&mine, &id, "hi")),
        (0, Request::react(&mine, &id, "👍")),
        (0, Request::delete(&mine, &id)),
        (1, Request::read(&hers, 2)),
        (1, Request::mute(&hers, Some("2036-01-31T18:30:00.000Z"))),
        (1, Request::block(&ann)),
    ] {
        known = page(&mut bobs, &known, &Value::Null).await.0.iter().map(keep).collect();
        assert_eq!(known.len(), 1, "before {request:?}");
        let actor = if kind == 0 { &mut anns } else { &mut bobs };
        actor.does(&request).await;
    }
    assert_eq!(page(&mut bobs, &known, &Value::Null).await.0.len(), 1);
}

#[tokio::test]
async fn the_partners_read_position_makes_a_difference() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    anns.writes(&dialog(&bob), "hello").await;
    let known: Vec<_> = page(&mut anns, &[], &Value::Null).await.0.iter().map(keep).collect();
    bobs.does(&Request::read(&dialog(&ann), 1)).await;
    let (rows, _) = page(&mut anns, &known, &Value::Null).await;
    assert_eq!(rows[0]["partnerReadUpTo"], 1);
}

#[tokio::test]
async fn chats_left_dropped_or_hidden_are_reported_as_gone() {
    let server = TestServer::start().await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    let groups = [("a", &ann), ("b", &ann), ("c", &ann)];
    let mut ids = Vec::new();
    for (name, owner) in groups {
        ids.push(owner.create_group(name, &[&bob]).await);
    }
    ann.write_to(&bob, "hello").await;
    cy.write_to(&bob, "hello").await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let known: Vec<_> = page(&mut bobs, &[], &Value::Null).await.0.iter().map(keep).collect();
    anns.does(&Request::drop(&ids[0])).await;
    anns.does(&Request::remove(&ids[1], &bob.id)).await;
    bobs.does(&Request::leave(&ids[2])).await;
    bob.hide(&ann).await;
    let (rows, item) = page(&mut bobs, &known, &Value::Null).await;
    let mut expected: Vec<_> = ids.iter().map(|id| of_group(id)).chain([with_user(&ann)]).collect();
    expected.sort_by_key(|chat| id(chat).to_owned());
    assert_eq!((rows.len(), &item["gone"]), (0, &json!(expected)));
}

#[tokio::test]
async fn unknown_chats_are_reported_as_gone() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[]).await;
    let chats = [of_group(&tea), of_group(&new_id()), with_user(&ann)];
    let mut known: Vec<_> =
        chats.iter().map(|chat| json!({ "chat": chat, "lastSeq": 1, "revision": 0, "state": 0 })).collect();
    known.sort_by_key(|known| id(&known["chat"]).to_owned());
    let (rows, item) = page(&mut bob.hearth().await, &known, &Value::Null).await;
    let expected: Vec<_> = known.iter().map(|known| known["chat"].clone()).collect();
    assert_eq!((rows.len(), &item["gone"]), (0, &json!(expected)));
}

#[tokio::test]
async fn a_dialog_that_was_hidden_comes_back_with_what_is_new() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "old").await;
    bob.hide(&ann).await;
    ann.write_to(&bob, "new").await;
    let (rows, _) = page(&mut bob.hearth().await, &[], &Value::Null).await;
    assert_eq!((&rows[0]["content"], &rows[0]["unreadCount"]), (&json!("new"), &json!(1)));
}

#[tokio::test]
async fn more_than_a_hundred_chats_come_in_pages() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let people = server.people_called(&[("P", ""); 120]).await;
    let mut anns = ann.hearth().await;
    let writes: Vec<_> = people.iter().map(|person| Request::private(&person.id, "hello")).collect();
    anns.pipeline(&writes).await;
    let (first, item) = page(&mut anns, &[], &Value::Null).await;
    assert_eq!((first.len(), &item["cursor"], &item["complete"]), (100, &first[99]["chat"], &json!(false)));
    let (rows, gone, pages) = walk(&mut anns, &[]).await;
    assert_eq!((rows.len(), gone.len(), pages), (120, 0, 2));
    assert!(rows.is_sorted_by_key(|row| id(&row["chat"]).to_owned()));
}

#[tokio::test]
async fn more_than_500_known_chats_are_compared_in_windows() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let people = server.people_called(&[("P", ""); 620]).await;
    let mut anns = ann.hearth().await;
    for people in people.chunks(60) {
        let writes: Vec<_> = people.iter().map(|person| Request::private(&person.id, "hello")).collect();
        anns.pipeline(&writes).await;
    }
    let mut known: Vec<_> = walk(&mut anns, &[]).await.0.iter().map(keep).collect();
    assert_eq!(known.len(), 620);
    let lost = of_group("ffffffff-ffff-4fff-bfff-ffffffffffff");
    known.push(json!({ "chat": lost, "lastSeq": 1, "revision": 0, "state": 0 }));
    let changed = known[610]["chat"]["userId"].as_str().expect("an id");
    anns.does(&Request::private(changed, "again")).await;
    anns.writes(&dialog(&bob), "a new one").await;
    let (rows, gone, pages) = walk(&mut anns, &known).await;
    assert_eq!((rows.len(), gone, pages), (2, vec![lost], 2));
    assert_eq!(crate::support::column(&rows, "content").iter().filter(|text| *text == "again").count(), 1);
}

#[tokio::test]
async fn a_group_may_have_a_persons_id() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let new = json!({
        "groupId": bob.id, "groupName": "tea", "messageId": new_id(), "notificationMessage": "new",
    });
    ann.post("/api/use-cases/create-group", new).await.expect(200);
    let mut anns = ann.hearth().await;
    anns.writes(&dialog(&bob), "hello").await;
    let (rows, _) = page(&mut anns, &[], &Value::Null).await;
    assert_eq!([&rows[0]["chat"], &rows[1]["chat"]], [&with_user(&bob), &of_group(&bob.id)]);
    let (rows, item) = page(&mut anns, &[], &with_user(&bob)).await;
    assert_eq!((rows.len(), &rows[0]["chat"]), (1, &of_group(&bob.id)));
    assert_eq!(item["complete"], true);
    assert_eq!(page(&mut anns, &[], &of_group(&bob.id)).await.0, [json!(null); 0]);
}

#[tokio::test]
async fn faults_in_known_chats_are_named() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut anns = ann.hearth().await;
    let good = json!({ "chat": { "userId": ann.id }, "lastSeq": 0, "revision": 0, "state": 0 });
    let with = |key: &str, value: Value| {
        let mut bad = good.clone();
        bad[key] = value;
        json!([good, bad])
    };
    let both = json!({ "userId": ann.id, "groupId": ann.id });
    for (known, words) in [
        (json!(null), "known is required"),
        (json!({}), "known must be an array of at most 500"),
        (json!(vec![good.clone(); 501]), "known must be an array of at most 500"),
        (json!([7]), "has a wrong item at 0: must be an object"),
        (with("chat", json!(null)), "has a wrong item at 1: chat must be"),
        (with("chat", both), "has a wrong item at 1: chat must be"),
        (with("chat", json!({ "userId": "x" })), "has a wrong item at 1: chat must be"),
        (with("lastSeq", json!(-1)), "lastSeq must be an integer of at least 0"),
        (with("revision", json!("1")), "revision must be an integer of at least 0"),
        (with("state", json!(1.5)), "state must be an integer of at least 0"),
    ] {
        let message = anns.may_not(&Request::new("getChangedChats", json!({ "known": known }))).await;
        assert!(message.contains(words), "{message}");
    }
    let request = Request::new("getChangedChats", json!({ "known": [], "cursor": "x" }));
    assert!(anns.may_not(&request).await.contains("cursor must be"));
}

#[tokio::test]
async fn forged_counters_only_make_a_difference() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let known = json!({ "chat": of_group(&tea), "lastSeq": i64::MAX, "revision": i64::MAX, "state": i64::MAX });
    let mut bobs = bob.hearth().await;
    let (rows, _) = page(&mut bobs, &[known.clone(), known], &Value::Null).await;
    assert_eq!(column(&rows, "groupId"), [tea.as_str()]);
    assert_eq!(bobs.rows(&Request::page(&group(&tea))).await.len(), 2);
}

#[tokio::test]
async fn a_full_list_of_chats_before_the_cursor_does_not_move_it_back() {
    let server = TestServer::start().await;
    let ann = server.user("Ann").await;
    let tea = ann.create_group("tea", &[]).await;
    let mut anns = ann.hearth().await;
    let before = |number: u32| {
        let chat = group(&format!("00000000-0000-4000-8000-{number:012x}"));
        json!({ "chat": chat, "lastSeq": 1, "revision": 0, "state": 0 })
    };
    let known: Vec<_> = (0..500).map(before).collect();
    let cursor = group("00000000-0000-4000-8000-ffffffffffff");
    let (rows, item) = page(&mut anns, &known, &cursor).await;
    assert_eq!((column(&rows, "groupId"), &item["complete"]), (vec![tea], &json!(true)));
    assert_eq!((&item["gone"], &item["cursor"]), (&json!([]), &cursor));
}
