//! The chats that messages are loaded into. Adds missing dialogs.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use sqlx::Row;

use super::{Load, LoadedMessage};
use crate::{
    model::{ChatId, ChatKey, Timestamp, UserId},
    store::{
        DatabaseResult,
        engine::Sql,
        rows::is_set,
        types::{column, json, key, number, numbered},
    },
};

/// A member with unread messages.
#[derive(Serialize)]
pub struct Unread {
    /// The person.
    #[serde(rename = "user_id")]
    pub user: UserId,
    /// The chat.
    #[serde(flatten, serialize_with = "key")]
    pub chat: ChatKey,
    /// How many messages are unread; none of them is the person's own.
    pub count: i64,
}

/// A chat that messages are added to.
#[derive(Serialize)]
pub(super) struct Grown {
    #[serde(rename = "chat_id", serialize_with = "number")]
    pub(super) id: ChatId,
    pub(super) last_seq: i64,
    #[serde(serialize_with = "number")]
    pub(super) last_at: Timestamp,
    #[serde(skip)]
    pub(super) dropped: bool,
    /// The newest message before loading.
    pub(super) seq_before: i64,
}

/// A chat that messages need, with the time of the first of them.
#[derive(Serialize)]
struct Needed {
    #[serde(flatten, serialize_with = "key")]
    chat: ChatKey,
    #[serde(serialize_with = "number")]
    created_at: Timestamp,
}

static EXISTING: Sql = Sql::new("SELECT u.id FROM rows($1: id UUID) q JOIN users u ON u.id = q.id");

static ADD_DIALOGS: Sql = Sql::new(
    "INSERT INTO chats (name, name_folded, user_low, user_high, last_seq, last_at, member_count, created_at) \
     SELECT '', '', user_low, user_high, 0, 0, CASE WHEN user_low = user_high THEN 1 ELSE 2 END, created_at \
     FROM rows($1: user_low UUID, user_high UUID, created_at BIGINT) q WHERE user_low IS NOT NULL \
     ON CONFLICT (user_low, user_high) DO NOTHING",
);

static ADD_SIDES: Sql = Sql::new(
    "INSERT INTO members (user_id, chat_id, side, role, joined_at, hidden_up_to_seq, read_up_to_seq) \
     SELECT u.id, c.id, CASE c.user_low WHEN u.id THEN c.user_high ELSE c.user_low END, 0, c.created_at, 0, 0 \
     FROM rows($1: user_low UUID, user_high UUID) q \
     JOIN chats c ON c.user_low = q.user_low AND c.user_high = q.user_high \
     JOIN users u ON u.id = q.user_low OR u.id = q.user_high \
     WHERE true ON CONFLICT (user_id, chat_id) DO NOTHING",
);

static CHATS: Sql = Sql::new(
    "SELECT q.position, c.id, c.last_seq, c.last_at, c.dropped_at \
     FROM rows($1: position BIGINT, group_id UUID, user_low UUID, user_high UUID) q \
     JOIN chats c ON c.id = COALESCE(\
       (SELECT g.id FROM chats g WHERE g.group_id = q.group_id), \
       (SELECT d.id FROM chats d WHERE d.user_low = q.user_low AND d.user_high = q.user_high))",
);

static GROW: Sql = Sql::new(
    "UPDATE chats SET last_seq = q.last_seq, last_at = q.last_at \
     FROM rows($1: chat_id BIGINT, last_seq BIGINT, last_at BIGINT) q WHERE chats.id = q.chat_id",
);

/// Members who had read all messages have read the new ones, too.
static READ: Sql = Sql::new(
    "UPDATE members SET read_up_to_seq = q.last_seq \
     FROM rows($1: chat_id BIGINT, last_seq BIGINT, seq_before BIGINT) q \
     WHERE members.chat_id = q.chat_id AND members.left_at IS NULL AND members.read_up_to_seq >= q.seq_before",
);

static UNREAD: Sql = Sql::new(
    "UPDATE members SET read_up_to_seq = c.last_seq - q.count \
     FROM rows($1: user_id UUID, group_id UUID, user_low UUID, user_high UUID, count BIGINT) q \
     JOIN chats c ON c.id = COALESCE(\
       (SELECT g.id FROM chats g WHERE g.group_id = q.group_id), \
       (SELECT d.id FROM chats d WHERE d.user_low = q.user_low AND d.user_high = q.user_high)) \
     WHERE members.user_id = q.user_id AND members.chat_id = c.id",
);

impl Load {
    /// The people of these messages who have no row.
    pub(super) async fn strangers(&mut self, messages: &[LoadedMessage]) -> DatabaseResult<HashSet<UserId>> {
        let people = messages.iter().flat_map(|message| match message.chat {
            ChatKey::Dialog(low, high) => [message.sender, low, high],
            ChatKey::Group(_) => [message.sender; 3],
        });
        let mut people: HashSet<_> = people.collect();
        let query = sqlx::query_scalar(EXISTING.on(self.engine)).bind(json(&column("id", &people)));
        for user in query.fetch_all(self.connection()).await? {
            people.remove(&user);
        }
        Ok(people)
    }

    /// The chats of these messages. Adds missing dialogs.
    pub(super) async fn chats(
        &mut self,
        messages: impl Iterator<Item = &LoadedMessage>,
    ) -> DatabaseResult<HashMap<ChatKey, Grown>> {
        let mut first = HashMap::new();
        for message in messages {
            first.entry(message.chat).or_insert(message.created_at);
        }
        let needed: Vec<_> = first.into_iter().map(|(chat, created_at)| Needed { chat, created_at }).collect();
        self.execute(&ADD_DIALOGS, &needed).await?;
        self.execute(&ADD_SIDES, &needed).await?;
        let mut chats = HashMap::new();
        let query = sqlx::query(CHATS.on(self.engine)).bind(json(&numbered(&needed)));
        for row in query.fetch_all(self.connection()).await? {
            let position = usize::try_from(row.try_get::<i64, _>("position")?).unwrap_or_default();
            let last_seq = row.try_get("last_seq")?;
            let grown = Grown {
                id: row.try_get("id")?,
                last_seq,
                last_at: row.try_get("last_at")?,
                dropped: is_set(&row, "dropped_at")?,
                seq_before: last_seq,
            };
            chats.insert(needed[position].chat, grown);
        }
        Ok(chats)
    }

    /// Stores the new ends of these chats.
    pub(super) async fn grow(&mut self, chats: &HashMap<ChatKey, Grown>) -> DatabaseResult<()> {
        let grown: Vec<_> = chats.values().filter(|chat| chat.last_seq > chat.seq_before).collect();
        self.execute(&GROW, &grown).await?;
        self.execute(&READ, &grown).await.map(|_| ())
    }

    /// Marks the newest messages of chats as unread.
    pub async fn leave_unread(&mut self, unread: &[Unread]) -> DatabaseResult<()> {
        self.execute(&UNREAD, unread).await.map(|_| ())
    }
}
