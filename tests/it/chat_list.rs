//! The chat list: one row per chat, its newest visible message, newest first; and paging through it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Request, Socket, TestServer, User, column, instants, sockets, texts, tick};

/// A time in the future, later than everything in the chats.
const LATER: i64 = 4_102_444_800_000;

/// `count` groups of one user, no two with the same instant: `tea 0`, `tea 1`, …
async fn groups(owner: &User, count: usize) -> Vec<String> {
    let mut names = Vec::new();
    for number in 0..count {
        names.push(format!("tea {number}"));
        owner.create_group(&names[number], &[]).await;
        tick();
    }
    names
}

/// All pages.
async fn pages(socket: &mut Socket, limit: usize) -> Vec<Vec<Value>> {
    let (mut reader, mut pages) = (Request::list().with("limit", limit), Vec::new());
    loop {
        let page = socket.rows(&reader).await;
        let Some(last) = page.last() else { return pages };
        reader = reader.with("cursorCreatedAt", last["createdAt"].clone());
        pages.push(page);
    }
}

#[tokio::test]
async fn every_chat_is_one_row_and_the_newest_comes_first() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = bob.create_group("tea", &[&ann]).await;
    bob.write_to(&ann, "from bob").await;
    ann.write_to(&lea, "to lea").await;
    ann.write_to(&ann, "note").await;
    let mut socket = ann.connect().await;
    assert_eq!(texts(&socket.rows(&Request::list()).await), ["note", "to lea", "from bob", "added"]);
    bob.write_in(&group, "kettle").await;
    ann.write_to(&bob, "to bob").await;
    let rows = socket.rows(&Request::list()).await;
    assert_eq!(texts(&rows), ["to bob", "kettle", "note", "to lea"]);
    assert!(instants(&rows).is_sorted_by(|one, next| one >= next));
}

#[tokio::test]
async fn a_dialogs_row_has_exactly_the_keys_of_the_contract() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.patch("/api/profile/update", json!({ "lastName": "Lee" })).await.expect(201);
    let id = bob.write_to(&ann, "hello").await;
    for mut socket in sockets([&ann, &bob]).await {
        let at = socket.rows(&Request::list()).await[0]["createdAt"].clone();
        socket.send("listLastMessage", json!({ "limit": 1 })).await;
        let (ann, bob) = (&ann.id, &bob.id);
        let expected = format!(
            r#"{{"type":"listLastMessage","success":true,"params":{{"item":null,"data":[{{"messageId":"{id}","senderId":"{bob}","senderName":"Bob","senderLastName":"","receiverId":"{ann}","receiverName":"Ann","receiverLastName":"Lee","groupId":null,"groupName":null,"content":"hello","createdAt":{at},"updatedAt":{at},"deletedAt":null}}],"isBroadcast":false}}}}"#
        );
        assert_eq!(socket.text().await, expected);
    }
}

#[tokio::test]
async fn a_groups_row_has_exactly_the_keys_of_the_contract() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let group = ann.create_group("tea", &[]).await;
    let id = ann.write_in(&group, "hello").await;
    let mut socket = ann.connect().await;
    let at = socket.rows(&Request::list()).await[0]["createdAt"].clone();
    socket.send("listLastMessage", json!({ "limit": 1, "cursorCreatedAt": null })).await;
    let ann = &ann.id;
    let expected = format!(
        r#"{{"type":"listLastMessage","success":true,"params":{{"item":null,"data":[{{"messageId":"{id}","senderId":"{ann}","senderName":"Ann","senderLastName":"","receiverId":null,"receiverName":null,"receiverLastName":null,"groupId":"{group}","groupName":"tea","content":"hello","createdAt":{at},"updatedAt":{at},"deletedAt":null}}],"isBroadcast":false}}}}"#
    );
    assert_eq!(socket.text().await, expected);
}

#[tokio::test]
async fn following_the_last_row_reads_the_whole_list_at_any_limit() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut names = groups(&ann, 12).await;
    names.reverse();
    let mut socket = ann.connect().await;
    for limit in [1, 5, 12, 100] {
        assert_eq!(column(&socket.all(&Request::list(), limit).await, "groupName"), names);
    }
}

#[tokio::test]
async fn more_than_100_chats_come_in_pages_of_100() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let names = groups(&ann, 103).await;
    let pages = pages(&mut ann.connect().await, 1_000_000).await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [100, 3]);
    assert!(column(&pages.concat(), "groupName").iter().rev().eq(&names));
}

#[tokio::test]
async fn chats_that_share_an_instant_come_in_one_page() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    groups(&ann, 8).await;
    // Before 0: 1, 2, 3 and 4 together; then 5; then 6 and 7 together.
    server.database.move_newest(&["tea 0"], LATER + 9).await;
    server.database.move_newest(&["tea 1", "tea 2", "tea 3", "tea 4"], LATER + 8).await;
    server.database.move_newest(&["tea 5"], LATER + 7).await;
    server.database.move_newest(&["tea 6", "tea 7"], LATER + 6).await;
    let mut socket = ann.connect().await;
    for (limit, expected) in [(1, vec![1, 4, 1, 2]), (2, vec![5, 3]), (3, vec![5, 3]), (6, vec![6, 2]), (7, vec![8])] {
        let pages = pages(&mut socket, limit).await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), expected, "limit {limit}");
        let rows = pages.concat();
        assert!(instants(&rows).is_sorted_by(|one, next| one >= next));
        assert_eq!(column(&rows, "groupName").into_iter().collect::<BTreeSet<_>>().len(), 8);
    }
}

#[tokio::test]
async fn a_burst_over_many_chats_loses_none_between_pages() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut socket = ann.connect().await;
    let mut requests = vec![Request::private(&bob.id, "hi"), Request::private(&ann.id, "hi")];
    for number in 0..14 {
        requests.push(Request::message(&ann.create_group(&format!("tea {number}"), &[]).await, "hi"));
    }
    socket.pipeline(&requests).await;
    let sent: BTreeSet<_> = requests.iter().map(|request| request.id().to_owned()).collect();
    for limit in [1, 2, 5, 16] {
        let rows = socket.all(&Request::list(), limit).await;
        assert_eq!(rows.len(), sent.len(), "limit {limit}");
        assert_eq!(column(&rows, "messageId").into_iter().collect::<BTreeSet<_>>(), sent);
    }
}

#[tokio::test]
async fn a_chat_that_moves_up_between_pages_hides_no_other() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    groups(&ann, 6).await;
    let mut socket = ann.connect().await;
    let first = socket.rows(&Request::list().with("limit", 2)).await;
    let moving = socket.rows(&Request::list()).await[4]["groupId"].clone();
    socket.write_in(moving.as_str().expect("an id"), "up").await;
    let cursor = first[1]["createdAt"].clone();
    let rest = socket.rows(&Request::list().with("cursorCreatedAt", cursor)).await;
    assert_eq!(column(&rest, "groupName"), ["tea 3", "tea 2", "tea 0"]);
}

#[tokio::test]
async fn groups_left_and_dialogs_hidden_are_on_no_page_of_the_list() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let (dropped, left) = (bob.create_group("dropped", &[&ann]).await, bob.create_group("left", &[&ann]).await);
    let (removed, stays) = (bob.create_group("removed", &[&ann]).await, bob.create_group("stays", &[&ann]).await);
    bob.write_to(&ann, "hidden").await;
    lea.write_to(&ann, "visible").await;
    let (mut anns, mut bobs) = (ann.connect().await, bob.connect().await);
    bobs.does(&Request::drop(&dropped)).await;
    bobs.does(&Request::remove(&removed, &ann.id)).await;
    anns.leave(&left).await;
    ann.post("/api/use-cases/mark-as-deleted", json!({ "companionId": bob.id })).await.expect(200);
    for limit in [1, 2, 100] {
        let rows = anns.all(&Request::list(), limit).await;
        assert_eq!(texts(&rows), ["visible", "added"]);
        assert_eq!(rows[1]["groupId"], stays);
    }
    assert_eq!(bobs.rows(&Request::list()).await.len(), 4);
}

#[tokio::test]
async fn other_peoples_chats_are_not_in_the_list() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    ann.create_group("tea", &[&bob]).await;
    ann.write_to(&bob, "hello").await;
    let answer = eve.connect().await.does(&Request::list()).await;
    assert_eq!(answer, json!({ "item": null, "data": [], "isBroadcast": false }));
}
