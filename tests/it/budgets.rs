//! Budgets of messages and changes per minute, and limits on storage.

use hearth::config::Limits;
use serde_json::Value;
use tokio::time::timeout;

use crate::support::{PATIENCE, Request, Socket, TestServer, dialog, group, hearths, new_id};

/// A server with these limits.
async fn limited(limits: Limits) -> TestServer {
    TestServer::start_with(|config| config.limits = limits).await
}

/// The code and the message of an error.
fn refusal(answer: &Value) -> (&str, &str) {
    (answer["code"].as_str().unwrap_or_else(|| panic!("{answer}")), answer["message"].as_str().expect("a text"))
}

/// Sends messages until the storage is used up. Returns the ids of the stored ones.
async fn fill(socket: &mut Socket, chat: &Value) -> Vec<String> {
    let long = "\u{1F600}".repeat(4096);
    let mut stored = Vec::new();
    loop {
        let request = Request::write(chat, &long);
        let answer = socket.ask(request.kind, request.params.clone()).await;
        if answer["error"] == true {
            assert_eq!(refusal(&answer).0, "storage_full");
            return stored;
        }
        stored.push(request.id().to_owned());
    }
}

#[tokio::test]
async fn messages_beyond_the_budget_are_rejected_and_retries_are_not() {
    let server = limited(Limits { messages_per_minute: 3, ..Limits::default() }).await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut anns = ann.hearth().await;
    let requests: Vec<_> = (1..=5).map(|number| Request::write(&dialog(&bob), &number.to_string())).collect();
    let answers = anns.pipeline(&requests).await;
    assert!(answers[..3].iter().all(|answer| answer["success"] == true), "{answers:?}");
    for answer in &answers[3..] {
        let (code, message) = refusal(answer);
        assert_eq!(code, "too_many_requests");
        assert!(message.starts_with("You can send 3 messages a minute: try again in "), "{message}");
    }
    assert_eq!(bob.texts_with(&ann).await, ["3", "2", "1"]);
    anns.does(&requests[0]).await;
    // Others have a budget of their own; notices count as messages.
    let tea = bob.create_group("tea", &[&ann]).await;
    bob.write_in(&tea, "one").await;
    assert_eq!(bob.hearth().await.code(&Request::rename(&tea, "coffee")).await, "too_many_requests");
    bob.connect().await.leave(&tea).await;
}

#[tokio::test]
async fn changes_beyond_the_budget_are_rejected_and_those_without_effect_are_not_counted() {
    let server = limited(Limits { changes_per_minute: 3, ..Limits::default() }).await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let id = anns.id_of(&dialog(&bob), "one").await;
    let edit = Request::edit(&dialog(&bob), &id, "two");
    anns.does(&edit).await;
    anns.does(&edit).await;
    let reaction = Request::react(&dialog(&bob), &id, "👍");
    anns.does(&reaction).await;
    anns.does(&reaction).await;
    anns.does(&Request::react(&dialog(&bob), &id, "🎉").with("on", false)).await;
    let deletion = Request::delete(&dialog(&bob), &id);
    anns.does(&deletion).await;
    anns.does(&deletion).await;
    let other = anns.id_of(&dialog(&bob), "three").await;
    for request in [Request::edit(&dialog(&bob), &other, "four"), Request::delete(&dialog(&bob), &other)] {
        let answer = anns.ask(request.kind, request.params.clone()).await;
        let (code, message) = refusal(&answer);
        assert_eq!(code, "too_many_requests");
        assert!(message.contains("3 times a minute: try again in "), "{message}");
    }
    assert_eq!(anns.code(&Request::react(&dialog(&bob), &other, "👍")).await, "too_many_requests");
    bobs.does(&Request::react(&dialog(&ann), &other, "👍")).await;
}

#[tokio::test]
async fn storage_counts_across_restarts_and_deleting_frees_it() {
    let limits = Limits { storage_mb_per_user: 1, messages_per_minute: 10_000, ..Limits::default() };
    let mut server = limited(limits).await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = bob.create_group("tea", &[&ann]).await;
    let mut anns = ann.hearth().await;
    let stored = fill(&mut anns, &dialog(&bob)).await;
    assert_eq!(stored.len(), 1_000_000 / (4 * 4096 + 128));
    server.restart().await;

    let mut anns = ann.hearth().await;
    let (short, long) = ("x".repeat(4096), "\u{1F600}".repeat(4096));
    for request in [Request::write(&group(&tea), &long), Request::write(&dialog(&ann), &long)] {
        assert_eq!(anns.code(&request).await, "storage_full");
    }
    // Stored messages can be retried, shortened and deleted.
    anns.does(&Request::write(&dialog(&bob), "again").with("messageId", stored[0].clone())).await;
    anns.does(&Request::edit(&dialog(&bob), &stored[0], "short")).await;
    anns.does(&Request::write(&group(&tea), &short)).await;
    anns.does(&Request::delete(&dialog(&bob), &stored[1])).await;
    fill(&mut anns, &dialog(&bob)).await;
    assert_eq!(anns.code(&Request::edit(&dialog(&bob), &stored[0], &long)).await, "storage_full");
    bob.write_to(&ann, "my own").await;
    anns.does(&Request::leave(&tea)).await;
}

#[tokio::test]
async fn deleting_a_group_frees_its_storage() {
    let limits = Limits { storage_mb_per_user: 1, messages_per_minute: 10_000, ..Limits::default() };
    let server = limited(limits).await;
    let ann = server.user("Ann").await;
    let tea = ann.create_group("tea", &[]).await;
    let mut anns = ann.hearth().await;
    fill(&mut anns, &group(&tea)).await;
    let note = Request::write(&dialog(&ann), &"x".repeat(4096)).with("messageId", new_id());
    anns.does(&Request::drop(&tea)).await;
    anns.does(&note).await;
}

#[tokio::test]
async fn deleting_the_account_of_a_groups_last_member_frees_its_storage() {
    let limits = Limits { storage_mb_per_user: 1, messages_per_minute: 10_000, ..Limits::default() };
    let server = limited(limits).await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let mut bobs = bob.hearth().await;
    fill(&mut bobs, &group(&tea)).await;
    bobs.does(&Request::leave(&tea)).await;
    let note = Request::write(&dialog(&bob), &"\u{1F600}".repeat(4096));
    assert_eq!(bobs.code(&note).await, "storage_full");
    ann.delete("/api/profile/destroy").await.expect(200);
    bobs.does(&note).await;
}

#[tokio::test]
async fn a_server_whose_storage_is_full_rejects_messages() {
    let (messages_per_minute, frames_per_second) = (1_000_000, 1_000_000);
    let limits = Limits { storage_mb: 1, messages_per_minute, frames_per_second, ..Limits::default() };
    let mut server = limited(Limits { frames_per_second_and_user: frames_per_second, ..limits }).await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.create_group("tea", &[&bob]).await;
    server.database.fill_group("tea", &ann, 20_000).await;
    server.restart().await;
    let mut bobs = bob.hearth().await;
    // The server measures the database in the background.
    let refused = async {
        loop {
            let request = Request::write(&dialog(&ann), "hello");
            let answer = bobs.ask(request.kind, request.params.clone()).await;
            if answer["error"] == true {
                return answer;
            }
        }
    };
    let answer = timeout(PATIENCE, refused).await.expect("it notices");
    let sentence = "This server's storage of 1 MB is full: ask the operator for more";
    assert_eq!(refusal(&answer), ("storage_full", sentence));
}
