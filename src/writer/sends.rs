//! A run of messages: looked up together, decided in order in memory, stored together. What one message costs is
//! mostly its share of two trips to the database and one sync.

mod run;
mod tell;

use std::collections::HashMap;

use super::{Action, Command, Origin, Outcome, Task, apply::Memory};
use crate::{
    error::Result,
    model::{ChatId, ChatKey, MessageId, MessageKind, Timestamp, UserId},
    store::{Author, Batch, ChatChange, DatabaseError, DatabaseResult, Lookup, NewMessage, Written, cost},
};
use run::{Accepted, Chat, Run};
use tell::{repeat, tell};

/// A message on its way.
pub(super) struct Send<'a> {
    actor: UserId,
    origin: Origin,
    chat: ChatKey,
    message: MessageId,
    content: &'a str,
    reply_to: Option<MessageId>,
}

impl<'a> Send<'a> {
    /// The message that a task writes, if it writes one.
    pub(super) fn of(task: &'a Task) -> Option<Self> {
        match task {
            Task::Command(Command { actor, origin, chat, action: Action::Send { message, content, reply_to } }) => {
                let (actor, origin, chat) = (*actor, *origin, *chat);
                Some(Self { actor, origin, chat, message: *message, content, reply_to: *reply_to })
            }
            _ => None,
        }
    }

    fn lookup(&self) -> Lookup {
        let (target, message) = (self.chat.partner(self.actor), Some(self.message));
        Lookup { chat: self.chat, actor: self.actor, target, message, reply_to: self.reply_to }
    }
}

/// Decides and stores a run of messages.
pub(super) async fn apply(
    batch: &mut Batch,
    memory: &mut Memory,
    sends: &[Send<'_>],
) -> DatabaseResult<Vec<Result<Outcome>>> {
    let Memory { rosters, allowances, .. } = memory;
    let lookups: Vec<_> = sends.iter().map(Send::lookup).collect();
    let situations = if sends.iter().any(|send| send.reply_to.is_some()) {
        batch.look_up_closely(&lookups).await?
    } else {
        batch.look_up(&lookups).await?
    };
    allowances.learn(batch, sends.iter().map(|send| (send.actor, cost(send.content)))).await?;
    let now = Timestamp::now();

    let mut run = Run::new(now, allowances);
    let mut outcomes = Vec::with_capacity(sends.len());
    for (position, (send, situation)) in sends.iter().zip(situations).enumerate() {
        outcomes.push(run.take(position, send, situation).map(|()| Outcome::default()));
    }
    let Run { mut chats, accepted, repeats, .. } = run;
    if !accepted.is_empty() {
        begin_dialogs(batch, &mut chats, now).await?;
        store(batch, &chats, &accepted).await?;
    }
    for repeated in repeats {
        let send = &sends[repeated.position];
        outcomes[repeated.position] = Ok(repeat(batch, send, &chats[&send.chat], &repeated).await?);
    }
    for message in accepted {
        let position = message.position;
        outcomes[position] = Ok(tell(batch, rosters, &chats, message).await?);
    }
    Ok(outcomes)
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
    let mut authors: HashMap<(UserId, ChatId), Author> = HashMap::new();
    for Accepted { send, seq, quote, created_at, .. } in accepted {
        let chat = id(send)?;
        let author = authors.entry((send.actor, chat));
        let author = author.or_insert(Author { user: send.actor, chat, seq: *seq, wrote: true, bytes: 0 });
        // Sending reads.
        author.seq = *seq;
        author.bytes += cost(send.content);
        messages.push(NewMessage {
            chat,
            seq: *seq,
            id: send.message,
            sender: send.actor,
            content: send.content,
            kind: MessageKind::Text,
            subject: None,
            detail: None,
            reply_to: quote.as_ref().map(|quote| quote.seq),
            created_at: *created_at,
        });
    }
    let changes = chats.values().filter_map(|chat| {
        let last_seq = chat.counters.last_seq;
        Some(ChatChange { chat: chat.id?, last_seq, last_at: chat.last_at, joined: 0 })
    });
    let changes = changes.collect();
    batch.write(&Written { messages, chats: changes, authors: authors.into_values().collect() }).await
}
