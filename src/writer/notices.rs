//! The rows that tell of a group's changes, and how a repeated change is known by them.

use super::Action;
use crate::{
    error::Refusal,
    model::{Event, GroupId, Message, MessageId, Person, Timestamp, UserId},
    protocol::{Answer, Item, NoticeItem},
    store::Situation,
};

/// A notice to be stored.
pub(super) struct Notice<'a> {
    pub(super) event: Event,
    pub(super) message: MessageId,
    pub(super) text: &'a str,
    pub(super) subject: Option<UserId>,
}

impl Notice<'_> {
    /// As it is told.
    pub(super) fn item(&self, sender: Person, created_at: Timestamp, group: GroupId, name: &str) -> Item {
        let (id, content, event) = (self.message, self.text.to_owned(), self.event);
        Item::Notice(NoticeItem::new(Message { id, sender, content, event, created_at }, group, name))
    }
}

/// The notice that an action leaves.
pub(super) fn event_of(action: &Action) -> Option<Event> {
    match action {
        Action::Create { .. } => Some(Event::Created),
        Action::Add { .. } => Some(Event::Added),
        Action::Leave { .. } => Some(Event::Left),
        Action::Remove { .. } => Some(Event::Removed),
        Action::Send { .. } | Action::Drop | Action::Hide => None,
    }
}

/// What a message id that is there already means: the same answer again for the same request of the same sender, a
/// refusal for any other.
pub(super) fn repeated(situation: &Situation, event: Event, group: GroupId) -> Option<Result<Answer, Refusal>> {
    let (message, chat) = (situation.message.as_ref()?, situation.chat.as_ref()?);
    let sender = situation.actor.as_ref().filter(|actor| actor.id == message.sender && event == message.event);
    let Some(sender) = sender else {
        let taken = if event == Event::Created { Refusal::GroupIdTaken } else { Refusal::MessageIdTaken };
        return Some(Err(taken));
    };
    Some(Ok(match event {
        Event::Message | Event::Created => Answer::done(),
        Event::Left => Answer::item(Item::Group { group }),
        Event::Added | Event::Removed => {
            let notice = Message {
                id: message.id,
                sender: sender.clone(),
                content: message.content.clone(),
                event,
                created_at: message.created_at,
            };
            Answer::item(Item::Notice(NoticeItem::new(notice, group, &chat.name)))
        }
    }))
}
