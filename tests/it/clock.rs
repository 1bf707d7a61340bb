//! A clock that was ahead, is behind, or jumps.

use hearth::model::Timestamp;
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor, Row};

use crate::support::{Hearth, PASSWORD, Request, TestServer, group};

const DAY: i64 = 24 * 3_600_000;

/// Moves the messages from this seq on by some days. Only one chat may have messages.
async fn move_from(server: &TestServer, seq: i64, days: i64) {
    let millis = days * DAY;
    let messages = format!("UPDATE messages SET created_at = created_at + {millis} WHERE seq >= {seq}");
    server.database.run(&messages).await;
    server.database.run(&format!("UPDATE chats SET last_at = last_at + {millis}")).await;
}

/// The times of all messages by seq, and the chat's `last_at`.
async fn times(server: &TestServer) -> (Vec<i64>, i64) {
    let sql = "SELECT m.created_at, c.last_at FROM messages m JOIN chats c ON c.id = m.chat_id ORDER BY m.seq";
    let rows = server.database.connect().await.fetch_all(AssertSqlSafe(sql)).await.expect("the database answers");
    (rows.iter().map(|row| row.get(0)).collect(), rows[0].get(1))
}

#[tokio::test]
async fn a_clock_behind_the_newest_message_is_rejected_unless_accepted() {
    let mut server = TestServer::start().await;
    let ann = server.user("Ann").await;
    ann.write_to(&ann, "a note").await;
    server.stop().await;
    move_from(&server, 1, 2).await;
    let hearth = Hearth::with_database(&server.database.url);
    let complaint = hearth.complains(&[]);
    assert!(complaint.contains("but the newest message was written at"), "{complaint}");
    assert!(complaint.contains("hearth repair clock") && complaint.contains("--accept-clock"), "{complaint}");
    hearth.serve().api.log_in(&ann.email, PASSWORD).await;
}

#[tokio::test]
async fn a_repair_keeps_order_and_cursors_and_leaves_nothing_in_the_future() {
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let id = ann.create_group("tea", &[&bob]).await;
    server.database.fill_group("tea", &ann, 2500).await;
    server.stop().await;
    move_from(&server, 1200, 3650).await;
    server.database.run("UPDATE sessions SET last_seen_at = last_seen_at + 315360000000").await;
    let hearth = Hearth::with_database(&server.database.url);
    let printed = hearth.prints(&["--accept-clock", "repair", "clock", "--i-have-a-copy"]);
    assert!(printed.contains("messages moved from the future: "), "{printed}");
    let (times, last_at) = times(&server).await;
    assert!(times.is_sorted_by(|before, after| before < after) && times.last() == Some(&last_at));
    assert!(last_at <= Timestamp::now().0);
    let again = hearth.prints(&["--accept-clock", "repair", "clock", "--i-have-a-copy"]);
    assert!(again.contains("from the future: 0 in 0 chats\nother times moved: 0\n"), "{again}");

    server.start_again().await;
    let mut anns = ann.connect().await;
    let (mut cursor, mut seen) = (json!(null), 0);
    loop {
        let page = json!({ "groupId": id, "limit": 100, "cursorCreatedAt": cursor });
        let rows = anns.rows(&Request::new("getlatestMessageGroup", page)).await;
        let Some(last) = rows.last() else { break };
        (cursor, seen) = (last["createdAt"].clone(), seen + rows.len());
    }
    assert_eq!(seen, 2502);
}

#[tokio::test]
async fn an_interrupted_repair_continues() {
    let mut server = TestServer::start().await;
    let ann = server.user("Ann").await;
    let id = ann.create_group("tea", &[]).await;
    server.database.fill_group("tea", &ann, 2500).await;
    server.stop().await;
    move_from(&server, 2, 3650).await;
    // The state after the first step: the start is recorded, and the newest thousand messages have their times.
    let now = Timestamp::now().0;
    let moved = format!("UPDATE messages SET created_at = {now} - (2501 - seq) WHERE seq > 1501");
    server.database.run(&moved).await;
    let begun = sqlx::query("INSERT INTO settings (key, value) VALUES ('clock_repair', $1)");
    let begun = begun.bind(now.to_string().into_bytes()).execute(&mut server.database.connect().await).await;
    begun.expect("it can be kept");
    let hearth = Hearth::with_database(&server.database.url);
    let printed = hearth.prints(&["--accept-clock", "repair", "clock", "--i-have-a-copy"]);
    assert!(!printed.contains("copied to"), "the copy of the beginning is the good one: {printed}");
    let (times, last_at) = times(&server).await;
    assert!(times.is_sorted_by(|before, after| before < after));
    assert_eq!((times.last(), last_at), (Some(&now), now));
    server.start_again().await;
    ann.hearth().await.writes(&group(&id), "on time").await;
}

#[tokio::test]
async fn a_repair_makes_a_copy_or_requires_one() {
    let mut server = TestServer::start().await;
    server.user("Ann").await;
    let hearth = Hearth::with_database(&server.database.url);
    assert!(hearth.complains(&["--accept-clock", "repair", "clock"]).contains("already serves"));
    server.stop().await;
    let output = hearth.run(&["--accept-clock", "repair", "clock"]);
    let (printed, complaint) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    match printed.lines().find_map(|line| line.strip_prefix("copied to ")) {
        Some(copy) => {
            let copied = Hearth::with_database(&format!("sqlite://{copy}")).serve();
            copied.api.log_in("ann@example.org", PASSWORD).await;
        }
        None => assert!(complaint.contains("then add --i-have-a-copy"), "{complaint}"),
    }
}

#[tokio::test]
async fn a_jump_of_the_clock_ends_no_session() {
    let mut server = TestServer::start_with(|config| config.auth.session_max_days = 120).await;
    let ann = server.user("Ann").await;
    server.stop().await;
    // As if the clock had jumped by ten years.
    let back = 3650 * DAY;
    let columns = ["created_at", "last_seen_at", "expires_at"].map(|name| format!("{name} = {name} - {back}"));
    server.database.run(&format!("UPDATE sessions SET {}", columns.join(", "))).await;
    server.start_again().await;
    let renewed = ann.post("/api/auth/renew", json!({})).await;
    let token = renewed.expect(200)["token"].as_str().expect("a token").to_owned();
    server.api().with_token(&token).patch("/api/profile/update", json!({})).await.expect(201);
}
