//! Every column of the database is in the export, or is left out for a reason. A new one fails the test until it is listed.

use std::{collections::BTreeSet, fs, path::Path};

use hearth::store::tables::Snapshot;
use serde_json::{Value, json};

use super::Archive;
use crate::support::{Request, TestServer, dialog, group};

/// Where a column is in the archive, or why it is not.
#[derive(Clone, Copy)]
enum Fate {
    /// In this file under this key.
    In(&'static str, &'static str),
    /// Left out, because …
    Out(&'static str),
}

use Fate::{In, Out};

const PROFILE: &str = "profile.json";
const SETTINGS: &str = "settings.json";
const SESSIONS: &str = "sessions.jsonl";
const BLOCKS: &str = "blocks.jsonl";
const MEMBERSHIPS: &str = "memberships.jsonl";
const CHATS: &str = "chats.jsonl";
const MESSAGES: &str = "messages.jsonl";
const REACTIONS: &str = "reactions.jsonl";

const OWNER: Fate = Out("it is the person of the export");
const FOLDED: Fate = Out("a form of another column, for comparison and search");
const DELETED: Fate = Out("a deleted account has no export");
const INTERNAL: Fate = Out("a number of the server that identifies the chat");

const COLUMNS: &[(&str, &[(&str, Fate)])] = &[
    (
        "users",
        &[
            ("id", In(PROFILE, "userId")),
            ("email", In(PROFILE, "email")),
            ("email_folded", FOLDED),
            ("first_name", In(PROFILE, "firstName")),
            ("last_name", In(PROFILE, "lastName")),
            ("first_name_folded", FOLDED),
            ("last_name_folded", FOLDED),
            ("password_hash", Out("a secret: who has it can guess the password")),
            ("created_at", In(PROFILE, "createdAt")),
            ("updated_at", In(PROFILE, "updatedAt")),
            ("deleted_at", DELETED),
            ("texts_erased", DELETED),
            ("email_search", FOLDED),
            (
                "legacy",
                Out("whether another account has the same email by newer rules: says something about that account"),
            ),
            ("devices_revision", Out("a counter that makes device tokens void")),
            ("shows_presence", In(SETTINGS, "presence")),
            ("sends_receipts", In(SETTINGS, "readReceipts")),
        ],
    ),
    (
        "sessions",
        &[
            ("id", In(SESSIONS, "sessionId")),
            ("user_id", OWNER),
            ("user_agent", In(SESSIONS, "userAgent")),
            ("created_at", In(SESSIONS, "createdAt")),
            ("last_seen_at", In(SESSIONS, "lastSeenAt")),
            ("expires_at", In(SESSIONS, "expiresAt")),
            ("generation", Out("a counter that makes replaced tokens void")),
            ("used_at", Out("when a token was first used: makes the one before it void")),
            ("ended_at", In(SESSIONS, "endedAt")),
            ("confirms", Out("what the client is able to do")),
            ("confirmed_at", In(SESSIONS, "confirmedAt")),
        ],
    ),
    (
        "members",
        &[
            ("user_id", OWNER),
            ("chat_id", In(MEMBERSHIPS, "chat")),
            ("role", In(MEMBERSHIPS, "role")),
            ("joined_at", In(MEMBERSHIPS, "joinedAt")),
            ("left_at", In(MEMBERSHIPS, "leftAt")),
            ("joined_seq", Out("the place of the notice of joinedAt")),
            ("left_seq", Out("the place of the notice of leftAt")),
            ("hidden_up_to_seq", In(MEMBERSHIPS, "hiddenUpTo")),
            ("read_up_to_seq", In(MEMBERSHIPS, "readUpTo")),
            ("state", In(CHATS, "state")),
            ("muted_until", In(MEMBERSHIPS, "mutedUntil")),
            ("wrote", Out("follows from the messages")),
            ("side", In(MEMBERSHIPS, "chat")),
            ("bytes", In(MEMBERSHIPS, "storedBytes")),
        ],
    ),
    (
        "chats",
        &[
            ("id", INTERNAL),
            ("group_id", In(MEMBERSHIPS, "chat")),
            ("name", In(MEMBERSHIPS, "groupName")),
            ("name_folded", FOLDED),
            ("user_low", In(MEMBERSHIPS, "chat")),
            ("user_high", In(MEMBERSHIPS, "chat")),
            ("last_seq", In(CHATS, "lastSeq")),
            ("last_at", In(CHATS, "createdAt")),
            ("revision", In(CHATS, "revision")),
            ("member_count", In(CHATS, "memberCount")),
            ("roster_version", Out("counts changes of members, for the servers' memory")),
            ("created_at", Out("about the chat: when the person joined is in memberships.jsonl")),
            ("dropped_at", In(MEMBERSHIPS, "deletedAt")),
            ("retention_days", In(CHATS, "retentionDays")),
            ("first_seq", In(CHATS, "firstSeq")),
        ],
    ),
    (
        "messages",
        &[
            ("chat_id", In(MESSAGES, "chat")),
            ("seq", In(MESSAGES, "seq")),
            ("id", In(MESSAGES, "messageId")),
            ("sender_id", In(MESSAGES, "senderId")),
            ("content", In(MESSAGES, "content")),
            ("event", In(MESSAGES, "event")),
            ("subject_id", In(MESSAGES, "event")),
            ("reply_to", In(MESSAGES, "replyTo")),
            ("created_at", In(MESSAGES, "createdAt")),
            ("edited_at", In(MESSAGES, "editedAt")),
            ("deleted_at", In(MESSAGES, "deletedAt")),
            ("detail", In(MESSAGES, "event")),
        ],
    ),
    (
        "reactions",
        &[
            ("chat_id", In(REACTIONS, "chat")),
            ("seq", In(REACTIONS, "seq")),
            ("emoji", In(REACTIONS, "emoji")),
            ("user_id", OWNER),
            ("created_at", In(REACTIONS, "createdAt")),
        ],
    ),
    ("blocks", &[("user_id", OWNER), ("blocked_id", In(BLOCKS, "userId")), ("created_at", In(BLOCKS, "createdAt"))]),
    (
        "export_links",
        &[
            ("hash", Out("a secret, until the link is used")),
            ("user_id", OWNER),
            ("session_id", Out("the link is removed ten minutes after it was made")),
            ("created_at", Out("the link is removed ten minutes after it was made")),
            ("expires_at", Out("the link is removed ten minutes after it was made")),
            ("used_at", Out("the link is removed ten minutes after it was made")),
        ],
    ),
    (
        "purges",
        &[
            ("id", INTERNAL),
            ("chat_id", INTERNAL),
            ("user_id", DELETED),
            ("next_seq", Out("how far a removal has come")),
        ],
    ),
    (
        "revisions",
        &[
            ("chat_id", INTERNAL),
            ("revision", Out("which messages clients must read again: nothing about a person")),
            ("seq", Out("which messages clients must read again: nothing about a person")),
        ],
    ),
    ("settings", &[("key", Out("of the server")), ("value", Out("of the server"))]),
];

/// Tables that stay in their database.
const TABLES_OF_THE_PROCESS: &[(&str, &str)] = &[
    ("writers", "which processes have served"),
    ("commits", "ids of what happened in the last 24 hours, all of it in the other tables"),
    ("consumers", "who reads the log of commits"),
    ("cursors", "how far the log of commits was read"),
    ("leases", "which server does work for all"),
];

/// The names of the tables that the migrations create.
fn created() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for engine in ["sqlite", "postgres"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
        for file in fs::read_dir(folder).expect("a folder") {
            let text = fs::read_to_string(file.expect("a file").path()).expect("a text");
            let created = text.split("CREATE TABLE ").skip(1);
            names.extend(created.map(|rest| rest.split([' ', '(']).next().expect("a name").to_owned()));
        }
    }
    names
}

#[tokio::test]
async fn every_column_is_in_the_export_or_left_out_for_a_reason() {
    let server = TestServer::start().await;
    let snapshot = Snapshot::open(&server.database.url).await.expect("it opens");
    let mut listed = BTreeSet::new();
    for table in snapshot.tables() {
        let known = COLUMNS.iter().find(|(name, _)| *name == table.name);
        let (_, columns) = known.unwrap_or_else(|| panic!("the table {} is not listed", table.name));
        let stored: BTreeSet<_> = table.columns.iter().map(|column| &*column.name).collect();
        assert_eq!(columns.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>(), stored, "of {}", table.name);
        listed.insert(table.name.clone());
    }
    listed.extend(TABLES_OF_THE_PROCESS.iter().map(|(name, _)| (*name).to_owned()));
    assert_eq!(created(), listed);
    for (_, columns) in COLUMNS {
        assert!(columns.iter().all(|(_, fate)| !matches!(fate, Out(""))));
    }
}

/// The export of a person about whom there is something in every column.
async fn eventful(server: &TestServer) -> Archive {
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let (mut anns, mut bobs) = (ann.hearth().await, bob.hearth().await);
    anns.does(&Request::new(
        "setRetention",
        json!({
            "groupId": tea, "days": 30, "messageId": crate::support::new_id(), "message": "30 days",
        }),
    ))
    .await;
    let first = bobs.id_of(&dialog(&ann), "one").await;
    anns.does(&Request::react(&dialog(&bob), &first, "👍")).await;
    let second = anns.does(&Request::write(&dialog(&bob), "two").with("replyTo", first)).await;
    let id = second["item"]["messageId"].as_str().expect("an id").to_owned();
    anns.does(&Request::edit(&dialog(&bob), &id, "two, edited")).await;
    let third = anns.id_of(&group(&tea), "three").await;
    anns.does(&Request::delete(&group(&tea), &third)).await;
    anns.does(&Request::mute(&group(&tea), Some("2999-01-01T00:00:00Z"))).await;
    let left = bob.create_group("coffee", &[&ann]).await;
    anns.does(&Request::leave(&left)).await;
    let dropped = bob.create_group("milk", &[&ann]).await;
    bobs.does(&Request::drop(&dropped)).await;
    anns.does(&Request::block(&bob)).await;
    ann.export().await
}

#[tokio::test]
async fn what_is_listed_as_exported_has_a_value() {
    let server = TestServer::start().await;
    let archive = eventful(&server).await;
    for (table, columns) in COLUMNS {
        for (column, fate) in *columns {
            let &In(file, key) = fate else { continue };
            let rows = archive.rows(file);
            assert!(rows.iter().all(|row| row.get(key).is_some() || file == CHATS), "{table}.{column}: {file} {key}");
            let is_told = rows.iter().any(|row| !matches!(row.get(key), None | Some(Value::Null)));
            // A session that the server ended, and a group that is being removed, are gone too soon.
            assert!(is_told || ["ended_at", "dropped_at"].contains(column), "{table}.{column} is nowhere in {file}");
        }
    }
}
