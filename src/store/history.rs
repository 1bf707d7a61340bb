//! Reads a chat's history. A page costs the same at any depth.

use sqlx::{AnyConnection, FromRow, Row, any::AnyRow};

use super::{
    Store,
    rows::{add_reactions, message, messages, person},
};
use crate::{
    error::Result,
    model::{ChatId, ChatKey, Counters, GroupId, Message, Person, Position, Timestamp, UserId},
    text::shown_group,
};

/// A chat that its reader may read.
pub struct Readable {
    /// Internal.
    pub(super) id: ChatId,
    /// The reader.
    pub(super) reader: UserId,
    /// The chat's newest seq and revision.
    pub counters: Counters,
    /// Everything up to this seq is hidden from the reader.
    pub(super) hidden_up_to_seq: i64,
}

impl Store {
    /// A group that the reader is a member of, and its name.
    pub async fn open_group(&self, group: GroupId, reader: UserId) -> Result<Option<(Readable, String)>> {
        let work = async {
            let query = sqlx::query(
                "SELECT c.id, c.last_seq, c.revision, m.hidden_up_to_seq, c.name FROM chats c \
                 JOIN members m ON m.chat_id = c.id AND m.user_id = $2 AND m.left_at IS NULL \
                 WHERE c.group_id = $1 AND c.dropped_at IS NULL",
            );
            let row = query.bind(group).bind(reader).fetch_optional(&self.reads).await?;
            row.map(|row| Ok((readable(&row, reader)?, shown_group(row.try_get("name")?)))).transpose()
        };
        self.within(work).await
    }

    /// The dialog of two people, if they have one, and both people, the reader first.
    pub async fn open_dialog(&self, reader: UserId, companion: UserId) -> Result<Option<(Readable, [Person; 2])>> {
        let ChatKey::Dialog(low, high) = ChatKey::dialog(reader, companion) else { return Ok(None) };
        let work = async {
            let query = sqlx::query(
                "SELECT c.id, c.last_seq, c.revision, m.hidden_up_to_seq, \
                   r.id AS reader_id, r.first_name AS reader_first_name, r.last_name AS reader_last_name, \
                   o.id AS other_id, o.first_name AS other_first_name, o.last_name AS other_last_name \
                 FROM chats c JOIN members m ON m.chat_id = c.id AND m.user_id = $3 \
                 JOIN users r ON r.id = $3 JOIN users o ON o.id = $4 \
                 WHERE c.user_low = $1 AND c.user_high = $2",
            );
            let query = query.bind(low).bind(high).bind(reader).bind(companion);
            let row = query.fetch_optional(&self.reads).await?;
            row.map(|row| {
                let reader_person = person(&row, ["reader_id", "reader_first_name", "reader_last_name"])?;
                let other = person(&row, ["other_id", "other_first_name", "other_last_name"])?;
                Ok((readable(&row, reader)?, [reader_person, other]))
            })
            .transpose()
        };
        self.within(work).await
    }

    /// At most `limit` messages of one place of the history, newest first, without their reactions.
    pub async fn page(&self, chat: &Readable, position: Position, limit: i64) -> Result<Vec<Message>> {
        let work = async {
            let mut connection = self.reads.acquire().await?;
            match position {
                Position::Before(Timestamp::MAX) => older(&mut connection, chat, chat.counters.last_seq, limit).await,
                Position::Before(instant) => {
                    let up_to = last_seq_before(&mut connection, chat, instant).await?;
                    older(&mut connection, chat, up_to, limit).await
                }
                Position::BeforeSeq(seq) => older(&mut connection, chat, seq - 1, limit).await,
                Position::AfterSeq(seq) => newer(&mut connection, chat, seq, limit).await,
                Position::AroundSeq(seq) => {
                    let mut rows = newer(&mut connection, chat, seq, limit / 2).await?;
                    rows.extend(older(&mut connection, chat, seq, limit - limit / 2).await?);
                    Ok(rows)
                }
            }
        };
        self.within(work).await
    }

    /// One message, with its reactions.
    pub async fn message(&self, chat: &Readable, seq: i64) -> Result<Option<Message>> {
        let mut rows = self.page(chat, Position::AroundSeq(seq), 1).await?;
        rows.retain(|message| message.seq == seq);
        self.add_reactions(chat, &mut rows).await?;
        Ok(rows.pop())
    }

    /// Adds their reactions to messages.
    pub async fn add_reactions(&self, chat: &Readable, messages: &mut [Message]) -> Result<()> {
        let work = async {
            let mut connection = self.reads.acquire().await?;
            let messages = messages.iter_mut().map(|message| (chat.id, message)).collect();
            add_reactions(&mut connection, self.engine, chat.reader, messages).await
        };
        self.within(work).await
    }
}

fn readable(row: &AnyRow, reader: UserId) -> sqlx::Result<Readable> {
    let (id, counters) = (row.try_get("id")?, Counters::from_row(row)?);
    Ok(Readable { id, reader, counters, hidden_up_to_seq: row.try_get("hidden_up_to_seq")? })
}

/// Up to a seq, newest first.
async fn older(connection: &mut AnyConnection, chat: &Readable, up_to: i64, limit: i64) -> sqlx::Result<Vec<Message>> {
    let query =
        sqlx::query(messages!("WHERE m.chat_id = $1 AND m.seq > $2 AND m.seq <= $3 ORDER BY m.seq DESC LIMIT $4"));
    let query = query.bind(chat.id).bind(chat.hidden_up_to_seq).bind(up_to).bind(limit);
    let rows = query.fetch_all(connection).await?;
    rows.iter().map(|row| message(row, chat.hidden_up_to_seq)).collect()
}

/// The next ones after a seq, newest first.
async fn newer(connection: &mut AnyConnection, chat: &Readable, after: i64, limit: i64) -> sqlx::Result<Vec<Message>> {
    let query = sqlx::query(messages!("WHERE m.chat_id = $1 AND m.seq > $2 ORDER BY m.seq LIMIT $3"));
    let query = query.bind(chat.id).bind(after.max(chat.hidden_up_to_seq)).bind(limit);
    let rows = query.fetch_all(connection).await?;
    rows.iter().rev().map(|row| message(row, chat.hidden_up_to_seq)).collect()
}

/// The last seq whose message is earlier than an instant. Seq and time grow together, so bisection over the primary
/// key finds it: each step checks whether the first message at or after `seq + step` is earlier. Gaps do not matter.
async fn last_seq_before(connection: &mut AnyConnection, chat: &Readable, before: Timestamp) -> sqlx::Result<i64> {
    let query = sqlx::query_scalar(
        "WITH RECURSIVE search (seq, step) AS (\
           SELECT $2, $3 \
           UNION ALL \
           SELECT search.seq + CASE WHEN (\
               SELECT m.created_at FROM messages m WHERE m.chat_id = $1 AND m.seq >= search.seq + search.step \
               ORDER BY m.seq LIMIT 1\
             ) < $4 THEN search.step ELSE 0 END, search.step / 2 \
           FROM search WHERE search.step > 0) \
         SELECT MAX(seq) FROM search",
    );
    let span = (chat.counters.last_seq - chat.hidden_up_to_seq).max(1).unsigned_abs();
    let step = i64::try_from(span.next_power_of_two()).unwrap_or(i64::MAX);
    let query = query.bind(chat.id).bind(chat.hidden_up_to_seq).bind(step).bind(before);
    query.fetch_one(connection).await
}
