//! How rows become what the model is made of: people, and messages with all that hangs on them.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{
    engine::{Engine, Sql},
    types::json,
};
use crate::{
    model::{ChatId, Message, MessageKind, Notice, Person, Quote, Reaction, Role, Timestamp, UserId},
    text::{shown_group, shown_person},
};

/// Id, first and last name, as they are shown.
pub(super) fn person(row: &AnyRow, first: usize) -> sqlx::Result<Person> {
    let (first_name, last_name) = shown_person(row.try_get(first + 1)?, row.try_get(first + 2)?);
    Ok(Person { id: row.try_get(first)?, first_name, last_name })
}

/// The same of somebody who may not be there.
pub(super) fn optional_person(row: &AnyRow, first: usize) -> sqlx::Result<Option<Person>> {
    match row.try_get::<Option<UserId>, _>(first)? {
        Some(_) => person(row, first).map(Some),
        None => Ok(None),
    }
}

/// The columns that [`message`] reads, of a message `m` with its [`message_tables`]. The text of a person who took all
/// texts along counts as deleted from that moment on.
macro_rules! message_columns {
    () => {
        concat!(
            "s.id, s.first_name, s.last_name, m.seq, m.id, m.event, m.detail, m.content, m.created_at, m.edited_at, \
             COALESCE(m.deleted_at, CASE s.texts_erased WHEN 1 THEN s.deleted_at END), \
             o.id, o.first_name, o.last_name, ",
            $crate::store::rows::quote_columns!()
        )
    };
}
pub(super) use message_columns;

/// The columns that [`quote`] reads, of a message `q` and its writer `w`.
macro_rules! quote_columns {
    () => {
        "q.id, q.seq, q.sender_id, w.first_name, substr(q.content, 1, 200), \
         COALESCE(q.deleted_at, CASE w.texts_erased WHEN 1 THEN w.deleted_at END)"
    };
}
pub(super) use quote_columns;

/// Characters of a quoted text, here and in `quote_columns`.
pub const QUOTED: usize = 200;

/// How a member names the chat `c`: by the partner, or by the group's id.
macro_rules! side_of {
    ($member:literal) => {
        concat!("COALESCE(c.group_id, CASE c.user_low WHEN ", $member, " THEN c.user_high ELSE c.user_low END)")
    };
}
pub(super) use side_of;

/// A message's sender, whom it is about, and what it answers.
macro_rules! message_tables {
    () => {
        " JOIN users s ON s.id = m.sender_id \
         LEFT JOIN users o ON o.id = m.subject_id \
         LEFT JOIN messages q ON q.chat_id = m.chat_id AND q.seq = m.reply_to \
         LEFT JOIN users w ON w.id = q.sender_id "
    };
}
pub(super) use message_tables;

/// The messages `m` for which a condition holds, as [`message`] reads them.
macro_rules! messages {
    ($condition:literal) => {
        concat!(
            "SELECT ",
            $crate::store::rows::message_columns!(),
            " FROM messages m",
            $crate::store::rows::message_tables!(),
            $condition
        )
    };
}
pub(super) use messages;

/// A message without its reactions, as somebody sees it who has hidden everything up to a seq.
pub(super) fn message(row: &AnyRow, first: usize, hidden_up_to: i64) -> sqlx::Result<Message> {
    let sender = person(row, first)?;
    let deleted_at: Option<Timestamp> = row.try_get(first + 10)?;
    let notice = notice(row.try_get(first + 5)?, row.try_get(first + 6)?, optional_person(row, first + 11)?);
    let content = if deleted_at.is_some() { String::new() } else { row.try_get(first + 7)? };
    Ok(Message {
        seq: row.try_get(first + 3)?,
        id: row.try_get(first + 4)?,
        sender,
        content,
        notice,
        reply_to: quote(row, first + 14)?.map(|quote| quote.seen_from(hidden_up_to)),
        reactions: Vec::new(),
        created_at: row.try_get(first + 8)?,
        edited_at: row.try_get(first + 9)?,
        deleted_at,
    })
}

/// What a message answers, if it does: id, seq, sender, first name, beginning of the text, time of its deletion.
pub(super) fn quote(row: &AnyRow, first: usize) -> sqlx::Result<Option<Quote>> {
    let Some(id) = row.try_get(first)? else { return Ok(None) };
    let mut quote = Quote {
        id,
        seq: row.try_get(first + 1)?,
        sender: row.try_get(first + 2)?,
        sender_name: shown_person(row.try_get(first + 3)?, String::new()).0,
        content: row.try_get(first + 4)?,
    };
    if row.try_get::<Option<i64>, _>(first + 5)?.is_some() {
        quote = quote.seen_from(i64::MAX);
    }
    Ok(Some(quote))
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
        (MessageKind::Text | MessageKind::Added | MessageKind::Removed | MessageKind::Role, _) => return None,
    })
}

static REACTIONS: Sql = Sql::steps(&["SELECT r.chat_id, r.seq, r.emoji, COUNT(*), \
       MAX(CASE WHEN r.user_id = $2 THEN 1 ELSE 0 END) \
     FROM rows($1: chat_id BIGINT, seq BIGINT) q JOIN reactions r ON r.chat_id = q.chat_id AND r.seq = q.seq \
     GROUP BY r.chat_id, r.seq, r.emoji ORDER BY r.chat_id, r.seq, MIN(r.created_at), r.emoji"]);

/// Puts the reactions to messages where they belong, as `reader` sees them.
pub(super) async fn add_reactions(
    connection: &mut AnyConnection,
    engine: Engine,
    reader: UserId,
    messages: Vec<(ChatId, &mut Message)>,
) -> sqlx::Result<()> {
    #[derive(Serialize)]
    struct Place {
        chat_id: i64,
        seq: i64,
    }
    let places: Vec<_> = messages.iter().map(|(chat, message)| Place { chat_id: chat.0, seq: message.seq }).collect();
    if places.is_empty() {
        return Ok(());
    }
    let query = sqlx::query(REACTIONS.on(engine)).bind(json(&places)).bind(reader);
    let mut found: HashMap<(ChatId, i64), Vec<Reaction>> = HashMap::new();
    for row in query.fetch_all(connection).await? {
        let mine = row.try_get::<i64, _>(4)? > 0;
        let reaction = Reaction { emoji: row.try_get(2)?, count: row.try_get(3)?, mine };
        found.entry((row.try_get(0)?, row.try_get(1)?)).or_default().push(reaction);
    }
    for (chat, message) in messages {
        message.reactions = found.remove(&(chat, message.seq)).unwrap_or_default();
    }
    Ok(())
}
