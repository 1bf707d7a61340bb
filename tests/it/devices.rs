//! Several devices of several users, some of which disconnect and reconnect: in the end each shows exactly what a plain
//! model says, as does one that stayed connected and one that starts empty.

mod chat;
mod device;
mod model;
mod record;
mod steps;
mod view;
mod world;

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Request, TestServer, new_id, stories};
use device::Device;
use world::World;

const STORIES: u32 = 8;
const STEPS: usize = 80;

#[test]
fn a_client_that_was_away_ends_in_the_same_state_as_one_that_stayed() {
    stories::tell(STORIES, steps::story(STEPS), async |story| {
        let mut world = World::new().await;
        for (place, step) in story.iter().enumerate() {
            world.does(step).await;
            // Only sometimes: in between, frames wait for the reader.
            if place % 5 == 0 {
                world.compare().await;
            }
        }
        world.ends().await;
    });
}

const GROUPS: usize = 520;
const CHANGES: usize = 5_000;

#[tokio::test]
async fn a_client_catches_up_with_five_thousand_changes_in_five_hundred_chats() {
    let server = TestServer::start().await;
    let (ann, bob) = (server.user("Ann").await, server.user("Bob").await);
    let mut writer = bob.connect().await;
    let groups: Vec<_> = (0..GROUPS).map(|_| new_id()).collect();
    let create = |group: &String| {
        let new = json!({ "groupId": group, "groupName": "one of many", "messageId": new_id(),
            "notificationMessage": "new" });
        bob.post("/api/use-cases/create-group", new)
    };
    for some in groups.chunks(40) {
        join_all(some.iter().map(create)).await.into_iter().for_each(|created| drop(created.expect(200)));
    }
    let adds: Vec<_> = groups.iter().skip(1).map(|group| Request::add(group, &ann.id)).collect();
    writer.pipeline(&adds[10..]).await;
    let (mut stays, mut leaves) = (Device::start(&ann).await, Device::start(&ann).await);
    leaves.go_away();

    // Adds Ann to ten more groups. The first group stays Bob's only, and Ann is removed from the last ones.
    writer.pipeline(&adds[..10]).await;
    let changes: Vec<_> = groups[1..].iter().cycle().take(CHANGES).collect();
    for some in changes.chunks(500) {
        writer.pipeline(&some.iter().map(|group| Request::message(group, "news")).collect::<Vec<_>>()).await;
        stays.settle().await;
    }
    writer.pipeline(&groups[500..].iter().map(|group| Request::remove(group, &ann.id)).collect::<Vec<_>>()).await;

    stays.settle().await;
    leaves.come_back().await;
    let fresh = Device::start(&ann).await;
    assert_eq!(stays.chats.len(), GROUPS - 21);
    assert_eq!(stays.known(), fresh.known());
    assert_eq!(leaves.known(), fresh.known());
}
