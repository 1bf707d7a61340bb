//! What the database knows of the commands of a batch, in one question.

use serde::Serialize;
use sqlx::{Row, any::AnyRow};

use super::Batch;
use crate::{
    model::{ChatId, ChatKey, Counters, Event, MessageId, Person, Quote, Role, Standing, Timestamp, UserId},
    store::{
        engine::{Engine, Sql},
        rows::{optional_person, quote},
        types::{Hex, json},
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
    /// The id of the message that it stores or changes.
    pub message: Option<MessageId>,
    /// The id of the message that it answers.
    pub reply_to: Option<MessageId>,
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
    /// How the actor stands in the chat; zeros for who never was in it.
    pub standing: Standing,
    /// The target, unless the account is deleted.
    pub target: Option<Person>,
    /// The target's role, if a member.
    pub target_role: Option<Role>,
    /// How the target stands in the chat.
    pub target_standing: Standing,
    /// Whether the target takes nothing from the actor.
    pub blocked: bool,
    /// What the message id names already, unless the chat is dropped.
    pub message: Option<StoredMessage>,
    /// The message that is answered, and whether it is one: a notice is not.
    pub reply_to: Option<(Quote, bool)>,
}

/// A chat's row.
#[derive(Clone)]
pub struct StoredChat {
    /// Internal.
    pub id: ChatId,
    /// Empty for a dialog.
    pub name: String,
    /// How far it has come.
    pub counters: Counters,
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
    /// Its place.
    pub seq: i64,
    /// Who sent it.
    pub sender: UserId,
    /// What it is.
    pub event: Event,
    /// Whether it was deleted.
    pub deleted: bool,
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
    reply_to: Option<Hex>,
}

/// On PostgreSQL: every chat of the batch in one order, so that two batches cannot wait for each other.
static LOCK: Sql = Sql::steps(&["SELECT id FROM chats WHERE id IN (\
       SELECT g.id FROM rows($1: group_id BYTES) q JOIN chats g ON g.group_id = q.group_id \
       UNION ALL \
       SELECT d.id FROM rows($1: user_low BYTES, user_high BYTES) q \
         JOIN chats d ON d.user_low = q.user_low AND d.user_high = q.user_high\
     ) ORDER BY id FOR UPDATE"]);

static LOOK_UP: Sql = Sql::steps(&["SELECT q.position, \
       c.id, c.name, c.last_seq, c.revision, c.last_at, c.member_count, c.dropped_at, \
       a.id, a.first_name, a.last_name, \
       am.role, am.state, am.read_up_to_seq, am.hidden_up_to_seq, am.muted_until, \
       t.id, t.first_name, t.last_name, \
       tm.role, tm.state, tm.read_up_to_seq, tm.hidden_up_to_seq, tm.muted_until, \
       b.created_at, \
       m.seq, m.sender_id, m.event, m.deleted_at, \
       r.event, r.id, r.seq, r.sender_id, w.first_name, substr(r.content, 1, 200), \
       COALESCE(r.deleted_at, CASE w.texts_erased WHEN 1 THEN w.deleted_at END) \
     FROM rows($1: position BIGINT, group_id BYTES, user_low BYTES, user_high BYTES, actor BYTES, target BYTES, \
       message BYTES, reply_to BYTES) q \
     LEFT JOIN chats c ON c.id = COALESCE(\
       (SELECT g.id FROM chats g WHERE g.group_id = q.group_id), \
       (SELECT d.id FROM chats d WHERE d.user_low = q.user_low AND d.user_high = q.user_high)) \
     LEFT JOIN users a ON a.id = q.actor AND a.deleted_at IS NULL \
     LEFT JOIN members am ON am.user_id = q.actor AND am.chat_id = c.id AND am.left_at IS NULL \
     LEFT JOIN users t ON t.id = q.target AND t.deleted_at IS NULL \
     LEFT JOIN members tm ON tm.user_id = q.target AND tm.chat_id = c.id AND tm.left_at IS NULL \
     LEFT JOIN blocks b ON b.user_id = q.target AND b.blocked_id = q.actor \
     LEFT JOIN messages m ON m.chat_id = c.id AND m.id = q.message AND c.dropped_at IS NULL \
     LEFT JOIN messages r ON r.chat_id = c.id AND r.id = q.reply_to \
     LEFT JOIN users w ON w.id = r.sender_id"]);

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
        reply_to: lookup.reply_to.map(|message| Hex(message.0)),
    }
}

fn situation(row: &AnyRow) -> sqlx::Result<Situation> {
    let chat = match row.try_get::<Option<ChatId>, _>(1)? {
        Some(id) => Some(StoredChat {
            id,
            name: row.try_get(2)?,
            counters: Counters { last_seq: row.try_get(3)?, revision: row.try_get(4)? },
            last_at: row.try_get(5)?,
            member_count: row.try_get(6)?,
            dropped: row.try_get::<Option<i64>, _>(7)?.is_some(),
        }),
        None => None,
    };
    let message = match row.try_get::<Option<i64>, _>(25)? {
        Some(seq) => Some(StoredMessage {
            seq,
            sender: row.try_get(26)?,
            event: row.try_get(27)?,
            deleted: row.try_get::<Option<i64>, _>(28)?.is_some(),
        }),
        None => None,
    };
    let reply_to = match quote(row, 30)? {
        Some(quote) => Some((quote, row.try_get::<Event, _>(29)? == Event::Message)),
        None => None,
    };
    let (role, standing) = membership(row, 11)?;
    let (target_role, target_standing) = membership(row, 19)?;
    Ok(Situation {
        chat,
        actor: optional_person(row, 8)?,
        role,
        standing,
        target: optional_person(row, 16)?,
        target_role,
        target_standing,
        blocked: row.try_get::<Option<i64>, _>(24)?.is_some(),
        message,
        reply_to,
    })
}

fn membership(row: &AnyRow, first: usize) -> sqlx::Result<(Option<Role>, Standing)> {
    let Some(role) = row.try_get(first)? else { return Ok((None, Standing::default())) };
    let standing = Standing {
        state: row.try_get(first + 1)?,
        read_up_to: row.try_get(first + 2)?,
        hidden_up_to: row.try_get(first + 3)?,
        muted_until: row.try_get(first + 4)?,
    };
    Ok((Some(role), standing))
}
