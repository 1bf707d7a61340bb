//! Reads a chat's history. A page costs the same at any depth.

mod newest;

use sqlx::{AnyConnection, FromRow, Row, any::AnyRow};

use super::{
    Store,
    engine::{Engine, Sql},
    rows::{add_reactions, have_reactions, message, messages, person},
};
use crate::{
    error::Result,
    model::{ChatId, ChatKey, Counters, GroupId, Message, Person, Position, Timestamp, UserId},
    text::shown_group,
};

/// The columns that [`people`] reads, of a reader `r` and a partner `p`.
macro_rules! two_people {
    () => {
        "r.id AS reader_id, r.first_name AS reader_first_name, r.last_name AS reader_last_name, \
         p.id AS partner_id, p.first_name AS partner_first_name, p.last_name AS partner_last_name"
    };
}
use two_people;

static GROUP: Sql = Sql::new(
    "SELECT c.id AS chat_id, c.first_seq, c.last_seq, c.revision, m.hidden_up_to_seq, c.name FROM chats c \
     JOIN one(members m: m.user_id = $2 AND m.chat_id = c.id IF m.left_at IS NULL) \
     WHERE c.group_id = $1 AND c.dropped_at IS NULL",
);

static DIALOG: Sql = Sql::new(concat!(
    "SELECT c.id AS chat_id, c.first_seq, c.last_seq, c.revision, m.hidden_up_to_seq, ",
    two_people!(),
    " FROM chats c JOIN one(members m: m.user_id = $3 AND m.chat_id = c.id) \
         JOIN one(users r: r.id = $3) JOIN one(users p: p.id = $4) \
         WHERE c.user_low = $1 AND c.user_high = $2"
));

/// A chat that its reader may read.
pub struct Readable {
    /// Internal.
    pub(super) id: ChatId,
    /// The reader.
    pub(super) reader: UserId,
    /// The chat's newest seq and revision.
    pub counters: Counters,
    /// The oldest seq that has not expired.
    pub(super) first_seq: i64,
    /// Everything up to this seq is hidden from the reader.
    pub(super) hidden_up_to_seq: i64,
}

/// What is read of the messages of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Everything but their reactions.
    Plain,
    /// Everything.
    Reactions,
}

/// Which messages of a history.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Where.
    pub position: Position,
    /// At most so many.
    pub limit: i64,
    /// What of them.
    pub detail: Detail,
}

impl Store {
    /// A group that the reader is a member of, and its name.
    pub async fn open_group(&self, group: GroupId, reader: UserId) -> Result<Option<(Readable, String)>> {
        self.within(async { open_group((&mut *self.reads.acquire().await?, self.engine), group, reader).await }).await
    }

    /// The dialog of two people, if they have one, and both people, the reader first.
    pub async fn open_dialog(&self, reader: UserId, partner: UserId) -> Result<Option<(Readable, [Person; 2])>> {
        self.within(async { open_dialog((&mut *self.reads.acquire().await?, self.engine), reader, partner).await })
            .await
    }

    /// The messages of a window of a group's history, newest first, and the group's name. `None` if the reader is no
    /// member.
    pub async fn group_page(
        &self,
        group: GroupId,
        reader: UserId,
        window: Window,
    ) -> Result<Option<(Vec<Message>, String)>> {
        let work = async {
            let mut connection = self.reads.acquire().await?;
            let newest = newest::in_group(&mut connection, self.engine, (group, reader), window).await?;
            if newest.is_some() {
                return Ok(newest);
            }
            let Some((chat, name)) = open_group((&mut connection, self.engine), group, reader).await? else {
                return Ok(None);
            };
            Ok(Some((page(&mut connection, self.engine, &chat, window).await?, name)))
        };
        self.within(work).await
    }

    /// The messages of a window of a dialog's history, newest first, and both people, the reader first. `None` if they
    /// have no dialog.
    pub async fn dialog_page(
        &self,
        reader: UserId,
        partner: UserId,
        window: Window,
    ) -> Result<Option<(Vec<Message>, [Person; 2])>> {
        let work = async {
            let mut connection = self.reads.acquire().await?;
            let newest = newest::in_dialog(&mut connection, self.engine, (reader, partner), window).await?;
            if newest.is_some() {
                return Ok(newest);
            }
            let Some((chat, people)) = open_dialog((&mut connection, self.engine), reader, partner).await? else {
                return Ok(None);
            };
            Ok(Some((page(&mut connection, self.engine, &chat, window).await?, people)))
        };
        self.within(work).await
    }
}

async fn open_group(
    (connection, engine): (&mut AnyConnection, Engine),
    group: GroupId,
    reader: UserId,
) -> sqlx::Result<Option<(Readable, String)>> {
    let query = sqlx::query(GROUP.on(engine));
    let row = query.bind(group).bind(reader).fetch_optional(connection).await?;
    row.map(|row| Ok((readable(&row, reader)?, shown_group(row.try_get("name")?)))).transpose()
}

async fn open_dialog(
    (connection, engine): (&mut AnyConnection, Engine),
    reader: UserId,
    partner: UserId,
) -> sqlx::Result<Option<(Readable, [Person; 2])>> {
    let ChatKey::Dialog(low, high) = ChatKey::dialog(reader, partner) else { return Ok(None) };
    let query = sqlx::query(DIALOG.on(engine));
    let query = query.bind(low).bind(high).bind(reader).bind(partner);
    let row = query.fetch_optional(connection).await?;
    row.map(|row| Ok((readable(&row, reader)?, people(&row)?))).transpose()
}

/// The reader and the partner.
fn people(row: &AnyRow) -> sqlx::Result<[Person; 2]> {
    Ok([
        person(row, ["reader_id", "reader_first_name", "reader_last_name"])?,
        person(row, ["partner_id", "partner_first_name", "partner_last_name"])?,
    ])
}

async fn page(
    connection: &mut AnyConnection,
    engine: Engine,
    chat: &Readable,
    Window { position, limit, detail }: Window,
) -> sqlx::Result<Vec<Message>> {
    let rows = match position {
        Position::Before(Timestamp::MAX) => older(connection, chat, chat.counters.last_seq, limit).await?,
        Position::Before(instant) => {
            let up_to = last_seq_before(connection, chat, instant).await?;
            older(connection, chat, up_to, limit).await?
        }
        Position::BeforeSeq(seq) => older(connection, chat, seq - 1, limit).await?,
        Position::AfterSeq(seq) => newer(connection, chat, seq, limit).await?,
        Position::AroundSeq(seq) => {
            let mut rows = newer(connection, chat, seq, limit / 2).await?;
            rows.extend(older(connection, chat, seq, limit - limit / 2).await?);
            rows
        }
    };
    read_rows(connection, engine, chat, (&rows, detail)).await
}

/// The messages in these rows.
async fn read_rows(
    connection: &mut AnyConnection,
    engine: Engine,
    chat: &Readable,
    (rows, detail): (&[AnyRow], Detail),
) -> sqlx::Result<Vec<Message>> {
    let read = rows.iter().map(|row| message(row, chat.hidden_up_to_seq));
    let mut messages = read.collect::<sqlx::Result<Vec<_>>>()?;
    if detail == Detail::Reactions && have_reactions(rows)? {
        let messages = messages.iter_mut().map(|message| (chat.id, message)).collect();
        add_reactions(connection, engine, chat.reader, messages).await?;
    }
    Ok(messages)
}

fn readable(row: &AnyRow, reader: UserId) -> sqlx::Result<Readable> {
    let (id, counters, first_seq) = (row.try_get("chat_id")?, Counters::from_row(row)?, row.try_get("first_seq")?);
    Ok(Readable { id, reader, counters, first_seq, hidden_up_to_seq: row.try_get("hidden_up_to_seq")? })
}

/// Up to a seq, newest first.
async fn older(connection: &mut AnyConnection, chat: &Readable, up_to: i64, limit: i64) -> sqlx::Result<Vec<AnyRow>> {
    let query =
        sqlx::query(messages!("WHERE m.chat_id = $1 AND m.seq > $2 AND m.seq <= $3 ORDER BY m.seq DESC LIMIT $4"));
    query.bind(chat.id).bind(chat.hidden_up_to_seq).bind(up_to).bind(limit).fetch_all(connection).await
}

/// The next ones after a seq, newest first.
async fn newer(connection: &mut AnyConnection, chat: &Readable, after: i64, limit: i64) -> sqlx::Result<Vec<AnyRow>> {
    let query = sqlx::query(messages!("WHERE m.chat_id = $1 AND m.seq > $2 ORDER BY m.seq LIMIT $3"));
    let query = query.bind(chat.id).bind(after.max(chat.hidden_up_to_seq)).bind(limit);
    let mut rows = query.fetch_all(connection).await?;
    rows.reverse();
    Ok(rows)
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
