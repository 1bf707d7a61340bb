//! `mark-as-deleted`: what a user hides from their own view, and what the other side keeps.

use serde_json::json;

use crate::support::{Request, TestServer, User, all_quiet, new_id, sockets, texts};

async fn hide(who: &User, companion: &str) {
    let body = who.post("/api/use-cases/mark-as-deleted", json!({ "companionId": companion })).await.expect(200);
    assert_eq!(body, json!({ "message": "User's messages have been deleted" }));
}

async fn listed(who: &User) -> Vec<String> {
    texts(&who.connect().await.rows(&Request::list()).await)
}

#[tokio::test]
async fn a_hidden_dialog_is_gone_for_one_side_and_unchanged_for_the_other() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "one").await;
    bob.write_to(&ann, "two").await;
    hide(&ann, &bob.id).await;
    assert_eq!(ann.texts_with(&bob).await, [""; 0]);
    assert_eq!(listed(&ann).await, [""; 0]);
    assert_eq!(bob.texts_with(&ann).await, ["two", "one"]);
    assert_eq!(listed(&bob).await, ["two"]);
}

#[tokio::test]
async fn a_later_message_brings_a_hidden_dialog_back_with_only_new_messages() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut socket = ann.connect().await;
    bob.write_to(&ann, "old").await;
    hide(&ann, &bob.id).await;
    bob.write_to(&ann, "new").await;
    socket.heard().await;
    assert_eq!(socket.hears("privateMessage").await["message"], "new");
    socket.write_to(&bob, "newer").await;
    assert_eq!(texts(&socket.all(&Request::dialog(&bob.id), 1).await), ["newer", "new"]);
    assert_eq!(listed(&ann).await, ["newer"]);
    assert_eq!(bob.texts_with(&ann).await, ["newer", "new", "old"]);
}

#[tokio::test]
async fn hiding_again_hides_only_newer_messages() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    for text in ["one", "two"] {
        bob.write_to(&ann, text).await;
        hide(&ann, &bob.id).await;
        hide(&ann, &bob.id).await;
        assert_eq!(ann.texts_with(&bob).await, [""; 0]);
    }
    ann.write_to(&bob, "three").await;
    assert_eq!(ann.texts_with(&bob).await, ["three"]);
}

#[tokio::test]
async fn a_dialog_hidden_by_both_sides_is_gone_for_both() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "one").await;
    hide(&ann, &bob.id).await;
    ann.write_to(&bob, "two").await;
    hide(&bob, &ann.id).await;
    assert_eq!((ann.texts_with(&bob).await, bob.texts_with(&ann).await), (vec!["two".to_owned()], vec![]));
    hide(&ann, &bob.id).await;
    assert_eq!((listed(&ann).await, listed(&bob).await), (vec![], vec![]));
}

#[tokio::test]
async fn old_cursors_do_not_reach_what_is_hidden() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut socket = ann.connect().await;
    for text in ["one", "two", "three"] {
        socket.write_to(&bob, text).await;
    }
    let cursor = socket.rows(&Request::dialog(&bob.id)).await[1]["createdAt"].clone();
    hide(&ann, &bob.id).await;
    socket.write_to(&bob, "four").await;
    assert_eq!(socket.rows(&Request::dialog(&bob.id).with("cursorCreatedAt", cursor)).await, [json!(null); 0]);
    let future = Request::dialog(&bob.id).with("cursorCreatedAt", "2999-01-01T00:00:00Z");
    assert_eq!(texts(&socket.rows(&future).await), ["four"]);
}

#[tokio::test]
async fn hiding_a_dialog_with_an_unknown_user_changes_nothing() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    ann.write_to(&bob, "hello").await;
    hide(&ann, &new_id()).await;
    hide(&ann, &eve.id).await;
    hide(&ann, &ann.id).await;
    assert_eq!((listed(&ann).await, listed(&eve).await), (vec!["hello".to_owned()], vec![]));
    eve.write_to(&ann, "hi").await;
    assert_eq!(listed(&ann).await, ["hi", "hello"]);
}

#[tokio::test]
async fn hiding_one_dialog_leaves_the_others_and_groups_alone() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    ann.write_in(&group, "kettle").await;
    ann.write_to(&bob, "to bob").await;
    ann.write_to(&eve, "to eve").await;
    ann.write_to(&ann, "notes").await;
    hide(&ann, &bob.id).await;
    assert_eq!(listed(&ann).await, ["notes", "to eve", "kettle"]);
    hide(&ann, &ann.id).await;
    assert_eq!(listed(&ann).await, ["to eve", "kettle"]);
    assert_eq!(ann.texts_with(&ann).await, [""; 0]);
}

#[tokio::test]
async fn hiding_notifies_nobody() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "hello").await;
    let mut sockets = sockets([&ann, &bob]).await;
    hide(&ann, &bob.id).await;
    all_quiet(&mut sockets).await;
}

#[tokio::test]
async fn a_companions_id_must_be_a_uuid() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    for body in
        [json!({}), json!({ "companionId": "bob" }), json!({ "companionId": 7 }), json!({ "companionId": null })]
    {
        let reply = ann.post("/api/use-cases/mark-as-deleted", body).await;
        assert_eq!(reply.faults(), ["companionId"]);
    }
    let reply = server.api().post("/api/use-cases/mark-as-deleted", json!({ "companionId": ann.id })).await;
    assert_eq!(reply.refused(401), "Not authorized");
}
