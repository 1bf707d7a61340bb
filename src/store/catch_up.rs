//! What has changed in a chat since a client read it.

use sqlx::{Row, any::AnyRow};

use super::{
    Store,
    engine::Sql,
    history::Readable,
    rows::{add_reactions, have_reactions, message, messages},
};
use crate::{
    error::Result,
    model::{Counters, Message},
    protocol::limits::MAX_CHANGES,
};

/// A message that has changed again since the chat was opened has a later revision now.
static CHANGED: Sql = Sql::new(messages!(
    "v.revision, ",
    "revisions v JOIN one(messages m: m.chat_id = v.chat_id AND m.seq = v.seq)",
    "WHERE v.chat_id = $1 AND v.revision > $2 AND m.seq <= $3 AND m.seq > $4 ORDER BY v.revision LIMIT $5"
));

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
    /// What a reader who knows `since` misses, at least up to the counters with which the chat was opened: at most
    /// `limit` messages, as they are now. What has happened since is read again from those counters.
    pub async fn catch_up(&self, chat: &Readable, since: Counters, limit: i64) -> Result<CatchUp> {
        let Readable { id, counters, first_seq, .. } = *chat;
        let behind = (counters.last_seq - since.last_seq) + (counters.revision - since.revision);
        if behind > MAX_CHANGES {
            let (next, messages) = (counters, Vec::new());
            return Ok(CatchUp { counters, first_seq, next, complete: true, reset: true, messages });
        }
        let work = async {
            let mut connection = self.reads.acquire().await?;
            let (mut rows, mut next, mut complete) = (Vec::new(), since, true);
            if counters.last_seq > since.last_seq {
                let query = sqlx::query(messages!(
                    "WHERE m.chat_id = $1 AND m.seq > $2 AND m.seq <= $3 ORDER BY m.seq LIMIT $4"
                ));
                let query = query.bind(id).bind(since.last_seq.max(chat.hidden_up_to_seq)).bind(counters.last_seq);
                rows = query.bind(limit + 1).fetch_all(&mut *connection).await?;
                complete = cut(&mut rows, limit);
                next.last_seq = match rows.last() {
                    _ if complete => counters.last_seq,
                    Some(row) => row.try_get("seq")?,
                    None => since.last_seq,
                };
            }
            if complete && counters.revision > since.revision {
                let room = limit - i64::try_from(rows.len()).unwrap_or(limit);
                let query = sqlx::query(CHANGED.on(self.engine));
                let query = query.bind(id).bind(since.revision).bind(since.last_seq);
                let query = query.bind(chat.hidden_up_to_seq).bind(room + 1);
                let mut changed = query.fetch_all(&mut *connection).await?;
                complete = cut(&mut changed, room);
                next.revision = match changed.last() {
                    _ if complete => counters.revision,
                    Some(row) => row.try_get("revision")?,
                    None => since.revision,
                };
                rows.extend(changed);
            }
            let read = rows.iter().map(|row| message(row, chat.hidden_up_to_seq));
            let mut messages = read.collect::<sqlx::Result<Vec<_>>>()?;
            if have_reactions(&rows)? {
                let with_chat = messages.iter_mut().map(|message| (id, message)).collect();
                add_reactions(&mut connection, self.engine, chat.reader, with_chat).await?;
            }
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
