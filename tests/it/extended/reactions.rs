//! Reactions: one emoji each, with a limit of different ones per message.

use serde_json::{Value, json};

use crate::support::{Request, TestServer, column, dialog, group, hearths, with_user};

fn off(request: &Request) -> Request {
    request.clone().with("on", false)
}

fn emoji(number: u32) -> String {
    char::from_u32(0x1F600 + number).expect("a face").to_string()
}

#[tokio::test]
async fn a_reaction_is_counted_and_your_own_is_marked() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let chat = group(&ann.create_group("tea", &[&bob]).await);
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let id = anns.id_of(&chat, "hello").await;
    let one = anns.item(&Request::react(&chat, &id, "👍")).await;
    assert_eq!(one["reactions"], json!([{ "emoji": "👍", "count": 1, "mine": true }]));
    bobs.does(&Request::react(&chat, &id, "🫖")).await;
    bobs.does(&Request::react(&chat, &id, "👍")).await;
    let expected =
        |mine| json!([{ "emoji": "👍", "count": 2, "mine": true }, { "emoji": "🫖", "count": 1, "mine": mine }]);
    for (socket, expected) in [(&mut anns, expected(false)), (&mut bobs, expected(true))] {
        for request in [Request::page(&chat), Request::list(), Request::changes(&chat, 3, 0)] {
            assert_eq!(socket.rows(&request).await[0]["reactions"], expected);
        }
    }
}

#[tokio::test]
async fn a_reactions_broadcast_does_not_name_the_other_users() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let id = anns.id_of(&dialog(&bob), "hello").await;
    bobs.heard().await;
    bobs.does(&Request::react(&dialog(&ann), &id, "👍")).await;
    let expected = json!({
        "chat": with_user(&bob), "messageId": id, "seq": 1, "reactions": [{ "emoji": "👍", "count": 1 }],
        "userId": bob.id, "emoji": "👍", "on": true, "lastSeq": 1, "revision": 1,
    });
    assert_eq!(anns.hears_only("messageReactions").await, expected);
    bobs.does(&off(&Request::react(&dialog(&ann), &id, "👍"))).await;
    let told = anns.hears_only("messageReactions").await;
    assert_eq!((&told["reactions"], &told["on"], &told["revision"]), (&json!([]), &json!(false), &json!(2)));
}

#[tokio::test]
async fn an_edited_message_keeps_its_reactions() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let id = anns.id_of(&dialog(&bob), "helo").await;
    anns.does(&Request::react(&dialog(&bob), &id, "👍")).await;
    let edited = anns.item(&Request::edit(&dialog(&bob), &id, "hello")).await;
    assert_eq!(edited["reactions"], json!([{ "emoji": "👍", "count": 1, "mine": true }]));
    let [.., heard] = bobs.hears_all(["privateMessage", "messageReactions", "messageEdited"]).await;
    assert_eq!(heard["reactions"], json!([{ "emoji": "👍", "count": 1 }]));
}

#[tokio::test]
async fn the_same_reaction_again_is_not_broadcast() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let id = anns.id_of(&dialog(&bob), "hello").await;
    let request = Request::react(&dialog(&bob), &id, "👍");
    let revision =
        async |request: &Request, anns: &mut crate::support::Socket| anns.item(request).await["revision"].take();
    assert_eq!(revision(&off(&request), &mut anns).await, 0);
    assert_eq!(revision(&request, &mut anns).await, 1);
    assert_eq!(revision(&request, &mut anns).await, 1);
    assert_eq!(revision(&off(&request), &mut anns).await, 2);
    assert_eq!(revision(&off(&request), &mut anns).await, 2);
    bobs.hears_all(["privateMessage", "messageReactions", "messageReactions"]).await;
}

#[tokio::test]
async fn a_message_has_at_most_20_different_reactions() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let id = anns.id_of(&dialog(&bob), "hello").await;
    let requests: Vec<_> = (0..20).map(|number| Request::react(&dialog(&bob), &id, &emoji(number))).collect();
    let answers = anns.pipeline(&requests).await;
    assert_eq!(answers[19]["params"]["item"]["reactions"].as_array().map(Vec::len), Some(20));
    let more = Request::react(&dialog(&ann), &id, &emoji(20));
    assert_eq!(bobs.code(&more).await, "too_many_reactions");
    assert_eq!(bobs.item(&Request::react(&dialog(&ann), &id, &emoji(7))).await["reactions"][7]["count"], 2);
    anns.does(&off(&requests[0])).await;
    bobs.does(&more).await;
}

#[tokio::test]
async fn only_an_emoji_can_be_a_reaction() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut anns = ann.hearth().await;
    let id = anns.id_of(&dialog(&bob), "hello").await;
    let long = format!("👩{}", "\u{200D}👩".repeat(20));
    for emoji in ["", "a", "1", "👍👍", "<b>", "👍 ", "\u{0}", "e\u{301}", "™x", "日", long.as_str()] {
        let message = anns.may_not(&Request::react(&dialog(&bob), &id, emoji)).await;
        assert!(message.contains("emoji must be one emoji"), "{emoji:?}: {message}");
    }
    for emoji in [json!(null), json!(1), json!(["👍"])] {
        assert_eq!(anns.code(&Request::react(&dialog(&bob), &id, "👍").with("emoji", emoji)).await, "invalid");
    }
    assert_eq!(anns.code(&Request::react(&dialog(&bob), &id, "👍").with("on", "yes")).await, "invalid");
}

#[tokio::test]
async fn emoji_of_many_parts_are_stored_unchanged() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let (mut anns, chat) = (ann.hearth().await, dialog(&ann));
    let id = anns.id_of(&chat, "hello").await;
    let emoji = ["👨‍👩‍👧‍👦", "👍🏽", "❤️", "🇫🇮", "1️⃣"];
    anns.pipeline(&emoji.map(|emoji| Request::react(&chat, &id, emoji))).await;
    let mut reactions: Vec<Value> =
        anns.rows(&Request::page(&chat)).await[0]["reactions"].as_array().expect("some").clone();
    reactions.sort_by_key(|reaction| emoji.iter().position(|emoji| reaction["emoji"] == *emoji));
    let kept: Vec<_> = reactions.iter().map(|reaction| reaction["emoji"].as_str().expect("a text")).collect();
    assert_eq!(kept, emoji);
}

#[tokio::test]
async fn only_members_can_react() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let mut bobs = bob.hearth().await;
    let id = bobs.id_of(&group(&tea), "hello").await;
    ann.connect().await.remove(&tea, &bob).await;
    assert_eq!(bobs.code(&Request::react(&group(&tea), &id, "👍")).await, "not_a_member");
    ann.connect().await.add(&tea, &bob).await;
    assert_eq!(bobs.item(&Request::react(&group(&tea), &id, "👍")).await["revision"], 1);
}

#[tokio::test]
async fn reactions_are_in_the_order_of_their_first_use() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let id = anns.id_of(&dialog(&bob), "hello").await;
    let order: Vec<_> = (0..10).rev().map(emoji).collect();
    let requests: Vec<_> = order.iter().map(|emoji| Request::react(&dialog(&bob), &id, emoji)).collect();
    anns.pipeline(&requests).await;
    let reactions = bobs.rows(&Request::page(&dialog(&ann))).await[0]["reactions"].take();
    assert_eq!(column(reactions.as_array().expect("an array"), "emoji"), order);
}
