//! A run of messages: looked up together, decided in order in memory, stored together. What one message costs is
//! mostly its share of two trips to the database and one sync.

use std::collections::HashMap;

use super::{Action, Command, Outcome, Task, rosters::Rosters};
use crate::{
    error::{Refusal, Result},
    live::{Audience, Broadcast},
    model::{ChatId, ChatKey, Event, Message, MessageId, Person, Timestamp, UserId},
    protocol::{GroupMessage, Item, Kind},
    store::{Batch, ChatChange, DatabaseError, DatabaseResult, Lookup, NewMessage, Read, Situation, Written},
};

/// A message on its way.
pub(super) struct Send<'a> {
    actor: UserId,
    chat: ChatKey,
    message: MessageId,
    content: &'a str,
}

impl<'a> Send<'a> {
    /// The message that a task writes, if it writes one.
    pub(super) fn of(task: &'a Task) -> Option<Self> {
        match task {
            Task::Command(Command { actor, chat, action: Action::Send { message, content } }) => {
                Some(Self { actor: *actor, chat: *chat, message: *message, content })
            }
            _ => None,
        }
    }

    /// The other side of a dialog; the sender, of one with oneself.
    fn receiver(&self) -> Option<UserId> {
        match self.chat {
            ChatKey::Dialog(low, high) if low == self.actor => Some(high),
            ChatKey::Dialog(low, _) => Some(low),
            ChatKey::Group(_) => None,
        }
    }

    fn lookup(&self) -> Lookup {
        Lookup { chat: self.chat, actor: self.actor, target: self.receiver(), message: Some(self.message) }
    }
}

/// A chat while the run is decided.
struct Chat {
    /// None yet for a dialog that the run begins.
    id: Option<ChatId>,
    name: String,
    last_seq: i64,
    last_at: Timestamp,
}

/// A message that will be stored.
struct Accepted<'a> {
    position: usize,
    send: &'a Send<'a>,
    sender: Person,
    seq: i64,
    created_at: Timestamp,
}

/// Decides and stores a run of messages.
pub(super) async fn apply(
    batch: &mut Batch,
    rosters: &mut Rosters,
    run: &[Send<'_>],
) -> DatabaseResult<Vec<Result<Outcome>>> {
    let lookups: Vec<_> = run.iter().map(Send::lookup).collect();
    let situations = batch.look_up(&lookups).await?;
    let now = Timestamp::now();

    let mut chats = HashMap::new();
    let mut written = HashMap::new();
    let mut accepted = Vec::new();
    let mut outcomes = Vec::with_capacity(run.len());
    for (position, (send, situation)) in run.iter().zip(situations).enumerate() {
        let decision = match written.get(&(send.chat, send.message)) {
            Some(sender) if *sender == send.actor => Ok(None),
            Some(_) => Err(Refusal::MessageIdTaken),
            None => decide(send, &situation),
        };
        let sender = match decision {
            Ok(Some(sender)) => sender,
            Ok(None) => {
                outcomes.push(Ok(Outcome::default()));
                continue;
            }
            Err(refusal) => {
                outcomes.push(Err(refusal.into()));
                continue;
            }
        };
        let chat = chats.entry(send.chat).or_insert_with(|| opened(situation));
        chat.last_seq += 1;
        chat.last_at = now.max(chat.last_at.plus_millis(1));
        written.insert((send.chat, send.message), send.actor);
        accepted.push(Accepted { position, send, sender, seq: chat.last_seq, created_at: chat.last_at });
        outcomes.push(Ok(Outcome::default()));
    }
    if accepted.is_empty() {
        return Ok(outcomes);
    }

    begin_dialogs(batch, &mut chats, now).await?;
    store(batch, &chats, &accepted).await?;
    for message in accepted {
        let position = message.position;
        outcomes[position] = Ok(tell(batch, rosters, &chats, message).await?);
    }
    Ok(outcomes)
}

/// Who sends, if the message is new and may be sent; nobody, if it is a repetition. The repetition comes first: what
/// was acknowledged once is acknowledged again, whatever happened since.
fn decide(send: &Send<'_>, situation: &Situation) -> Result<Option<Person>, Refusal> {
    if let Some(message) = &situation.message {
        let repeated = message.sender == send.actor && message.event == Event::Message;
        return if repeated { Ok(None) } else { Err(Refusal::MessageIdTaken) };
    }
    let sender = situation.actor.clone().ok_or(Refusal::Unauthorized)?;
    match send.chat {
        ChatKey::Dialog(..) if situation.target.is_none() => Err(Refusal::UserNotFound),
        ChatKey::Group(_) if situation.role.is_none() => Err(Refusal::NotMember),
        ChatKey::Group(_) if situation.chat.as_ref().is_none_or(|chat| chat.dropped) => Err(Refusal::NotMember),
        _ => Ok(Some(sender)),
    }
}

fn opened(situation: Situation) -> Chat {
    match situation.chat {
        Some(chat) => Chat { id: Some(chat.id), name: chat.name, last_seq: chat.last_seq, last_at: chat.last_at },
        None => Chat { id: None, name: String::new(), last_seq: 0, last_at: Timestamp(0) },
    }
}

async fn begin_dialogs(batch: &mut Batch, chats: &mut HashMap<ChatKey, Chat>, now: Timestamp) -> DatabaseResult<()> {
    let begun: Vec<_> = chats.iter().filter(|(_, chat)| chat.id.is_none()).map(|(key, _)| *key).collect();
    if begun.is_empty() {
        return Ok(());
    }
    for (key, id) in batch.add_dialogs(&begun, now).await? {
        if let Some(chat) = chats.get_mut(&key) {
            chat.id = Some(id);
        }
    }
    Ok(())
}

async fn store(batch: &mut Batch, chats: &HashMap<ChatKey, Chat>, accepted: &[Accepted<'_>]) -> DatabaseResult<()> {
    let id = |send: &Send<'_>| chats[&send.chat].id.ok_or(DatabaseError::RowNotFound);
    let mut messages = Vec::with_capacity(accepted.len());
    let mut reads: HashMap<(UserId, ChatId), i64> = HashMap::new();
    for Accepted { send, seq, created_at, .. } in accepted {
        let chat = id(send)?;
        // Sending reads: later messages of the run overwrite earlier ones.
        reads.insert((send.actor, chat), *seq);
        messages.push(NewMessage {
            chat,
            seq: *seq,
            id: send.message,
            sender: send.actor,
            content: send.content,
            event: Event::Message,
            subject: None,
            created_at: *created_at,
        });
    }
    let changes = chats.values().filter_map(|chat| {
        Some(ChatChange { chat: chat.id?, last_seq: chat.last_seq, last_at: chat.last_at, joined: 0 })
    });
    let changes = changes.collect();
    let reads = reads.into_iter().map(|((user, chat), seq)| Read { user, chat, seq }).collect();
    batch.write(&Written { messages, chats: changes, reads }).await
}

async fn tell(
    batch: &mut Batch,
    rosters: &mut Rosters,
    chats: &HashMap<ChatKey, Chat>,
    Accepted { send, sender, created_at, .. }: Accepted<'_>,
) -> DatabaseResult<Outcome> {
    let chat = &chats[&send.chat];
    let message =
        Message { id: send.message, sender, content: send.content.to_owned(), event: Event::Message, created_at };
    let broadcast = match (send.chat, chat.id) {
        (ChatKey::Group(group), Some(id)) => Broadcast {
            kind: Kind::MessageInGroup,
            item: Item::Message(GroupMessage::new(message, group, &chat.name)),
            audience: Audience::But(send.actor, rosters.get(batch, id).await?),
        },
        (ChatKey::Dialog(low, high), _) if low != high => Broadcast {
            kind: Kind::PrivateMessage,
            item: Item::Private(message.into()),
            audience: Audience::One(if low == send.actor { high } else { low }),
        },
        _ => return Ok(Outcome::default()),
    };
    Ok(Outcome { broadcasts: vec![broadcast], ..Outcome::default() })
}
