//! An `auth` client among others that use every feature: it gets exactly what the contract says.

use hearth::protocol::{Kind, Protocol};
use serde_json::{Value, json};

use crate::support::{Request, Socket, TestServer, User, column, dialog, group, hearths, new_id};

const LATER: Option<&str> = Some("2036-01-31T18:30:00.000Z");

/// A broadcast of the contract, byte by byte.
fn told(kind: &str, item: Value) -> String {
    let params = json!({ "item": item, "data": null, "isBroadcast": true });
    json!({ "type": kind, "success": true, "params": params }).to_string()
}

/// The contract's form of a row.
fn private(row: &Value) -> String {
    let item = json!({
        "messageId": row["messageId"], "message": row["content"], "senderName": row["senderName"],
        "senderLastName": row["senderLastName"], "senderId": row["senderId"], "createdAt": row["createdAt"],
    });
    told("privateMessage", item)
}

fn in_group(row: &Value) -> String {
    let item = json!({
        "groupId": row["groupId"], "groupName": row["groupName"], "messageId": row["messageId"],
        "message": row["content"], "senderName": row["senderName"], "senderLastName": row["senderLastName"],
        "notification": false, "senderId": row["senderId"], "createdAt": row["createdAt"],
    });
    told("messageInGroup", item)
}

fn notice(kind: &str, row: &Value) -> String {
    let item = json!({
        "groupId": row["groupId"], "groupName": row["groupName"], "messageId": row["messageId"],
        "message": row["content"], "senderName": row["senderName"], "senderId": row["senderId"],
        "senderLastName": row["senderLastName"], "notification": true, "createdAt": row["createdAt"],
    });
    told(kind, item)
}

/// Changes a group; returns what a member should get.
async fn noticed(socket: &mut Socket, request: Request, kind: &str) -> String {
    notice(kind, &socket.item(&request).await)
}

/// Ann, the owner of a group; Bob, whose frames are checked; Cy, a member; and Dan, who joins and leaves.
struct Cast {
    server: TestServer,
    people: [User; 4],
    tea: String,
    anns: Socket,
    cys: Socket,
    dans: Socket,
    /// Bob's `auth` connection.
    bystander: Socket,
}

impl Cast {
    async fn gather() -> Self {
        let server = TestServer::start().await;
        let people = server.people(["Ann", "Bob", "Cy", "Dan"]).await;
        let [ann, bob, cy, dan] = &people;
        ann.patch("/api/profile/update", json!({ "lastName": "Lee" })).await.expect(201);
        let tea = ann.create_group("tea", &[bob, cy]).await;
        let bystander = bob.connect().await;
        let [anns, cys, dans] = hearths([ann, cy, dan]).await;
        Self { tea, anns, cys, dans, bystander, server, people }
    }

    /// Ann's actions in her dialog with Bob; returns what Bob should get.
    async fn talk_in_the_dialog(&mut self) -> Vec<String> {
        let (anns, bob) = (&mut self.anns, &self.people[1]);
        let chat = dialog(bob);
        let first = anns.writes(&chat, "helo").await;
        let id = first["messageId"].as_str().expect("an id").to_owned();
        let reply = anns.item(&Request::write(&chat, "a slip").with("replyTo", id.as_str())).await;
        for request in [
            Request::edit(&chat, &id, "hello"),
            Request::react(&chat, &id, "👍"),
            Request::react(&chat, &id, "👍").with("on", false),
            Request::delete(&chat, reply["messageId"].as_str().expect("an id")),
            Request::read(&chat, 2),
            Request::mute(&chat, LATER),
            Request::typing(&chat),
            Request::watch(&[bob]),
            Request::block(bob),
            Request::unblock(bob),
        ] {
            anns.does(&request).await;
        }
        self.people[0].hide(bob).await;
        vec![private(&first), private(&reply)]
    }

    /// Cy's actions in the group; returns what Bob should get.
    async fn talk_in_the_group(&mut self) -> Vec<String> {
        let (cys, chat) = (&mut self.cys, group(&self.tea));
        let first = cys.writes(&chat, "helo").await;
        let id = first["messageId"].as_str().expect("an id").to_owned();
        let reply = cys.item(&Request::write(&chat, "a slip").with("replyTo", id.as_str())).await;
        for request in [
            Request::edit(&chat, &id, "hello"),
            Request::react(&chat, &id, "🫖"),
            Request::read(&chat, 4),
            Request::mute(&chat, LATER),
            Request::typing(&chat),
            Request::delete(&chat, reply["messageId"].as_str().expect("an id")),
        ] {
            cys.does(&request).await;
        }
        vec![in_group(&first), in_group(&reply)]
    }

    /// Changes of members, roles and names, and at last the group's deletion.
    async fn change_the_group(&mut self) -> Vec<String> {
        let Self { people: [_, bob, cy, dan], tea, anns, cys, dans, .. } = self;
        let mut expected = vec![
            noticed(anns, Request::add(tea, &dan.id), "addUserInGroup").await,
            noticed(anns, Request::role(tea, cy, "admin"), "leaveGroup").await,
            noticed(cys, Request::rename(tea, "coffee"), "leaveGroup").await,
            noticed(cys, Request::remove(tea, &dan.id), "leaveGroup").await,
            noticed(cys, Request::add(tea, &dan.id), "addUserInGroup").await,
            noticed(anns, Request::role(tea, cy, "owner"), "leaveGroup").await,
        ];
        dans.does(&Request::leave(tea)).await;
        let left = cys.rows(&Request::page(&group(tea)).with("limit", 1)).await.remove(0);
        expected.push(notice("leaveGroup", &left));
        cys.does(&Request::remove(tea, &bob.id)).await;
        cys.writes(&group(tea), "he is gone").await;
        expected.push(told("dropGroup", json!({ "groupId": tea })));
        expected.push(noticed(cys, Request::add(tea, &bob.id), "addUserInGroup").await);
        cys.does(&Request::drop(tea)).await;
        expected.push(told("dropGroup", json!({ "groupId": tea })));
        expected
    }

    /// What Bob himself does with another client.
    async fn use_another_device(&mut self) {
        let [ann, bob, _, dan] = &self.people;
        let mut other = bob.hearth().await;
        for chat in [dialog(ann), dialog(bob), dialog(dan), group(&self.tea)] {
            let id = other.id_of(&chat, "helo").await;
            let requests = [
                Request::edit(&chat, &id, "hello"),
                Request::react(&chat, &id, "👍"),
                Request::typing(&chat),
                Request::mute(&chat, LATER),
                Request::delete(&chat, &id),
            ];
            other.pipeline(&requests).await;
        }
        let own = bob.create_group("own", &[]).await;
        for request in [
            Request::add(&own, &dan.id),
            Request::rename(&own, "mine"),
            Request::role(&own, dan, "admin"),
            Request::block(dan),
            Request::unblock(dan),
            Request::remove(&own, &dan.id),
            Request::drop(&own),
        ] {
            other.does(&request).await;
        }
        bob.hide(ann).await;
        bob.patch("/api/profile/update", json!({ "lastName": "Fox" })).await.expect(201);
    }
}

#[tokio::test]
async fn it_gets_only_the_messages_of_a_dialog() {
    let mut cast = Cast::gather().await;
    let expected = cast.talk_in_the_dialog().await;
    assert_eq!(cast.bystander.everything_said().await, expected);
}

#[tokio::test]
async fn it_gets_only_the_messages_of_a_group() {
    let mut cast = Cast::gather().await;
    let expected = cast.talk_in_the_group().await;
    assert_eq!(cast.bystander.everything_said().await, expected);
}

#[tokio::test]
async fn every_change_of_a_group_arrives_as_a_type_that_it_knows() {
    let mut cast = Cast::gather().await;
    let expected = cast.change_the_group().await;
    assert_eq!(cast.bystander.everything_said().await, expected);
}

#[tokio::test]
async fn it_gets_no_frame_about_its_own_users_other_devices() {
    let mut cast = Cast::gather().await;
    cast.use_another_device().await;
    assert_eq!(cast.bystander.everything_said().await, [""; 0]);
}

#[tokio::test]
async fn all_frames_arrive_in_order() {
    let mut cast = Cast::gather().await;
    let mut expected = cast.talk_in_the_dialog().await;
    cast.use_another_device().await;
    expected.extend(cast.talk_in_the_group().await);
    expected.extend(cast.change_the_group().await);
    for person in [&cast.people[0], &cast.people[2]] {
        person.delete("/api/profile/destroy?messages=erase").await.expect(200);
    }
    while cast.server.store().purge_step(hearth::model::Timestamp::now()).await.expect("the database answers") {}
    assert_eq!(cast.bystander.everything_said().await, expected);
}

#[tokio::test]
async fn its_dialogs_read_edited_texts_and_a_neutral_one_for_deleted_ones() {
    let mut cast = Cast::gather().await;
    cast.talk_in_the_dialog().await;
    let [ann, bob, ..] = &cast.people;
    let rows = cast.bystander.rows(&Request::page(&dialog(ann))).await;
    assert_eq!(column(&rows, "content"), ["Message deleted", "hello"]);
    let expected = json!({
        "messageId": rows[1]["messageId"], "senderId": ann.id, "senderName": "Ann", "receiverId": bob.id,
        "receiverName": "Bob", "content": "hello", "createdAt": rows[1]["createdAt"],
    });
    assert_eq!(rows[1].to_string(), expected.to_string());
}

#[tokio::test]
async fn its_groups_show_the_same() {
    let mut cast = Cast::gather().await;
    cast.talk_in_the_group().await;
    let rows = cast.bystander.rows(&Request::page(&group(&cast.tea))).await;
    assert_eq!(column(&rows, "content")[..2], ["Message deleted", "hello"]);
    let expected = json!({
        "notification": false, "messageId": rows[1]["messageId"], "senderId": cast.people[2].id, "senderName": "Cy",
        "senderLastName": "", "groupId": cast.tea, "groupName": "tea", "content": "hello",
        "createdAt": rows[1]["createdAt"],
    });
    assert_eq!(rows[1].to_string(), expected.to_string());
}

#[tokio::test]
async fn its_list_shows_when_the_newest_text_was_edited_and_no_deletion() {
    let mut cast = Cast::gather().await;
    let (chat, ann) = (dialog(&cast.people[1]), &cast.people[0]);
    let id = cast.anns.id_of(&chat, "helo").await;
    let edited = cast.anns.item(&Request::edit(&chat, &id, "hello")).await;
    let row = cast.bystander.rows(&Request::list()).await.remove(0);
    let bob = &cast.people[1];
    let expected = json!({
        "messageId": id, "senderId": ann.id, "senderName": "Ann", "senderLastName": "Lee", "receiverId": bob.id,
        "receiverName": "Bob", "receiverLastName": "", "groupId": null, "groupName": null, "content": "hello",
        "createdAt": edited["createdAt"], "updatedAt": edited["editedAt"], "deletedAt": null,
    });
    assert_eq!(row.to_string(), expected.to_string());
    cast.anns.does(&Request::delete(&chat, &id)).await;
    let row = cast.bystander.rows(&Request::list()).await.remove(0);
    assert_eq!((&row["content"], &row["deletedAt"]), (&json!("Message deleted"), &json!(null)));
}

#[tokio::test]
async fn the_types_of_the_extended_protocol_are_unknown_to_it() {
    let mut cast = Cast::gather().await;
    let extended = Kind::REQUESTS.iter().filter(|kind| kind.protocol() == Protocol::Hearth);
    for name in extended.map(|kind| kind.name()).chain(Kind::BROADCASTS.iter().map(|kind| kind.name())) {
        cast.bystander.send(name, json!({ "groupId": cast.tea, "userIds": [], "limit": 1, "id": new_id() })).await;
        let refusal = json!({
            "error": true, "type": "processor", "message": "There is no such type", "code": "unknown_type",
        });
        assert_eq!(cast.bystander.answer().await, refusal);
    }
}
