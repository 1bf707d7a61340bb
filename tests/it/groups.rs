//! Creating groups and writing in them: who gets messages, how they look, and that outsiders get nothing.

use serde_json::{Value, json};

use crate::support::{Request, TestServer, User, all_quiet, column, instants, items, new_id, seen, sockets, texts};

const NOT_A_MEMBER: &str = "User is not a member of this group";

fn new_group(id: &str) -> Value {
    json!({ "groupId": id, "groupName": "tea", "notificationMessage": "Ann created tea", "messageId": new_id() })
}

async fn create(owner: &User, body: &Value) -> Value {
    owner.post("/api/use-cases/create-group", body.clone()).await.expect(200)
}

#[tokio::test]
async fn a_new_group_has_its_creator_and_its_first_notice() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = new_id();
    let body = new_group(&group);
    assert_eq!(create(&ann, &body).await, json!({ "statusCode": 200, "message": "Create group succes" }));
    let rows = ann.connect().await.rows(&Request::history(&group)).await;
    assert_eq!((texts(&rows), &rows[0]["notification"]), (vec!["Ann created tea".to_owned()], &json!(true)));
    assert_eq!((&rows[0]["messageId"], &rows[0]["senderId"]), (&body["messageId"], &json!(ann.id)));
    let list = ann.connect().await.rows(&Request::list()).await;
    assert_eq!((&list[0]["groupId"], &list[0]["groupName"]), (&json!(group), &json!("tea")));
    assert_eq!(bob.connect().await.rows(&Request::list()).await, [json!(null); 0]);
}

#[tokio::test]
async fn creating_a_group_broadcasts_nothing() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut sockets = sockets([&ann, &ann, &bob]).await;
    create(&ann, &new_group(&new_id())).await;
    all_quiet(&mut sockets).await;
}

#[tokio::test]
async fn a_taken_group_id_is_rejected_for_everyone_and_changes_nothing() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = new_id();
    let mut body = new_group(&group);
    create(&ann, &body).await;
    let before = seen(&[&ann, &bob], &group).await;
    bob.post("/api/use-cases/create-group", body.clone()).await.refused(409);
    body["messageId"] = json!(new_id());
    ann.post("/api/use-cases/create-group", body.clone()).await.refused(409);
    bob.post("/api/use-cases/create-group", body).await.refused(409);
    assert_eq!(seen(&[&ann, &bob], &group).await, before);
}

#[tokio::test]
async fn an_invalid_group_is_not_created_in_part() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let group = new_id();
    for (key, value) in [("messageId", json!("x")), ("groupName", json!("  ")), ("notificationMessage", json!("\u{7}"))]
    {
        let mut body = new_group(&group);
        body[key] = value;
        assert_eq!(ann.post("/api/use-cases/create-group", body).await.faults(), [key]);
    }
    assert_eq!(ann.connect().await.may_not(&Request::history(&group)).await, NOT_A_MEMBER);
    create(&ann, &new_group(&group)).await;
    assert_eq!(ann.texts_in(&group).await, ["Ann created tea"]);
}

#[tokio::test]
async fn one_message_id_may_open_two_groups() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (mut one, mut other) = (new_group(&new_id()), new_group(&new_id()));
    (one["messageId"], other["messageId"]) = (json!(ann.id), json!(ann.id));
    create(&ann, &one).await;
    create(&ann, &other).await;
    other["groupId"] = json!(new_id());
    create(&bob, &other).await;
    assert_eq!(ann.connect().await.rows(&Request::list()).await.len(), 2);
    assert_eq!(bob.connect().await.rows(&Request::list()).await.len(), 1);
}

#[tokio::test]
async fn a_message_reaches_every_connection_of_the_other_members_and_nobody_else() {
    let server = TestServer::start().await;
    let [ann, bob, eve, lea, rob] = server.people(["Ann", "Bob", "Eve", "Lea", "Rob"]).await;
    let group = ann.create_group("tea", &[&bob, &lea, &rob]).await;
    ann.create_group("coffee", &[&eve]).await;
    lea.connect().await.leave(&group).await;
    ann.connect().await.remove(&group, &rob).await;
    let mut quiet = sockets([&ann, &ann, &eve, &lea, &rob]).await;
    let mut listening = sockets([&bob, &bob]).await;

    let id = quiet[0].write_in(&group, "kettle's on").await;
    for socket in &mut listening {
        assert_eq!(socket.hears("messageInGroup").await["messageId"], id);
        socket.hears_nothing().await;
    }
    all_quiet(&mut quiet).await;
}

#[tokio::test]
async fn every_member_of_a_large_group_gets_everything_once() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let many = server.people_called(&[("One", "of"), ("many", "people")].repeat(20)).await;
    let group = ann.create_group("tea", &[]).await;
    let (mut anns, mut listening) = (ann.connect().await, Vec::new());
    anns.pipeline(&many.iter().map(|person| Request::add(&group, &person.id)).collect::<Vec<_>>()).await;
    for person in &many {
        listening.push(person.connect().await);
    }
    let id = anns.write_in(&group, "kettle's on").await;
    for socket in &mut listening {
        assert_eq!(socket.hears("messageInGroup").await["messageId"], id);
        socket.hears_nothing().await;
    }
}

#[tokio::test]
async fn members_of_several_groups_get_messages_by_group() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob, &eve]).await;
    let coffee = ann.create_group("coffee", &[&bob]).await;
    let (mut bobs, mut eves) = (bob.connect().await, eve.connect().await);
    ann.write_in(&coffee, "beans").await;
    ann.write_in(&tea, "leaves").await;
    let heard = items(&bobs.hears_many(2).await);
    assert_eq!(column(&heard, "groupName"), ["coffee", "tea"]);
    assert_eq!(column(&heard, "groupId"), [coffee, tea]);
    assert_eq!(eves.hears("messageInGroup").await["message"], "leaves");
    eves.hears_nothing().await;
}

#[tokio::test]
async fn a_group_messages_broadcast_has_exactly_the_keys_of_the_contract() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let mut socket = bob.connect().await;
    let request = Request::message(&group, "hi").with("groupName", "a lie");
    let answer = ann.connect().await.does(&request).await;
    assert_eq!(answer, json!({ "item": null, "data": null, "isBroadcast": false }));
    let text = socket.text().await;
    let at = &socket.rows(&Request::history(&group)).await[0]["createdAt"];
    let (id, ann) = (request.id(), &ann.id);
    let expected = format!(
        r#"{{"type":"messageInGroup","success":true,"params":{{"item":{{"groupId":"{group}","groupName":"tea","messageId":"{id}","message":"hi","senderName":"Ann","senderLastName":"","notification":false,"senderId":"{ann}","createdAt":{at}}},"data":null,"isBroadcast":true}}}}"#
    );
    assert_eq!(text, expected);
}

#[tokio::test]
async fn a_groups_history_has_exactly_the_keys_of_the_contract() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let group = ann.create_group("tea", &[]).await;
    let id = ann.write_in(&group, "hi").await;
    let mut socket = ann.connect().await;
    let at = socket.rows(&Request::history(&group)).await[0]["createdAt"].clone();
    socket.send("getlatestMessageGroup", json!({ "groupId": group, "groupName": "a lie", "limit": 1 })).await;
    let ann = &ann.id;
    let expected = format!(
        r#"{{"type":"getlatestMessageGroup","success":true,"params":{{"item":null,"data":[{{"notification":false,"messageId":"{id}","senderId":"{ann}","senderName":"Ann","senderLastName":"","groupId":"{group}","groupName":"tea","content":"hi","createdAt":{at}}}],"isBroadcast":false}}}}"#
    );
    assert_eq!(socket.text().await, expected);
}

#[tokio::test]
async fn one_message_has_one_instant_for_all_members() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let mut bobs = bob.connect().await;
    ann.write_in(&group, "hi").await;
    let mut rows = vec![bobs.hears("messageInGroup").await];
    for mut socket in [bobs, ann.connect().await] {
        rows.push(socket.rows(&Request::history(&group)).await.remove(0));
        rows.push(socket.rows(&Request::list()).await.remove(0));
    }
    assert_eq!(instants(&rows), vec![instants(&rows)[0]; 5]);
}

#[tokio::test]
async fn outsiders_can_do_nothing_in_a_group_or_an_unknown_one() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let (mut socket, mut anns) = (eve.connect().await, ann.connect().await);
    let before = seen(&[&ann, &bob, &eve], &group).await;
    for group in [&group, &new_id()] {
        for somebody in [&bob.id, &eve.id, &new_id()] {
            for request in Request::of_members(group, somebody) {
                assert_eq!(socket.may_not(&request).await, NOT_A_MEMBER, "{request:?}");
            }
        }
    }
    assert_eq!(seen(&[&ann, &bob, &eve], &group).await, before);
    anns.hears_nothing().await;
}

#[tokio::test]
async fn senders_have_their_current_names() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let (mut anns, mut bobs) = (ann.connect().await, bob.connect().await);
    ann.patch("/api/profile/update", json!({ "firstName": "Anna", "lastName": "Lee" })).await.expect(201);
    anns.write_in(&group, "hi").await;
    let mut rows = vec![bobs.hears("messageInGroup").await];
    rows.extend(bobs.rows(&Request::history(&group)).await);
    rows.extend(bobs.rows(&Request::list()).await);
    assert_eq!(column(&rows, "senderName"), ["Anna"; 5]);
    assert_eq!(column(&rows, "senderLastName"), ["Lee"; 5]);
}
