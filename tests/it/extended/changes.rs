//! Catching up with one chat: what happened since the client last saw it.

use serde_json::{Value, json};

use crate::support::{Request, Socket, TestServer, User, dialog, group, hearths, new_id, of_group, texts};

/// One page: its texts and its item.
async fn since(socket: &mut Socket, chat: &Value, seq: i64, revision: i64, limit: i64) -> (Vec<String>, Value) {
    let mut params = socket.does(&Request::changes(chat, seq, revision).with("limit", limit)).await;
    let Value::Array(rows) = params["data"].take() else { panic!("no rows: {params}") };
    (texts(&rows), params["item"].take())
}

fn number(item: &Value, key: &str) -> i64 {
    item[key].as_i64().expect("a number")
}

/// All pages, as clients ask for them.
async fn walk(socket: &mut Socket, chat: &Value, limit: i64) -> Vec<String> {
    let (mut all, mut seq, mut revision) = (Vec::new(), 0, 0);
    loop {
        let (page, item) = since(socket, chat, seq, revision, limit).await;
        assert!(page.len() <= usize::try_from(limit).expect("a limit"));
        all.extend(page);
        if item["complete"] == true {
            return all;
        }
        (seq, revision) = (number(&item, "afterSeq"), number(&item, "afterRevision"));
    }
}

/// A group with `1` to `5` after its first notice, of which 2, 4 and 1 were edited, in this order.
async fn edited_group(ann: &User) -> Value {
    let chat = group(&ann.create_group("tea", &[]).await);
    let mut anns = ann.hearth().await;
    let writes: Vec<_> = (1..=5).map(|number| Request::write(&chat, &number.to_string())).collect();
    anns.pipeline(&writes).await;
    let edit = |number: usize| Request::edit(&chat, writes[number - 1].id(), &format!("{number}!"));
    anns.pipeline(&[edit(2), edit(4), edit(1)]).await;
    chat
}

#[tokio::test]
async fn new_messages_come_first_and_then_changed_ones() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let chat = edited_group(&ann).await;
    let (page, item) = since(&mut ann.hearth().await, &chat, 4, 0, 100).await;
    assert_eq!(page, ["4!", "5", "2!", "1!"]);
    let expected = json!({
        "chat": chat, "firstSeq": 1, "lastSeq": 6, "revision": 3, "complete": true, "reset": false, "afterSeq": 6,
        "afterRevision": 3,
    });
    assert_eq!(item, expected);
}

#[tokio::test]
async fn an_up_to_date_client_gets_nothing() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let chat = edited_group(&ann).await;
    for limit in [0, 1, 100] {
        let (page, item) = since(&mut ann.hearth().await, &chat, 6, 3, limit).await;
        assert_eq!((page.len(), &item["complete"]), (0, &json!(true)));
    }
}

#[tokio::test]
async fn pages_of_any_size_lead_to_the_end() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let chat = edited_group(&ann).await;
    let mut anns = ann.hearth().await;
    for limit in 1..=8 {
        let all = walk(&mut anns, &chat, limit).await;
        assert_eq!(all[..6], ["a new group", "1!", "2!", "3", "4!", "5"], "limit {limit}");
        assert!(all[6..].iter().all(|text| text.ends_with('!')), "{all:?}");
    }
}

#[tokio::test]
async fn pages_continue_across_messages_and_changes() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let chat = edited_group(&ann).await;
    let mut anns = ann.hearth().await;
    let (first, item) = since(&mut anns, &chat, 4, 0, 3).await;
    assert_eq!((first, &item["complete"]), (vec!["4!".to_owned(), "5".into(), "2!".into()], &json!(false)));
    assert_eq!((&item["afterSeq"], &item["afterRevision"]), (&json!(6), &json!(1)));
    let (rest, item) = since(&mut anns, &chat, 6, 1, 3).await;
    assert_eq!((rest, &item["complete"]), (vec!["4!".to_owned(), "1!".into()], &json!(true)));
}

#[tokio::test]
async fn an_empty_page_does_not_advance() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let chat = edited_group(&ann).await;
    let (page, item) = since(&mut ann.hearth().await, &chat, 2, 1, 0).await;
    assert_eq!((page.len(), &item["complete"]), (0, &json!(false)));
    assert_eq!((&item["afterSeq"], &item["afterRevision"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn a_message_that_was_deleted_is_a_change() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let (chat, mut anns) = (group(&ann.create_group("tea", &[]).await), ann.hearth().await);
    let id = anns.id_of(&chat, "a slip").await;
    anns.does(&Request::delete(&chat, &id)).await;
    let row = anns.rows(&Request::changes(&chat, 2, 0)).await.remove(0);
    assert_eq!((&row["messageId"], &row["content"]), (&json!(id), &json!("")));
    assert!(row["deletedAt"].is_string(), "{row}");
}

#[tokio::test]
async fn hidden_messages_are_not_among_the_changes() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let id = anns.id_of(&dialog(&bob), "old").await;
    bob.hide(&ann).await;
    anns.does(&Request::edit(&dialog(&bob), &id, "older")).await;
    anns.writes(&dialog(&bob), "new").await;
    let (page, item) = since(&mut bobs, &dialog(&ann), 0, 0, 100).await;
    assert_eq!((page, number(&item, "lastSeq"), number(&item, "revision")), (vec!["new".to_owned()], 2, 1));
    let (page, _) = since(&mut bobs, &dialog(&ann), 2, 0, 100).await;
    assert_eq!(page, [""; 0]);
}

#[tokio::test]
async fn counters_ahead_of_the_chat_are_rejected() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let chat = edited_group(&ann).await;
    let mut anns = ann.hearth().await;
    let message = anns.may_not(&Request::changes(&chat, 7, 4)).await;
    assert!(message.contains("afterSeq must be at most 6"), "{message}");
    assert!(message.contains("afterRevision must be at most 3"), "{message}");
    assert_eq!(anns.code(&Request::changes(&chat, i64::MAX, i64::MAX)).await, "invalid");
    assert_eq!(anns.code(&Request::changes(&chat, 0, i64::MAX)).await, "invalid");
}

#[tokio::test]
async fn chats_of_others_cannot_be_read() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob, &eve]).await;
    ann.write_to(&bob, "hello").await;
    let mut eves = eve.hearth().await;
    eves.does(&Request::leave(&tea)).await;
    for id in [&tea, &new_id()] {
        assert_eq!(eves.code(&Request::changes(&group(id), 0, 0)).await, "not_a_member");
    }
    for person in [&ann, &bob, &eve] {
        assert_eq!(eves.code(&Request::changes(&dialog(person), 0, 0)).await, "chat_not_found");
    }
    assert_eq!(eves.code(&Request::changes(&of_group(&tea), 99, 0)).await, "not_a_member");
}

#[tokio::test]
async fn a_client_too_far_behind_starts_over() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let chat = group(&ann.create_group("tea", &[]).await);
    server.database.fill_group("tea", &ann, 10_000).await;
    let mut anns = ann.hearth().await;
    let (page, item) = since(&mut anns, &chat, 0, 0, 100).await;
    let expected = json!({
        "chat": chat, "firstSeq": 1, "lastSeq": 10_001, "revision": 0, "complete": true, "reset": true,
        "afterSeq": 10_001, "afterRevision": 0,
    });
    assert_eq!((page.len(), item), (0, expected));
    let (page, item) = since(&mut anns, &chat, 1, 0, 100).await;
    assert_eq!((page.len(), &item["reset"], &item["complete"]), (100, &json!(false), &json!(false)));
}

#[tokio::test]
async fn messages_and_changes_count_together() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let chat = group(&ann.create_group("tea", &[]).await);
    server.database.fill_group("tea", &ann, 9_999).await;
    let mut anns = ann.hearth().await;
    let id = anns.rows(&Request::page(&chat).with("limit", 1)).await[0]["messageId"].take();
    anns.does(&Request::react(&chat, id.as_str().expect("an id"), "👍")).await;
    assert_eq!(since(&mut anns, &chat, 0, 0, 1).await.1["reset"], true);
    assert_eq!(since(&mut anns, &chat, 1, 0, 1).await.1["reset"], false);
    assert_eq!(since(&mut anns, &chat, 0, 1, 1).await.1["reset"], false);
}
