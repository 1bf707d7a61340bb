//! People and messages as rows: the columns that statements share, and the functions that read them by name.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::{AnyConnection, FromRow, Row, ValueRef, any::AnyRow};

use super::{
    engine::{Engine, Sql},
    types::{json, number},
};
use crate::{
    model::{ChatId, Counters, Message, MessageKind, Notice, Person, Quote, Reaction, Role, Timestamp, UserId},
    text::{shown_group, shown_person},
};

/// Reads each field of these types from the column that has its name.
macro_rules! from_columns {
    ($($type:ident { $($field:ident),* })*) => {$(
        impl sqlx::FromRow<'_, sqlx::any::AnyRow> for $type {
            fn from_row(row: &sqlx::any::AnyRow) -> sqlx::Result<Self> {
                Ok(Self { $($field: sqlx::Row::try_get(row, stringify!($field))?),* })
            }
        }
    )*};
}
pub(super) use from_columns;

from_columns! {
    Counters { last_seq, revision }
}

impl FromRow<'_, AnyRow> for Person {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        person(row, ["id", "first_name", "last_name"])
    }
}

/// The person in columns with these names: id, first name, last name.
pub(super) fn person(row: &AnyRow, columns: [&str; 3]) -> sqlx::Result<Person> {
    optional_person(row, columns)?.ok_or(sqlx::Error::RowNotFound)
}

/// The same, `None` if the id is NULL.
pub(super) fn optional_person(row: &AnyRow, [id, first_name, last_name]: [&str; 3]) -> sqlx::Result<Option<Person>> {
    let Some(id) = row.try_get(id)? else { return Ok(None) };
    let (first_name, last_name) = shown_person(row.try_get(first_name)?, row.try_get(last_name)?);
    Ok(Some(Person { id, first_name, last_name }))
}

/// Whether a column is not NULL.
pub(super) fn is_set(row: &AnyRow, column: &str) -> sqlx::Result<bool> {
    Ok(!row.try_get_raw(column)?.is_null())
}

/// Whether a column is 1.
pub(super) fn is_one(row: &AnyRow, column: &str) -> sqlx::Result<bool> {
    Ok(row.try_get::<Option<i64>, _>(column)? == Some(1))
}

/// Characters of a quoted text, here and in `quote_columns`.
pub const QUOTED: usize = 200;

/// The columns that [`quote`] reads, of a message `q` and its sender `w`.
macro_rules! quote_columns {
    () => {
        "q.id AS quote_id, q.seq AS quote_seq, q.sender_id AS quote_sender_id, w.first_name AS quote_first_name, \
         substr(q.content, 1, 200) AS quote_content, \
         COALESCE(q.deleted_at, CASE w.texts_erased WHEN 1 THEN w.deleted_at END) AS quote_deleted_at"
    };
}
pub(super) use quote_columns;

/// The message that another one answers; `None` if it answers none.
pub(super) fn quote(row: &AnyRow) -> sqlx::Result<Option<Quote>> {
    let Some(id) = row.try_get("quote_id")? else { return Ok(None) };
    let quote = Quote {
        id,
        seq: row.try_get("quote_seq")?,
        sender: row.try_get("quote_sender_id")?,
        sender_name: shown_person(row.try_get("quote_first_name")?, String::new()).0,
        content: row.try_get("quote_content")?,
    };
    let is_deleted = is_set(row, "quote_deleted_at")?;
    Ok(Some(if is_deleted { quote.seen_from(i64::MAX) } else { quote }))
}

/// Selects messages `m` with the columns that [`message`] reads: those for which a condition holds, or with further
/// columns, the tables that `m` comes from, and more joins and conditions. If the sender deleted the account with all
/// texts, a message counts as deleted from then on.
macro_rules! messages {
    ($condition:literal) => {
        $crate::store::rows::messages!("", "messages m", $condition)
    };
    ($columns:expr, $from:expr, $rest:expr) => {
        concat!(
            "SELECT ",
            $columns,
            "m.seq, m.id, m.event, m.detail, m.reply_to, m.content, m.created_at, m.edited_at, \
             COALESCE(m.deleted_at, CASE s.texts_erased WHEN 1 THEN s.deleted_at END) AS deleted_at, \
             s.id AS sender_id, s.first_name AS sender_first_name, s.last_name AS sender_last_name, \
             o.id AS subject_id, o.first_name AS subject_first_name, o.last_name AS subject_last_name, \
             CASE WHEN EXISTS (SELECT 1 FROM reactions r WHERE r.chat_id = m.chat_id AND r.seq = m.seq) \
               THEN 1 ELSE 0 END AS has_reactions, ",
            $crate::store::rows::quote_columns!(),
            " FROM ",
            $from,
            " JOIN users s ON s.id = m.sender_id \
              LEFT JOIN users o ON o.id = m.subject_id \
              LEFT JOIN messages q ON q.chat_id = m.chat_id AND q.seq = m.reply_to \
              LEFT JOIN users w ON w.id = q.sender_id ",
            $rest
        )
    };
}
pub(super) use messages;

/// A message without its reactions, for a reader from whom everything up to a seq is hidden.
pub(super) fn message(row: &AnyRow, hidden_up_to: i64) -> sqlx::Result<Message> {
    let deleted_at: Option<Timestamp> = row.try_get("deleted_at")?;
    let subject = optional_person(row, ["subject_id", "subject_first_name", "subject_last_name"])?;
    Ok(Message {
        seq: row.try_get("seq")?,
        id: row.try_get("id")?,
        sender: person(row, ["sender_id", "sender_first_name", "sender_last_name"])?,
        content: if deleted_at.is_some() { String::new() } else { row.try_get("content")? },
        notice: notice(row.try_get("event")?, row.try_get("detail")?, subject),
        reply_to: answered(row)?.map(|quote| quote.seen_from(hidden_up_to)),
        reactions: Vec::new(),
        created_at: row.try_get("created_at")?,
        edited_at: row.try_get("edited_at")?,
        deleted_at,
    })
}

/// Whether any of these messages has reactions: most pages have none, and need no query for them.
pub(super) fn have_reactions(rows: &[AnyRow]) -> sqlx::Result<bool> {
    for row in rows {
        if is_one(row, "has_reactions")? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The message that another one answers, even if it has expired.
fn answered(row: &AnyRow) -> sqlx::Result<Option<Quote>> {
    let found = quote(row)?;
    Ok(found.or(row.try_get::<Option<i64>, _>("reply_to")?.map(Quote::expired)))
}

fn notice(kind: MessageKind, detail: Option<String>, subject: Option<Person>) -> Option<Notice> {
    Some(match (kind, subject) {
        (MessageKind::Created, _) => Notice::Created,
        (MessageKind::Left, _) => Notice::Left,
        (MessageKind::Added, Some(person)) => Notice::Added(person),
        (MessageKind::Removed, Some(person)) => Notice::Removed(person),
        (MessageKind::Renamed, _) => Notice::Renamed(shown_group(detail.unwrap_or_default())),
        (MessageKind::Role, Some(person)) => {
            Notice::Role(person, detail.and_then(|name| Role::from_name(&name)).unwrap_or(Role::Member))
        }
        (MessageKind::Retention, _) => Notice::Retention(detail.and_then(|days| days.parse().ok())),
        (MessageKind::Text | MessageKind::Added | MessageKind::Removed | MessageKind::Role, _) => return None,
    })
}

static REACTIONS: Sql = Sql::new(
    "SELECT r.chat_id, r.seq, r.emoji, COUNT(*) AS count, MAX(CASE WHEN r.user_id = $2 THEN 1 ELSE 0 END) AS mine \
     FROM rows($1: chat_id BIGINT, seq BIGINT) q JOIN reactions r ON r.chat_id = q.chat_id AND r.seq = q.seq \
     GROUP BY r.chat_id, r.seq, r.emoji ORDER BY r.chat_id, r.seq, MIN(r.created_at), r.emoji",
);

/// Adds their reactions to messages, as `reader` sees them.
pub(super) async fn add_reactions(
    connection: &mut AnyConnection,
    engine: Engine,
    reader: UserId,
    messages: Vec<(ChatId, &mut Message)>,
) -> sqlx::Result<()> {
    #[derive(Serialize)]
    struct Place {
        #[serde(serialize_with = "number")]
        chat_id: ChatId,
        seq: i64,
    }
    let places: Vec<_> = messages.iter().map(|(chat, message)| Place { chat_id: *chat, seq: message.seq }).collect();
    if places.is_empty() {
        return Ok(());
    }
    let query = sqlx::query(REACTIONS.on(engine)).bind(json(&places)).bind(reader);
    let mut found: HashMap<(ChatId, i64), Vec<Reaction>> = HashMap::new();
    for row in query.fetch_all(connection).await? {
        let reaction =
            Reaction { emoji: row.try_get("emoji")?, count: row.try_get("count")?, mine: is_one(&row, "mine")? };
        found.entry((row.try_get("chat_id")?, row.try_get("seq")?)).or_default().push(reaction);
    }
    for (chat, message) in messages {
        message.reactions = found.remove(&(chat, message.seq)).unwrap_or_default();
    }
    Ok(())
}
