//! Concurrent connections: nothing acknowledged is lost, nothing rejected appears, and all see the same.

use std::{collections::BTreeSet, slice::from_ref};

use futures_util::future::join_all;
use hearth::model::{Counters, UserId};
use serde_json::{Value, json};

use crate::support::{
    Request, Socket, TestServer, User, column, dialog, grows, hearths, instants, items, new_id, sockets, texts,
};

const NOT_A_MEMBER: &str = "User is not a member of this group";

fn numbered(group: &str, name: &str, count: usize) -> Vec<Request> {
    (0..count).map(|number| Request::message(group, &format!("{name} {number}"))).collect()
}

fn accepted(requests: &[Request], answers: &[Value]) -> Vec<String> {
    let pairs = requests.iter().zip(answers).filter(|(_, answer)| answer["success"] == true);
    pairs.map(|(request, _)| request.id().to_owned()).collect()
}

/// The ids of a group's rows, oldest first; their instants must increase.
async fn history(socket: &mut Socket, group: &str) -> Vec<String> {
    let mut rows = socket.all(&Request::history(group), 100).await;
    rows.reverse();
    assert!(grows(&instants(&rows)));
    column(&rows, "messageId")
}

#[tokio::test(flavor = "multi_thread")]
async fn two_connections_of_one_person_lose_nothing_and_all_readers_agree() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob, &lea]).await;
    let [mut one, mut other, mut bobs, mut leas] = sockets([&ann, &ann, &bob, &lea]).await;
    let (first, second) = (numbered(&group, "one", 150), numbered(&group, "other", 150));
    tokio::join!(one.pipeline(&first), other.pipeline(&second));

    let heard = column(&items(&bobs.hears_many(300).await), "messageId");
    assert_eq!(column(&items(&leas.hears_many(300).await), "messageId"), heard);
    assert_eq!(history(&mut bobs, &group).await[3..], heard);
    for requests in [first, second] {
        let own: BTreeSet<_> = requests.iter().map(Request::id).collect();
        let heard: Vec<_> = heard.iter().filter(|id| own.contains(id.as_str())).collect();
        assert!(heard.into_iter().eq(requests.iter().map(Request::id)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_senders_lose_nothing_and_get_all_messages_of_the_others() {
    let server = TestServer::start().await;
    let people = server.people(["Ann", "Bob", "Lea", "Rob"]).await;
    let [ann, bob, lea, rob] = &people;
    let group = ann.create_group("tea", &[bob, lea, rob]).await;
    let mut sockets = sockets([ann, bob, lea, rob]).await;
    let written = [ann, bob, lea, rob].map(|user| numbered(&group, &user.name, 60));
    join_all(sockets.iter_mut().zip(&written).map(|(socket, requests)| socket.pipeline(requests))).await;

    let all = history(&mut ann.connect().await, &group).await.split_off(4);
    for (socket, own) in sockets.iter_mut().zip(&written) {
        let heard = column(&items(&socket.hears_many(180).await), "messageId");
        let own: BTreeSet<_> = own.iter().map(Request::id).collect();
        assert!(heard.iter().eq(all.iter().filter(|id| !own.contains(id.as_str()))));
        socket.hears_nothing().await;
    }
}

/// Ann or Bob ends Bob's membership while he and Lea write; all three must see the same.
async fn write_while_going(people: &[User; 3], group: &str, going: &Request) {
    let [ann, bob, lea] = people;
    let [mut anns, mut bobs, mut leas, mut ears] = sockets([ann, bob, lea, bob]).await;
    let (his, hers) = (numbered(group, "bob", 150), numbered(group, "lea", 150));
    let goes = async {
        // Somewhere among their messages.
        anns.hears_many(20).await;
        if going.kind == "leaveGroup" { bob.connect().await.does(going).await } else { anns.does(going).await }
    };
    let (his_answers, her_answers, _) = tokio::join!(bobs.pipeline(&his), leas.pipeline(&hers), goes);
    let mut kept = accepted(&his, &his_answers);
    assert!(his_answers[kept.len()..].iter().all(|answer| answer["message"] == NOT_A_MEMBER));
    let all = history(&mut leas, group).await.split_off(3);
    kept.extend(accepted(&hers, &her_answers));
    kept.push(going.id().to_owned());
    assert_eq!(all.iter().collect::<BTreeSet<_>>(), kept.iter().collect());
    nothing_after(&all, &his, going, &mut ears).await;
}

/// Asserts that nothing of the user's is stored after the notice, and that the user gets nothing of the others' after
/// it.
async fn nothing_after(all: &[String], own: &[Request], going: &Request, ears: &mut Socket) {
    let end = all.iter().position(|id| id == going.id()).expect("the notice is there");
    let own: BTreeSet<_> = own.iter().map(Request::id).collect();
    assert!(all[end..].iter().all(|id| !own.contains(id.as_str())));
    let expected: Vec<_> = all[..end].iter().filter(|id| !own.contains(id.as_str())).cloned().collect();
    assert_eq!(column(&items(&ears.hears_many(expected.len()).await), "messageId"), expected);
    if going.kind != "leaveGroup" {
        ears.hears("dropGroup").await;
    }
    ears.hears_nothing().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_member_who_is_removed_meanwhile_appears_after_the_removal() {
    let server = TestServer::start().await;
    let people = server.people(["Ann", "Bob", "Lea"]).await;
    let group = people[0].create_group("tea", &[&people[1], &people[2]]).await;
    write_while_going(&people, &group, &Request::remove(&group, &people[1].id)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_member_who_leaves_meanwhile_appears_after_the_notice() {
    let server = TestServer::start().await;
    let people = server.people(["Ann", "Bob", "Lea"]).await;
    let group = people[0].create_group("tea", &[&people[1], &people[2]]).await;
    write_while_going(&people, &group, &Request::leave(&group)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_added_during_a_burst_gets_exactly_what_follows() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&lea]).await;
    let [mut anns, mut bobs, mut leas] = sockets([&ann, &bob, &lea]).await;
    let hers = numbered(&group, "lea", 150);
    let add = Request::add(&group, &bob.id);
    let mover = async {
        anns.hears_many(20).await;
        anns.does(&add).await;
    };
    tokio::join!(leas.pipeline(&hers), mover);
    let all = history(&mut leas, &group).await;
    let start = all.iter().position(|id| id == add.id()).expect("the notice is there");
    let heard = bobs.hears_many(all.len() - start).await;
    assert_eq!(column(&items(&heard), "messageId"), all[start..]);
    assert_eq!(heard[0]["type"], "addUserInGroup");
    bobs.hears_nothing().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_appears_in_a_group_that_is_deleted_meanwhile() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob, &lea]).await;
    let [mut anns, mut bobs, mut leas] = sockets([&ann, &bob, &lea]).await;
    let his = numbered(&group, "bob", 150);
    let mover = async {
        anns.hears_many(20).await;
        anns.does(&Request::drop(&group)).await;
    };
    let (answers, ()) = tokio::join!(bobs.pipeline(&his), mover);
    let kept = accepted(&his, &answers);
    assert!(answers[kept.len()..].iter().all(|answer| answer["message"] == NOT_A_MEMBER));
    assert_eq!(column(&items(&leas.hears_many(kept.len()).await), "messageId"), kept);
    leas.hears("dropGroup").await;
    leas.hears_nothing().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_appears_when_a_writers_account_is_deleted_meanwhile() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs] = sockets([&ann, &bob]).await;
    let his = numbered(&group, "bob", 60);
    for request in &his {
        bobs.send(request.kind, request.params.clone()).await;
    }
    anns.hears_many(10).await;
    let (deleted, (answers, code, _)) = tokio::join!(bob.delete("/api/profile/destroy"), bobs.last_words());
    assert_eq!((deleted.status, code), (200, 4001));
    let answers: Vec<Value> = answers.iter().map(|text| serde_json::from_str(text).expect("JSON")).collect();
    let (kept, stored) = (accepted(&his, &answers), history(&mut anns, &group).await.split_off(2));
    assert_eq!(stored[..kept.len()], kept);
    assert_eq!(column(&items(&anns.hears_many(stored.len() - 10).await), "messageId"), stored[10..]);
    anns.hears_nothing().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_several_concurrent_adds_of_a_user_succeeds() {
    let server = TestServer::start().await;
    let people = server.people(["Ann", "Bob", "Lea", "Rob", "Eve"]).await;
    let [ann, bob, lea, rob, eve] = &people;
    let members = [ann, bob, lea, rob];
    for round in 0..5 {
        let group = ann.create_group(&format!("tea {round}"), &members[1..]).await;
        let (mut adding, mut eves) = (sockets(members).await, eve.connect().await);
        let requests = [(); 4].map(|()| Request::add(&group, &eve.id));
        let asking = adding.iter_mut().zip(&requests).map(|(socket, request)| socket.pipeline(from_ref(request)));
        let answers = join_all(asking).await.concat();
        let added = accepted(&requests, &answers);
        assert_eq!(added.len(), 1);
        let refused: Vec<_> = answers.iter().filter_map(|answer| answer["message"].as_str()).collect();
        assert_eq!(refused, ["the user is already in the group"; 3]);
        assert_eq!(eves.hears("addUserInGroup").await["messageId"], added[0]);
        eves.hears_nothing().await;
        assert_eq!(eve.texts_in(&group).await, ["added", "added", "added", "added", "a new group"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dialog_that_both_sides_start_at_once_is_one() {
    let server = TestServer::start().await;
    let people = server.people(["Ann", "Bob", "Lea", "Rob", "Eve", "Fay"]).await;
    for (one, other) in [(0, 1), (2, 3), (4, 5), (0, 2), (1, 3), (5, 0), (4, 1)] {
        let (one, other) = (&people[one], &people[other]);
        let [mut ones, mut others] = sockets([one, other]).await;
        tokio::join!(ones.write_to(other, "hello"), others.write_to(one, "hello"), one.write_to(other, "hello"));
        assert_eq!(one.texts_with(other).await, ["hello"; 3]);
        assert_eq!(other.texts_with(one).await, ["hello"; 3]);
    }
    assert_eq!(texts(&people[0].connect().await.rows(&Request::list()).await), ["hello"; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_several_concurrent_creations_of_a_group_succeeds() {
    let server = TestServer::start().await;
    let people = server.people(["Ann", "Bob", "Lea", "Rob"]).await;
    for _ in 0..5 {
        let group = new_id();
        let create = async |creator: &User| {
            let body = json!({
                "groupId": group, "groupName": "tea", "messageId": new_id(), "notificationMessage": creator.name,
            });
            creator.post("/api/use-cases/create-group", body).await.status
        };
        let statuses = join_all(people.iter().map(create)).await;
        for (creator, status) in people.iter().zip(&statuses) {
            let answer = creator.connect().await.ask("getlatestMessageGroup", Request::history(&group).params).await;
            assert_eq!((answer["success"] == true, answer["error"] == true), (*status == 200, *status == 409));
        }
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_all_members_leave_at_once_the_group_is_gone() {
    let server = TestServer::start().await;
    let people = server.people(["Ann", "Bob", "Lea", "Rob"]).await;
    let [ann, bob, lea, rob] = &people;
    for round in 0..5 {
        let group = ann.create_group(&format!("tea {round}"), &[bob, lea, rob]).await;
        let mut leaving = sockets([ann, bob, lea, rob]).await;
        join_all(leaving.iter_mut().map(|socket| socket.leave(&group))).await;
        for socket in &mut leaving {
            assert_eq!(socket.may_not(&Request::history(&group)).await, NOT_A_MEMBER);
            assert_eq!(socket.rows(&Request::list()).await, [Value::Null; 0]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_and_the_next_one_may_leave_at_once() {
    let server = TestServer::start().await;
    let people = server.people(["Ann", "Bob", "Lea"]).await;
    let [ann, bob, lea] = &people;
    for round in 0..5 {
        let group = ann.create_group(&format!("tea {round}"), &[bob, lea]).await;
        let [mut anns, mut bobs, mut leas] = sockets([ann, bob, lea]).await;
        tokio::join!(anns.leave(&group), bobs.leave(&group));
        leas.does(&Request::drop(&group)).await;
    }
}

#[tokio::test]
async fn an_edit_is_read_even_if_the_message_changes_again_meanwhile() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut socket] = hearths([&ann]).await;
    let chat = dialog(&bob);
    let message = socket.id_of(&chat, "tea").await;
    socket.does(&Request::edit(&chat, &message, "coffee")).await;
    let store = server.store();
    let [reader, partner] = [&bob, &ann].map(|person| UserId(person.id.parse().expect("an id")));
    let (opened, _) = store.open_dialog(reader, partner).await.expect("it is read").expect("it is there");
    socket.does(&Request::react(&chat, &message, "🫖")).await;
    let changes = store.catch_up(&opened, Counters { last_seq: 1, revision: 0 }, 10).await.expect("it is read");
    assert_eq!(changes.messages[0].content, "coffee");
}
