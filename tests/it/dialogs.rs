//! Messages between two users and to yourself: who gets them, how they look, and what hiding a dialog hides.

use serde_json::json;

use crate::support::{Request, TestServer, all_quiet, column, instants, new_id, sockets, texts};

#[tokio::test]
async fn a_private_message_reaches_every_connection_of_the_receiver_and_nobody_else() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    ann.write_to(&eve, "before").await;
    let mut quiet = sockets([&ann, &ann, &eve]).await;
    let mut listening = [bob.connect().await, bob.connect().await, bob.log_in_again().await.connect().await];

    let id = quiet[0].write_to(&bob, "hello").await;
    for socket in &mut listening {
        assert_eq!(socket.hears("privateMessage").await["messageId"], id);
        socket.hears_nothing().await;
    }
    all_quiet(&mut quiet).await;
}

#[tokio::test]
async fn a_private_message_gets_an_empty_answer() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let request = Request::private(&bob.id, "hello");
    let mut socket = ann.connect().await;
    socket.send(request.kind, request.params).await;
    let expected = json!({
        "type": "privateMessage", "success": true, "params": { "item": null, "data": null, "isBroadcast": false },
    });
    assert_eq!(socket.frame().await, expected);
}

#[tokio::test]
async fn a_private_messages_broadcast_has_exactly_the_keys_of_the_contract() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.patch("/api/profile/update", json!({ "lastName": "Lee" })).await.expect(201);
    let mut socket = bob.connect().await;
    let id = ann.write_to(&bob, "it's \"tea\" time").await;
    let text = socket.text().await;
    let at = bob.connect().await.dialog_page(&ann, 1, None).await[0]["createdAt"].clone();
    let ann = &ann.id;
    let expected = format!(
        r#"{{"type":"privateMessage","success":true,"params":{{"item":{{"messageId":"{id}","message":"it's \"tea\" time","senderName":"Ann","senderLastName":"Lee","senderId":"{ann}","createdAt":{at}}},"data":null,"isBroadcast":true}}}}"#
    );
    assert_eq!(text, expected);
}

#[tokio::test]
async fn a_dialogs_history_has_exactly_the_keys_of_the_contract() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let id = ann.write_to(&bob, "hello").await;
    let mut socket = bob.connect().await;
    let at = socket.dialog_page(&ann, 1, None).await[0]["createdAt"].clone();
    let request = Request::dialog(&ann.id);
    socket.send(request.kind, request.params).await;
    let (ann, bob) = (&ann.id, &bob.id);
    let expected = format!(
        r#"{{"type":"getlatestMessageDialog","success":true,"params":{{"item":null,"data":[{{"messageId":"{id}","senderId":"{ann}","senderName":"Ann","receiverId":"{bob}","receiverName":"Bob","content":"hello","createdAt":{at}}}],"isBroadcast":false}}}}"#
    );
    assert_eq!(socket.text().await, expected);
}

#[tokio::test]
async fn one_message_has_one_instant_in_broadcast_history_and_list() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut bobs = bob.connect().await;
    ann.write_to(&bob, "hello").await;
    let heard = bobs.hears("privateMessage").await;
    let mut anns = ann.connect().await;
    let rows = [
        bobs.rows(&Request::dialog(&ann.id)).await.remove(0),
        bobs.rows(&Request::list()).await.remove(0),
        anns.rows(&Request::dialog(&bob.id)).await.remove(0),
        anns.rows(&Request::list()).await.remove(0),
    ];
    assert_eq!(instants(&rows), [instants(&[heard])[0]; 4]);
}

#[tokio::test]
async fn both_directions_are_one_dialog_which_third_parties_do_not_see() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    ann.write_to(&bob, "one").await;
    bob.write_to(&ann, "two").await;
    ann.write_to(&eve, "aside").await;
    for (reader, companion) in [(&ann, &bob), (&bob, &ann)] {
        let rows = reader.connect().await.rows(&Request::dialog(&companion.id)).await;
        assert_eq!(texts(&rows), ["two", "one"]);
        assert_eq!(column(&rows, "senderName"), ["Bob", "Ann"]);
        assert_eq!(column(&rows, "receiverName"), ["Ann", "Bob"]);
    }
    assert_eq!(eve.texts_with(&bob).await, [""; 0]);
    assert_eq!(eve.texts_with(&ann).await, ["aside"]);
}

#[tokio::test]
async fn notes_to_yourself_are_stored_and_notify_nobody() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "hello").await;
    let mut sockets = sockets([&ann, &ann, &bob]).await;
    sockets[0].write_to(&ann, "milk").await;
    sockets[0].write_to(&ann, "bread").await;
    all_quiet(&mut sockets).await;
    assert_eq!(ann.texts_with(&ann).await, ["bread", "milk"]);
    let list = sockets[0].rows(&Request::list()).await;
    assert_eq!(texts(&list), ["bread", "hello"]);
    assert_eq!((&list[0]["senderId"], &list[0]["receiverId"]), (&json!(ann.id), &json!(ann.id)));
}

#[tokio::test]
async fn writing_to_an_unknown_user_is_rejected() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.connect().await;
    let (nobody, request) = (new_id(), Request::private(&new_id(), "hello"));
    assert_eq!(socket.may_not(&request).await, "User not found");
    assert_eq!(socket.may_not(&request).await, "User not found");
    assert_eq!(socket.rows(&Request::list()).await, [json!(null); 0]);
    assert_eq!(socket.rows(&Request::dialog(&nobody)).await, [json!(null); 0]);
}

#[tokio::test]
async fn a_deleted_account_gets_no_more_messages_and_its_dialog_stays_readable() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.patch("/api/profile/update", json!({ "lastName": "Lee" })).await.expect(201);
    bob.write_to(&ann, "are you there?").await;
    ann.write_to(&bob, "not for long").await;
    let mut socket = bob.connect().await;
    ann.delete("/api/profile/destroy").await.expect(200);
    assert_eq!(socket.may_not(&Request::private(&ann.id, "hello?")).await, "User not found");
    socket.hears_nothing().await;
    let rows = socket.rows(&Request::dialog(&ann.id)).await;
    assert_eq!(texts(&rows), ["not for long", "are you there?"]);
    assert_eq!(column(&rows, "senderName"), ["Deleted account", "Bob"]);
    let row = socket.rows(&Request::list()).await.remove(0);
    assert_eq!((&row["senderName"], &row["senderLastName"]), (&json!("Deleted account"), &json!("")));
}

#[tokio::test]
async fn texts_are_stored_and_sent_exactly_as_given() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let odd = ["it's; DROP TABLE messages --", " \u{1F469}\u{200D}\u{1F680} \t", "Ёж % _ \\ \"", "a\r\nb\u{1}", "{}"];
    let requests = odd.map(|text| Request::private(&bob.id, text));
    let mut socket = bob.connect().await;
    ann.connect().await.pipeline(&requests).await;
    for text in odd {
        assert_eq!(socket.hears("privateMessage").await["message"], text);
    }
    assert!(bob.texts_with(&ann).await.iter().rev().eq(odd));
}

#[tokio::test]
async fn names_are_current_everywhere() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (mut anns, mut bobs) = (ann.connect().await, bob.connect().await);
    anns.write_to(&bob, "one").await;
    assert_eq!(bobs.hears("privateMessage").await["senderName"], "Ann");
    ann.patch("/api/profile/update", json!({ "firstName": "Anna", "lastName": "Lee" })).await.expect(201);
    anns.write_to(&bob, "two").await;
    let heard = bobs.hears("privateMessage").await;
    assert_eq!((&heard["senderName"], &heard["senderLastName"]), (&json!("Anna"), &json!("Lee")));
    assert_eq!(column(&bobs.rows(&Request::dialog(&ann.id)).await, "senderName"), ["Anna", "Anna"]);
    assert_eq!(bobs.rows(&Request::list()).await[0]["senderLastName"], "Lee");
}

#[tokio::test]
async fn ids_in_upper_case_are_the_same_ids() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (mut anns, mut bobs) = (ann.connect().await, bob.connect().await);
    let request = Request::private(&bob.id.to_uppercase(), "hello");
    let shouted = request.clone().with("messageId", request.id().to_uppercase());
    anns.does(&shouted).await;
    anns.does(&request).await;
    assert_eq!(bobs.hears("privateMessage").await["messageId"], request.id());
    bobs.hears_nothing().await;
    assert_eq!(column(&bobs.rows(&Request::dialog(&ann.id.to_uppercase())).await, "messageId"), [request.id()]);
}
