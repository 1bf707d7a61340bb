//! Typing indicators: sent to the others at a limited rate, and not stored.

use serde_json::json;

use crate::support::{Request, TestServer, acquaint, all_write, dialog, group, hearths, new_id, of_group, with_user};

#[tokio::test]
async fn the_other_side_of_a_dialog_gets_it_from_its_perspective() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    acquaint(&ann, &bob).await;
    let [mut anns, mut bobs, other] = hearths([&ann, &bob, &ann]).await;
    assert_eq!(anns.does(&Request::typing(&dialog(&bob))).await["item"], json!(null));
    let told = json!({ "chat": with_user(&ann), "userId": ann.id, "firstName": "Ann" });
    assert_eq!(bobs.hears_only("typing").await, told);
    crate::support::all_quiet(&mut [anns, other]).await;
}

#[tokio::test]
async fn the_other_members_of_a_group_get_it() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob, &eve]).await;
    all_write(&tea, &[&ann, &bob, &eve]).await;
    let [mut anns, mut bobs, mut eves] = hearths([&ann, &bob, &eve]).await;
    anns.does(&Request::typing(&group(&tea))).await;
    let told = json!({ "chat": of_group(&tea), "userId": ann.id, "firstName": "Ann" });
    assert_eq!(bobs.hears_only("typing").await, told);
    assert_eq!(eves.hears_only("typing").await, told);
    anns.hears_nothing().await;
}

#[tokio::test]
async fn fast_typing_is_sent_once_per_chat() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    acquaint(&ann, &bob).await;
    acquaint(&ann, &eve).await;
    let [mut anns, mut bobs, mut eves] = hearths([&ann, &bob, &eve]).await;
    let flood = [Request::typing(&dialog(&bob)), Request::typing(&dialog(&eve))];
    for _ in 0..10 {
        anns.pipeline(&flood).await;
    }
    bobs.hears_only("typing").await;
    eves.hears_only("typing").await;
}

#[tokio::test]
async fn a_flood_of_typing_is_limited_for_the_others() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    acquaint(&ann, &bob).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let flood = vec![Request::typing(&dialog(&bob)); 50];
    for _ in 0..20 {
        anns.pipeline(&flood).await;
    }
    bobs.writes(&dialog(&ann), "I see").await;
    let heard = bobs.hears_many(1).await;
    assert_eq!(heard[0]["type"], "typing");
    assert_eq!(anns.hears("privateMessage").await["content"], "I see");
}

#[tokio::test]
async fn only_members_can_send_typing() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob, &eve]).await;
    let [mut anns, mut eves] = hearths([&ann, &eve]).await;
    eves.does(&Request::leave(&tea)).await;
    anns.hears("leaveGroup").await;
    for id in [&tea, &new_id()] {
        assert_eq!(eves.code(&Request::typing(&group(id))).await, "not_a_member");
    }
    anns.hears_nothing().await;
}

#[tokio::test]
async fn a_blocker_does_not_see_the_blocked_user_typing() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    acquaint(&ann, &bob).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    anns.does(&Request::block(&bob)).await;
    bobs.does(&Request::typing(&dialog(&ann))).await;
    anns.does(&Request::typing(&dialog(&bob))).await;
    crate::support::all_quiet(&mut [anns, bobs]).await;
}

#[tokio::test]
async fn only_members_who_have_written_see_typing_and_are_seen() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob, &eve]).await;
    all_write(&tea, &[&ann, &bob]).await;
    ann.write_to(&eve, "hello").await;
    let [mut anns, mut bobs, mut eves] = hearths([&ann, &bob, &eve]).await;
    for request in [Request::typing(&dialog(&eve)), Request::typing(&group(&tea))] {
        anns.does(&request).await;
    }
    bobs.hears_only("typing").await;
    for request in [Request::typing(&dialog(&ann)), Request::typing(&group(&tea))] {
        eves.does(&request).await;
    }
    crate::support::all_quiet(&mut [anns, bobs, eves]).await;
}

#[tokio::test]
async fn typing_leaves_nothing_behind() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let mut anns = ann.hearth().await;
    let before = anns.rows(&Request::list()).await;
    for chat in [dialog(&bob), dialog(&ann), group(&tea)] {
        anns.does(&Request::typing(&chat)).await;
    }
    assert_eq!(anns.rows(&Request::list()).await, before);
}
