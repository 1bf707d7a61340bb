//! Roles, names and members of groups, as Hearth clients see them.

use serde_json::{Value, json};

use crate::support::{Request, Socket, TestServer, column, group, hearths, new_id, of_group};

fn event(row: &Value) -> &Value {
    &row["event"]
}

async fn roles(socket: &mut Socket, tea: &str) -> Vec<String> {
    column(&socket.rows(&Request::members(tea)).await, "role")
}

#[tokio::test]
async fn members_are_listed_in_joining_order_and_in_pages() {
    let server = TestServer::start().await;
    let people = server.people(["Ann", "Bob", "Cy", "Dan", "Eve"]).await;
    let [ann, bob, cy, dan, eve] = &people;
    let tea = ann.create_group("tea", &[eve, dan, cy, bob]).await;
    let mut anns = ann.hearth().await;
    let all = anns.rows(&Request::members(&tea)).await;
    assert_eq!(column(&all, "firstName"), ["Ann", "Eve", "Dan", "Cy", "Bob"]);
    assert_eq!(column(&all, "role"), ["owner", "member", "member", "member", "member"]);
    let mut paged = Vec::new();
    let mut request = Request::members(&tea).with("limit", 2);
    loop {
        let page = anns.rows(&request).await;
        let Some(last) = page.last() else { break };
        request = request.with("cursor", last["userId"].clone());
        paged.extend(page);
    }
    assert_eq!(paged, all);
}

#[tokio::test]
async fn a_members_row_has_exactly_these_keys() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let mut anns = ann.hearth().await;
    anns.writes(&group(&tea), "hello").await;
    let mut row = anns.rows(&Request::members(&tea)).await.remove(1);
    assert!(row["joinedAt"].take().is_string());
    let expected = json!({
        "userId": bob.id, "firstName": "Bob", "lastName": "", "role": "member", "joinedAt": null, "readUpTo": 2,
    });
    assert_eq!(row, expected);
}

#[tokio::test]
async fn outsiders_cannot_list_members() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let mut bobs = bob.hearth().await;
    bobs.does(&Request::leave(&tea)).await;
    for id in [&tea, &new_id()] {
        assert_eq!(bobs.code(&Request::members(id)).await, "not_a_member");
    }
}

#[tokio::test]
async fn a_role_is_broadcast_to_all_and_also_to_its_holder() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob, &eve]).await;
    let [mut anns, mut bobs, mut eves] = hearths([&ann, &bob, &eve]).await;
    let row = anns.item(&Request::role(&tea, &bob, "admin")).await;
    let expected = json!({
        "kind": "role", "userId": bob.id, "firstName": "Bob", "lastName": "", "groupName": null, "role": "admin",
    });
    assert_eq!((event(&row), &row["memberCount"]), (&expected, &json!(3)));
    assert_eq!(eves.hears_only("groupChanged").await, row);
    let own = json!({ "chat": of_group(&tea), "role": "admin", "state": 1 });
    assert_eq!(bobs.hears_all(["groupChanged", "roleChanged"]).await, [row, own]);
    let listed = bobs.rows(&Request::list()).await.remove(0);
    assert_eq!((&listed["role"], &listed["state"]), (&json!("admin"), &json!(1)));
}

#[tokio::test]
async fn a_group_that_is_handed_over_has_one_owner() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    anns.does(&Request::role(&tea, &bob, "owner")).await;
    let former = json!({ "chat": of_group(&tea), "role": "admin", "state": 1 });
    assert_eq!(anns.hears_only("roleChanged").await, former);
    assert_eq!(bobs.hears_all(["groupChanged", "roleChanged"]).await[1]["role"], "owner");
    assert_eq!(roles(&mut anns, &tea).await, ["admin", "owner"]);
    assert_eq!(anns.code(&Request::role(&tea, &bob, "member")).await, "not_allowed");
    assert_eq!(anns.code(&Request::drop(&tea)).await, "not_allowed");
    bobs.does(&Request::role(&tea, &ann, "member")).await;
    assert_eq!(roles(&mut anns, &tea).await, ["member", "owner"]);
}

#[tokio::test]
async fn when_the_owner_leaves_the_successor_is_notified() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob, &eve]).await;
    let [mut anns, mut bobs, mut eves] = hearths([&ann, &bob, &eve]).await;
    anns.does(&Request::leave(&tea)).await;
    let [left, role] = bobs.hears_all(["leaveGroup", "roleChanged"]).await;
    assert_eq!((&event(&left)["kind"], &left["memberCount"]), (&json!("left"), &json!(2)));
    assert_eq!(role, json!({ "chat": of_group(&tea), "role": "owner", "state": 1 }));
    assert_eq!(eves.hears_only("leaveGroup").await, left);
    assert_eq!(roles(&mut bobs, &tea).await, ["owner", "member"]);
}

#[tokio::test]
async fn only_the_owner_can_change_roles() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    assert_eq!(anns.code(&Request::role(&tea, &ann, "member")).await, "not_allowed");
    assert_eq!(anns.code(&Request::role(&tea, &bob, "member")).await, "role_unchanged");
    assert_eq!(anns.code(&Request::role(&tea, &eve, "admin")).await, "not_a_member");
    assert_eq!(anns.code(&Request::role(&new_id(), &bob, "admin")).await, "not_a_member");
    anns.does(&Request::role(&tea, &bob, "admin")).await;
    for (user, role) in [(&ann, "member"), (&bob, "owner"), (&eve, "admin")] {
        assert_eq!(bobs.code(&Request::role(&tea, user, role)).await, "not_allowed");
    }
}

#[tokio::test]
async fn owner_and_admins_rename_a_group() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob, &eve]).await;
    let [mut anns, mut bobs, mut eves] = hearths([&ann, &bob, &eve]).await;
    assert_eq!(bobs.code(&Request::rename(&tea, "coffee")).await, "not_allowed");
    anns.does(&Request::role(&tea, &bob, "admin")).await;
    let row = bobs.item(&Request::rename(&tea, " coffee ")).await;
    let expected = json!({
        "kind": "renamed", "userId": null, "firstName": null, "lastName": null, "groupName": "coffee", "role": null,
    });
    assert_eq!((event(&row), &row["groupName"]), (&expected, &json!("coffee")));
    assert_eq!(eves.hears_all(["groupChanged"; 2]).await[1], row);
    assert_eq!(eves.rows(&Request::list()).await[0]["groupName"], "coffee");
    let found = eve.get("/api/use-cases/search?searchText=coff").await.expect(200);
    assert_eq!(found["data"][0]["groupId"], tea);
    assert_eq!(anns.code(&Request::rename(&new_id(), "x")).await, "not_a_member");
}

#[tokio::test]
async fn a_renamed_event_keeps_the_name_it_gave() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let tea = ann.create_group("tea", &[]).await;
    let mut anns = ann.hearth().await;
    for name in ["coffee", "cocoa"] {
        anns.does(&Request::rename(&tea, name)).await;
    }
    let rows = anns.rows(&Request::page(&group(&tea))).await;
    let names: Vec<_> = rows.iter().map(|row| row["event"]["groupName"].clone()).collect();
    assert_eq!(names, [json!("cocoa"), json!("coffee"), json!(null)]);
    assert_eq!(column(&rows, "groupName"), ["cocoa"; 3]);
}

#[tokio::test]
async fn adding_and_removing_name_the_person() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs, mut eves] = hearths([&ann, &bob, &eve]).await;
    let added = anns.item(&Request::add(&tea, &eve.id)).await;
    assert_eq!((&event(&added)["kind"], &added["memberCount"]), (&json!("added"), &json!(3)));
    assert_eq!(eves.hears_only("addUserInGroup").await, added);
    let removed = anns.item(&Request::remove(&tea, &eve.id)).await;
    assert_eq!((&event(&removed)["kind"], &event(&removed)["firstName"]), (&json!("removed"), &json!("Eve")));
    assert_eq!(bobs.hears_all(["addUserInGroup", "removeUserFromGroup"]).await, [added, removed]);
    let gone = json!({ "chat": of_group(&tea), "groupId": tea });
    assert_eq!(eves.hears_only("removedFromGroup").await, gone);
    assert_eq!(bobs.rows(&Request::list()).await[0]["memberCount"], 2);
}

#[tokio::test]
async fn a_removed_member_gets_no_more_events() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    anns.does(&Request::remove(&tea, &bob.id)).await;
    let id = anns.id_of(&group(&tea), "he is gone").await;
    for request in [
        Request::edit(&group(&tea), &id, "is he?"),
        Request::react(&group(&tea), &id, "👍"),
        Request::rename(&tea, "coffee"),
        Request::typing(&group(&tea)),
        Request::drop(&tea),
    ] {
        anns.does(&request).await;
    }
    bobs.hears_only("removedFromGroup").await;
}

#[tokio::test]
async fn a_returning_member_is_a_plain_member() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    anns.does(&Request::role(&tea, &bob, "admin")).await;
    bobs.does(&Request::leave(&tea)).await;
    anns.does(&Request::add(&tea, &bob.id)).await;
    let row = bobs.rows(&Request::list()).await.remove(0);
    assert_eq!((&row["role"], &row["unreadCount"]), (&json!("member"), &json!(0)));
}
