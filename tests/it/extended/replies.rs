//! Replies: what is quoted, and to whom it is shown.

use serde_json::{Value, json};

use crate::support::{Request, Socket, TestServer, dialog, group, items, new_id};

fn reply(chat: &Value, to: &str) -> Request {
    Request::write(chat, "an answer").with("replyTo", to)
}

/// The quote of a chat's newest message, in the history and in the chat list.
async fn quoted(socket: &mut Socket, chat: &Value) -> Value {
    let history = socket.rows(&Request::page(chat)).await[0]["replyTo"].take();
    let list = socket.rows(&Request::list()).await[0]["replyTo"].take();
    assert_eq!(history, list);
    history
}

#[tokio::test]
async fn a_reply_quotes_its_message_everywhere() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (mut anns, mut bobs) = (ann.hearth().await, bob.hearth().await);
    let id = anns.id_of(&dialog(&bob), "tea?").await;
    let answered = bobs.item(&reply(&dialog(&ann), &id)).await["replyTo"].take();
    let expected = json!({ "messageId": id, "seq": 1, "senderId": ann.id, "senderName": "Ann", "content": "tea?" });
    assert_eq!(answered, expected);
    assert_eq!(anns.hears("privateMessage").await["replyTo"], expected);
    assert_eq!(quoted(&mut anns, &dialog(&bob)).await, expected);
    assert_eq!(quoted(&mut bobs, &dialog(&ann)).await, expected);
    let changes = anns.rows(&Request::changes(&dialog(&bob), 1, 0)).await;
    assert_eq!(changes[0]["replyTo"], expected);
}

#[tokio::test]
async fn a_quote_has_at_most_200_characters() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let (mut anns, chat) = (ann.hearth().await, group(&ann.create_group("tea", &[]).await));
    for (content, expected) in [("é".repeat(200), "é".repeat(200)), ("🫖".repeat(201), "🫖".repeat(200))] {
        let first = Request::write(&chat, &content);
        let answer = reply(&chat, first.id());
        let answers = items(&anns.pipeline(&[first, answer.clone()]).await);
        assert_eq!(answers[1]["replyTo"]["content"], expected);
        assert_eq!(quoted(&mut anns, &chat).await["content"], expected);
        assert_eq!(anns.item(&answer).await["replyTo"]["content"], expected);
    }
}

#[tokio::test]
async fn a_message_in_the_same_burst_can_be_replied_to() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (mut anns, mut bobs) = (ann.hearth().await, bob.hearth().await);
    let first = Request::write(&dialog(&bob), "first");
    let answers = anns.pipeline(&[first.clone(), reply(&dialog(&bob), first.id())]).await;
    let expected = json!({
        "messageId": first.id(), "seq": 1, "senderId": ann.id, "senderName": "Ann", "content": "first",
    });
    assert_eq!(items(&answers)[1]["replyTo"], expected);
    assert_eq!(bobs.hears_all(["privateMessage"; 2]).await[1]["replyTo"], expected);
}

#[tokio::test]
async fn an_edited_text_is_quoted_as_edited_and_a_deleted_one_not_at_all() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let (mut anns, chat) = (ann.hearth().await, group(&ann.create_group("tea", &[]).await));
    let id = anns.id_of(&chat, "helo").await;
    anns.does(&reply(&chat, &id)).await;
    anns.does(&Request::edit(&chat, &id, "hello")).await;
    assert_eq!(quoted(&mut anns, &chat).await["content"], "hello");
    anns.does(&Request::delete(&chat, &id)).await;
    let expected = json!({ "messageId": id, "seq": 2, "senderId": ann.id, "senderName": "", "content": "" });
    assert_eq!(quoted(&mut anns, &chat).await, expected);
    assert_eq!(anns.item(&reply(&chat, &id)).await["replyTo"], expected);
}

#[tokio::test]
async fn a_hidden_message_is_quoted_only_to_the_other_side() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let id = ann.write_to(&bob, "a secret").await;
    bob.hide(&ann).await;
    let (mut anns, mut bobs) = (ann.hearth().await, bob.hearth().await);
    let answered = anns.item(&reply(&dialog(&bob), &id)).await;
    assert_eq!(answered["replyTo"]["content"], "a secret");
    let expected = json!({ "messageId": id, "seq": 1, "senderId": ann.id, "senderName": "", "content": "" });
    assert_eq!(bobs.hears("privateMessage").await["replyTo"], expected);
    assert_eq!(quoted(&mut bobs, &dialog(&ann)).await, expected);
    assert_eq!(quoted(&mut anns, &dialog(&bob)).await["content"], "a secret");
}

#[tokio::test]
async fn an_edited_reply_shows_each_side_its_own_quote() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let id = ann.write_to(&bob, "a secret").await;
    bob.hide(&ann).await;
    let (mut anns, mut bobs) = (ann.hearth().await, bob.hearth().await);
    let answer = reply(&dialog(&bob), &id);
    anns.does(&answer).await;
    let edited = anns.item(&Request::edit(&dialog(&bob), answer.id(), "better")).await;
    assert_eq!(edited["replyTo"]["content"], "a secret");
    let [_, heard] = bobs.hears_all(["privateMessage", "messageEdited"]).await;
    assert_eq!((&heard["replyTo"]["content"], &heard["content"]), (&json!(""), &json!("better")));
}

#[tokio::test]
async fn only_visible_messages_of_the_same_chat_can_be_replied_to() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let hidden = bob.write_to(&ann, "hidden").await;
    ann.hide(&bob).await;
    let strangers = bob.write_to(&eve, "hello").await;
    let mut anns = ann.hearth().await;
    let notice = anns.rows(&Request::page(&group(&tea))).await[0]["messageId"].take();
    let notice = notice.as_str().expect("an id").to_owned();
    for chat in [dialog(&bob), group(&tea), dialog(&eve)] {
        for id in [&hidden, &strangers, &new_id(), &notice] {
            assert_eq!(anns.code(&reply(&chat, id)).await, "message_not_found");
        }
    }
    assert_eq!(anns.rows(&Request::page(&dialog(&bob))).await, [json!(null); 0]);
}

#[tokio::test]
async fn a_rejected_reply_does_not_show_what_it_found() {
    let server = TestServer::start().await;
    let [ann, eve] = server.people(["Ann", "Eve"]).await;
    let tea = ann.create_group("tea", &[]).await;
    let id = ann.write_in(&tea, "hello").await;
    let mut eves = eve.hearth().await;
    for id in [id, new_id()] {
        assert_eq!(eves.code(&reply(&group(&tea), &id)).await, "not_a_member");
    }
}

#[tokio::test]
async fn auth_connections_ignore_this_key() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let id = ann.write_to(&bob, "tea?").await;
    let mut contract = bob.connect().await;
    for key in [json!(id), json!("nonsense"), json!(7)] {
        contract.does(&Request::write(&dialog(&ann), "yes").with("replyTo", key)).await;
    }
    assert_eq!(quoted(&mut ann.hearth().await, &dialog(&bob)).await, json!(null));
}
