//! Deleting an account: what is erased, what others keep, and that nobody is notified.

use futures_util::future::FutureExt;
use serde_json::{Value, json};

use crate::support::{PASSWORD, PATIENCE, TestServer, User, new_id, texts};

const DESTROY: &str = "/api/profile/destroy";

async fn delete(user: &User) {
    let body = user.delete(DESTROY).await.expect(200);
    assert_eq!(body, json!({ "message": "User deleted successfully." }));
}

#[tokio::test]
async fn deleting_an_account_ends_every_session_and_closes_every_socket() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let elsewhere = ann.log_in_again().await;
    let sockets = [ann.connect().await, elsewhere.connect().await];
    delete(&ann).await;
    for socket in sockets {
        assert_eq!(socket.last_words().await, (vec![], 4001, "Unauthorized".into()));
    }
    for user in [&ann, &elsewhere] {
        assert_eq!(user.patch("/api/profile/update", json!({})).await.refused(401), "Not authorized");
        assert_eq!(user.delete(DESTROY).await.refused(401), "Not authorized");
        assert_eq!(user.connect().await.closed().await, 4001);
    }
    let login = json!({ "email": ann.email, "password": PASSWORD });
    let refusal = server.api().post("/api/auth/login", login).await.refused(400);
    assert_eq!(refusal, "No such user exists or wrong password");
}

#[tokio::test]
async fn the_email_is_free_at_once_for_a_new_empty_account() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    ann.write_to(&bob, "from the first Ann").await;
    delete(&ann).await;
    let again = server.user("Ann").await;
    assert_ne!(again.id, ann.id);
    let mut socket = again.connect().await;
    assert_eq!(socket.list_page(10, None).await, Vec::<Value>::new());
    assert_eq!(socket.dialog_page(&bob, 10, None).await, Vec::<Value>::new());
    let refusal = socket.refused("getlatestMessageGroup", json!({ "groupId": group, "limit": 1 })).await;
    assert_eq!(refusal, "User is not a member of this group");
}

#[tokio::test]
async fn the_dialog_stays_readable_under_the_name_deleted_account() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.patch("/api/profile/update", json!({ "lastName": "Lee" })).await.expect(201);
    ann.write_to(&bob, "hello").await;
    bob.write_to(&ann, "hi").await;
    delete(&ann).await;

    let mut bobs = bob.connect().await;
    let rows = bobs.dialog_page(&ann, 10, None).await;
    assert_eq!(texts(&rows), ["hi", "hello"]);
    assert_eq!((&rows[1]["senderId"], &rows[1]["senderName"]), (&json!(ann.id), &json!("Deleted account")));
    assert_eq!((&rows[0]["receiverId"], &rows[0]["receiverName"]), (&json!(ann.id), &json!("Deleted account")));
    let listed = &bobs.list_page(10, None).await[0];
    let receiver = (&listed["receiverName"], &listed["receiverLastName"]);
    assert_eq!(receiver, (&json!("Deleted account"), &json!("")));
}

#[tokio::test]
async fn nobody_can_write_to_add_or_find_a_deleted_account() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = bob.create_group("tea", &[]).await;
    bob.write_to(&ann, "hi").await;
    delete(&ann).await;

    let mut bobs = bob.connect().await;
    let message = json!({ "messageId": new_id(), "receiverId": ann.id, "content": "hello?" });
    assert_eq!(bobs.refused("privateMessage", message).await, "User not found");
    let add = json!({ "groupId": group, "userId": ann.id, "messageId": new_id(), "message": "added" });
    assert_eq!(bobs.refused("addUserInGroup", add).await, "User not found");
    for text in ["ann", "deleted", "account", "example.org"] {
        let found = bob.get(&format!("/api/use-cases/search?searchText={text}")).await.expect(200);
        assert_eq!(found, json!({ "data": [] }), "{text}");
    }
    let body = bob.post("/api/use-cases/mark-as-deleted", json!({ "companionId": ann.id })).await.expect(200);
    assert_eq!(body, json!({ "message": "User's messages have been deleted" }));
    assert_eq!(bobs.dialog_page(&ann, 10, None).await, Vec::<Value>::new());
}

#[tokio::test]
async fn nobody_is_notified_and_no_notice_is_stored() {
    let server = TestServer::start().await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    let group = ann.create_group("tea", &[&bob, &cy]).await;
    ann.write_to(&bob, "hello").await;
    let (mut bobs, mut cys) = (bob.connect().await, cy.connect().await);
    let before = bobs.group_page(&group, 10, None).await.len();
    delete(&ann).await;
    bobs.hears_nothing().await;
    cys.hears_nothing().await;
    let rows = bobs.group_page(&group, 10, None).await;
    assert_eq!(rows.len(), before);
    for row in rows {
        let name = (&row["senderName"], &row["senderLastName"]);
        assert_eq!(name, (&json!("Deleted account"), &json!("")), "notices, too");
    }
}

#[tokio::test]
async fn ownership_passes_to_the_longest_standing_member() {
    let server = TestServer::start().await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    let group = ann.create_group("tea", &[&bob, &cy]).await;
    let mut bobs = bob.connect().await;
    // A returning member has less seniority than those who stayed.
    bobs.leave(&group).await;
    ann.connect().await.add(&group, &bob).await;
    delete(&ann).await;

    let drop = json!({ "groupId": group });
    let refusal = bobs.ask("dropGroup", drop.clone()).await;
    assert_eq!((&refusal["error"], &refusal["code"]), (&json!(true), &json!("not_allowed")));
    let mut cys = cy.connect().await;
    assert_eq!(cys.remove(&group, &bob).await["senderName"], "Cy");
    assert_eq!(cys.done("dropGroup", drop.clone()).await["item"], drop);
}

#[tokio::test]
async fn a_deleted_user_is_no_longer_a_member() {
    let server = TestServer::start_with(|config| config.limits.group_members = 2).await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    let group = bob.create_group("tea", &[&ann]).await;
    delete(&ann).await;
    let mut bobs = bob.connect().await;
    let remove = json!({ "groupId": group, "userId": ann.id, "messageId": new_id(), "message": "removed" });
    assert_eq!(bobs.refused("removeUserFromGroup", remove).await, "User is not a member of this group");
    bobs.add(&group, &cy).await;
    bobs.write_in(&group, "welcome").await;
    assert_eq!(cy.texts_in(&group).await, ["welcome", "added", "added", "a new group"]);
}

#[tokio::test]
async fn a_group_left_empty_is_deleted() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("alone", &[&bob]).await;
    bob.connect().await.leave(&group).await;
    delete(&ann).await;
    let mut bobs = bob.connect().await;
    let history = json!({ "groupId": group, "limit": 1 });
    assert_eq!(bobs.refused("getlatestMessageGroup", history).await, "User is not a member of this group");
    let message = json!({ "groupId": group, "messageId": new_id(), "content": "anybody?" });
    assert_eq!(bobs.refused("messageInGroup", message).await, "User is not a member of this group");
}

#[tokio::test]
async fn others_keep_the_messages_unless_they_are_erased() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = bob.create_group("tea", &[&ann]).await;
    let mut anns = ann.connect().await;
    anns.write_to(&bob, "a secret").await;
    bob.write_to(&ann, "an answer").await;
    anns.write_to(&bob, "another secret").await;
    bob.write_in(&group, "to all").await;
    anns.write_in(&group, "a public secret").await;
    ann.delete("/api/profile/destroy?messages=erase").await.expect(200);

    let mut bobs = bob.connect().await;
    let (dialog, history) = (bobs.dialog_page(&ann, 10, None).await, bobs.group_page(&group, 10, None).await);
    let (list, found) = (bobs.list_page(10, None).await, json!([&dialog, &history]).to_string());
    assert!(!found.contains("secret") && !json!(list).to_string().contains("secret"), "{found} {list:?}");
    assert!(found.contains("an answer") && found.contains("to all"), "what others wrote stays: {found}");
    assert_eq!((dialog.len(), history.len(), list.len()), (3, 4, 2), "rows stay in their places");
    assert!(texts(&dialog).iter().all(|text| !text.is_empty()));
}

#[tokio::test]
async fn the_only_values_of_messages_are_keep_and_erase() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "hello").await;
    assert_eq!(ann.delete("/api/profile/destroy?messages=burn").await.faults(), ["messages"]);
    ann.delete("/api/profile/destroy?messages=keep").await.expect(200);
    assert_eq!(bob.texts_with(&ann).await, ["hello"]);
}

#[tokio::test]
async fn a_deletion_survives_a_restart() {
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "a secret").await;
    ann.delete("/api/profile/destroy?messages=erase").await.expect(200);
    server.restart().await;
    assert_eq!(ann.delete(DESTROY).await.refused(401), "Not authorized");
    assert_eq!(ann.connect().await.closed().await, 4001);
    let mut bobs = bob.connect().await;
    let row = &bobs.dialog_page(&ann, 10, None).await[0];
    assert_eq!(row["senderName"], "Deleted account");
    assert_ne!(row["content"], "a secret");
}

#[tokio::test]
async fn one_of_two_concurrent_deletions_succeeds() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let replies = tokio::join!(ann.delete(DESTROY), ann.delete(DESTROY));
    let mut statuses = [replies.0.status, replies.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
}

#[tokio::test]
async fn no_session_outlives_the_account() {
    let server = TestServer::start_with(|config| config.database.connections = 10).await;
    let [ann] = server.people(["Ann"]).await;
    let login = json!({ "email": ann.email, "password": PASSWORD });
    let held = server.database.hold("sessions").await;
    let log_ins = (0..3).map(|_| server.api().post("/api/auth/login", login.clone()).boxed());
    // The logins have found the account, but start their sessions after its deletion.
    let (deleted, replies) = held.in_turn(ann.delete(DESTROY), log_ins.collect()).await;
    deleted.expect(200);
    for reply in replies {
        match reply.body["token"].as_str() {
            Some(token) => assert_eq!(server.connect("/api/ws", &["auth", token]).await.closed().await, 4001),
            None => assert_eq!(reply.refused(400), "No such user exists or wrong password"),
        }
    }
}

#[tokio::test]
async fn erased_texts_are_gone_from_the_database() {
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["Annabel", "Bob"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    ann.write_to(&bob, "a secret").await;
    ann.write_in(&group, "another secret").await;
    bob.write_in(&group, "what Bob wrote").await;
    ann.delete("/api/profile/destroy?messages=erase").await.expect(200);
    for personal in ["annabel", "Annabel"] {
        assert!(!server.database.keeps(personal).await, "{personal}");
    }
    // Texts are erased in steps in the background, which continue after a restart.
    server.restart().await;
    let gone = async { while server.database.keeps("secret").await {} };
    tokio::time::timeout(PATIENCE, gone).await.expect("texts are removed in time");
    assert!(server.database.keeps("what Bob wrote").await);
}
