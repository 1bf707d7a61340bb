//! A demo of any day, hour and seed follows the server's rules and is consistent in time.

use hearth::demo::Language::{self, English, Russian};
use proptest::{prelude::*, test_runner::TestRunner};

use super::{demo, fill, number};
use crate::support::{self, TestDatabase};

/// Rules of the schema, each with a query for the rows that break it.
const RULES: [(&str, &str); 14] = [
    ("seqs have no gaps", "(SELECT chat_id FROM messages GROUP BY chat_id HAVING MAX(seq) <> COUNT(*)) gaps"),
    (
        "times grow",
        "messages a JOIN messages b ON b.chat_id = a.chat_id AND b.seq = a.seq + 1 AND b.created_at <= a.created_at",
    ),
    (
        "chats know their newest message",
        "chats c WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.chat_id = c.id AND m.seq = c.last_seq AND m.created_at = c.last_at)",
    ),
    (
        "chats count their members",
        "chats c WHERE member_count <> (SELECT COUNT(*) FROM members m WHERE m.chat_id = c.id AND m.left_at IS NULL)",
    ),
    (
        "a group has one owner",
        "chats c WHERE group_id IS NOT NULL AND 1 <> (SELECT COUNT(*) FROM members m WHERE m.chat_id = c.id AND m.left_at IS NULL AND m.role = 2)",
    ),
    (
        "users are members of the chats they wrote in or were added to",
        "messages m WHERE NOT EXISTS (SELECT 1 FROM members p WHERE p.chat_id = m.chat_id AND p.user_id = m.sender_id) \
         OR m.subject_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM members p WHERE p.chat_id = m.chat_id AND p.user_id = m.subject_id)",
    ),
    (
        "nobody writes before joining or after leaving",
        "messages m JOIN members p ON p.chat_id = m.chat_id AND p.user_id = m.sender_id WHERE (m.created_at < p.joined_at AND p.left_at IS NULL) OR m.created_at > p.left_at",
    ),
    (
        "nobody reacts before joining",
        "reactions r JOIN members p ON p.chat_id = r.chat_id AND p.user_id = r.user_id WHERE r.created_at < p.joined_at",
    ),
    (
        "own messages are read, and so are those from before the user joined",
        "members p JOIN messages m ON m.chat_id = p.chat_id AND (m.sender_id = p.user_id OR m.created_at < p.joined_at) AND m.seq > p.read_up_to_seq WHERE p.left_at IS NULL",
    ),
    (
        "nobody has read what is not there",
        "members p JOIN chats c ON c.id = p.chat_id WHERE p.read_up_to_seq > c.last_seq OR p.read_up_to_seq < 0",
    ),
    ("answers follow what they answer", "messages WHERE reply_to >= seq"),
    (
        "reactions are to messages",
        "reactions r JOIN messages m ON m.chat_id = r.chat_id AND m.seq = r.seq WHERE m.event <> 0 OR r.created_at < m.created_at",
    ),
    (
        "reactions are to something",
        "reactions r WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.chat_id = r.chat_id AND m.seq = r.seq)",
    ),
    (
        "nobody is in a chat before there is the chat, or the account",
        "members p JOIN chats c ON c.id = p.chat_id JOIN users u ON u.id = p.user_id WHERE p.joined_at < c.created_at OR p.joined_at < u.created_at",
    ),
];

/// Calendar boundaries: ends of months and years, leap days, daylight-saving changes of Europe and America, midnight in
/// several zones, weekends, and the days on which a demo was wrong.
const MOMENTS: [&str; 16] = [
    "2026-11-28T09:00:00Z",
    "2026-11-29T00:07:30Z",
    "2026-12-31T23:59:59.999Z",
    "2027-01-01T00:00:00Z",
    "2028-02-29T12:00:00Z",
    "2028-03-01T00:00:00+09:00",
    "2100-02-28T23:59:59Z",
    "2027-03-28T00:59:59Z",
    "2027-03-28T01:00:00Z",
    "2026-10-25T01:00:00Z",
    "2027-03-14T10:00:00Z",
    "2026-11-01T09:00:00Z",
    "2027-02-28T23:30:00-08:00",
    "2027-05-01T00:00:00+14:00",
    "2027-05-02T04:59:00Z",
    "1999-12-31T23:59:59Z",
];

/// Asserts every rule.
async fn is_sound(database: &TestDatabase, of: &str) {
    for (rule, broken) in RULES {
        assert_eq!(number(database, &format!("SELECT COUNT(*) FROM {broken}")).await, 0, "{rule}: {of}");
    }
    support::is_sound(database).await;
}

async fn is_sound_at(instant: &str, seed: u64, language: Language) {
    let database = TestDatabase::create().await;
    fill(&database, instant, seed, language).await;
    is_sound(&database, &format!("at {instant}, seed {seed}, {language:?}")).await;
    let now = chrono::DateTime::parse_from_rfc3339(instant).expect("an instant").timestamp_millis();
    for (table, column) in [
        ("messages", "created_at"),
        ("messages", "edited_at"),
        ("reactions", "created_at"),
        ("members", "joined_at"),
        ("members", "left_at"),
        ("chats", "created_at"),
    ] {
        let future = format!("SELECT COUNT(*) FROM {table} WHERE {column} > {now}");
        assert_eq!(number(&database, &future).await, 0, "{table}.{column} is past: at {instant}, seed {seed}");
    }
}

#[tokio::test]
async fn its_rows_keep_every_rule_of_the_schema() {
    let (database, ..) = demo(&[]).await;
    assert!(number(&database, "SELECT COUNT(*) FROM messages").await > 2000);
    is_sound(&database, "now").await;
}

#[tokio::test]
async fn it_is_sound_at_calendar_boundaries() {
    for (seed, instant) in (0_u64..).zip(MOMENTS) {
        is_sound_at(instant, seed, if seed % 2 == 0 { English } else { Russian }).await;
    }
}

#[test]
fn it_is_sound_at_any_time() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let config = ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() };
    // From 1971 to 2105.
    let moment = (365 * 86_400_000_i64..4_260_000_000_000, any::<u64>(), any::<bool>());
    let outcome = TestRunner::new(config).run(&moment, |(millis, seed, is_english)| {
        let instant = chrono::DateTime::from_timestamp_millis(millis).expect("an instant").to_rfc3339();
        runtime.block_on(is_sound_at(&instant, seed, if is_english { English } else { Russian }));
        Ok(())
    });
    outcome.expect("every demo is sound");
}
