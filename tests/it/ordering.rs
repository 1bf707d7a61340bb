//! Frames of one connection take effect in order, and everyone sees a chat in the same order.

use serde_json::{Value, json};

use crate::support::{Request, TestServer, column, grows, instants, items, sockets, texts};

fn numbered(group: &str, count: usize) -> Vec<Request> {
    (0..count).map(|number| Request::message(group, &format!("number {number}"))).collect()
}

fn ids(requests: &[Request]) -> Vec<String> {
    requests.iter().map(|request| request.id().to_owned()).collect()
}

#[tokio::test]
async fn a_burst_of_writes_is_stored_and_broadcast_in_order() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob, &lea]).await;
    let [mut anns, mut bobs, mut leas] = sockets([&ann, &bob, &lea]).await;
    let requests = numbered(&group, 200);
    let answers = anns.pipeline(&requests).await;
    assert!(answers.iter().all(|answer| answer["success"] == true));
    let heard = items(&bobs.hears_many(200).await);
    assert_eq!(column(&heard, "messageId"), ids(&requests));
    assert!(grows(&instants(&heard)));
    assert_eq!(items(&leas.hears_many(200).await), heard);
    let mut stored = bobs.all(&Request::history(&group), 100).await;
    stored.truncate(200);
    stored.reverse();
    assert_eq!((column(&stored, "messageId"), instants(&stored)), (ids(&requests), instants(&heard)));
}

#[tokio::test]
async fn a_burst_to_a_user_is_stored_and_broadcast_in_order() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = sockets([&ann, &bob]).await;
    let requests: Vec<_> = (0..200).map(|number| Request::private(&bob.id, &format!("number {number}"))).collect();
    anns.pipeline(&requests).await;
    let heard = items(&bobs.hears_many(200).await);
    assert_eq!(column(&heard, "messageId"), ids(&requests));
    let mut stored = anns.all(&Request::dialog(&bob.id), 33).await;
    stored.reverse();
    assert_eq!((column(&stored, "messageId"), instants(&stored)), (ids(&requests), instants(&heard)));
}

#[tokio::test]
async fn a_read_sees_the_writes_before_it_and_none_after_it() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[]).await;
    let mut socket = ann.connect().await;
    let (dialog, history) = (Request::dialog(&bob.id), Request::history(&group));
    let mut requests = Vec::new();
    for number in 0..20 {
        requests.push(Request::private(&bob.id, &number.to_string()));
        requests.push(Request::message(&group, &number.to_string()));
        requests.extend([dialog.clone().with("limit", 1), history.clone().with("limit", 1), Request::list()]);
    }
    let answers = socket.pipeline(&requests).await;
    for (number, answers) in answers.chunks(5).enumerate() {
        let number = json!(number.to_string());
        let newest = |answer: &Value| answer["params"]["data"][0]["content"].clone();
        assert_eq!(
            [newest(&answers[2]), newest(&answers[3]), newest(&answers[4])],
            [&number, &number, &number].map(Clone::clone)
        );
    }
}

#[tokio::test]
async fn changes_of_membership_have_the_same_order_as_messages() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[]).await;
    let mut socket = ann.connect().await;
    let answers = socket
        .pipeline(&[
            Request::message(&group, "before"),
            Request::add(&group, &bob.id),
            Request::add(&group, &bob.id),
            Request::message(&group, "between"),
            Request::remove(&group, &bob.id),
            Request::remove(&group, &bob.id),
            Request::message(&group, "after"),
            Request::leave(&group),
            Request::message(&group, "gone"),
            Request::history(&group),
        ])
        .await;
    let accepted: Vec<_> = answers.iter().map(|answer| answer["success"] == true).collect();
    assert_eq!(accepted, [true, true, false, true, true, false, true, true, false, false]);
}

#[tokio::test]
async fn an_added_user_gets_everything_until_the_removal_and_nothing_after_it() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[]).await;
    let [mut anns, mut bobs] = sockets([&ann, &bob]).await;
    let mut requests = numbered(&group, 30);
    requests.insert(10, Request::add(&group, &bob.id));
    requests.insert(21, Request::remove(&group, &bob.id));
    anns.pipeline(&requests).await;
    let heard = bobs.hears_many(12).await;
    assert_eq!(column(&items(&heard[..11]), "messageId"), ids(&requests[10..21]));
    assert_eq!((&heard[0]["type"], &heard[11]["type"]), (&json!("addUserInGroup"), &json!("dropGroup")));
    bobs.hears_nothing().await;
}

#[tokio::test]
async fn an_added_user_may_write_at_once_on_any_connection() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[]).await;
    let [mut anns, mut listening, mut writing] = sockets([&ann, &bob, &bob]).await;
    for _ in 0..10 {
        let request = Request::add(&group, &bob.id);
        anns.send(request.kind, request.params).await;
        listening.hears("addUserInGroup").await;
        writing.write_in(&group, "here I am").await;
        anns.answer().await;
        writing.leave(&group).await;
    }
}

#[tokio::test]
async fn a_broadcast_message_is_already_in_the_history() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut listening, mut reading] = sockets([&ann, &bob, &bob]).await;
    for number in 0..20 {
        let request = Request::private(&bob.id, &number.to_string());
        anns.send(request.kind, request.params).await;
        listening.hears("privateMessage").await;
        assert_eq!(texts(&reading.dialog_page(&ann, 1, None).await), [number.to_string()]);
        anns.answer().await;
    }
}

#[tokio::test]
async fn a_rejected_frame_is_answered_in_order_and_does_not_affect_the_others() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut socket = ann.connect().await;
    let bad = Request::private(&bob.id, "  ");
    let dialog = Request::dialog(&bob.id);
    let requests = [
        Request::private(&bob.id, "one"),
        bad.clone(),
        dialog.clone(),
        bad,
        Request::list().with("limit", "x"),
        Request::private(&bob.id, "two"),
        dialog,
    ];
    let answers = socket.pipeline(&requests).await;
    let accepted: Vec<_> = answers.iter().map(|answer| answer["success"] == true).collect();
    assert_eq!(accepted, [true, false, true, false, false, true, true]);
    let rows = |answer: &Value| answer["params"]["data"].as_array().map(Vec::len);
    assert_eq!((rows(&answers[2]), rows(&answers[6])), (Some(1), Some(2)));
}

#[tokio::test]
async fn no_answer_overtakes_a_broadcast_nor_a_broadcast_an_answer() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    for extended in [false, true] {
        let group = ann.create_group("tea", &[&bob]).await;
        let mut anns = if extended { ann.hearth().await } else { ann.connect().await };
        let mut bobs = bob.connect().await;
        let (mine, theirs) = (numbered(&group, 40), numbered(&group, 40));
        for (mine, theirs) in mine.iter().zip(&theirs) {
            tokio::join!(anns.try_send(mine), bobs.try_send(theirs));
        }
        let mut seen = Vec::new();
        while seen.len() < 80 {
            let frame = anns.frame().await;
            assert_eq!(frame["type"], "messageInGroup");
            seen.push(if frame["params"]["isBroadcast"] == true { "Bob" } else { "Ann" });
        }
        let mut stored = anns.group_page(&group, 80, None).await;
        stored.reverse();
        assert_eq!(seen, column(&stored, "senderName"));
    }
}
