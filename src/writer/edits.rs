//! Changes of stored messages: edits, deletions, reactions.

use std::iter;

use super::{
    allowances::Allowances,
    apply::{Memory, Stop},
    command::Command,
    permissions::may_edit,
};
use crate::{
    error::Refusal,
    live::Outcome,
    model::{Action, Audience, ChatKey, Counters, Entry, Event, Message, MessageKind, Timestamp},
    protocol::limits::MAX_REACTIONS,
    store::{Batch, ReactionKey, Situation, StoredChat, StoredMessage, cost},
};

/// Changes a message that the actor can see.
pub(super) async fn apply(
    batch: &mut Batch,
    memory: &mut Memory,
    command: &Command,
    situation: Situation,
) -> Result<Outcome, Stop> {
    let (chat, stored) = visible(command, &situation)?;
    let actor = situation.actor.as_ref().ok_or(Refusal::Unauthorized)?;
    let audience = match command.chat {
        ChatKey::Group(id) => {
            let members = memory.rosters.get(batch, chat.id, chat.roster_version).await?;
            Audience::Group { id, name: chat.name.clone(), members }
        }
        ChatKey::Dialog(..) => Audience::Dialog {
            actor: actor.clone(),
            // The partner's account may be deleted: messages to it stay, and can still be changed.
            partner: batch.person(command.chat.partner(actor.id).unwrap_or(actor.id)).await?,
            hidden_from_partner: situation.target_standing.hidden_up_to,
        },
    };
    let hidden_up_to = situation.standing.hidden_up_to;
    let before = batch.message(chat.id, stored.seq, actor.id, hidden_up_to).await?;
    let revision = change(batch, &mut memory.allowances, command, &situation, &before).await?;
    let Some(revision) = revision else {
        let entry = Entry::new(command.chat, actor.id, chat.counters, before, audience);
        return Ok(Outcome::repeated(event(&command.action, entry)));
    };
    let message = batch.message(chat.id, stored.seq, actor.id, hidden_up_to).await?;
    let entry = Entry::new(command.chat, actor.id, Counters { revision, ..chat.counters }, message, audience);
    let entry = Entry { roster_version: chat.roster_version, ..entry };
    Ok(Outcome::of([event(&command.action, entry)]))
}

fn event(action: &Action, entry: Entry) -> Event {
    match action {
        Action::React { emoji, on, .. } => Event::Reacted { entry, emoji: emoji.clone(), on: *on },
        Action::Delete { .. } => Event::Deleted(entry),
        _ => Event::Edited(entry),
    }
}

/// The chat and the message, if the actor can see both. For anyone else the message does not exist.
fn visible<'a>(command: &Command, situation: &'a Situation) -> Result<(&'a StoredChat, &'a StoredMessage), Refusal> {
    let is_group = matches!(command.chat, ChatKey::Group(_));
    let missing = if is_group { Refusal::NotMember } else { Refusal::MessageNotFound };
    let chat = situation.chat.as_ref().filter(|chat| !chat.dropped && situation.role.is_some()).ok_or(missing)?;
    let message = situation.message.as_ref().filter(|message| message.seq > situation.standing.hidden_up_to);
    let message = message.ok_or(Refusal::MessageNotFound)?;
    if message.kind != MessageKind::Text {
        return Err(Refusal::IsNotice);
    }
    Ok((chat, message))
}

/// Returns the chat's new revision; `None` if nothing changes.
async fn change(
    batch: &mut Batch,
    allowances: &mut Allowances,
    command: &Command,
    situation: &Situation,
    before: &Message,
) -> Result<Option<i64>, Stop> {
    let now = Timestamp::now();
    let (chat, seq) = (situation.chat.as_ref().ok_or(Refusal::NotMember)?.id, before.seq);
    let reaction = |emoji| ReactionKey { chat, seq, emoji, user: command.actor };
    may_edit(command, situation, before)?;
    if is_done(&command.action, before) {
        return Ok(None);
    }
    allowances.admit(&command.action)?;
    Ok(match &command.action {
        Action::Delete { .. } => {
            allowances.change(command.actor, 0)?;
            allowances.count(before.sender.id, cost("") - cost(&before.content));
            Some(batch.erase_message(chat, seq, now).await?)
        }
        Action::Edit { content, .. } => {
            let growth = cost(content) - cost(&before.content);
            allowances.learn(batch, iter::once((command.actor, growth))).await?;
            allowances.change(command.actor, growth)?;
            Some(batch.edit(chat, seq, content, now).await?)
        }
        Action::React { emoji, on: true, .. } => {
            let is_new = before.reactions.iter().all(|reaction| reaction.emoji != *emoji);
            if is_new && before.reactions.len() >= MAX_REACTIONS {
                return Err(Refusal::TooManyReactions.into());
            }
            allowances.change(command.actor, 0)?;
            batch.add_reaction(&reaction(emoji), now).await?
        }
        Action::React { emoji, .. } => {
            allowances.change(command.actor, 0)?;
            batch.remove_reaction(&reaction(emoji)).await?
        }
        _ => None,
    })
}

/// Whether the message is already as the action would make it.
fn is_done(action: &Action, before: &Message) -> bool {
    match action {
        Action::Delete { .. } => before.deleted_at.is_some(),
        Action::Edit { content, .. } => *content == before.content,
        Action::React { emoji, on, .. } => *on == has(before, emoji),
        _ => false,
    }
}

/// Whether the actor already has this reaction to the message.
fn has(message: &Message, emoji: &str) -> bool {
    message.reactions.iter().any(|reaction| reaction.mine && reaction.emoji == emoji)
}
