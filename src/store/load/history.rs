//! Histories: numbered as they come, each message once.

use std::collections::{BTreeMap, HashMap, hash_map::Entry};

use serde::Serialize;
use sqlx::Row;

use super::{Load, chats::Grown};
use crate::{
    model::{ChatId, ChatKey, MessageId, MessageKind, Timestamp, UserId},
    store::{
        DatabaseResult, cost,
        engine::Sql,
        rows::side_of,
        types::{Hex, json},
    },
};

/// A message to be loaded.
pub struct LoadedMessage {
    /// Its chat; of a group, one that exists.
    pub chat: ChatKey,
    /// Unique within the chat.
    pub id: MessageId,
    /// Who wrote it, or caused the notice.
    pub sender: UserId,
    /// The text.
    pub content: String,
    /// Message, or kind of notice.
    pub kind: MessageKind,
    /// Whom a notice is about.
    pub subject: Option<UserId>,
    /// What it answers, in the same chat and earlier.
    pub reply_to: Option<MessageId>,
    /// When. Stored a little later if the message before it is not earlier.
    pub created_at: Timestamp,
    /// When its text was changed last.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted for everybody.
    pub deleted_at: Option<Timestamp>,
    /// Who of the dialog deleted it for themselves.
    pub hidden_from: Vec<UserId>,
    /// In the order in which they came.
    pub reactions: Vec<LoadedReaction>,
}

/// A reaction to a message.
pub struct LoadedReaction {
    /// Whose.
    pub user: UserId,
    /// One emoji.
    pub emoji: String,
    /// When.
    pub at: Timestamp,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is new.
    Added,
    /// It was there.
    Known,
    /// There is no such group, or no more.
    NoGroup,
    /// Its sender, or its dialog's other side, has no account.
    NoPerson,
}

#[derive(Serialize)]
struct MessageRow<'a> {
    chat_id: i64,
    seq: i64,
    id: Hex,
    sender_id: Hex,
    content: &'a str,
    event: i64,
    subject_id: Option<Hex>,
    reply_to: Option<i64>,
    created_at: i64,
    edited_at: Option<i64>,
    deleted_at: Option<i64>,
}

#[derive(Serialize)]
struct ReactionRow<'a> {
    chat_id: i64,
    seq: i64,
    emoji: &'a str,
    user_id: Hex,
    created_at: i64,
}

#[derive(Serialize)]
struct WriterRow {
    user_id: Hex,
    chat_id: i64,
    first_at: i64,
    last_at: i64,
}

static KNOWN: Sql = Sql::steps(&["SELECT m.chat_id, m.id, m.seq FROM rows($1: chat_id BIGINT, id BYTES) q \
     JOIN messages m ON m.chat_id = q.chat_id AND m.id = q.id"]);

static ADD_MESSAGES: Sql = Sql::steps(&["INSERT INTO messages (chat_id, seq, id, sender_id, content, event, \
       subject_id, reply_to, created_at, edited_at, deleted_at) \
     SELECT chat_id, seq, id, sender_id, content, event, subject_id, reply_to, created_at, edited_at, deleted_at \
     FROM rows($1: chat_id BIGINT, seq BIGINT, id BYTES, sender_id BYTES, content TEXT, event BIGINT, \
       subject_id BYTES, reply_to BIGINT, created_at BIGINT, edited_at BIGINT, deleted_at BIGINT) q"]);

static ADD_REACTIONS: Sql = Sql::steps(&["INSERT INTO reactions (chat_id, seq, emoji, user_id, created_at) \
     SELECT chat_id, seq, emoji, user_id, created_at \
     FROM rows($1: chat_id BIGINT, seq BIGINT, emoji TEXT, user_id BYTES, created_at BIGINT) q"]);

/// Who wrote in a group and is no member was one: export and erasure find it by that.
static ADD_FORMER: Sql = Sql::steps(&[concat!(
    "INSERT INTO members (user_id, chat_id, side, role, joined_at, left_at, hidden_up_to_seq, read_up_to_seq) \
     SELECT q.user_id, c.id, ",
    side_of!("q.user_id"),
    ", 0, q.first_at, q.last_at, 0, 0 \
     FROM rows($1: user_id BYTES, chat_id BIGINT, first_at BIGINT, last_at BIGINT) q \
     JOIN chats c ON c.id = q.chat_id WHERE true \
     ON CONFLICT (user_id, chat_id) DO UPDATE SET left_at = excluded.left_at WHERE members.left_at < excluded.left_at"
)]);

static COUNT_AUTHORS: Sql = Sql::steps(&["UPDATE members SET bytes = members.bytes + q.bytes, \
       wrote = CASE WHEN q.wrote = 1 THEN 1 ELSE members.wrote END \
     FROM rows($1: user_id BYTES, chat_id BIGINT, wrote BIGINT, bytes BIGINT) q \
     WHERE members.user_id = q.user_id AND members.chat_id = q.chat_id"]);

/// What is hidden is all up to some message: one that follows what is hidden already hides itself, too.
static HIDE: Sql = Sql::steps(&["UPDATE members SET hidden_up_to_seq = q.to_seq, \
       read_up_to_seq = CASE WHEN read_up_to_seq < q.to_seq THEN q.to_seq ELSE read_up_to_seq END \
     FROM rows($1: user_id BYTES, chat_id BIGINT, from_seq BIGINT, to_seq BIGINT) q \
     WHERE members.user_id = q.user_id AND members.chat_id = q.chat_id \
       AND members.hidden_up_to_seq >= q.from_seq - 1 AND members.hidden_up_to_seq < q.to_seq"]);

impl Load {
    /// Adds messages to the ends of their chats, in this order; what became of each.
    pub async fn append(&mut self, messages: &[LoadedMessage]) -> DatabaseResult<Vec<Fate>> {
        let strangers = self.strangers(messages).await?;
        let is_strange = |message: &LoadedMessage| match message.chat {
            _ if strangers.contains(&message.sender) => true,
            ChatKey::Dialog(low, high) => strangers.contains(&low) || strangers.contains(&high),
            ChatKey::Group(_) => false,
        };
        let mut chats = self.chats(messages.iter().filter(|message| !is_strange(message))).await?;
        let mut known = self.known(messages, &chats).await?;

        let (mut rows, mut reactions, mut fates) = (Vec::new(), Vec::new(), Vec::new());
        let (mut hidden, mut writers, mut authors) = (Vec::new(), HashMap::new(), HashMap::new());
        for message in messages {
            let Some(chat) = chats.get_mut(&message.chat).filter(|chat| !chat.dropped && !is_strange(message)) else {
                fates.push(if is_strange(message) { Fate::NoPerson } else { Fate::NoGroup });
                continue;
            };
            let reply_to = message.reply_to.and_then(|id| known.get(&(chat.id, id)).copied());
            let seq = match known.entry((chat.id, message.id)) {
                Entry::Occupied(entry) => {
                    fates.push(Fate::Known);
                    *entry.get()
                }
                Entry::Vacant(entry) => {
                    chat.last_seq += 1;
                    chat.last_at = message.created_at.max(chat.last_at.plus_millis(1));
                    rows.push(row(message, chat, reply_to));
                    reactions.extend(reaction_rows(message, chat));
                    fates.push(Fate::Added);
                    if let ChatKey::Group(_) = message.chat {
                        writers.entry((message.sender, chat.id)).or_insert([chat.last_at; 2])[1] = chat.last_at;
                    }
                    let author: &mut (bool, i64) = authors.entry((message.sender, chat.id)).or_default();
                    author.0 |= message.kind == MessageKind::Text;
                    author.1 += cost(&message.content);
                    *entry.insert(chat.last_seq)
                }
            };
            hidden.extend(message.hidden_from.iter().map(|&user| (user, chat.id, seq)));
        }
        self.execute(&ADD_MESSAGES, &rows).await?;
        self.execute(&ADD_REACTIONS, &reactions).await?;
        self.grow(&chats).await?;
        self.remember_former(writers).await?;
        self.remember_authors(authors).await?;
        self.hide(hidden).await?;
        Ok(fates)
    }

    /// Which of these messages, and of those that they answer, are stored, and as which.
    async fn known(
        &mut self,
        messages: &[LoadedMessage],
        chats: &HashMap<ChatKey, Grown>,
    ) -> DatabaseResult<HashMap<(ChatId, MessageId), i64>> {
        #[derive(Serialize)]
        struct Id {
            chat_id: i64,
            id: Hex,
        }
        let ids = messages.iter().filter_map(|message| Some((chats.get(&message.chat)?.id, message)));
        let ids = ids.flat_map(|(chat, message)| {
            let ids = [Some(message.id), message.reply_to].into_iter().flatten();
            ids.map(move |id| Id { chat_id: chat.0, id: Hex(id.0) })
        });
        let query = sqlx::query(KNOWN.on(self.engine)).bind(json(&ids.collect::<Vec<_>>()));
        let mut known = HashMap::new();
        for row in query.fetch_all(self.connection()).await? {
            known.insert((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?);
        }
        Ok(known)
    }

    /// `writers` have the instants of their first and last messages.
    async fn remember_former(&mut self, writers: HashMap<(UserId, ChatId), [Timestamp; 2]>) -> DatabaseResult<()> {
        let row = |((user, chat), [first_at, last_at]): ((UserId, ChatId), [Timestamp; 2])| WriterRow {
            user_id: Hex(user.0),
            chat_id: chat.0,
            first_at: first_at.0,
            last_at: last_at.0,
        };
        self.execute(&ADD_FORMER, &writers.into_iter().map(row).collect::<Vec<_>>()).await.map(|_| ())
    }

    /// `authors`: whether each wrote a message, not only notices, and the bytes that all of it costs.
    async fn remember_authors(&mut self, authors: HashMap<(UserId, ChatId), (bool, i64)>) -> DatabaseResult<()> {
        #[derive(Serialize)]
        struct Row {
            user_id: Hex,
            chat_id: i64,
            wrote: i64,
            bytes: i64,
        }
        let row = |((user, chat), (wrote, bytes)): ((UserId, ChatId), (bool, i64))| Row {
            user_id: Hex(user.0),
            chat_id: chat.0,
            wrote: wrote.into(),
            bytes,
        };
        self.execute(&COUNT_AUTHORS, &authors.into_iter().map(row).collect::<Vec<_>>()).await.map(|_| ())
    }

    /// Hides from each of these what follows without a gap what is hidden already.
    async fn hide(&mut self, hidden: Vec<(UserId, ChatId, i64)>) -> DatabaseResult<()> {
        #[derive(Serialize)]
        struct Run {
            user_id: Hex,
            chat_id: i64,
            from_seq: i64,
            to_seq: i64,
        }
        let mut first_runs = BTreeMap::<(UserId, ChatId), (i64, i64)>::new();
        for (user, chat, seq) in hidden {
            let run = first_runs.entry((user, chat)).or_insert((seq, seq));
            if seq == run.1 + 1 {
                run.1 = seq;
            }
        }
        let row = |((user, chat), (from_seq, to_seq)): ((UserId, ChatId), _)| Run {
            user_id: Hex(user.0),
            chat_id: chat.0,
            from_seq,
            to_seq,
        };
        self.execute(&HIDE, &first_runs.into_iter().map(row).collect::<Vec<_>>()).await.map(|_| ())
    }
}

fn row<'a>(message: &'a LoadedMessage, chat: &Grown, reply_to: Option<i64>) -> MessageRow<'a> {
    MessageRow {
        chat_id: chat.id.0,
        seq: chat.last_seq,
        id: Hex(message.id.0),
        sender_id: Hex(message.sender.0),
        content: if message.deleted_at.is_some() { "" } else { &message.content },
        event: message.kind as i64,
        subject_id: message.subject.map(|user| Hex(user.0)),
        reply_to,
        created_at: chat.last_at.0,
        edited_at: message.edited_at.map(|at| at.0),
        deleted_at: message.deleted_at.map(|at| at.0),
    }
}

fn reaction_rows<'a>(message: &'a LoadedMessage, chat: &Grown) -> impl Iterator<Item = ReactionRow<'a>> {
    let (chat_id, seq) = (chat.id.0, chat.last_seq);
    message.reactions.iter().map(move |reaction| ReactionRow {
        chat_id,
        seq,
        emoji: &reaction.emoji,
        user_id: Hex(reaction.user.0),
        created_at: reaction.at.0,
    })
}
