//! Changes of stored messages: edits, deletions, reactions.

use std::iter;

use super::{
    Action, Command, Outcome,
    allowances::Allowances,
    apply::Stop,
    delivery::{Audience, Delivery},
    rosters::Rosters,
};
use crate::{
    error::Refusal,
    model::{ChatKey, Counters, Message, MessageKind, Role, Timestamp},
    protocol::{
        Item, Kind,
        extended::{Reacted, ReactionsItem},
    },
    store::{Batch, ReactionKey, Situation, StoredChat, StoredMessage, cost},
};

/// Different reactions to one message.
pub const MAX_REACTIONS: usize = 20;

/// What became of a message: changed to a new revision, or as it was.
struct Changed {
    revision: Option<i64>,
    kind: Kind,
}

/// Carries out what changes a message that the actor can see.
pub(super) async fn apply(
    batch: &mut Batch,
    rosters: &mut Rosters,
    allowances: &mut Allowances,
    command: &Command,
    situation: Situation,
) -> Result<Outcome, Stop> {
    let (chat, stored) = visible(command, &situation)?;
    let actor = situation.actor.as_ref().ok_or(Refusal::Unauthorized)?;
    // Of a deleted account, too: what was said to it stays, and may be changed.
    let partner = match command.chat.partner(command.actor) {
        Some(partner) => Some(batch.person(partner).await?),
        None => None,
    };
    let audience = match (command.chat, &partner) {
        (ChatKey::Group(id), _) => {
            Audience::Group { id, name: &chat.name, members: rosters.get(batch, chat.id).await? }
        }
        (ChatKey::Dialog(..), partner) => Audience::Dialog {
            partner: partner.as_ref().unwrap_or(actor),
            hidden_from_partner: situation.target_standing.hidden_up_to,
        },
    };
    let delivery = Delivery { origin: command.origin, actor, audience };

    let hidden_up_to = situation.standing.hidden_up_to;
    let before = batch.message(chat.id, stored.seq, actor.id, hidden_up_to).await?;
    let changed = change(batch, allowances, command, &situation, &before).await?;
    let Some(revision) = changed.revision else {
        return Ok(Outcome { answer: delivery.answer(before, chat.counters), ..Outcome::default() });
    };
    let counters = Counters { revision, ..chat.counters };
    let message = batch.message(chat.id, stored.seq, actor.id, hidden_up_to).await?;
    let broadcasts = match &command.action {
        Action::React { emoji, on, .. } => delivery.broadcasts(changed.kind, &message, |message, viewpoint| {
            let reacted = Reacted { user: actor.id, emoji, on: *on };
            Item::Reactions(Box::new(ReactionsItem::new(&message, viewpoint.chat(), reacted, counters)))
        }),
        _ => delivery.rows(changed.kind, &message, counters),
    };
    Ok(Outcome { answer: delivery.answer(message, counters), broadcasts, ..Outcome::default() })
}

/// The chat and the message, if the actor can see both: to everybody else there is no such message.
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

async fn change(
    batch: &mut Batch,
    allowances: &mut Allowances,
    command: &Command,
    situation: &Situation,
    before: &Message,
) -> Result<Changed, Stop> {
    let now = Timestamp::now();
    let (chat, seq) = (situation.chat.as_ref().ok_or(Refusal::NotMember)?.id, before.seq);
    let is_sender = before.sender.id == command.actor;
    let is_deleted = before.deleted_at.is_some();
    let is_dialog = matches!(command.chat, ChatKey::Dialog(..));
    let reaction = |emoji| ReactionKey { chat, seq, emoji, user: command.actor };
    let (revision, kind) = match &command.action {
        Action::Edit { .. } if !is_sender => return Err(Refusal::SenderOnly.into()),
        Action::Delete { .. } if !is_sender && !looks_after(command, situation) => {
            return Err(Refusal::NotAllowedToDelete.into());
        }
        Action::Delete { .. } if is_deleted => (None, Kind::MessageDeleted),
        Action::Delete { .. } => {
            allowances.change(command.actor, 0)?;
            allowances.count(before.sender.id, cost("") - cost(&before.content));
            (Some(batch.erase_message(chat, seq, now).await?), Kind::MessageDeleted)
        }
        _ if is_deleted => return Err(Refusal::MessageDeleted.into()),
        _ if situation.blocked => return Err(Refusal::Blocked.into()),
        // A reaction can still be taken back.
        Action::Edit { .. } | Action::React { on: true, .. } if is_dialog && situation.blocks => {
            return Err(Refusal::Blocking.into());
        }
        Action::Edit { content, .. } if *content == before.content => (None, Kind::MessageEdited),
        Action::Edit { content, .. } => {
            let growth = cost(content) - cost(&before.content);
            allowances.learn(batch, iter::once((command.actor, growth))).await?;
            allowances.change(command.actor, growth)?;
            (Some(batch.edit(chat, seq, content, now).await?), Kind::MessageEdited)
        }
        Action::React { emoji, on, .. } if *on == has(before, emoji) => (None, Kind::MessageReactions),
        Action::React { emoji, on: true, .. } => {
            let is_new = before.reactions.iter().all(|reaction| reaction.emoji != *emoji);
            if is_new && before.reactions.len() >= MAX_REACTIONS {
                return Err(Refusal::TooManyReactions.into());
            }
            allowances.change(command.actor, 0)?;
            (batch.add_reaction(&reaction(emoji), now).await?, Kind::MessageReactions)
        }
        Action::React { emoji, .. } => {
            allowances.change(command.actor, 0)?;
            (batch.remove_reaction(&reaction(emoji)).await?, Kind::MessageReactions)
        }
        _ => (None, Kind::MessageEdited),
    };
    Ok(Changed { revision, kind })
}

/// Whether the actor already has this reaction to the message.
fn has(message: &Message, emoji: &str) -> bool {
    message.reactions.iter().any(|reaction| reaction.mine && reaction.emoji == emoji)
}

/// A group's owner and admins delete what others wrote.
fn looks_after(command: &Command, situation: &Situation) -> bool {
    matches!(command.chat, ChatKey::Group(_)) && situation.role.is_some_and(|role| role >= Role::Admin)
}
