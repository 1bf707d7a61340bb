//! The rows that tell of a group's changes, and how a repeated change is known by them.

use std::sync::Arc;

use super::{Action, Origin, Outcome, apply::Stop, groups::Change, permissions::Acting};
use crate::{
    error::Refusal,
    live::{Broadcast, Except, People},
    model::{Counters, Event, GroupId, Message, MessageId, Notice, Person, Timestamp, UserId},
    protocol::{
        Answer, GroupGone, Item, Kind, NoticeItem, Protocol,
        extended::{Gone, Row, Side},
    },
    store::{ChatChange, DatabaseResult, NewMessage, Read, Situation, StoredChat, StoredMessage, Written},
};

/// A notice to be stored.
pub(super) struct NewNotice<'a> {
    pub(super) id: MessageId,
    pub(super) text: &'a str,
    pub(super) notice: Notice,
    /// Members that came, minus those that went.
    pub(super) joined: i64,
}

/// The notice that an action leaves.
pub(super) fn event_of(action: &Action) -> Option<Event> {
    match action {
        Action::Create { .. } => Some(Event::Created),
        Action::Add { .. } => Some(Event::Added),
        Action::Leave { .. } => Some(Event::Left),
        Action::Remove { .. } => Some(Event::Removed),
        Action::Rename { .. } => Some(Event::Renamed),
        Action::SetRole { .. } => Some(Event::Role),
        _ => None,
    }
}

/// What a message id that is there already means: a repetition by the same sender of the same request, or a refusal.
pub(super) fn repeated(situation: &Situation, event: Event) -> Option<Result<&StoredMessage, Refusal>> {
    let message = situation.message.as_ref()?;
    let is_same = situation.actor.as_ref().is_some_and(|actor| actor.id == message.sender) && event == message.event;
    let taken = if event == Event::Created { Refusal::GroupIdTaken } else { situation.id_is_taken() };
    Some(if is_same { Ok(message) } else { Err(taken) })
}

impl Change<'_> {
    /// Stores a notice, answers with it, and tells those who are members by now: as the first kind to existing
    /// clients, as the second to those of the extended protocol.
    pub(super) async fn notify(
        &mut self,
        acting: Acting,
        new: &NewNotice<'_>,
        kinds: (Kind, Kind),
    ) -> Result<Outcome, Stop> {
        let Acting { chat, actor, .. } = acting;
        let members: Arc<Vec<UserId>> = self.rosters.get(self.batch, chat.id).await?;
        let who = actor.id;
        let (notice, counters) = self.store_notice(&chat, actor, new).await?;
        let member_count = chat.member_count + new.joined;
        let row = Row::new(notice.clone(), Side::Group { id: self.group, name: &chat.name });
        let contract = Broadcast {
            protocol: Protocol::Auth,
            kind: kinds.0,
            item: Item::Notice(NoticeItem::new(notice.clone(), self.group, &chat.name)),
            people: People::Many(members.clone()),
            except: Except::User(who),
        };
        let extended = Broadcast {
            protocol: Protocol::Hearth,
            kind: kinds.1,
            item: Item::Row(Box::new(row.at(counters).with_members(member_count))),
            people: People::Many(members),
            except: self.origin.connection.map_or(Except::Nobody, Except::Connection),
        };
        let answer = answer(self.origin, notice, self.group, &chat.name, (counters, member_count));
        Ok(Outcome { answer, broadcasts: vec![contract, extended], ..Outcome::default() })
    }

    /// Strictly later than everything in the chat, so that standing follows the order of joining.
    pub(super) fn next_instant(&self, chat: &StoredChat) -> Timestamp {
        self.now.max(chat.last_at.plus_millis(1))
    }

    pub(super) async fn store_notice(
        &mut self,
        chat: &StoredChat,
        actor: Person,
        new: &NewNotice<'_>,
    ) -> DatabaseResult<(Message, Counters)> {
        let counters = Counters { last_seq: chat.counters.last_seq + 1, ..chat.counters };
        let (last_seq, last_at) = (counters.last_seq, self.next_instant(chat));
        let message = NewMessage {
            chat: chat.id,
            seq: last_seq,
            id: new.id,
            sender: actor.id,
            content: new.text,
            event: new.notice.event(),
            subject: new.notice.subject().map(|person| person.id),
            detail: new.notice.detail(),
            reply_to: None,
            created_at: last_at,
        };
        self.batch
            .write(&Written {
                messages: vec![message],
                chats: vec![ChatChange { chat: chat.id, last_seq, last_at, joined: new.joined }],
                reads: vec![Read { user: actor.id, chat: chat.id, seq: last_seq }],
            })
            .await?;
        let message = Message::new(last_seq, new.id, actor, new.text.to_owned(), last_at);
        Ok((Message { notice: Some(new.notice.clone()), ..message }, counters))
    }
}

/// What the one who caused a notice is answered.
pub(super) fn answer(origin: Origin, notice: Message, group: GroupId, name: &str, at: (Counters, i64)) -> Answer {
    let (counters, member_count) = at;
    let event = notice.notice.as_ref().map_or(Event::Message, Notice::event);
    match (origin.protocol, event) {
        (_, Event::Left) => left(origin, group),
        (Protocol::Auth, Event::Message | Event::Created) => Answer::done(),
        (Protocol::Auth, _) => Answer::item(Item::Notice(NoticeItem::new(notice, group, name))),
        (Protocol::Hearth, _) => {
            let row = Row::new(notice, Side::Group { id: group, name });
            Answer::item(Item::Row(Box::new(row.at(counters).with_members(member_count))))
        }
    }
}

/// What one is answered who has left a group, or deleted it.
pub(super) fn left(origin: Origin, group: GroupId) -> Answer {
    Answer::item(match origin.protocol {
        Protocol::Auth => Item::Group(GroupGone { group_id: group }),
        Protocol::Hearth => Item::Gone(Gone::new(group)),
    })
}
