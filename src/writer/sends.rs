//! Runs of messages: looked up together, decided in order in memory, stored together. The cost of a message is mostly
//! its share of two round trips to the database and one sync.

mod run;

use std::collections::HashMap;

use super::{
    apply::Memory,
    command::{Command, Task},
    notices::former_member_view,
    rosters::Rosters,
};
use crate::{
    error::Result,
    live::Outcome,
    model::{
        Action, Audience, ChatId, ChatKey, Counters, Entry, Event, Members, MessageId, MessageKind, Timestamp, UserId,
    },
    store::{Author, Batch, ChatChange, DatabaseError, DatabaseResult, NewMessage, Written, cost},
};
use run::{Accepted, Progress, Repeat, Run};

/// A command that writes a message.
pub(super) struct Send<'a> {
    command: &'a Command,
    id: MessageId,
    content: &'a str,
    reply_to: Option<MessageId>,
}

impl<'a> Send<'a> {
    /// The message that a task writes, if it writes one.
    pub(super) fn of(task: &'a Task) -> Option<Self> {
        let Task::Change(command) = task else { return None };
        let Action::Send { message, content, reply_to } = &command.action else { return None };
        Some(Self { command, id: *message, content, reply_to: *reply_to })
    }
}

/// Decides on and stores a run of messages.
pub(super) async fn apply(
    batch: &mut Batch,
    memory: &mut Memory,
    sends: &[Send<'_>],
) -> DatabaseResult<Vec<Result<Outcome>>> {
    let Memory { rosters, allowances, .. } = memory;
    let lookups: Vec<_> = sends.iter().map(|send| send.command.lookup()).collect();
    let situations = if sends.iter().any(|send| send.reply_to.is_some()) {
        batch.look_up_closely(&lookups).await?
    } else {
        batch.look_up(&lookups).await?
    };
    allowances.learn(batch, sends.iter().map(|send| (send.command.actor, cost(send.content)))).await?;
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
        let (position, send) = (repeated.position, &sends[repeated.position]);
        if send.command.wants_message {
            let entry = repeat(batch, send, &chats[&send.command.chat], &repeated).await?;
            outcomes[position] = Ok(Outcome::repeated(Event::Written(entry)));
        }
    }
    for message in accepted {
        let position = message.position;
        let entry = written(batch, rosters, &chats, message).await?;
        outcomes[position] = Ok(Outcome::of([Event::Written(entry)]));
    }
    Ok(outcomes)
}

async fn begin_dialogs(
    batch: &mut Batch,
    chats: &mut HashMap<ChatKey, Progress>,
    now: Timestamp,
) -> DatabaseResult<()> {
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

async fn store(batch: &mut Batch, chats: &HashMap<ChatKey, Progress>, accepted: &[Accepted<'_>]) -> DatabaseResult<()> {
    let mut messages = Vec::with_capacity(accepted.len());
    let mut authors: HashMap<(UserId, ChatId), Author> = HashMap::new();
    for Accepted { send, message, .. } in accepted {
        let chat = chats[&send.command.chat].id.ok_or(DatabaseError::RowNotFound)?;
        let user = message.sender.id;
        let author = authors.entry((user, chat));
        let author = author.or_insert(Author { user, chat, seq: message.seq, wrote: true, bytes: 0 });
        // Sending a message marks the chat as read.
        author.seq = message.seq;
        author.bytes += cost(send.content);
        messages.push(NewMessage {
            chat,
            seq: message.seq,
            id: message.id,
            sender: user,
            content: send.content,
            kind: MessageKind::Text,
            subject: None,
            detail: None,
            reply_to: message.reply_to.as_ref().map(|quote| quote.seq),
            created_at: message.created_at,
        });
    }
    let changes = chats.values().filter_map(|chat| {
        let last_seq = chat.counters.last_seq;
        Some(ChatChange { chat: chat.id?, last_seq, last_at: chat.last_at, joined: 0 })
    });
    let changes = changes.collect();
    batch.write(&Written { messages, chats: changes, authors: authors.into_values().collect() }).await
}

async fn written(
    batch: &mut Batch,
    rosters: &mut Rosters,
    chats: &HashMap<ChatKey, Progress>,
    Accepted { send, message, receiver, hidden_from_receiver, .. }: Accepted<'_>,
) -> DatabaseResult<Entry> {
    let Command { actor, chat: key, .. } = *send.command;
    let chat = &chats[&key];
    // The counters as of this message.
    let counters = Counters { last_seq: message.seq, ..chat.counters };
    let audience = match key {
        ChatKey::Group(id) => {
            let members = rosters.get(batch, chat.id.ok_or(DatabaseError::RowNotFound)?, chat.roster_version).await?;
            Audience::Group { id, name: chat.name.clone(), members }
        }
        ChatKey::Dialog(..) => {
            let sender = message.sender.clone();
            let partner = receiver.unwrap_or_else(|| sender.clone());
            Audience::Dialog { actor: sender, partner, hidden_from_partner: hidden_from_receiver }
        }
    };
    Ok(Entry { roster_version: chat.roster_version, ..Entry::new(key, actor, counters, message, audience) })
}

/// The event of a message that was already stored, for its sender.
async fn repeat(batch: &mut Batch, send: &Send<'_>, chat: &Progress, repeated: &Repeat) -> DatabaseResult<Entry> {
    let Command { actor, chat: key, .. } = *send.command;
    let id = chat.id.ok_or(DatabaseError::RowNotFound)?;
    let hidden_up_to = repeated.hidden_up_to.unwrap_or(i64::MAX);
    let mut message = batch.message(id, repeated.seq, actor, hidden_up_to).await?;
    let (mut name, mut counters) = (chat.name.clone(), chat.counters);
    if repeated.hidden_up_to.is_none() {
        (name, counters) = former_member_view(batch, id, &mut message).await?;
        if message.deleted_at.take().is_some() {
            send.content.clone_into(&mut message.content);
        }
    }
    let audience = match key {
        ChatKey::Group(id) => Audience::Group { id, name, members: Members::default() },
        ChatKey::Dialog(..) => Audience::Dialog {
            actor: message.sender.clone(),
            partner: batch.person(key.partner(actor).unwrap_or(actor)).await?,
            hidden_from_partner: 0,
        },
    };
    Ok(Entry::new(key, actor, counters, message, audience))
}
