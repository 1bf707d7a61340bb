//! Loads histories: numbers messages in their order, and stores each once.

use std::collections::{BTreeMap, HashMap, hash_map::Entry};

use serde::Serialize;
use sqlx::Row;

use super::{Load, chats::Grown};
use crate::{
    model::{ChatId, ChatKey, MessageId, MessageKind, Timestamp, UserId},
    store::{
        DatabaseResult, cost,
        engine::Sql,
        types::{json, number},
    },
};

/// A message to be loaded.
pub struct LoadedMessage {
    /// Its chat; of a group, one that exists.
    pub chat: ChatKey,
    /// Unique within the chat.
    pub id: MessageId,
    /// Who sends it, or causes the notice.
    pub sender: UserId,
    /// The text.
    pub content: String,
    /// Message, or kind of notice.
    pub kind: MessageKind,
    /// The person that a notice is about.
    pub subject: Option<UserId>,
    /// The message that it answers, an earlier one of the same chat.
    pub reply_to: Option<MessageId>,
    /// Its time. Stored later if the previous message is not earlier.
    pub created_at: Timestamp,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted for both sides or for all members.
    pub deleted_at: Option<Timestamp>,
    /// The dialog's people who have hidden it.
    pub hidden_from: Vec<UserId>,
    /// In the order in which they were added.
    pub reactions: Vec<LoadedReaction>,
}

/// A reaction to a message.
#[derive(Serialize)]
pub struct LoadedReaction {
    /// Who reacts.
    #[serde(rename = "user_id")]
    pub user: UserId,
    /// One emoji.
    pub emoji: String,
    /// Its time.
    #[serde(rename = "created_at", serialize_with = "number")]
    pub at: Timestamp,
}

/// The outcome of loading a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is new.
    Added,
    /// It was stored already.
    Known,
    /// Its group does not exist or is deleted.
    NoGroup,
    /// Its sender or its dialog's other person has no account.
    NoPerson,
}

#[derive(Serialize)]
struct MessageRow<'a> {
    #[serde(serialize_with = "number")]
    chat_id: ChatId,
    seq: i64,
    id: MessageId,
    sender_id: UserId,
    content: &'a str,
    #[serde(serialize_with = "number")]
    event: MessageKind,
    subject_id: Option<UserId>,
    reply_to: Option<i64>,
    #[serde(serialize_with = "number")]
    created_at: Timestamp,
    #[serde(serialize_with = "number")]
    edited_at: Option<Timestamp>,
    #[serde(serialize_with = "number")]
    deleted_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct ReactionRow<'a> {
    #[serde(serialize_with = "number")]
    chat_id: ChatId,
    seq: i64,
    #[serde(flatten)]
    reaction: &'a LoadedReaction,
}

/// What the messages of a sender in a chat change in the membership.
#[derive(Serialize)]
struct Author {
    user_id: UserId,
    #[serde(serialize_with = "number")]
    chat_id: ChatId,
    #[serde(serialize_with = "number")]
    first_at: Timestamp,
    #[serde(serialize_with = "number")]
    last_at: Timestamp,
    /// Whether there is a message, not only notices.
    #[serde(serialize_with = "number")]
    wrote: bool,
    bytes: i64,
    #[serde(skip)]
    in_group: bool,
}

static KNOWN: Sql = Sql::new(
    "SELECT m.chat_id, m.id, m.seq FROM rows($1: chat_id BIGINT, id UUID) q \
     JOIN messages m ON m.chat_id = q.chat_id AND m.id = q.id",
);

static ADD_MESSAGES: Sql = Sql::new(
    "INSERT INTO messages (chat_id, seq, id, sender_id, content, event, \
       subject_id, reply_to, created_at, edited_at, deleted_at) \
     SELECT chat_id, seq, id, sender_id, content, event, subject_id, reply_to, created_at, edited_at, deleted_at \
     FROM rows($1: chat_id BIGINT, seq BIGINT, id UUID, sender_id UUID, content TEXT, event BIGINT, \
       subject_id UUID, reply_to BIGINT, created_at BIGINT, edited_at BIGINT, deleted_at BIGINT) q",
);

static ADD_REACTIONS: Sql = Sql::new(
    "INSERT INTO reactions (chat_id, seq, emoji, user_id, created_at) \
     SELECT chat_id, seq, emoji, user_id, created_at \
     FROM rows($1: chat_id BIGINT, seq BIGINT, emoji TEXT, user_id UUID, created_at BIGINT) q",
);

/// Senders in a group who are not members become former members: export and erasure find their messages by that.
static ADD_FORMER: Sql = Sql::new(
    "INSERT INTO members (user_id, chat_id, side, role, joined_at, left_at, hidden_up_to_seq, read_up_to_seq) \
     SELECT q.user_id, c.id, c.group_id, 0, q.first_at, q.last_at, 0, 0 \
     FROM rows($1: user_id UUID, chat_id BIGINT, first_at BIGINT, last_at BIGINT) q \
     JOIN chats c ON c.id = q.chat_id WHERE true \
     ON CONFLICT (user_id, chat_id) DO UPDATE SET left_at = excluded.left_at WHERE members.left_at < excluded.left_at",
);

static COUNT_AUTHORS: Sql = Sql::new(
    "UPDATE members SET bytes = members.bytes + q.bytes, \
       wrote = CASE WHEN q.wrote = 1 THEN 1 ELSE members.wrote END \
     FROM rows($1: user_id UUID, chat_id BIGINT, wrote BIGINT, bytes BIGINT) q \
     WHERE members.user_id = q.user_id AND members.chat_id = q.chat_id",
);

/// Hides a run of messages if it follows what is hidden already: a member hides everything up to one seq.
static HIDE: Sql = Sql::new(
    "UPDATE members SET hidden_up_to_seq = q.to_seq, \
       read_up_to_seq = CASE WHEN read_up_to_seq < q.to_seq THEN q.to_seq ELSE read_up_to_seq END \
     FROM rows($1: user_id UUID, chat_id BIGINT, from_seq BIGINT, to_seq BIGINT) q \
     WHERE members.user_id = q.user_id AND members.chat_id = q.chat_id \
       AND members.hidden_up_to_seq >= q.from_seq - 1 AND members.hidden_up_to_seq < q.to_seq",
);

impl Load {
    /// Adds messages to the ends of their chats, in this order. Returns the outcome of each.
    pub async fn append(&mut self, messages: &[LoadedMessage]) -> DatabaseResult<Vec<Fate>> {
        let strangers = self.strangers(messages).await?;
        let is_strange = |message: &LoadedMessage| match message.chat {
            _ if strangers.contains(&message.sender) => true,
            ChatKey::Dialog(low, high) => strangers.contains(&low) || strangers.contains(&high),
            ChatKey::Group(_) => false,
        };
        let mut chats = self.chats(messages.iter().filter(|message| !is_strange(message))).await?;
        let mut known = self.known(messages, &chats).await?;

        let (mut rows, mut reactions, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
        let (mut hidden, mut authors) = (Vec::new(), HashMap::new());
        for message in messages {
            let Some(chat) = chats.get_mut(&message.chat).filter(|chat| !chat.dropped && !is_strange(message)) else {
                outcomes.push(if is_strange(message) { Fate::NoPerson } else { Fate::NoGroup });
                continue;
            };
            let reply_to = message.reply_to.and_then(|id| known.get(&(chat.id, id)).copied());
            let seq = match known.entry((chat.id, message.id)) {
                Entry::Occupied(entry) => {
                    outcomes.push(Fate::Known);
                    *entry.get()
                }
                Entry::Vacant(entry) => {
                    chat.last_seq += 1;
                    chat.last_at = message.created_at.max(chat.last_at.plus_millis(1));
                    rows.push(message_row(message, chat, reply_to));
                    let (chat_id, seq) = (chat.id, chat.last_seq);
                    let row = |reaction| ReactionRow { chat_id, seq, reaction };
                    reactions.extend(message.reactions.iter().map(row));
                    outcomes.push(Fate::Added);
                    let author = authors.entry((message.sender, chat_id)).or_insert_with(|| author(message, chat));
                    author.last_at = chat.last_at;
                    author.wrote |= message.kind == MessageKind::Text;
                    author.bytes += cost(&message.content);
                    *entry.insert(seq)
                }
            };
            hidden.extend(message.hidden_from.iter().map(|&user| (user, chat.id, seq)));
        }
        self.execute(&ADD_MESSAGES, &rows).await?;
        self.execute(&ADD_REACTIONS, &reactions).await?;
        self.grow(&chats).await?;
        let in_groups: Vec<_> = authors.values().filter(|author| author.in_group).collect();
        self.execute(&ADD_FORMER, &in_groups).await?;
        self.execute(&COUNT_AUTHORS, &authors.values().collect::<Vec<_>>()).await?;
        self.hide(hidden).await?;
        Ok(outcomes)
    }

    /// The seqs of those of these messages, and of the messages that they answer, that are stored.
    async fn known(
        &mut self,
        messages: &[LoadedMessage],
        chats: &HashMap<ChatKey, Grown>,
    ) -> DatabaseResult<HashMap<(ChatId, MessageId), i64>> {
        #[derive(Serialize)]
        struct Id {
            #[serde(serialize_with = "number")]
            chat_id: ChatId,
            id: MessageId,
        }
        let ids = messages.iter().filter_map(|message| Some((chats.get(&message.chat)?.id, message)));
        let ids = ids.flat_map(|(chat, message)| {
            let ids = [Some(message.id), message.reply_to].into_iter().flatten();
            ids.map(move |id| Id { chat_id: chat, id })
        });
        let query = sqlx::query(KNOWN.on(self.engine)).bind(json(&ids.collect::<Vec<_>>()));
        let mut known = HashMap::new();
        for row in query.fetch_all(self.connection()).await? {
            known.insert((row.try_get("chat_id")?, row.try_get("id")?), row.try_get("seq")?);
        }
        Ok(known)
    }

    /// Hides messages from people, as long as they follow what is hidden already without a gap.
    async fn hide(&mut self, hidden: Vec<(UserId, ChatId, i64)>) -> DatabaseResult<()> {
        #[derive(Serialize)]
        struct Run {
            user_id: UserId,
            #[serde(serialize_with = "number")]
            chat_id: ChatId,
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
            user_id: user,
            chat_id: chat,
            from_seq,
            to_seq,
        };
        self.execute(&HIDE, &first_runs.into_iter().map(row).collect::<Vec<_>>()).await.map(|_| ())
    }
}

fn message_row<'a>(message: &'a LoadedMessage, chat: &Grown, reply_to: Option<i64>) -> MessageRow<'a> {
    MessageRow {
        chat_id: chat.id,
        seq: chat.last_seq,
        id: message.id,
        sender_id: message.sender,
        content: if message.deleted_at.is_some() { "" } else { &message.content },
        event: message.kind,
        subject_id: message.subject,
        reply_to,
        created_at: chat.last_at,
        edited_at: message.edited_at,
        deleted_at: message.deleted_at,
    }
}

fn author(message: &LoadedMessage, chat: &Grown) -> Author {
    Author {
        user_id: message.sender,
        chat_id: chat.id,
        first_at: chat.last_at,
        last_at: chat.last_at,
        wrote: false,
        bytes: 0,
        in_group: matches!(message.chat, ChatKey::Group(_)),
    }
}
