//! Messages that expire, by the server's limit and by a group's own.

use hearth::{
    model::{ChatId, Timestamp},
    store::Store,
};
use serde_json::{Value, json};

use crate::support::{Request, Socket, TestServer, User, column, dialog, group, hearths, new_id, of_group, with_user};

fn retention(group: &str, days: impl Into<Value>) -> Request {
    let params = json!({ "groupId": group, "days": days.into(), "messageId": new_id(), "message": "a new limit" });
    Request::new("setRetention", params)
}

/// Makes the messages of all chats up to a seq some days older.
async fn age(server: &TestServer, up_to: i64, days: i64) {
    let millis = days * 24 * 60 * 60 * 1000;
    server.database.run(&format!("UPDATE messages SET created_at = created_at - {millis} WHERE seq <= {up_to}")).await;
}

/// A group with messages 3 to 7 by Bob, the first with a reaction, the last answered by Ann.
async fn tea(ann: &User, bob: &User) -> String {
    let tea = ann.create_group("tea", &[bob]).await;
    let [mut anns, mut bobs] = hearths([ann, bob]).await;
    let mut ids = Vec::new();
    for text in ["one", "two", "three", "four", "five"] {
        ids.push(bobs.id_of(&group(&tea), text).await);
    }
    anns.does(&Request::react(&group(&tea), &ids[0], "👍")).await;
    anns.does(&Request::write(&group(&tea), "an answer").with("replyTo", ids[4].as_str())).await;
    tea
}

async fn texts(socket: &mut Socket, chat: &Value) -> Vec<String> {
    column(&socket.rows(&Request::page(chat)).await, "content")
}

#[tokio::test]
async fn old_messages_expire_and_open_clients_are_notified() {
    let server = TestServer::start_with(|config| config.retention.days = 30).await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = tea(&ann, &bob).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    age(&server, 7, 40).await;
    let expired = anns.hears("messagesExpired").await;
    assert_eq!(expired, json!({ "chat": of_group(&tea), "firstSeq": 8, "lastSeq": 8, "revision": 2 }));
    assert_eq!(bobs.hears("messagesExpired").await, expired);
    let rows = bobs.rows(&Request::page(&group(&tea))).await;
    assert_eq!(column(&rows, "content"), ["an answer"]);
    let nil = uuid::Uuid::nil();
    let quote = json!({ "messageId": nil, "seq": 7, "senderId": nil, "senderName": "", "content": "" });
    assert_eq!(rows[0]["replyTo"], quote);
    let listed = bobs.rows(&Request::list()).await.remove(0);
    let seen = ["firstSeq", "lastSeq", "unreadCount", "retentionDays"].map(|key| listed[key].clone());
    assert_eq!(json!(seen), json!([8, 8, 1, null]));
    assert!(!server.database.has_rows("reactions").await && !server.database.has_rows("revisions").await);
}

#[tokio::test]
async fn the_newest_message_of_a_chat_stays_and_paging_ends_at_the_oldest() {
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    for text in ["one", "two", "three"] {
        ann.write_to(&bob, text).await;
    }
    age(&server, 3, 40).await;
    server.config.retention.days = 30;
    server.restart().await;
    let mut bobs = bob.hearth().await;
    while texts(&mut bobs, &dialog(&ann)).await.len() > 1 {}
    assert_eq!(texts(&mut bobs, &dialog(&ann)).await, ["three"]);
    for position in ["beforeSeq", "aroundSeq", "afterSeq"] {
        let rows = bobs.rows(&Request::page(&dialog(&ann)).with(position, 2)).await;
        assert_eq!(rows.len(), usize::from(position != "beforeSeq"), "{position}");
    }
    let rows = bobs.rows(&Request::page(&dialog(&ann))).await;
    assert_eq!(
        bobs.rows(&Request::page(&dialog(&ann)).with("cursorCreatedAt", rows[0]["createdAt"].clone())).await.len(),
        0
    );
    assert_eq!(bobs.rows(&Request::list()).await[0]["unreadCount"], 1);
    assert_eq!(bob.hearth().await.hello["unreadTotal"], 1);
    assert_eq!(bob.hearth().await.hello["bounds"]["retentionDays"], 30);
}

#[tokio::test]
async fn a_client_that_was_away_learns_what_has_expired() {
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    for text in ["one", "two", "three"] {
        ann.write_to(&bob, text).await;
    }
    age(&server, 2, 40).await;
    server.config.retention.days = 30;
    server.restart().await;
    let mut bobs = bob.hearth().await;
    while texts(&mut bobs, &dialog(&ann)).await.len() > 1 {}
    let known = json!([{ "chat": with_user(&ann), "lastSeq": 3, "revision": 0, "state": 0 }]);
    let changed = bobs.rows(&Request::new("getChangedChats", json!({ "known": known }))).await;
    assert_eq!((&changed[0]["firstSeq"], &changed[0]["revision"]), (&json!(3), &json!(1)));
    let item = bobs.item(&Request::changes(&dialog(&ann), 3, 0)).await;
    let seen = ["firstSeq", "lastSeq", "revision", "complete"].map(|key| item[key].clone());
    assert_eq!(json!(seen), json!([3, 3, 1, true]));
}

#[tokio::test]
async fn a_groups_own_limit_holds_if_it_is_shorter() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = tea(&ann, &bob).await;
    ann.write_to(&bob, "another chat").await;
    age(&server, 7, 40).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let row = anns.item(&retention(&tea, 30)).await;
    let expected = json!({
        "kind": "retention", "userId": null, "firstName": null, "lastName": null, "groupName": null, "role": null,
        "retentionDays": 30,
    });
    assert_eq!(row["event"], expected);
    assert_eq!(bobs.hears("groupChanged").await, row);
    assert_eq!(bobs.hears("messagesExpired").await["firstSeq"], 8);
    assert_eq!(texts(&mut bobs, &group(&tea)).await, ["a new limit", "an answer"]);
    let retained = |rows: Vec<Value>| {
        rows.into_iter().find(|row| row["groupId"] == tea).expect("the group")["retentionDays"].clone()
    };
    assert_eq!(retained(bobs.rows(&Request::list()).await), 30);
    assert_eq!(anns.item(&retention(&tea, Value::Null)).await["event"]["retentionDays"], Value::Null);
    assert_eq!(retained(bobs.rows(&Request::list()).await), Value::Null);
}

#[tokio::test]
async fn what_expires_gives_its_storage_back() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = tea(&ann, &bob).await;
    age(&server, 7, 40).await;
    let mut bobs = bob.hearth().await;
    ann.hearth().await.does(&retention(&tea, 30)).await;
    bobs.hears_all(["groupChanged", "messagesExpired"]).await;
    let texts = ["an answer", "a new limit"].map(|text| i64::try_from(text.len()).expect("short") + 128);
    assert_eq!(server.database.stored_bytes(&ann).await, texts.iter().sum::<i64>());
    assert_eq!(server.database.stored_bytes(&bob).await, 0);
}

#[tokio::test]
async fn a_thousand_messages_expire_in_steps() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    server.database.fill_group("tea", &ann, 1200).await;
    age(&server, 1202, 40).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    anns.does(&retention(&tea, 1)).await;
    bobs.hears("groupChanged").await;
    let mut firsts = Vec::new();
    for _ in 0..3 {
        firsts.push(bobs.hears("messagesExpired").await["firstSeq"].as_i64().expect("a number"));
    }
    assert_eq!(firsts, [501, 1001, 1203]);
    assert_eq!(texts(&mut bobs, &group(&tea)).await, ["a new limit"]);
}

#[tokio::test]
async fn a_limit_that_is_removed_or_raised_meanwhile_deletes_nothing_more() {
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    tea(&ann, &bob).await;
    server.stop().await;
    age(&server, 7, 40).await;
    let store = Store::open(&server.config.database).await.expect("the database opens");
    for (days, expires) in [("NULL", false), ("60", false), ("39", true)] {
        server.database.run("UPDATE chats SET retention_days = 30").await;
        let page = store.expiring(ChatId(0), None, Timestamp::now()).await.expect("the database answers");
        server.database.run(&format!("UPDATE chats SET retention_days = {days}")).await;
        let mut batch = store.batch([]);
        let expired = batch.expire(&page.expiring[0]).await.expect("the database answers");
        assert_eq!(expired.is_some(), expires, "{days}");
        batch.commit(&[]).await.expect("the database answers");
    }
}

#[tokio::test]
async fn only_the_owner_sets_a_groups_limit_within_its_bounds() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs, mut eves] = hearths([&ann, &bob, &eve]).await;
    anns.does(&Request::role(&tea, &bob, "admin")).await;
    assert_eq!(bobs.code(&retention(&tea, 30)).await, "not_allowed");
    assert_eq!(eves.code(&retention(&tea, 30)).await, "not_a_member");
    for days in [json!(0), json!(3651), json!(-1), json!(1.5), json!("30")] {
        let refusal = anns.may_not(&retention(&tea, days)).await;
        assert!(refusal.contains("days must be a whole number of days from 1 to 3650, or null"), "{refusal}");
    }
    assert_eq!(anns.code(&retention(&tea, Value::Null)).await, "retention_unchanged");
    let request = retention(&tea, 30);
    let row = anns.item(&request).await;
    assert_eq!(anns.item(&request).await, row, "a retry has the same answer");
    assert_eq!(anns.code(&retention(&tea, 30)).await, "retention_unchanged");
}

#[tokio::test]
async fn clients_of_auth_get_the_notice_and_no_other_frame() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = tea(&ann, &bob).await;
    age(&server, 7, 40).await;
    let mut of_contract = bob.connect().await;
    let mut bobs = bob.hearth().await;
    ann.hearth().await.does(&retention(&tea, 30)).await;
    bobs.hears_all(["groupChanged", "messagesExpired"]).await;
    assert_eq!(of_contract.hears_only("leaveGroup").await["message"], "a new limit");
    assert_eq!(column(&of_contract.group_page(&tea, 10, None).await, "content"), ["a new limit", "an answer"]);
    assert_eq!(of_contract.list_page(10, None).await.len(), 1);
}

#[tokio::test]
async fn what_has_expired_cannot_be_changed() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let id = bobs.id_of(&group(&tea), "old").await;
    age(&server, 3, 40).await;
    anns.does(&retention(&tea, 30)).await;
    while bobs.heard().await["type"] != "messagesExpired" {}
    for request in [
        Request::edit(&group(&tea), &id, "new"),
        Request::delete(&group(&tea), &id),
        Request::react(&group(&tea), &id, "👍"),
        Request::write(&group(&tea), "an answer").with("replyTo", id.as_str()),
    ] {
        assert_eq!(bobs.code(&request).await, "message_not_found");
    }
    assert_eq!(bobs.item(&Request::read(&group(&tea), 1)).await["unreadCount"], 1);
}
