//! Editing messages and deleting them for everyone: who may, who is notified, and what remains.

use serde_json::{Value, json};

use crate::support::{Request, TestServer, all_quiet, dialog, group, hearths, new_id, with_user};

fn changes(chat: &Value, id: &str) -> [Request; 3] {
    [Request::edit(chat, id, "changed"), Request::delete(chat, id), Request::react(chat, id, "👍")]
}

#[tokio::test]
async fn an_edit_is_broadcast_to_everyone_in_the_chat() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let (mut anns, mut bobs) = (ann.hearth().await, bob.hearth().await);
    for (chat, seen) in [(dialog(&bob), with_user(&ann)), (group(&tea), group(&tea))] {
        let id = anns.id_of(&chat, "helo").await;
        bobs.heard().await;
        let mut answered = anns.item(&Request::edit(&chat, &id, "hello")).await;
        assert_eq!((&answered["content"], &answered["revision"]), (&json!("hello"), &json!(1)));
        assert!(answered["editedAt"].as_str() >= answered["createdAt"].as_str(), "{answered}");
        answered["chat"] = seen;
        assert_eq!(bobs.hears_only("messageEdited").await, answered);
    }
}

#[tokio::test]
async fn an_edited_text_is_shown_everywhere() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (mut anns, chat) = (ann.hearth().await, dialog(&bob));
    let id = anns.id_of(&chat, "helo").await;
    let edited = anns.item(&Request::edit(&chat, &id, "hello")).await;
    for request in [Request::page(&chat), Request::list(), Request::changes(&chat, 1, 0)] {
        let row = anns.rows(&request).await.remove(0);
        assert_eq!((&row["content"], &row["editedAt"]), (&json!("hello"), &edited["editedAt"]));
    }
    assert_eq!(bob.texts_with(&ann).await, ["hello"]);
}

#[tokio::test]
async fn a_deleted_message_leaves_an_empty_row() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (mut anns, mut bobs, chat) = (ann.hearth().await, bob.hearth().await, dialog(&bob));
    let id = anns.id_of(&chat, "a slip").await;
    anns.does(&Request::react(&chat, &id, "👍")).await;
    let deleted = anns.item(&Request::delete(&chat, &id)).await;
    assert_eq!((&deleted["content"], &deleted["reactions"]), (&json!(""), &json!([])));
    assert!(deleted["deletedAt"].is_string(), "{deleted}");
    let kinds = ["privateMessage", "messageReactions", "messageDeleted"];
    assert_eq!(bobs.hears_all(kinds).await[2]["deletedAt"], deleted["deletedAt"]);
    for request in [Request::page(&chat), Request::list(), Request::changes(&chat, 1, 0)] {
        let row = anns.rows(&request).await.remove(0);
        let seen = ["content", "reactions", "deletedAt"].map(|key| &row[key]);
        assert_eq!(seen, [&json!(""), &json!([]), &deleted["deletedAt"]]);
    }
    assert!(!server.database.keeps("a slip").await);
}

#[tokio::test]
async fn the_newest_revision_of_a_message_counts() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let (mut anns, chat) = (ann.hearth().await, group(&ann.create_group("tea", &[]).await));
    let ids = [anns.id_of(&chat, "one").await, anns.id_of(&chat, "two").await];
    let changes = [(0, "1"), (1, "2"), (0, "3")];
    for (revision, (message, content)) in changes.into_iter().enumerate() {
        let edited = anns.item(&Request::edit(&chat, &ids[message], content)).await;
        assert_eq!((&edited["revision"], &edited["lastSeq"]), (&json!(revision + 1), &json!(3)));
    }
    let rows = anns.rows(&Request::changes(&chat, 3, 0)).await;
    assert_eq!(crate::support::texts(&rows), ["2", "3"]);
}

#[tokio::test]
async fn a_change_without_effect_is_not_broadcast() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (mut anns, mut bobs, chat) = (ann.hearth().await, bob.hearth().await, dialog(&bob));
    let id = anns.id_of(&chat, "hello").await;
    let same = anns.item(&Request::edit(&chat, &id, "hello")).await;
    assert_eq!((&same["revision"], &same["editedAt"]), (&json!(0), &json!(null)));
    let first = anns.item(&Request::delete(&chat, &id)).await;
    assert_eq!(anns.item(&Request::delete(&chat, &id)).await, first);
    bobs.hears_all(["privateMessage", "messageDeleted"]).await;
}

#[tokio::test]
async fn a_deleted_message_cannot_be_edited_or_reacted_to() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (mut anns, chat) = (ann.hearth().await, dialog(&bob));
    let id = anns.id_of(&chat, "hello").await;
    anns.does(&Request::delete(&chat, &id)).await;
    assert_eq!(anns.code(&Request::edit(&chat, &id, "again")).await, "message_deleted");
    assert_eq!(anns.code(&Request::react(&chat, &id, "👍")).await, "message_deleted");
    assert_eq!(anns.code(&Request::react(&chat, &id, "👍").with("on", false)).await, "message_deleted");
}

#[tokio::test]
async fn messages_of_others_cannot_be_edited() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let ids = [ann.write_to(&bob, "hello").await, ann.write_in(&tea, "hello").await];
    let mut bobs = bob.hearth().await;
    for (chat, id) in [dialog(&ann), group(&tea)].iter().zip(&ids) {
        assert_eq!(bobs.code(&Request::edit(chat, id, "mine")).await, "not_allowed");
        assert_eq!(bobs.code(&Request::delete(chat, id)).await, "not_allowed");
    }
    assert_eq!(bob.texts_with(&ann).await, ["hello"]);
    assert_eq!(bob.texts_in(&tea).await[0], "hello");
}

#[tokio::test]
async fn owner_and_admins_delete_in_groups_and_edit_nothing() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob, &eve]).await;
    let chat = group(&tea);
    let (mut anns, mut bobs) = (ann.hearth().await, bob.hearth().await);
    anns.does(&Request::role(&tea, &bob, "admin")).await;
    let ids = [eve.write_in(&tea, "one").await, ann.write_in(&tea, "two").await];
    assert_eq!(bobs.code(&Request::edit(&chat, &ids[0], "x")).await, "not_allowed");
    assert_eq!(anns.code(&Request::edit(&chat, &ids[0], "x")).await, "not_allowed");
    for id in &ids {
        assert!(bobs.item(&Request::delete(&chat, id)).await["deletedAt"].is_string());
    }
    let id = bobs.id_of(&chat, "three").await;
    anns.does(&Request::delete(&chat, &id)).await;
}

#[tokio::test]
async fn notices_cannot_be_changed() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let chat = group(&ann.create_group("tea", &[]).await);
    let mut anns = ann.hearth().await;
    let notice = anns.rows(&Request::page(&chat)).await[0]["messageId"].take();
    for request in changes(&chat, notice.as_str().expect("an id")) {
        assert_eq!(anns.code(&request).await, "notice");
    }
}

#[tokio::test]
async fn outsiders_do_not_learn_whether_a_message_exists() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob, &eve]).await;
    let (in_group, in_dialog) = (eve.write_in(&tea, "hello").await, ann.write_to(&bob, "hello").await);
    let mut eves = eve.hearth().await;
    eves.does(&Request::leave(&tea)).await;
    let mut answers = Vec::new();
    for id in [&in_group, &in_dialog, &new_id()] {
        for request in changes(&group(&tea), id) {
            answers.push(("group", eves.code(&request).await));
        }
        for request in changes(&dialog(&ann), id).into_iter().chain(changes(&dialog(&bob), id)) {
            answers.push(("dialog", eves.code(&request).await));
        }
    }
    answers.sort();
    answers.dedup();
    assert_eq!(answers, [("dialog", "message_not_found".into()), ("group", "not_a_member".into())]);
}

#[tokio::test]
async fn hidden_messages_cannot_be_changed_and_their_changes_are_not_broadcast() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (own, others) = (bob.write_to(&ann, "mine").await, ann.write_to(&bob, "hers").await);
    bob.hide(&ann).await;
    let (mut anns, mut bobs) = (ann.hearth().await, bob.hearth().await);
    for request in changes(&dialog(&ann), &own).into_iter().chain(changes(&dialog(&ann), &others)) {
        assert_eq!(bobs.code(&request).await, "message_not_found");
    }
    anns.does(&Request::react(&dialog(&bob), &own, "👍")).await;
    let [edit, delete, react] = changes(&dialog(&bob), &others);
    anns.pipeline(&[react, edit, delete]).await;
    all_quiet(&mut [bobs]).await;
}

#[tokio::test]
async fn notes_and_messages_to_deleted_accounts_may_be_changed() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut anns = ann.hearth().await;
    let (note, letter) = (anns.id_of(&dialog(&ann), "milk").await, anns.id_of(&dialog(&bob), "hello").await);
    bob.delete("/api/profile/destroy").await.expect(200);
    for (chat, id) in [(dialog(&ann), note), (dialog(&bob), letter)] {
        assert_eq!(anns.item(&Request::react(&chat, &id, "👍")).await["reactions"][0]["mine"], true);
        assert_eq!(anns.item(&Request::edit(&chat, &id, "bread")).await["content"], "bread");
        assert!(anns.item(&Request::delete(&chat, &id)).await["deletedAt"].is_string());
    }
}

#[tokio::test]
async fn pipelined_changes_take_effect_in_order() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (chat, [mut anns, mut bobs]) = (dialog(&bob), hearths([&ann, &bob]).await);
    let first = Request::write(&chat, "0");
    let mut requests = vec![first.clone()];
    requests.extend((1..=20).map(|number| Request::edit(&chat, first.id(), &number.to_string())));
    let answers = anns.pipeline(&requests).await;
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(answer["params"]["item"]["content"], number.to_string());
        assert_eq!(bobs.heard().await["params"]["item"]["revision"], number);
    }
}
