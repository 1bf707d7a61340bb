//! Who may be added to a group, by whom, and how many in an hour.

use hearth::config::Limits;
use serde_json::json;

use crate::support::{Request, Socket, TestServer, acquaint, new_id};

const CANNOT_BE_ADDED: &str = "This person cannot be added";

/// A server with these limits of adds per hour, for strangers and for others.
async fn limited(strangers: u32, others: u32) -> TestServer {
    let configure = |config: &mut hearth::config::Config| {
        let budgets = Limits { adds_of_strangers_per_hour: strangers, adds_per_hour: others, ..Limits::default() };
        config.limits = budgets;
    };
    TestServer::start_with(configure).await
}

/// The message of an error that must have the code of a used-up budget.
async fn too_many(socket: &mut Socket, request: &Request) -> String {
    let answer = socket.ask(request.kind, request.params.clone()).await;
    assert_eq!(answer["code"], "too_many_adds", "{answer}");
    answer["message"].as_str().expect("a text").to_owned()
}

#[tokio::test]
async fn only_owner_and_admins_can_add_former_members() {
    let server = TestServer::start().await;
    let [ann, bob, cy, dan] = server.people(["Ann", "Bob", "Cy", "Dan"]).await;
    let tea = ann.create_group("tea", &[&bob, &cy, &dan]).await;
    let [mut anns, mut bobs] = [ann.connect().await, bob.connect().await];
    anns.remove(&tea, &cy).await;
    dan.connect().await.leave(&tea).await;
    for former in [&cy, &dan] {
        assert_eq!(bobs.may_not(&Request::add(&tea, &former.id)).await, CANNOT_BE_ADDED);
    }
    anns.add(&tea, &cy).await;
    server.database.make_admin(&bob, "tea").await;
    bobs.add(&tea, &dan).await;
}

#[tokio::test]
async fn nobody_can_add_a_user_who_blocks_them_not_even_the_owner() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[]).await;
    bob.hearth().await.does(&Request::block(&ann)).await;
    let mut anns = ann.connect().await;
    let answer = anns.ask("addUserInGroup", Request::add(&tea, &bob.id).params).await;
    assert_eq!((&answer["message"], &answer["code"]), (&json!(CANNOT_BE_ADDED), &json!("cannot_be_added")));
    assert_eq!(ann.texts_in(&tea).await, ["a new group"]);
}

#[tokio::test]
async fn strangers_and_others_have_a_budget_each_and_retries_do_not_count() {
    let server = limited(1, 1).await;
    let [ann, bob, cy, dan, eve] = server.people(["Ann", "Bob", "Cy", "Dan", "Eve"]).await;
    for known in [&dan, &eve] {
        acquaint(&ann, known).await;
    }
    let tea = ann.create_group("tea", &[]).await;
    let mut anns = ann.connect().await;
    let first = Request::add(&tea, &bob.id);
    anns.does(&first).await;
    anns.does(&first).await;
    let told = too_many(&mut anns, &Request::add(&tea, &cy.id)).await;
    let limit = "You can add 1 person an hour without having exchanged messages with them: try again in 3";
    assert!(told.starts_with(limit), "{told}");
    anns.add(&tea, &dan).await;
    let told = too_many(&mut anns, &Request::add(&tea, &eve.id)).await;
    assert!(told.starts_with("You can add 1 person an hour: try again in 3"), "{told}");
    assert_eq!(anns.may_not(&Request::add(&tea, &new_id())).await, "User not found");
    bob.connect().await.add(&tea, &cy).await;
    anns.does(&first).await;
}

#[tokio::test]
async fn without_limits_adds_are_not_counted() {
    let server = TestServer::start_with(|config| config.limits.adds_of_strangers_per_hour = 1).await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    let tea = ann.create_group("tea", &[&bob, &cy]).await;
    assert_eq!(ann.texts_in(&tea).await.len(), 3);
}
