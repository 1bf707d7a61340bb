//! The counters in broadcasts have no gaps, even with concurrent senders.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Request, TestServer, group, items};

#[tokio::test]
async fn concurrent_messages_arrive_without_a_gap() {
    let server = TestServer::start().await;
    let people = server.people(["Ann", "Bob", "Cy", "Dan"]).await;
    let [ann, bob, cy, dan] = &people;
    let tea = group(&ann.create_group("tea", &[bob, cy, dan]).await);
    let mut listening = ann.hearth().await;
    let write = async |person: &crate::support::User| {
        let writes: Vec<_> = (0..25).map(|_| Request::write(&tea, "hello")).collect();
        person.hearth().await.pipeline(&writes).await
    };
    join_all(people.iter().map(write)).await;
    for seq in 5..105 {
        let row = listening.hears("messageInGroup").await;
        assert_eq!((&row["seq"], &row["lastSeq"], &row["revision"]), (&json!(seq), &json!(seq), &json!(0)));
    }
}

#[tokio::test]
async fn concurrent_changes_arrive_without_a_gap() {
    let server = TestServer::start().await;
    let people = server.people(["Ann", "Bob", "Cy", "Dan"]).await;
    let [ann, bob, cy, dan] = &people;
    let tea = group(&ann.create_group("tea", &[bob, cy, dan]).await);
    let id = ann.write_in(tea["groupId"].as_str().expect("an id"), "hello").await;
    let mut listening = ann.hearth().await;
    let react = async |person: &crate::support::User| {
        let emoji = ["👍", "🫖", "🎉"].map(|emoji| Request::react(&tea, &id, emoji));
        person.hearth().await.pipeline(&emoji).await
    };
    join_all(people.iter().map(react)).await;
    for (place, item) in items(&listening.hears_many(12).await).into_iter().enumerate() {
        assert_eq!((&item["revision"], &item["lastSeq"]), (&json!(place + 1), &json!(5)));
    }
    let counts = listening.rows(&Request::page(&tea)).await[0]["reactions"].take();
    assert!(counts.as_array().expect("an array").iter().all(|reaction| reaction["count"] == 4), "{counts}");
}
