//! What the database knows of the commands of a batch, in one question.

use serde::Serialize;
use sqlx::{Row, any::AnyRow};

use super::Batch;
use crate::{
    model::{ChatId, ChatKey, Counters, MessageId, MessageKind, Person, Quote, Role, Standing, Timestamp, UserId},
    store::{
        engine::{Engine, Sql},
        rows::{optional_person, quote, quote_columns},
        types::{Hex, json},
    },
    text::shown_group,
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
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Situation {
    /// The chat, also a dropped one.
    pub chat: Option<StoredChat>,
    /// The actor, unless the account is deleted.
    pub actor: Option<Person>,
    /// The actor's role, if a member.
    pub role: Option<Role>,
    /// How the actor stands in the chat; zeros for who never was in it. Without a close look: what is hidden, alone.
    pub standing: Standing,
    /// The target, unless the account is deleted.
    pub target: Option<Person>,
    /// The target's role, if a member.
    pub target_role: Option<Role>,
    /// How the target stands in the chat.
    pub target_standing: Standing,
    /// Whether the target was in the chat and is no longer. Only a close look finds it.
    pub target_left: bool,
    /// Whether the target takes nothing from the actor.
    pub blocked: bool,
    /// Whether the actor takes nothing from the target.
    pub blocks: bool,
    /// Whether both send read receipts. Only a close look finds it.
    pub receipts: bool,
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
    pub kind: MessageKind,
    /// Whom it is about, if it is a notice about somebody. Only a close look finds it.
    pub subject: Option<UserId>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<Hex>,
}

/// On PostgreSQL: every chat of the batch in one order, so that two batches cannot wait for each other.
static LOCK: Sql = Sql::steps(&["SELECT id FROM chats WHERE id IN (\
       SELECT g.id FROM rows($1: group_id BYTES) q JOIN chats g ON g.group_id = q.group_id \
       UNION ALL \
       SELECT d.id FROM rows($1: user_low BYTES, user_high BYTES) q \
         JOIN chats d ON d.user_low = q.user_low AND d.user_high = q.user_high\
     ) ORDER BY id FOR UPDATE"]);

/// A look-up with columns, fields of its questions and tables besides those that all need.
macro_rules! look_up {
    ($columns:expr, $fields:literal, $tables:literal) => {
        concat!(
            "SELECT l.position, \
               c.id, c.name, c.last_seq, c.revision, c.last_at, c.member_count, c.dropped_at, \
               a.id, a.first_name, a.last_name, am.role, t.id, t.first_name, t.last_name, tm.role, b.created_at, \
               m.seq, m.sender_id, m.event, m.deleted_at, am.hidden_up_to_seq",
            $columns,
            ", n.created_at AS blocks_since FROM rows($1: position BIGINT, group_id BYTES, user_low BYTES, user_high BYTES, actor BYTES, \
               target BYTES, message BYTES",
            $fields,
            ") l \
             LEFT JOIN chats c ON c.id = COALESCE(\
               (SELECT g.id FROM chats g WHERE g.group_id = l.group_id), \
               (SELECT d.id FROM chats d WHERE d.user_low = l.user_low AND d.user_high = l.user_high)) \
             LEFT JOIN users a ON a.id = l.actor AND a.deleted_at IS NULL \
             LEFT JOIN members am ON am.user_id = l.actor AND am.chat_id = c.id AND am.left_at IS NULL \
             LEFT JOIN users t ON t.id = l.target AND t.deleted_at IS NULL \
             LEFT JOIN members tm ON tm.user_id = l.target AND tm.chat_id = c.id AND tm.left_at IS NULL \
             LEFT JOIN blocks b ON b.user_id = l.target AND b.blocked_id = l.actor \
             LEFT JOIN blocks n ON n.user_id = l.actor AND n.blocked_id = l.target \
             LEFT JOIN messages m ON m.chat_id = c.id AND m.id = l.message AND c.dropped_at IS NULL",
            $tables
        )
    };
}

/// For messages that answer none: they are most of what is done.
static LOOK_UP: Sql = Sql::steps(&[look_up!("", "", "")]);

/// With how both stand in the chat, and what is answered.
static LOOK_UP_CLOSELY: Sql = Sql::steps(&[look_up!(
    concat!(
        ", am.state, am.read_up_to_seq, am.muted_until, \
       tm.state, tm.read_up_to_seq, tm.muted_until, tm.hidden_up_to_seq, \
       q.event, ",
        quote_columns!(),
        ", m.subject_id, f.left_at AS target_left_at, a.sends_receipts * t.sends_receipts AS receipts"
    ),
    ", reply_to BYTES",
    " LEFT JOIN messages q ON q.chat_id = c.id AND q.id = l.reply_to LEFT JOIN users w ON w.id = q.sender_id \
      LEFT JOIN members f ON f.user_id = l.target AND f.chat_id = c.id AND f.left_at IS NOT NULL"
)]);

impl Batch {
    /// What the database knows of each of these, but for standings and answered messages; the chats are locked until
    /// the end.
    pub async fn look_up(&mut self, lookups: &[Lookup]) -> sqlx::Result<Vec<Situation>> {
        self.situations(&LOOK_UP, lookups, situation).await
    }

    /// The same with standings and answered messages.
    pub async fn look_up_closely(&mut self, lookups: &[Lookup]) -> sqlx::Result<Vec<Situation>> {
        self.situations(&LOOK_UP_CLOSELY, lookups, close_situation).await
    }

    async fn situations(
        &mut self,
        sql: &'static Sql,
        lookups: &[Lookup],
        read: fn(&AnyRow) -> sqlx::Result<Situation>,
    ) -> sqlx::Result<Vec<Situation>> {
        let rows: Vec<_> = lookups.iter().enumerate().map(lookup_row).collect();
        let rows = json(&rows);
        let engine = self.engine;
        if engine == Engine::Postgres {
            sqlx::query(LOCK.on(engine)).bind(&rows).execute(self.connection()).await?;
        }
        let mut situations: Vec<_> = lookups.iter().map(|_| Situation::default()).collect();
        for row in sqlx::query(sql.on(engine)).bind(rows).fetch_all(self.connection()).await? {
            let position: i64 = row.try_get(0)?;
            let position = usize::try_from(position).map_err(|error| sqlx::Error::Decode(error.into()))?;
            situations[position] = read(&row)?;
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
            name: shown_group(row.try_get(2)?),
            counters: Counters { last_seq: row.try_get(3)?, revision: row.try_get(4)? },
            last_at: row.try_get(5)?,
            member_count: row.try_get(6)?,
            dropped: row.try_get::<Option<i64>, _>(7)?.is_some(),
        }),
        None => None,
    };
    let message = match row.try_get::<Option<i64>, _>(17)? {
        Some(seq) => Some(StoredMessage {
            seq,
            sender: row.try_get(18)?,
            kind: row.try_get(19)?,
            subject: None,
            deleted: row.try_get::<Option<i64>, _>(20)?.is_some(),
        }),
        None => None,
    };
    Ok(Situation {
        chat,
        actor: optional_person(row, 8)?,
        role: row.try_get(11)?,
        target: optional_person(row, 12)?,
        target_role: row.try_get(15)?,
        blocked: row.try_get::<Option<i64>, _>(16)?.is_some(),
        blocks: row.try_get::<Option<i64>, _>("blocks_since")?.is_some(),
        message,
        standing: Standing {
            hidden_up_to: row.try_get::<Option<i64>, _>(21)?.unwrap_or_default(),
            ..Standing::default()
        },
        ..Situation::default()
    })
}

fn close_situation(row: &AnyRow) -> sqlx::Result<Situation> {
    let reply_to = match quote(row, 30)? {
        Some(quote) => Some((quote, row.try_get::<MessageKind, _>(29)? == MessageKind::Text)),
        None => None,
    };
    let mut situation = situation(row)?;
    if let Some(message) = &mut situation.message {
        message.subject = row.try_get("subject_id")?;
    }
    let standing = standing_of(row, 22, situation.standing.hidden_up_to)?;
    let target_standing = standing_of(row, 25, row.try_get::<Option<i64>, _>(28)?.unwrap_or_default())?;
    let target_left = row.try_get::<Option<i64>, _>("target_left_at")?.is_some();
    let receipts = row.try_get::<Option<i64>, _>("receipts")? == Some(1);
    Ok(Situation { standing, target_standing, target_left, receipts, reply_to, ..situation })
}

/// State, read pointer and mute; zeros for who never was in the chat.
fn standing_of(row: &AnyRow, first: usize, hidden_up_to: i64) -> sqlx::Result<Standing> {
    let Some(state) = row.try_get(first)? else { return Ok(Standing::default()) };
    Ok(Standing { state, read_up_to: row.try_get(first + 1)?, muted_until: row.try_get(first + 2)?, hidden_up_to })
}
