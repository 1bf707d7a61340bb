//! The chats that are loaded into: dialogs are made when they are first needed.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use sqlx::Row;

use super::{Load, LoadedMessage};
use crate::{
    model::{ChatId, ChatKey, Timestamp, UserId},
    store::{
        DatabaseResult,
        engine::Sql,
        rows::side_of,
        types::{Hex, json},
    },
};

/// Somebody who has not read a chat to its end.
pub struct Unread {
    /// Who.
    pub user: UserId,
    /// Where.
    pub chat: ChatKey,
    /// How many messages, none of them this person's own.
    pub count: i64,
}

/// A chat as it is, and as it grows.
pub(super) struct Grown {
    pub(super) id: ChatId,
    pub(super) last_seq: i64,
    pub(super) last_at: Timestamp,
    pub(super) dropped: bool,
    /// The newest message before.
    pub(super) seq_before: i64,
}

#[derive(Serialize)]
struct KeyRow {
    position: usize,
    group_id: Option<Hex>,
    user_low: Option<Hex>,
    user_high: Option<Hex>,
    created_at: i64,
}

#[derive(Serialize)]
struct GrownRow {
    chat_id: i64,
    last_seq: i64,
    last_at: i64,
    seq_before: i64,
}

static PEOPLE: Sql = Sql::steps(&["SELECT u.id FROM rows($1: id BYTES) q JOIN users u ON u.id = q.id"]);

static ADD_DIALOGS: Sql =
    Sql::steps(&["INSERT INTO chats (name, name_folded, user_low, user_high, last_seq, last_at, \
       member_count, created_at) \
     SELECT '', '', user_low, user_high, 0, 0, CASE WHEN user_low = user_high THEN 1 ELSE 2 END, created_at \
     FROM rows($1: user_low BYTES, user_high BYTES, created_at BIGINT) q WHERE user_low IS NOT NULL \
     ON CONFLICT (user_low, user_high) DO NOTHING"]);

static ADD_SIDES: Sql = Sql::steps(&[concat!(
    "INSERT INTO members (user_id, chat_id, side, role, joined_at, hidden_up_to_seq, read_up_to_seq) \
     SELECT u.id, c.id, ",
    side_of!("u.id"),
    ", 0, c.created_at, 0, 0 FROM rows($1: user_low BYTES, user_high BYTES) q \
     JOIN chats c ON c.user_low = q.user_low AND c.user_high = q.user_high \
     JOIN users u ON u.id = q.user_low OR u.id = q.user_high \
     WHERE true ON CONFLICT (user_id, chat_id) DO NOTHING"
)]);

static CHATS: Sql = Sql::steps(&["SELECT q.position, c.id, c.last_seq, c.last_at, \
       CASE WHEN c.dropped_at IS NULL THEN 0 ELSE 1 END \
     FROM rows($1: position BIGINT, group_id BYTES, user_low BYTES, user_high BYTES) q \
     JOIN chats c ON c.id = COALESCE(\
       (SELECT g.id FROM chats g WHERE g.group_id = q.group_id), \
       (SELECT d.id FROM chats d WHERE d.user_low = q.user_low AND d.user_high = q.user_high))"]);

static GROW: Sql = Sql::steps(&["UPDATE chats SET last_seq = q.last_seq, last_at = q.last_at \
     FROM rows($1: chat_id BIGINT, last_seq BIGINT, last_at BIGINT) q WHERE chats.id = q.chat_id"]);

/// Who had read everything has.
static READ: Sql = Sql::steps(&["UPDATE members SET read_up_to_seq = q.last_seq \
     FROM rows($1: chat_id BIGINT, last_seq BIGINT, seq_before BIGINT) q \
     WHERE members.chat_id = q.chat_id AND members.left_at IS NULL AND members.read_up_to_seq >= q.seq_before"]);

static UNREAD: Sql = Sql::steps(&["UPDATE members SET read_up_to_seq = c.last_seq - q.count \
     FROM rows($1: user_id BYTES, group_id BYTES, user_low BYTES, user_high BYTES, count BIGINT) q \
     JOIN chats c ON c.id = COALESCE(\
       (SELECT g.id FROM chats g WHERE g.group_id = q.group_id), \
       (SELECT d.id FROM chats d WHERE d.user_low = q.user_low AND d.user_high = q.user_high)) \
     WHERE members.user_id = q.user_id AND members.chat_id = c.id"]);

impl Load {
    /// Who of these has no row.
    pub(super) async fn strangers(&mut self, messages: &[LoadedMessage]) -> DatabaseResult<HashSet<UserId>> {
        #[derive(Serialize)]
        struct Id {
            id: Hex,
        }
        let people = messages.iter().flat_map(|message| match message.chat {
            ChatKey::Dialog(low, high) => [message.sender, low, high],
            ChatKey::Group(_) => [message.sender; 3],
        });
        let mut people: HashSet<_> = people.collect();
        let rows: Vec<_> = people.iter().map(|user| Id { id: Hex(user.0) }).collect();
        let query = sqlx::query(PEOPLE.on(self.engine)).bind(json(&rows));
        for row in query.fetch_all(self.connection()).await? {
            people.remove(&row.try_get(0)?);
        }
        Ok(people)
    }

    /// The chats of these messages; dialogs that are missing are made.
    pub(super) async fn chats(
        &mut self,
        messages: impl Iterator<Item = &LoadedMessage>,
    ) -> DatabaseResult<HashMap<ChatKey, Grown>> {
        let mut first = HashMap::new();
        for message in messages {
            first.entry(message.chat).or_insert(message.created_at.0);
        }
        let keys: Vec<_> = first.into_iter().collect();
        let row = |(position, &(key, created_at)): (usize, &(ChatKey, i64))| {
            let (group_id, user_low, user_high) = columns(key);
            KeyRow { position, group_id, user_low, user_high, created_at }
        };
        let rows: Vec<_> = keys.iter().enumerate().map(row).collect();
        self.execute(&ADD_DIALOGS, &rows).await?;
        self.execute(&ADD_SIDES, &rows).await?;
        let mut chats = HashMap::new();
        let query = sqlx::query(CHATS.on(self.engine)).bind(json(&rows));
        for row in query.fetch_all(self.connection()).await? {
            let position = usize::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default();
            let (last_seq, dropped): (i64, i64) = (row.try_get(2)?, row.try_get(4)?);
            let (id, last_at) = (row.try_get(1)?, row.try_get(3)?);
            chats
                .insert(keys[position].0, Grown { id, last_seq, last_at, dropped: dropped == 1, seq_before: last_seq });
        }
        Ok(chats)
    }

    pub(super) async fn grow(&mut self, chats: &HashMap<ChatKey, Grown>) -> DatabaseResult<()> {
        let grown = chats.values().filter(|chat| chat.last_seq > chat.seq_before);
        let row = |chat: &Grown| GrownRow {
            chat_id: chat.id.0,
            last_seq: chat.last_seq,
            last_at: chat.last_at.0,
            seq_before: chat.seq_before,
        };
        let rows: Vec<_> = grown.map(row).collect();
        self.execute(&GROW, &rows).await?;
        self.execute(&READ, &rows).await.map(|_| ())
    }

    /// Takes back that somebody has read the newest of a chat's messages: so many are unread.
    pub async fn leave_unread(&mut self, unread: &[Unread]) -> DatabaseResult<()> {
        #[derive(Serialize)]
        struct Row {
            user_id: Hex,
            group_id: Option<Hex>,
            user_low: Option<Hex>,
            user_high: Option<Hex>,
            count: i64,
        }
        let row = |unread: &Unread| {
            let (group_id, user_low, user_high) = columns(unread.chat);
            Row { user_id: Hex(unread.user.0), group_id, user_low, user_high, count: unread.count }
        };
        self.execute(&UNREAD, &unread.iter().map(row).collect::<Vec<_>>()).await.map(|_| ())
    }
}

/// A chat's key as its row has it.
fn columns(chat: ChatKey) -> (Option<Hex>, Option<Hex>, Option<Hex>) {
    match chat {
        ChatKey::Group(group) => (Some(Hex(group.0)), None, None),
        ChatKey::Dialog(low, high) => (None, Some(Hex(low.0)), Some(Hex(high.0))),
    }
}
