//! Read positions: the pointer, the counts, and who is notified.

use serde_json::{Value, json};

use crate::support::{Request, Socket, TestServer, dialog, group, hearths, new_id, of_group, with_user};

async fn unread(socket: &mut Socket) -> Value {
    socket.rows(&Request::list()).await[0]["unreadCount"].take()
}

#[tokio::test]
async fn a_read_pointer_only_moves_forward() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    for content in ["one", "two", "three"] {
        anns.writes(&dialog(&bob), content).await;
    }
    let seqs = [2, 1, 2, 3, 0];
    let mut told = Vec::new();
    for seq in seqs {
        let item = bobs.item(&Request::read(&dialog(&ann), seq)).await;
        told.push(["readUpTo", "unreadCount", "state"].map(|key| item[key].as_i64().expect("a number")));
    }
    assert_eq!(told, [[2, 1, 1], [2, 1, 1], [2, 1, 1], [3, 0, 2], [3, 0, 2]]);
    let heard = anns.hears_all(["messagesRead"; 2]).await;
    assert_eq!(heard.map(|item| item["readUpTo"].as_i64().expect("a number")), [2, 3]);
}

#[tokio::test]
async fn the_readers_answer_has_exactly_these_keys() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "hello").await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let item = bobs.item(&Request::read(&dialog(&ann), 1)).await;
    let expected = json!({
        "chat": with_user(&ann), "userId": bob.id, "readUpTo": 1, "unreadCount": 0, "state": 1,
    });
    assert_eq!(item, expected);
    let told = json!({ "chat": with_user(&bob), "userId": bob.id, "readUpTo": 1, "state": 1 });
    assert_eq!(anns.hears_only("messagesRead").await, told);
    let row = anns.rows(&Request::list()).await.remove(0);
    assert_eq!((&row["partnerReadUpTo"], &row["state"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn a_future_seq_cannot_be_read() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    ann.write_to(&bob, "hello").await;
    let mut bobs = bob.hearth().await;
    for (chat, last) in [(dialog(&ann), 1), (group(&tea), 2)] {
        let message = bobs.may_not(&Request::read(&chat, last + 1)).await;
        assert!(message.contains(&format!("seq must be at most {last}")), "{message}");
    }
    assert_eq!(bobs.code(&Request::read(&dialog(&ann), i64::MAX)).await, "invalid");
    assert_eq!(bobs.code(&Request::read(&dialog(&eve), 0)).await, "chat_not_found");
    assert_eq!(bobs.code(&Request::read(&group(&new_id()), 0)).await, "not_a_member");
    assert_eq!(bobs.rows(&Request::list()).await[0]["readUpTo"], 0);
}

#[tokio::test]
async fn writing_marks_as_read() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    anns.writes(&dialog(&bob), "one").await;
    anns.writes(&dialog(&bob), "two").await;
    assert_eq!((unread(&mut anns).await, unread(&mut bobs).await), (json!(0), json!(2)));
    bobs.writes(&dialog(&ann), "three").await;
    assert_eq!((unread(&mut anns).await, unread(&mut bobs).await), (json!(1), json!(0)));
    let row = bobs.rows(&Request::list()).await.remove(0);
    assert_eq!((&row["readUpTo"], &row["state"]), (&json!(3), &json!(0)));
}

#[tokio::test]
async fn a_new_member_has_nothing_unread() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    anns.writes(&group(&tea), "before").await;
    anns.does(&Request::add(&tea, &bob.id)).await;
    assert_eq!(unread(&mut bobs).await, 0);
    anns.writes(&group(&tea), "after").await;
    assert_eq!(unread(&mut bobs).await, 1);
}

#[tokio::test]
async fn in_a_small_group_everyone_gets_read_receipts() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob, &eve]).await;
    let [mut anns, mut bobs, mut eves] = hearths([&ann, &bob, &eve]).await;
    bobs.does(&Request::read(&group(&tea), 3)).await;
    let told = json!({ "chat": of_group(&tea), "userId": bob.id, "readUpTo": 3 });
    assert_eq!(anns.hears_only("messagesRead").await, told);
    assert_eq!(eves.hears_only("messagesRead").await, told);
    assert_eq!(anns.rows(&Request::members(&tea)).await[1]["readUpTo"], 3);
    assert_eq!(anns.rows(&Request::list()).await[0]["state"], 0);
}

#[tokio::test]
async fn in_a_large_group_only_the_users_own_devices_are_notified() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let crowd = server.people_called(&[("Extra", ""); 98]).await;
    let [mut anns, mut bobs, mut bobs_other] = hearths([&ann, &bob, &bob]).await;
    let adds: Vec<_> = crowd.iter().map(|person| Request::add(&tea, &person.id)).collect();
    anns.pipeline(&adds).await;
    bobs.hears_many(98).await;
    bobs_other.hears_many(98).await;
    bobs.does(&Request::read(&group(&tea), 50)).await;
    anns.hears_only("messagesRead").await;
    let [last] = server.people(["Last"]).await;
    anns.does(&Request::add(&tea, &last.id)).await;
    bobs.does(&Request::read(&group(&tea), 60)).await;
    anns.hears_nothing().await;
    bobs_other.hears_all(["messagesRead", "addUserInGroup", "messagesRead"]).await;
    assert_eq!(anns.rows(&Request::members(&tea)).await[1]["readUpTo"], Value::Null);
}

#[tokio::test]
async fn hiding_a_dialog_marks_it_as_read_and_sends_a_receipt() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    anns.writes(&dialog(&bob), "one").await;
    anns.writes(&dialog(&bob), "two").await;
    bob.hide(&ann).await;
    let told = json!({ "chat": with_user(&bob), "userId": bob.id, "readUpTo": 2, "state": 1 });
    assert_eq!(anns.hears_only("messagesRead").await, told);
    assert_eq!(bobs.rows(&Request::list()).await, [json!(null); 0]);
    anns.writes(&dialog(&bob), "three").await;
    let row = bobs.rows(&Request::list()).await.remove(0);
    let seen = ["readUpTo", "hiddenUpTo", "unreadCount", "lastSeq"].map(|key| row[key].clone());
    assert_eq!(json!(seen), json!([2, 2, 1, 3]));
}

#[tokio::test]
async fn pipelined_reads_are_broadcast_in_order() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let writes: Vec<_> = (0..20).map(|_| Request::write(&dialog(&bob), "hello")).collect();
    anns.pipeline(&writes).await;
    let reads: Vec<_> = (1..=20).map(|seq| Request::read(&dialog(&ann), seq)).collect();
    bobs.pipeline(&reads).await;
    for seq in 1..=20 {
        let item = anns.hears("messagesRead").await;
        assert_eq!((&item["readUpTo"], &item["state"]), (&json!(seq), &json!(seq)));
    }
    assert_eq!(unread(&mut bobs).await, 0);
}

#[tokio::test]
async fn notes_to_yourself_can_be_read() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let [mut anns, mut other] = hearths([&ann, &ann]).await;
    anns.writes(&dialog(&ann), "milk").await;
    let item = anns.item(&Request::read(&dialog(&ann), 1)).await;
    assert_eq!((&item["unreadCount"], &item["readUpTo"]), (&json!(0), &json!(1)));
    other.hears_only("privateMessage").await;
}
