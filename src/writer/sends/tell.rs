//! What people are told of a stored message, and what its sender is answered.

use std::{collections::HashMap, sync::Arc};

use super::{
    Send,
    run::{Accepted, Chat, Repeat},
};
use crate::{
    live::{Broadcast, Except, People},
    model::{ChatKey, Counters, Message},
    protocol::{GroupMessage, Item, Kind, Protocol},
    store::{Batch, DatabaseError, DatabaseResult},
    writer::{
        Outcome,
        delivery::{Audience, Delivery},
        rosters::Rosters,
    },
};

/// Told to everybody in the chat.
pub(super) async fn tell(
    batch: &mut Batch,
    rosters: &mut Rosters,
    chats: &HashMap<ChatKey, Chat>,
    Accepted { send, sender, receiver, hidden_from_receiver, quote, seq, created_at, .. }: Accepted<'_>,
) -> DatabaseResult<Outcome> {
    let chat = &chats[&send.chat];
    let mut message = Message::new(seq, send.message, sender.clone(), send.content.to_owned(), created_at);
    message.reply_to = quote;
    // As far as the chat has come with this message.
    let counters = Counters { last_seq: seq, ..chat.counters };
    let (kind, audience) = match send.chat {
        ChatKey::Group(id) => {
            let members = rosters.get(batch, chat.id.ok_or(DatabaseError::RowNotFound)?).await?;
            (Kind::MessageInGroup, Audience::Group { id, name: &chat.name, members })
        }
        ChatKey::Dialog(..) => {
            let partner = receiver.as_ref().unwrap_or(&sender);
            (Kind::PrivateMessage, Audience::Dialog { partner, hidden_from_partner: hidden_from_receiver })
        }
    };
    let contract = match &audience {
        Audience::Group { id, name, members } => {
            Some((Item::Message(GroupMessage::new(message.clone(), *id, name)), People::Many(members.clone())))
        }
        Audience::Dialog { partner, .. } if partner.id != send.actor => {
            Some((Item::Private(message.clone().into()), People::One(partner.id)))
        }
        Audience::Dialog { .. } => None,
    };
    let contract = contract.map(|(item, people)| Broadcast::contract(kind, item, people, Except::User(send.actor)));
    let delivery = Delivery { origin: send.origin, actor: &sender, audience };
    let mut broadcasts = delivery.rows(kind, &message, counters);
    broadcasts.extend(contract);
    let answer = delivery.answer(message, counters);
    Ok(Outcome { answer, broadcasts, ..Outcome::default() })
}

/// The same answer again, to clients that are answered with the message.
pub(super) async fn repeat(
    batch: &mut Batch,
    send: &Send<'_>,
    chat: &Chat,
    repeated: &Repeat,
) -> DatabaseResult<Outcome> {
    if send.origin.protocol == Protocol::Reference {
        return Ok(Outcome::default());
    }
    let id = chat.id.ok_or(DatabaseError::RowNotFound)?;
    let hidden_up_to = repeated.hidden_up_to.unwrap_or(i64::MAX);
    let mut message = batch.message(id, repeated.seq, send.actor, hidden_up_to).await?;
    let (mut name, mut counters) = (chat.name.clone(), chat.counters);
    if repeated.hidden_up_to.is_none() {
        // Former members do not learn what changed since: they get the name at that time, no reactions, no deletion.
        name = batch.group_name_at(id, repeated.seq).await?.unwrap_or_default();
        counters = Counters { last_seq: repeated.seq, revision: 0 };
        message.reactions.clear();
        if message.deleted_at.take().is_some() {
            send.content.clone_into(&mut message.content);
        }
    }
    let partner = match send.chat.partner(send.actor) {
        Some(partner) => Some(batch.person(partner).await?),
        None => None,
    };
    let sender = message.sender.clone();
    let audience = match send.chat {
        // Nobody else is told.
        ChatKey::Group(id) => Audience::Group { id, name: &name, members: Arc::default() },
        ChatKey::Dialog(..) => {
            Audience::Dialog { partner: partner.as_ref().unwrap_or(&sender), hidden_from_partner: 0 }
        }
    };
    let delivery = Delivery { origin: send.origin, actor: &sender, audience };
    Ok(Outcome { answer: delivery.answer(message, counters), ..Outcome::default() })
}
