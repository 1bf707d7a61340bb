//! The owner of a group: its creator, then the longest-standing member.

use crate::support::{Request, TestServer, User, seen, sockets, texts};

/// Whether a user owns a group. Tries to delete it, so call it last.
async fn owns(person: &User, group: &str) -> bool {
    person.connect().await.ask("dropGroup", Request::drop(group).params).await["success"] == true
}

#[tokio::test]
async fn when_the_owner_leaves_the_longest_standing_member_becomes_owner() {
    let server = TestServer::start().await;
    let [lea, bob, ann] = server.people(["Lea", "Bob", "Ann"]).await;
    let group = ann.create_group("tea", &[&bob, &lea]).await;
    ann.connect().await.leave(&group).await;
    assert!(!owns(&ann, &group).await);
    assert!(!owns(&lea, &group).await);
    bob.connect().await.remove(&group, &lea).await;
    assert!(owns(&bob, &group).await);
}

#[tokio::test]
async fn seniority_counts_from_the_last_return() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob, &lea]).await;
    let mut anns = ann.connect().await;
    bob.connect().await.leave(&group).await;
    anns.add(&group, &bob).await;
    anns.leave(&group).await;
    assert!(!owns(&bob, &group).await);
    assert!(owns(&lea, &group).await);
}

#[tokio::test]
async fn seniority_follows_the_order_of_joining_even_in_a_burst() {
    let server = TestServer::start().await;
    // They sign up, and get their ids, in the reverse order of joining.
    let [lea, bob, ann] = server.people(["Lea", "Bob", "Ann"]).await;
    let mut anns = ann.connect().await;
    for number in 0..12 {
        let group = ann.create_group(&format!("tea {number}"), &[]).await;
        // The first request keeps the server busy, so that the others are handled together.
        let first = Request::message(&group, "welcome");
        let joining = [first, Request::add(&group, &bob.id), Request::add(&group, &lea.id), Request::leave(&group)];
        anns.pipeline(&joining).await;
        assert!(owns(&bob, &group).await, "round {number}");
    }
}

#[tokio::test]
async fn an_owner_who_returns_is_a_plain_member() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    ann.connect().await.leave(&group).await;
    bob.connect().await.add(&group, &ann).await;
    assert!(!owns(&ann, &group).await);
    assert!(owns(&bob, &group).await);
}

#[tokio::test]
async fn ownership_passes_on_again_and_again() {
    let server = TestServer::start().await;
    let people = server.people(["Ann", "Bob", "Lea", "Rob"]).await;
    let [ann, bob, lea, rob] = &people;
    let group = ann.create_group("tea", &[bob, lea, rob]).await;
    for leaving in [ann, bob, lea] {
        leaving.connect().await.leave(&group).await;
    }
    assert_eq!(rob.texts_in(&group).await[..3], ["left"; 3]);
    assert!(owns(rob, &group).await);
}

#[tokio::test]
async fn a_plain_member_who_leaves_changes_no_ownership() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob, &lea]).await;
    bob.connect().await.leave(&group).await;
    assert!(!owns(&lea, &group).await);
    assert!(owns(&ann, &group).await);
}

#[tokio::test]
async fn a_deleted_accounts_groups_pass_on_without_a_notice() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob, &lea]).await;
    ann.write_in(&group, "goodbye").await;
    let mut sockets = sockets([&bob, &lea]).await;
    ann.delete("/api/profile/destroy").await.expect(200);
    for socket in &mut sockets {
        let rows = socket.rows(&Request::history(&group)).await;
        assert_eq!(texts(&rows), ["goodbye", "added", "added", "a new group"]);
        assert!(rows.iter().all(|row| row["senderName"] == "Deleted account" && row["senderLastName"] == ""));
        socket.hears_nothing().await;
    }
    sockets[0].write_in(&group, "still here").await;
    assert_eq!(sockets[1].hears("messageInGroup").await["message"], "still here");
    assert!(!owns(&lea, &group).await);
    assert!(owns(&bob, &group).await);
}

#[tokio::test]
async fn a_group_is_deleted_with_its_last_members_account() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    bob.connect().await.leave(&group).await;
    ann.delete("/api/profile/destroy").await.expect(200);
    let before = seen(&[&bob], &group).await;
    let again = serde_json::json!({
        "groupId": group, "groupName": "tea", "messageId": bob.id, "notificationMessage": "mine now",
    });
    bob.post("/api/use-cases/create-group", again).await.refused(409);
    assert_eq!(seen(&[&bob], &group).await, before);
}
