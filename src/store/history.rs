//! Reading a chat's history. A page costs the same at any depth.

use sqlx::{AnyPool, Row};

use super::{
    Store,
    types::{message, message_columns, person},
};
use crate::{
    error::Result,
    model::{ChatId, ChatKey, GroupId, Message, Person, Timestamp, UserId},
};

/// A chat that its reader may read.
pub struct Readable {
    /// Internal.
    pub(super) id: ChatId,
    /// The newest message's seq.
    last_seq: i64,
    /// Nothing up to here is shown to the reader.
    hidden_up_to_seq: i64,
}

impl Store {
    /// A group that the reader is a member of, and its name.
    pub async fn open_group(&self, group: GroupId, reader: UserId) -> Result<Option<(Readable, String)>> {
        let work = async {
            let query = sqlx::query(
                "SELECT c.id, c.last_seq, m.hidden_up_to_seq, c.name FROM chats c \
                 JOIN members m ON m.chat_id = c.id AND m.user_id = $2 AND m.left_at IS NULL \
                 WHERE c.group_id = $1 AND c.dropped_at IS NULL",
            );
            let row = query.bind(group).bind(reader).fetch_optional(&self.reads).await?;
            row.map(|row| Ok((readable(&row)?, row.try_get(3)?))).transpose()
        };
        self.within(work).await
    }

    /// The dialog of two people, if they have one, and who they are: the reader first.
    pub async fn open_dialog(&self, reader: UserId, companion: UserId) -> Result<Option<(Readable, [Person; 2])>> {
        let ChatKey::Dialog(low, high) = ChatKey::dialog(reader, companion) else { return Ok(None) };
        let work = async {
            let query = sqlx::query(
                "SELECT c.id, c.last_seq, m.hidden_up_to_seq, r.id, r.first_name, r.last_name, \
                   o.id, o.first_name, o.last_name \
                 FROM chats c JOIN members m ON m.chat_id = c.id AND m.user_id = $3 \
                 JOIN users r ON r.id = $3 JOIN users o ON o.id = $4 \
                 WHERE c.user_low = $1 AND c.user_high = $2",
            );
            let query = query.bind(low).bind(high).bind(reader).bind(companion);
            let row = query.fetch_optional(&self.reads).await?;
            row.map(|row| Ok((readable(&row)?, [person(&row, 3)?, person(&row, 6)?]))).transpose()
        };
        self.within(work).await
    }

    /// The newest messages before an instant, newest first, at most `limit`.
    pub async fn page(&self, chat: &Readable, before: Timestamp, limit: i64) -> Result<Vec<Message>> {
        let work = async {
            let up_to = match before {
                Timestamp::MAX => chat.last_seq,
                before => last_seq_before(&self.reads, chat, before).await?,
            };
            let query = sqlx::query(concat!(
                "SELECT ",
                message_columns!(),
                " FROM messages m JOIN users s ON s.id = m.sender_id \
                 WHERE m.chat_id = $1 AND m.seq > $2 AND m.seq <= $3 ORDER BY m.seq DESC LIMIT $4"
            ));
            let query = query.bind(chat.id).bind(chat.hidden_up_to_seq).bind(up_to).bind(limit);
            query.fetch_all(&self.reads).await?.iter().map(|row| message(row, 0)).collect()
        };
        self.within(work).await
    }
}

fn readable(row: &sqlx::any::AnyRow) -> sqlx::Result<Readable> {
    Ok(Readable { id: row.try_get(0)?, last_seq: row.try_get(1)?, hidden_up_to_seq: row.try_get(2)? })
}

/// The last seq whose message is earlier than an instant. Seq and time grow together, so bisection over the primary
/// key finds it: each step looks whether the first message at or after `seq + step` is still earlier. Gaps do no harm.
async fn last_seq_before(pool: &AnyPool, chat: &Readable, before: Timestamp) -> sqlx::Result<i64> {
    let query = sqlx::query(
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
    let span = (chat.last_seq - chat.hidden_up_to_seq).max(1).unsigned_abs();
    let step = i64::try_from(span.next_power_of_two()).unwrap_or(i64::MAX);
    let query = query.bind(chat.id).bind(chat.hidden_up_to_seq).bind(step).bind(before);
    query.fetch_one(pool).await?.try_get(0)
}
