//! The newest page of a history, which clients read when a person opens a chat: in one query, together with its chat.

use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{Readable, Window, people, read_rows, readable, two_people};
use crate::{
    model::{ChatKey, GroupId, Message, Person, Position, Timestamp, UserId},
    store::{
        engine::{Engine, Sql},
        rows::messages,
    },
    text::shown_group,
};

/// Messages with columns of their chat, for a reader `$1`, newest first: at most `$2`, because seqs have no gaps.
macro_rules! newest {
    ($columns:expr, $joins:literal, $condition:literal) => {
        messages!(
            concat!("c.id AS chat_id, c.first_seq, c.last_seq, c.revision, me.hidden_up_to_seq, ", $columns),
            concat!(
                "chats c JOIN one(members me: me.user_id = $1 AND me.chat_id = c.id) \
                 JOIN messages m ON m.chat_id = c.id AND m.seq > c.last_seq - $2 AND m.seq > me.hidden_up_to_seq ",
                $joins
            ),
            concat!("WHERE ", $condition, " ORDER BY m.seq DESC")
        )
    };
}

static IN_GROUP: Sql =
    Sql::new(newest!("c.name, ", "", "c.group_id = $3 AND c.dropped_at IS NULL AND me.left_at IS NULL"));

static IN_DIALOG: Sql = Sql::new(newest!(
    concat!(two_people!(), ", "),
    "JOIN one(users r: r.id = $1) JOIN one(users p: p.id = $3)",
    "c.user_low = $4 AND c.user_high = $5"
));

/// The newest page of a group's history. `None` if this query cannot know the answer: the reader may not be a member, or
/// there may be more messages.
pub(super) async fn in_group(
    connection: &mut AnyConnection,
    engine: Engine,
    (group, reader): (GroupId, UserId),
    window: Window,
) -> sqlx::Result<Option<(Vec<Message>, String)>> {
    if window.position != Position::Before(Timestamp::MAX) {
        return Ok(None);
    }
    let query = sqlx::query(IN_GROUP.on(engine)).bind(reader).bind(window.limit).bind(group);
    let rows = query.fetch_all(&mut *connection).await?;
    let Some((chat, first)) = whole(&rows, reader, window.limit)? else { return Ok(None) };
    let name = shown_group(first.try_get("name")?);
    Ok(Some((read_rows(connection, engine, &chat, (&rows, window.detail)).await?, name)))
}

/// The same of the dialog of two people, with both, the reader first.
pub(super) async fn in_dialog(
    connection: &mut AnyConnection,
    engine: Engine,
    (reader, partner): (UserId, UserId),
    window: Window,
) -> sqlx::Result<Option<(Vec<Message>, [Person; 2])>> {
    let ChatKey::Dialog(low, high) = ChatKey::dialog(reader, partner) else { return Ok(None) };
    if window.position != Position::Before(Timestamp::MAX) {
        return Ok(None);
    }
    let query = sqlx::query(IN_DIALOG.on(engine)).bind(reader).bind(window.limit).bind(partner).bind(low).bind(high);
    let rows = query.fetch_all(&mut *connection).await?;
    let Some((chat, first)) = whole(&rows, reader, window.limit)? else { return Ok(None) };
    let people = people(first)?;
    Ok(Some((read_rows(connection, engine, &chat, (&rows, window.detail)).await?, people)))
}

/// The chat of a page, and the page's first row, unless older messages may be missing from it.
fn whole(rows: &[AnyRow], reader: UserId, limit: i64) -> sqlx::Result<Option<(Readable, &AnyRow)>> {
    let Some(first) = rows.first() else { return Ok(None) };
    let chat = readable(first, reader)?;
    let visible = (chat.counters.last_seq - chat.hidden_up_to_seq.max(chat.first_seq - 1)).min(limit);
    let is_whole = i64::try_from(rows.len()).is_ok_and(|count| count == visible);
    Ok(is_whole.then_some((chat, first)))
}
