//! `hearth demo`: its data is plausible, and as consistent as data from real users.

mod days;

use std::collections::{HashMap, HashSet};

use hearth::{
    config::Database,
    demo::{self, Language, Start},
    model::Timestamp,
    store::Store,
};
use sqlx::{AssertSqlSafe, Row};

use crate::support::{Hearth, Request, TestDatabase, grows, instants, texts};

/// A database with a demo.
async fn demo(arguments: &[&str]) -> (TestDatabase, Hearth, String) {
    let database = TestDatabase::create().await;
    let hearth = Hearth::with_database(&database.url);
    let told = hearth.prints(&[&["demo"], arguments].concat());
    (database, hearth, told)
}

/// The number that a query returns.
async fn number(database: &TestDatabase, sql: &str) -> i64 {
    let row = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_one(&mut database.connect().await).await;
    row.expect("the question can be answered").get(0)
}

#[tokio::test]
async fn every_printed_user_can_log_in_and_has_messages() {
    let (_database, hearth, told) = demo(&[]).await;
    let password = told.lines().find_map(|line| line.split_once("password: ")).expect("it tells the password").1;
    let emails: Vec<_> = told.split_whitespace().filter(|word| word.contains('@')).collect();
    assert_eq!(emails.len(), 20, "{told}");
    assert!(told.contains("30 groups"), "{told}");
    let serving = hearth.serve();
    for email in emails {
        let user = serving.api.log_in(email, password).await;
        let list = user.connect().await.list_page(100, None).await;
        let groups = list.iter().filter(|row| !row["groupId"].is_null()).count();
        assert!(groups >= 3 && list.len() - groups >= 8, "{email}: {groups} groups of {}", list.len());
    }
}

#[tokio::test]
async fn histories_are_complete_and_in_order() {
    let (_database, hearth, told) = demo(&["--lang", "ru"]).await;
    let password = told.lines().find_map(|line| line.split_once("password: ")).expect("it tells the password").1;
    let serving = hearth.serve();
    let anna = serving.api.log_in("anna@example.org", password).await;
    let mut socket = anna.connect().await;
    let (mut said, now) = (0, Timestamp::now().0);
    for row in socket.list_page(100, None).await {
        let id = |key: &str| row[key].as_str().map(str::to_owned);
        let companion = id("receiverId").filter(|id| *id != anna.id).or_else(|| id("senderId"));
        let chat = match id("groupId") {
            Some(group) => Request::history(&group),
            None => Request::dialog(&companion.expect("a dialog has another side")),
        };
        let mut rows = socket.all(&chat, 50).await;
        rows.reverse();
        assert!(grows(&instants(&rows)) && instants(&rows).iter().all(|instant| *instant <= now));
        let raw = texts(&rows).into_iter().find(|text| text.contains(['$', '{', '}', '|', '[', ']']));
        assert_eq!(raw, None, "every word is chosen");
        said += rows.len();
    }
    assert!(said > 300, "{said}");
}

#[tokio::test]
async fn it_uses_every_feature() {
    let (database, ..) = demo(&[]).await;
    for (thing, found) in [
        ("answers", "messages WHERE reply_to IS NOT NULL"),
        ("corrections", "messages WHERE edited_at > created_at"),
        ("reactions", "reactions"),
        ("notes to self", "chats WHERE user_low = user_high"),
        ("people who were added", "messages WHERE event = 2 AND subject_id IS NOT NULL"),
        ("people who left", "messages WHERE event = 3"),
        ("links", "messages WHERE content LIKE '%https://%'"),
        ("messages of several lines", "messages WHERE content LIKE '%\n%'"),
        (
            "unread chats",
            "members m JOIN chats c ON c.id = m.chat_id WHERE m.read_up_to_seq < c.last_seq AND m.left_at IS NULL",
        ),
    ] {
        assert!(number(&database, &format!("SELECT COUNT(*) FROM {found}")).await >= 3, "{thing}");
    }
}

/// Fills the database with a demo as of this instant.
async fn fill(database: &TestDatabase, instant: &str, seed: u64, language: Language) {
    let config = Database { url: database.url.clone(), ..Database::default() };
    let store = Store::open(&config).await.expect("the database opens");
    let now = chrono::DateTime::parse_from_rfc3339(instant).expect("an instant").timestamp_millis();
    let start = Start { now: Timestamp(now), seed };
    demo::fill(&store, language, start).await.expect("it can be filled").expect("nobody is there");
    store.close().await;
}

/// All messages of a demo as of this instant: sender, text and time.
async fn told_at(instant: &str, language: Language) -> Vec<(String, String, i64)> {
    let database = TestDatabase::create().await;
    fill(&database, instant, 0, language).await;
    let sql = "SELECT s.first_name, m.content, m.created_at FROM messages m JOIN users s ON s.id = m.sender_id \
               ORDER BY m.created_at, m.id";
    let rows = sqlx::query(sql).fetch_all(&mut database.connect().await).await.expect("rows");
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

#[tokio::test]
async fn on_the_same_day_it_differs_only_by_later_messages() {
    let noon = told_at("2026-03-04T12:00:00Z", Language::English).await;
    let evening = told_at("2026-03-04T20:00:00Z", Language::English).await;
    let since: Vec<_> = evening.iter().filter(|said| !noon.contains(said)).collect();
    assert!(noon.iter().all(|said| evening.contains(said)));
    let today = 1_772_582_400_000;
    assert!(!since.is_empty() && since.iter().all(|(.., at)| *at > today), "{since:?}");
    assert!(noon.iter().filter(|(.., at)| *at > today).count() > 5);
    assert_ne!(told_at("2026-03-05T12:00:00Z", Language::English).await, noon);
}

#[tokio::test]
async fn users_write_at_their_waking_hours() {
    for (language, dawn, names) in [(Language::English, 22, ["Grace"]), (Language::Russian, 21, ["Дарья"])] {
        let said = told_at("2026-03-04T12:00:00Z", language).await;
        let hours: HashSet<_> = said
            .iter()
            .filter(|(name, ..)| names.contains(&name.as_str()))
            .map(|(.., at)| (at / 3_600_000 + 24 - dawn) % 24)
            .collect();
        assert!(hours.len() > 8 && hours.iter().all(|hour| *hour < 17), "{hours:?}");
    }
}

#[tokio::test]
async fn no_sentence_is_repeated_often() {
    for language in [Language::English, Language::Russian] {
        let said = told_at("2026-03-04T12:00:00Z", language).await;
        let mut often = HashMap::<_, usize>::new();
        for (_, text, _) in &said {
            *often.entry(text.as_str()).or_default() += 1;
        }
        let most = often.iter().max_by_key(|(_, times)| **times).expect("something is said");
        assert!(*most.1 <= 15 && often.len() > 800, "{most:?} of {}", often.len());
    }
}

#[tokio::test]
async fn it_needs_force_if_there_are_users_and_never_loads_twice() {
    let database = TestDatabase::create().await;
    let hearth = Hearth::with_database(&database.url);
    hearth.serve().api.sign_up("Zoe").await;
    assert!(hearth.complains(&["demo"]).contains("has users: --force"));
    hearth.prints(&["demo", "--force"]);
    assert_eq!(number(&database, "SELECT COUNT(*) FROM users").await, 21);
    let messages = number(&database, "SELECT COUNT(*) FROM messages").await;
    assert!(hearth.complains(&["demo", "--force", "--lang", "ru"]).contains("already"));
    assert_eq!(number(&database, "SELECT COUNT(*) FROM messages").await, messages);
}

#[tokio::test]
async fn it_does_not_change_a_database_in_use() {
    let database = TestDatabase::create().await;
    let hearth = Hearth::with_database(&database.url);
    let serving = hearth.serve();
    let complaint = hearth.complains(&["demo"]);
    assert!(complaint.contains("another Hearth already serves"), "{complaint}");
    serving.api.sign_up("Anna").await;
}
