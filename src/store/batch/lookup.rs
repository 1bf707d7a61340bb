//! What the database knows of the chats, people and messages of a batch's commands, in one query.

use serde::Serialize;
use sqlx::{FromRow, Row, any::AnyRow};

use super::Batch;
use crate::{
    model::{ChatId, ChatKey, Counters, MessageId, MessageKind, Person, Quote, Role, Standing, Timestamp, UserId},
    store::{
        rows::{is_one, is_set, optional_person, quote, quote_columns},
        script::{Prepared, Value},
        types::{json, key, numbered},
    },
    text::shown_group,
};

/// What a command is about.
#[derive(Serialize)]
pub struct Lookup {
    /// Its chat, which may not exist.
    #[serde(flatten, serialize_with = "key")]
    pub chat: ChatKey,
    /// Who sends it.
    pub actor: UserId,
    /// The other person that it is about, if any.
    pub target: Option<UserId>,
    /// The id of the message that it stores or changes.
    pub message: Option<MessageId>,
    /// The id of the message that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
}

/// What the database knows of a [`Lookup`], in this transaction.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Situation {
    /// The chat, even if it was deleted.
    pub chat: Option<StoredChat>,
    /// The actor, unless the account is deleted.
    pub actor: Option<Person>,
    /// The actor's role, if a member.
    pub role: Option<Role>,
    /// The actor's standing in the chat; zeros if not a member. [`Batch::look_up`] reads only what is hidden.
    pub standing: Standing,
    /// The target, unless the account is deleted.
    pub target: Option<Person>,
    /// The target's role, if a member.
    pub target_role: Option<Role>,
    /// The target's standing in the chat.
    pub target_standing: Standing,
    /// Whether the target has left the chat. Only [`Batch::look_up_closely`] reads it.
    pub target_left: bool,
    /// Whether the target blocks the actor.
    pub blocked: bool,
    /// Whether the actor blocks the target.
    pub blocks: bool,
    /// Whether both send read receipts. Only [`Batch::look_up_closely`] reads it.
    pub receipts: bool,
    /// The stored message with the lookup's message id, unless the chat is deleted.
    pub message: Option<StoredMessage>,
    /// The message that is answered, and whether it is a message rather than a notice.
    pub reply_to: Option<(Quote, bool)>,
}

/// A chat's row.
#[derive(Clone)]
pub struct StoredChat {
    /// Internal.
    pub id: ChatId,
    /// Empty for a dialog.
    pub name: String,
    /// Its newest seq and revision.
    pub counters: Counters,
    /// The oldest seq that has not expired.
    pub first_seq: i64,
    /// After how many days a group's messages expire; `None` if it keeps them.
    pub retention_days: Option<i64>,
    /// The newest message's time.
    pub last_at: Timestamp,
    /// Present members.
    pub member_count: i64,
    /// Raised by each change of its members.
    pub roster_version: i64,
    /// Whether it was deleted.
    pub dropped: bool,
}

/// A message that is stored already.
#[derive(Clone)]
pub struct StoredMessage {
    /// Its place in the chat.
    pub seq: i64,
    /// Who sent it.
    pub sender: UserId,
    /// Message, or kind of notice.
    pub kind: MessageKind,
    /// The person that a notice is about. Only [`Batch::look_up_closely`] reads it.
    pub subject: Option<UserId>,
}

/// The columns that [`situation`] reads, with further columns, fields of the lookups, and tables.
macro_rules! look_up {
    ($columns:expr, $fields:literal, $tables:literal) => {
        concat!(
            "SELECT l.position, \
               c.id AS chat_id, c.name, c.first_seq, c.last_seq, c.revision, c.last_at, c.member_count, \
               c.roster_version, c.retention_days, c.dropped_at, \
               a.id AS actor_id, a.first_name AS actor_first_name, a.last_name AS actor_last_name, \
               am.role AS actor_role, am.hidden_up_to_seq AS actor_hidden_up_to, \
               t.id AS target_id, t.first_name AS target_first_name, t.last_name AS target_last_name, \
               tm.role AS target_role, b.created_at AS blocked_since, n.created_at AS blocks_since, \
               m.seq, m.sender_id, m.event",
            $columns,
            " FROM rows($1: position BIGINT, group_id UUID, user_low UUID, user_high UUID, actor UUID, target UUID, \
               message UUID",
            $fields,
            ") l \
             LEFT JOIN one(chats c: c.id = COALESCE(\
               (SELECT g.id FROM chats g WHERE g.group_id = l.group_id), \
               (SELECT d.id FROM chats d WHERE d.user_low = l.user_low AND d.user_high = l.user_high))) \
             LEFT JOIN one(users a: a.id = l.actor IF a.deleted_at IS NULL) \
             LEFT JOIN one(members am: am.user_id = l.actor AND am.chat_id = c.id IF am.left_at IS NULL) \
             LEFT JOIN one(users t: t.id = l.target IF t.deleted_at IS NULL) \
             LEFT JOIN one(members tm: tm.user_id = l.target AND tm.chat_id = c.id IF tm.left_at IS NULL) \
             LEFT JOIN one(blocks b: b.user_id = l.target AND b.blocked_id = l.actor) \
             LEFT JOIN one(blocks n: n.user_id = l.actor AND n.blocked_id = l.target) \
             LEFT JOIN one(messages m: m.chat_id = c.id AND m.id = l.message IF c.dropped_at IS NULL)",
            $tables
        )
    };
}

/// For messages that answer none: most commands are of this kind.
pub(super) static LOOK_UP: Prepared = Prepared::new("look_up(TEXT)", look_up!("", "", ""));

/// Also reads what [`close_situation`] does.
pub(super) static LOOK_UP_CLOSELY: Prepared = Prepared::new(
    "look_up_closely(TEXT)",
    look_up!(
        concat!(
            ", am.state AS actor_state, am.read_up_to_seq AS actor_read_up_to, am.muted_until AS actor_muted_until, \
         tm.state AS target_state, tm.read_up_to_seq AS target_read_up_to, tm.muted_until AS target_muted_until, \
         tm.hidden_up_to_seq AS target_hidden_up_to, f.left_at AS target_left_at, m.subject_id, \
         a.sends_receipts * t.sends_receipts AS receipts, q.event AS quote_event, ",
            quote_columns!()
        ),
        ", reply_to UUID",
        " LEFT JOIN one(messages q: q.chat_id = c.id AND q.id = l.reply_to) LEFT JOIN one(users w: w.id = q.sender_id) \
      LEFT JOIN one(members f: f.user_id = l.target AND f.chat_id = c.id IF f.left_at IS NOT NULL)"
    ),
);

impl Batch {
    /// What the database knows of each of these, without standings and answered messages.
    pub async fn look_up(&mut self, lookups: &[Lookup]) -> sqlx::Result<Vec<Situation>> {
        self.situations(&LOOK_UP, lookups, situation).await
    }

    /// The same with standings and answered messages.
    pub async fn look_up_closely(&mut self, lookups: &[Lookup]) -> sqlx::Result<Vec<Situation>> {
        self.situations(&LOOK_UP_CLOSELY, lookups, close_situation).await
    }

    async fn situations(
        &mut self,
        statement: &'static Prepared,
        lookups: &[Lookup],
        read: fn(&AnyRow) -> sqlx::Result<Situation>,
    ) -> sqlx::Result<Vec<Situation>> {
        let rows = self.ask(|script| script.execute(statement, [Value::Text(json(&numbered(lookups)))]));
        let mut situations: Vec<_> = lookups.iter().map(|_| Situation::default()).collect();
        for row in rows.await? {
            let position: i64 = row.try_get("position")?;
            let position = usize::try_from(position).map_err(|error| sqlx::Error::Decode(error.into()))?;
            situations[position] = read(&row)?;
        }
        Ok(situations)
    }
}

fn situation(row: &AnyRow) -> sqlx::Result<Situation> {
    let chat = match row.try_get("chat_id")? {
        Some(id) => Some(StoredChat {
            id,
            name: shown_group(row.try_get("name")?),
            counters: Counters::from_row(row)?,
            first_seq: row.try_get("first_seq")?,
            retention_days: row.try_get("retention_days")?,
            last_at: row.try_get("last_at")?,
            member_count: row.try_get("member_count")?,
            roster_version: row.try_get("roster_version")?,
            dropped: is_set(row, "dropped_at")?,
        }),
        None => None,
    };
    let message = match row.try_get("seq")? {
        Some(seq) => {
            Some(StoredMessage { seq, sender: row.try_get("sender_id")?, kind: row.try_get("event")?, subject: None })
        }
        None => None,
    };
    let hidden_up_to = row.try_get::<Option<i64>, _>("actor_hidden_up_to")?.unwrap_or_default();
    Ok(Situation {
        chat,
        actor: optional_person(row, ["actor_id", "actor_first_name", "actor_last_name"])?,
        role: row.try_get("actor_role")?,
        standing: Standing { hidden_up_to, ..Standing::default() },
        target: optional_person(row, ["target_id", "target_first_name", "target_last_name"])?,
        target_role: row.try_get("target_role")?,
        blocked: is_set(row, "blocked_since")?,
        blocks: is_set(row, "blocks_since")?,
        message,
        ..Situation::default()
    })
}

fn close_situation(row: &AnyRow) -> sqlx::Result<Situation> {
    let reply_to = match quote(row)? {
        Some(quote) => Some((quote, row.try_get::<MessageKind, _>("quote_event")? == MessageKind::Text)),
        None => None,
    };
    let mut situation = situation(row)?;
    if let Some(message) = &mut situation.message {
        message.subject = row.try_get("subject_id")?;
    }
    Ok(Situation {
        standing: standing(row, ["actor_state", "actor_read_up_to", "actor_hidden_up_to", "actor_muted_until"])?,
        target_standing: standing(
            row,
            ["target_state", "target_read_up_to", "target_hidden_up_to", "target_muted_until"],
        )?,
        target_left: is_set(row, "target_left_at")?,
        receipts: is_one(row, "receipts")?,
        reply_to,
        ..situation
    })
}

/// Zeros for a person who is not in the chat.
fn standing(row: &AnyRow, [state, read_up_to, hidden_up_to, muted_until]: [&str; 4]) -> sqlx::Result<Standing> {
    let Some(state) = row.try_get(state)? else { return Ok(Standing::default()) };
    Ok(Standing {
        state,
        read_up_to: row.try_get(read_up_to)?,
        hidden_up_to: row.try_get(hidden_up_to)?,
        muted_until: row.try_get(muted_until)?,
    })
}
