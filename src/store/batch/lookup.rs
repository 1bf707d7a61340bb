//! What the database knows of the commands of a batch, in one question.

use serde::Serialize;
use sqlx::{Row, any::AnyRow};

use super::Batch;
use crate::{
    model::{ChatId, ChatKey, Event, MessageId, Person, Role, Timestamp, UserId},
    store::{
        engine::{Engine, Sql},
        types::{Hex, json, person},
    },
};

/// What a command is about.
pub struct Lookup {
    /// Its chat, which may not exist.
    pub chat: ChatKey,
    /// Who does it.
    pub actor: UserId,
    /// To whom, if to anybody.
    pub target: Option<UserId>,
    /// The id of the message that it stores.
    pub message: Option<MessageId>,
}

/// What the database knows of a [`Lookup`], in this transaction.
#[derive(Default)]
pub struct Situation {
    /// The chat, also a dropped one.
    pub chat: Option<StoredChat>,
    /// The actor, unless the account is deleted.
    pub actor: Option<Person>,
    /// The actor's role, if a member.
    pub role: Option<Role>,
    /// The target, unless the account is deleted.
    pub target: Option<Person>,
    /// The target's role, if a member.
    pub target_role: Option<Role>,
    /// What the message id names already, unless the chat is dropped.
    pub message: Option<StoredMessage>,
}

/// A chat's row.
#[derive(Clone)]
pub struct StoredChat {
    /// Internal.
    pub id: ChatId,
    /// Empty for a dialog.
    pub name: String,
    /// The newest message's seq.
    pub last_seq: i64,
    /// The newest message's time.
    pub last_at: Timestamp,
    /// Present members.
    pub member_count: i64,
    /// Whether it was deleted.
    pub dropped: bool,
}

/// A message that is there already.
#[derive(Clone)]
pub struct StoredMessage {
    /// The client's id.
    pub id: MessageId,
    /// Who sent it.
    pub sender: UserId,
    /// What it is.
    pub event: Event,
    /// Its text.
    pub content: String,
    /// When.
    pub created_at: Timestamp,
}

#[derive(Serialize)]
struct LookupRow {
    position: usize,
    group_id: Option<Hex>,
    user_low: Option<Hex>,
    user_high: Option<Hex>,
    actor: Hex,
    target: Option<Hex>,
    message: Option<Hex>,
}

/// On PostgreSQL: every chat of the batch in one order, so that two batches cannot wait for each other.
static LOCK: Sql = Sql::steps(&["SELECT id FROM chats WHERE id IN (\
       SELECT g.id FROM rows($1: group_id BYTES) q JOIN chats g ON g.group_id = q.group_id \
       UNION ALL \
       SELECT d.id FROM rows($1: user_low BYTES, user_high BYTES) q \
         JOIN chats d ON d.user_low = q.user_low AND d.user_high = q.user_high\
     ) ORDER BY id FOR UPDATE"]);

static LOOK_UP: Sql = Sql::steps(&["SELECT q.position, \
       c.id, c.name, c.last_seq, c.last_at, c.member_count, c.dropped_at, \
       a.id, a.first_name, a.last_name, am.role, \
       t.id, t.first_name, t.last_name, tm.role, \
       m.sender_id, m.event, m.content, m.created_at, m.id \
     FROM rows($1: position BIGINT, group_id BYTES, user_low BYTES, user_high BYTES, actor BYTES, target BYTES, \
       message BYTES) q \
     LEFT JOIN chats c ON c.id = COALESCE(\
       (SELECT g.id FROM chats g WHERE g.group_id = q.group_id), \
       (SELECT d.id FROM chats d WHERE d.user_low = q.user_low AND d.user_high = q.user_high)) \
     LEFT JOIN users a ON a.id = q.actor AND a.deleted_at IS NULL \
     LEFT JOIN members am ON am.user_id = q.actor AND am.chat_id = c.id AND am.left_at IS NULL \
     LEFT JOIN users t ON t.id = q.target AND t.deleted_at IS NULL \
     LEFT JOIN members tm ON tm.user_id = q.target AND tm.chat_id = c.id AND tm.left_at IS NULL \
     LEFT JOIN messages m ON m.chat_id = c.id AND m.id = q.message AND c.dropped_at IS NULL"]);

impl Batch {
    /// What the database knows of each of these; the chats are locked until the end.
    pub async fn look_up(&mut self, lookups: &[Lookup]) -> sqlx::Result<Vec<Situation>> {
        let rows: Vec<_> = lookups.iter().enumerate().map(lookup_row).collect();
        let rows = json(&rows);
        let engine = self.engine;
        if engine == Engine::Postgres {
            sqlx::query(LOCK.on(engine)).bind(&rows).execute(self.connection()).await?;
        }
        let mut situations: Vec<_> = lookups.iter().map(|_| Situation::default()).collect();
        for row in sqlx::query(LOOK_UP.on(engine)).bind(rows).fetch_all(self.connection()).await? {
            let position = usize::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default();
            situations[position] = situation(&row)?;
        }
        Ok(situations)
    }
}

fn lookup_row((position, lookup): (usize, &Lookup)) -> LookupRow {
    let (group_id, user_low, user_high) = match lookup.chat {
        ChatKey::Group(group) => (Some(Hex(group.0)), None, None),
        ChatKey::Dialog(low, high) => (None, Some(Hex(low.0)), Some(Hex(high.0))),
    };
    LookupRow {
        position,
        group_id,
        user_low,
        user_high,
        actor: Hex(lookup.actor.0),
        target: lookup.target.map(|user| Hex(user.0)),
        message: lookup.message.map(|message| Hex(message.0)),
    }
}

fn situation(row: &AnyRow) -> sqlx::Result<Situation> {
    let chat = match row.try_get::<Option<ChatId>, _>(1)? {
        Some(id) => Some(StoredChat {
            id,
            name: row.try_get(2)?,
            last_seq: row.try_get(3)?,
            last_at: row.try_get(4)?,
            member_count: row.try_get(5)?,
            dropped: row.try_get::<Option<i64>, _>(6)?.is_some(),
        }),
        None => None,
    };
    let message = match row.try_get::<Option<UserId>, _>(15)? {
        Some(sender) => Some(StoredMessage {
            sender,
            event: row.try_get(16)?,
            content: row.try_get(17)?,
            created_at: row.try_get(18)?,
            id: row.try_get(19)?,
        }),
        None => None,
    };
    Ok(Situation {
        chat,
        actor: optional_person(row, 7)?,
        role: row.try_get(10)?,
        target: optional_person(row, 11)?,
        target_role: row.try_get(14)?,
        message,
    })
}

fn optional_person(row: &AnyRow, first: usize) -> sqlx::Result<Option<Person>> {
    match row.try_get::<Option<UserId>, _>(first)? {
        Some(_) => person(row, first).map(Some),
        None => Ok(None),
    }
}
