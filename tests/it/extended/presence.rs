//! Who is there: told to those who watch and share a chat.

use serde_json::{Value, json};

use crate::support::{Request, Socket, TestServer, User, column, dialog, hearths, new_id};

async fn watch(socket: &mut Socket, people: &[&User]) -> Vec<Value> {
    socket.rows(&Request::watch(people)).await
}

/// Waits for news of somebody; they must be the next.
async fn news(socket: &mut Socket) -> (String, bool) {
    let item = socket.hears("presence").await;
    let online = item["online"].as_bool().expect("a flag");
    assert_eq!(item["lastSeenAt"].is_null(), online, "{item}");
    (item["userId"].as_str().expect("an id").to_owned(), online)
}

#[tokio::test]
async fn coming_is_told_to_who_watches() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "hello").await;
    let mut anns = ann.hearth().await;
    let row = watch(&mut anns, &[&bob]).await.remove(0);
    assert_eq!((&row["userId"], &row["online"]), (&json!(bob.id), &json!(false)));
    assert!(row["lastSeenAt"].is_string(), "{row}");
    let bobs = bob.hearth().await;
    assert_eq!(anns.hears("presence").await, json!({ "userId": bob.id, "online": true, "lastSeenAt": null }));
    assert_eq!(watch(&mut anns, &[&bob]).await[0]["online"], true);
    drop(bobs);
}

#[tokio::test]
async fn only_people_with_whom_a_chat_is_shared_are_watched() {
    let server = TestServer::start().await;
    let [ann, bob, cy, eve] = server.people(["Ann", "Bob", "Cy", "Eve"]).await;
    ann.create_group("tea", &[&bob]).await;
    cy.write_to(&ann, "hello").await;
    let mut anns = ann.hearth().await;
    let rows = anns.rows(&Request::watch(&[&bob, &cy, &eve, &bob, &ann])).await;
    let mut expected = vec![bob.id.clone(), cy.id.clone(), ann.id.clone()];
    expected.sort();
    assert_eq!(column(&rows, "userId"), expected);
    let [_eves, _bobs] = hearths([&eve, &bob]).await;
    assert_eq!(news(&mut anns).await, (bob.id.clone(), true));
    assert_eq!(anns.rows(&Request::watch(&[]).with("userIds", vec![new_id()])).await, [json!(null); 0]);
}

#[tokio::test]
async fn clients_of_the_contract_are_there_as_well() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "hello").await;
    let mut anns = ann.hearth().await;
    watch(&mut anns, &[&bob]).await;
    let mut bobs = bob.connect().await;
    assert_eq!(news(&mut anns).await, (bob.id.clone(), true));
    bobs.hears_nothing().await;
}

#[tokio::test]
async fn two_devices_are_one_presence_and_a_short_absence_is_none() {
    let server = TestServer::start().await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    ann.create_group("tea", &[&bob, &cy]).await;
    let [mut anns, bobs, others] = hearths([&ann, &bob, &bob]).await;
    watch(&mut anns, &[&bob, &cy]).await;
    bobs.close().await;
    others.close().await;
    let _back = bob.hearth().await;
    let _cys = cy.hearth().await;
    assert_eq!(news(&mut anns).await, (cy.id.clone(), true));
    anns.hears_nothing().await;
}

#[tokio::test]
async fn going_is_told_once_with_its_time() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.create_group("tea", &[&bob]).await;
    let [mut anns, bobs, others] = hearths([&ann, &bob, &bob]).await;
    assert_eq!(watch(&mut anns, &[&bob]).await[0]["online"], true);
    bobs.close().await;
    others.close().await;
    let told = anns.hears("presence").await;
    assert_eq!((&told["userId"], &told["online"]), (&json!(bob.id), &json!(false)));
    assert_eq!(watch(&mut anns, &[&bob]).await, [told]);
    anns.hears_nothing().await;
}

#[tokio::test]
async fn a_new_list_takes_the_place_of_the_old_one() {
    let server = TestServer::start().await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    ann.create_group("tea", &[&bob, &cy]).await;
    let mut anns = ann.hearth().await;
    watch(&mut anns, &[&bob]).await;
    watch(&mut anns, &[&cy]).await;
    let _bobs = bob.hearth().await;
    let _cys = cy.hearth().await;
    assert_eq!(news(&mut anns).await, (cy.id.clone(), true));
}

#[tokio::test]
async fn without_a_shared_chat_there_is_no_more_news() {
    let server = TestServer::start().await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    ann.create_group("coffee", &[&cy]).await;
    let mut anns = ann.hearth().await;
    watch(&mut anns, &[&bob, &cy]).await;
    anns.does(&Request::remove(&tea, &bob.id)).await;
    let _bobs = bob.hearth().await;
    let _cys = cy.hearth().await;
    assert_eq!(news(&mut anns).await, (cy.id.clone(), true));
    let rows = watch(&mut anns, &[&bob, &cy]).await;
    assert_eq!(column(&rows, "userId"), [cy.id.as_str()]);
}

#[tokio::test]
async fn whom_one_blocks_sees_one_as_gone() {
    let server = TestServer::start().await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    ann.create_group("tea", &[&bob, &cy]).await;
    let [mut anns, mut bobs, mut cys] = hearths([&ann, &bob, &cy]).await;
    assert_eq!(watch(&mut bobs, &[&ann]).await[0]["online"], true);
    watch(&mut cys, &[&ann]).await;
    anns.does(&Request::block(&bob)).await;
    let told = json!({ "userId": ann.id, "online": false, "lastSeenAt": null });
    assert_eq!(bobs.hears_only("presence").await, told);
    assert_eq!(watch(&mut bobs, &[&ann]).await, [told]);
    cys.hears_nothing().await;
    assert_eq!(watch(&mut anns, &[&bob]).await[0]["online"], true);
    anns.does(&Request::unblock(&bob)).await;
    assert_eq!(watch(&mut bobs, &[&ann]).await[0]["online"], true);
}

#[tokio::test]
async fn who_has_no_account_any_more_is_gone() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut anns = ann.hearth().await;
    anns.writes(&dialog(&bob), "hello").await;
    bob.delete("/api/profile/destroy").await.expect(200);
    let rows = watch(&mut anns, &[&bob]).await;
    assert_eq!(rows, [json!({ "userId": bob.id, "online": false, "lastSeenAt": null })]);
}
