//! The answer to a request that stores something is the stored row.

use serde_json::{Value, json};

use crate::support::{Request, TestServer, dialog, group, hearths, instants, items, new_id, of_group, with_user};

#[tokio::test]
async fn a_private_message_is_answered_with_its_row() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let request = Request::write(&dialog(&bob), "hello");
    let mut row = ann.hearth().await.item(&request).await;
    instants(std::slice::from_ref(&row));
    row["createdAt"].take();
    let expected = json!({
        "messageId": request.id(), "senderId": ann.id, "senderName": "Ann", "senderLastName": "", "receiverId": bob.id,
        "receiverName": "Bob", "content": "hello", "createdAt": null, "chat": with_user(&bob), "seq": 1, "event": null,
        "editedAt": null, "deletedAt": null, "replyTo": null, "reactions": [], "lastSeq": 1, "revision": 0,
    });
    assert_eq!(row, expected);
}

#[tokio::test]
async fn a_message_in_a_group_is_answered_with_its_row() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let tea = ann.create_group("tea", &[]).await;
    let request = Request::write(&group(&tea), "hello");
    let mut row = ann.hearth().await.item(&request).await;
    row["createdAt"].take();
    let expected = json!({
        "messageId": request.id(), "senderId": ann.id, "senderName": "Ann", "senderLastName": "", "notification": false,
        "groupId": tea, "groupName": "tea", "content": "hello", "createdAt": null, "chat": of_group(&tea), "seq": 2,
        "event": null, "editedAt": null, "deletedAt": null, "replyTo": null, "reactions": [], "lastSeq": 2,
        "revision": 0,
    });
    assert_eq!(row, expected);
}

#[tokio::test]
async fn the_answer_the_broadcast_and_the_history_agree() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut bobs = bob.hearth().await;
    let mut anns = ann.hearth().await;
    let mut answered = anns.writes(&dialog(&bob), "hello").await;
    let mut heard = bobs.hears("privateMessage").await;
    assert_eq!([&heard["chat"], &answered["chat"]], [&with_user(&ann), &with_user(&bob)]);
    for row in [&mut answered, &mut heard] {
        let row = row.as_object_mut().expect("a row");
        row.remove("lastSeq");
        row.remove("revision");
    }
    assert_eq!(anns.rows(&Request::page(&dialog(&bob))).await, [answered]);
    assert_eq!(bobs.rows(&Request::page(&dialog(&ann))).await, [heard]);
}

#[tokio::test]
async fn a_retried_message_gets_the_same_row_and_is_broadcast_once() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let (mut anns, mut bobs) = (ann.hearth().await, bob.hearth().await);
    for chat in [dialog(&bob), group(&tea)] {
        let request = Request::write(&chat, "hello");
        let answers = anns.pipeline(&[request.clone(), request.clone(), request.clone()]).await;
        assert_eq!(items(&answers), vec![anns.item(&request).await; 3]);
        assert_eq!(bobs.heard().await["params"]["item"]["messageId"], request.id());
        bobs.hears_nothing().await;
    }
}

#[tokio::test]
async fn a_retry_returns_the_messages_current_state() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (mut anns, chat) = (ann.hearth().await, dialog(&bob));
    let request = Request::write(&chat, "helo");
    anns.does(&request).await;
    let edited = anns.item(&Request::edit(&chat, request.id(), "hello")).await;
    assert_eq!(anns.item(&request).await, edited);
    let deleted = anns.item(&Request::delete(&chat, request.id())).await;
    assert_eq!(anns.item(&request).await, deleted);
    assert_eq!((&deleted["content"], &deleted["revision"]), (&json!(""), &json!(2)));
}

#[tokio::test]
async fn a_message_sent_with_auth_can_be_retried_with_hearth() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let request = Request::write(&dialog(&bob), "hello");
    let mut contract = ann.connect().await;
    assert_eq!(contract.does(&request).await["item"], Value::Null);
    assert_eq!(ann.hearth().await.item(&request).await["content"], "hello");
    assert_eq!(contract.does(&request).await["item"], Value::Null);
}

#[tokio::test]
async fn a_retry_shows_no_quote_that_has_been_hidden() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let quoted = bob.write_to(&ann, "a secret").await;
    let mut anns = ann.hearth().await;
    let request = Request::write(&dialog(&bob), "an answer").with("replyTo", quoted);
    assert_eq!(anns.item(&request).await["replyTo"]["content"], "a secret");
    ann.hide(&bob).await;
    let quote = anns.item(&request).await["replyTo"].take();
    assert_eq!((&quote["content"], &quote["senderName"]), (&json!(""), &json!("")));
}

#[tokio::test]
async fn retried_changes_of_a_group_get_the_same_answer_and_are_broadcast_once() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&eve]).await;
    let (mut anns, mut eves) = (ann.hearth().await, eve.hearth().await);
    for request in [
        Request::add(&tea, &bob.id),
        Request::rename(&tea, "coffee"),
        Request::role(&tea, &bob, "admin"),
        Request::remove(&tea, &bob.id),
    ] {
        let answers = items(&anns.pipeline(&[request.clone(), request.clone()]).await);
        assert_eq!(answers[0], answers[1]);
        assert_eq!(eves.heard().await["params"]["item"], answers[0]);
        eves.hears_nothing().await;
    }
}

#[tokio::test]
async fn an_id_of_another_request_is_rejected() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let mut anns = ann.hearth().await;
    let id = anns.id_of(&group(&tea), "hello").await;
    for request in [Request::rename(&tea, "coffee"), Request::role(&tea, &bob, "admin")] {
        assert_eq!(anns.code(&request.with("messageId", id.clone())).await, "message_id_taken");
    }
    let request = Request::write(&group(&tea), "mine").with("messageId", id);
    assert_eq!(bob.hearth().await.code(&request).await, "message_id_taken");
    assert_eq!(anns.code(&Request::write(&group(&new_id()), "x")).await, "not_a_member");
}

#[tokio::test]
async fn a_former_members_retry_shows_nothing_new() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let quoted = anns.id_of(&group(&tea), "tea?").await;
    let request = Request::write(&group(&tea), "yes").with("replyTo", quoted.as_str());
    bobs.does(&request).await;
    anns.does(&Request::remove(&tea, &bob.id)).await;
    anns.does(&Request::edit(&group(&tea), &quoted, "a secret")).await;
    assert_eq!(bobs.item(&request).await["replyTo"]["content"], "");
}

#[tokio::test]
async fn a_former_members_retry_does_not_show_the_groups_current_state() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let (text, addition) = (Request::write(&group(&tea), "hello"), Request::add(&tea, &eve.id));
    let before = [bobs.item(&text).await, bobs.item(&addition).await];
    anns.does(&Request::remove(&tea, &bob.id)).await;
    anns.does(&Request::react(&group(&tea), text.id(), "👎")).await;
    anns.does(&Request::rename(&tea, "without Bob")).await;
    for (request, before) in [&text, &addition].into_iter().zip(before) {
        let again = bobs.item(request).await;
        assert_eq!((&again["content"], &again["seq"]), (&before["content"], &before["seq"]));
        let untold = (&again["lastSeq"], &again["revision"], &again["groupName"], &again["reactions"]);
        assert_eq!(untold, (&before["seq"], &json!(0), &json!("tea"), &json!([])));
        assert!(again["memberCount"].as_i64().unwrap_or_default() == 0, "{again}");
    }
}
