//! What has changed in a chat since a client read it, from one snapshot.

use sqlx::{FromRow, Row, any::AnyRow};

use super::{
    Store,
    history::Readable,
    rows::{add_reactions, message, messages},
};
use crate::{
    error::Result,
    model::{Counters, Message},
    protocol::limits::MAX_CHANGES,
};

/// A page of what changed.
pub struct CatchUp {
    /// The chat's newest seq and revision.
    pub counters: Counters,
    /// The oldest seq that has not expired.
    pub first_seq: i64,
    /// Where the next page starts.
    pub next: Counters,
    /// Whether this is the last page.
    pub complete: bool,
    /// Whether the client misses more than [`MAX_CHANGES`]: then there are no messages.
    pub reset: bool,
    /// New messages, oldest first; then changed ones, by revision.
    pub messages: Vec<Message>,
}

impl Store {
    /// What a reader who knows `since` misses: at most `limit` messages.
    pub async fn catch_up(&self, chat: &Readable, since: Counters, limit: i64) -> Result<CatchUp> {
        let work = async {
            let mut snapshot = self.reads.begin_with(self.engine.begin_snapshot()).await?;
            let query = sqlx::query("SELECT first_seq, last_seq, revision FROM chats WHERE id = $1");
            let row = query.bind(chat.id).fetch_one(&mut *snapshot).await?;
            let (first_seq, counters) = (row.try_get("first_seq")?, Counters::from_row(&row)?);
            let behind = (counters.last_seq - since.last_seq) + (counters.revision - since.revision);
            if behind > MAX_CHANGES {
                let (next, messages) = (counters, Vec::new());
                return Ok(CatchUp { counters, first_seq, next, complete: true, reset: true, messages });
            }

            let query = sqlx::query(messages!("WHERE m.chat_id = $1 AND m.seq > $2 ORDER BY m.seq LIMIT $3"));
            let query = query.bind(chat.id).bind(since.last_seq.max(chat.hidden_up_to_seq)).bind(limit + 1);
            let mut rows = query.fetch_all(&mut *snapshot).await?;
            let mut complete = cut(&mut rows, limit);
            let mut messages = read(&rows, chat)?;
            let mut next = since;
            if complete {
                next.last_seq = counters.last_seq;
                let room = limit - i64::try_from(messages.len()).unwrap_or(limit);
                let query = sqlx::query(messages!(
                    "v.revision, ",
                    "revisions v JOIN messages m ON m.chat_id = v.chat_id AND m.seq = v.seq",
                    "WHERE v.chat_id = $1 AND v.revision > $2 AND m.seq <= $3 AND m.seq > $4 \
                     ORDER BY v.revision LIMIT $5"
                ));
                let query = query.bind(chat.id).bind(since.revision).bind(since.last_seq);
                let mut rows = query.bind(chat.hidden_up_to_seq).bind(room + 1).fetch_all(&mut *snapshot).await?;
                complete = cut(&mut rows, room);
                messages.extend(read(&rows, chat)?);
                next.revision = match rows.last() {
                    _ if complete => counters.revision,
                    Some(row) => row.try_get("revision")?,
                    None => since.revision,
                };
            } else if let Some(last) = messages.last() {
                next.last_seq = last.seq;
            }
            let with_chat = messages.iter_mut().map(|message| (chat.id, message)).collect();
            add_reactions(&mut snapshot, self.engine, chat.reader, with_chat).await?;
            Ok(CatchUp { counters, first_seq, next, complete, reset: false, messages })
        };
        self.within(work).await
    }
}

/// Truncates to `limit` rows. Returns whether there were no more.
fn cut(rows: &mut Vec<AnyRow>, limit: i64) -> bool {
    let limit = usize::try_from(limit).unwrap_or_default();
    let complete = rows.len() <= limit;
    rows.truncate(limit);
    complete
}

fn read(rows: &[AnyRow], chat: &Readable) -> sqlx::Result<Vec<Message>> {
    rows.iter().map(|row| message(row, chat.hidden_up_to_seq)).collect()
}
