//! What people are told of a stored message, and what its sender is answered.

use std::{collections::HashMap, sync::Arc};

use super::{
    Send,
    run::{Accepted, Chat, Repeat},
};
use crate::{
    live::{Broadcast, Except, People},
    model::{ChatKey, Counters, Message, Person, UserId},
    protocol::{GroupMessage, Item, Kind, Protocol},
    store::{Batch, DatabaseError, DatabaseResult},
    writer::{
        Outcome,
        rosters::Rosters,
        telling::{Place, Scene},
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
    let members = match (send.chat, chat.id) {
        (ChatKey::Group(_), Some(id)) => Some(rosters.get(batch, id).await?),
        _ => None,
    };
    let kind = if members.is_some() { Kind::MessageInGroup } else { Kind::PrivateMessage };
    let contract = match (send.chat, &members) {
        (ChatKey::Group(group), Some(members)) => {
            Some((Item::Message(GroupMessage::new(message.clone(), group, &chat.name)), People::Many(members.clone())))
        }
        (key, _) => key
            .partner(send.actor)
            .filter(|partner| *partner != send.actor)
            .map(|partner| (Item::Private(message.clone().into()), People::One(partner))),
    };
    let contract = contract.map(|(item, people)| Broadcast::contract(kind, item, people, Except::User(send.actor)));
    let partner = receiver.as_ref().unwrap_or(&sender);
    let place = place(send.chat, &chat.name, partner, hidden_from_receiver, members);
    let scene = Scene { origin: send.origin, actor: &sender, place };
    let mut broadcasts = scene.rows(kind, &message, counters);
    broadcasts.extend(contract);
    let answer = scene.answer(message, counters);
    Ok(Outcome { answer, broadcasts, ..Outcome::default() })
}

/// The same answer again, to clients that are answered with the message.
pub(super) async fn repeat(
    batch: &mut Batch,
    send: &Send<'_>,
    chat: &Chat,
    repeated: &Repeat,
) -> DatabaseResult<Outcome> {
    if send.origin.protocol == Protocol::Auth {
        return Ok(Outcome::default());
    }
    let id = chat.id.ok_or(DatabaseError::RowNotFound)?;
    let hidden_up_to = repeated.hidden_up_to.unwrap_or(i64::MAX);
    let mut message = batch.message(id, repeated.seq, send.actor, hidden_up_to).await?;
    let (name, counters) = match repeated.hidden_up_to {
        Some(_) => (chat.name.as_str(), chat.counters),
        // What has become of the group is no business of who is a member no more.
        None => ("", Counters { last_seq: repeated.seq, revision: 0 }),
    };
    if repeated.hidden_up_to.is_none() {
        message.reactions.clear();
    }
    let partner = match send.chat.partner(send.actor) {
        Some(partner) => Some(batch.person(partner).await?),
        None => None,
    };
    let sender = message.sender.clone();
    let place = place(send.chat, name, partner.as_ref().unwrap_or(&sender), 0, None);
    let scene = Scene { origin: send.origin, actor: &sender, place };
    Ok(Outcome { answer: scene.answer(message, counters), ..Outcome::default() })
}

fn place<'a>(
    chat: ChatKey,
    name: &'a str,
    partner: &'a Person,
    hidden_from_partner: i64,
    members: Option<Arc<Vec<UserId>>>,
) -> Place<'a> {
    match chat {
        ChatKey::Group(id) => Place::Group { id, name, members: members.unwrap_or_default() },
        ChatKey::Dialog(..) => Place::Dialog { partner, hidden_from_partner },
    }
}
