//! The rows that tell of a group's changes, and how a repeated change is known by them.

use super::{
    Action, Origin, Outcome,
    apply::Stop,
    groups::Change,
    permissions::{Acting, taken},
};
use crate::{
    error::Refusal,
    live::{Broadcast, Except, People},
    model::{ChatKey, Counters, GroupId, Message, MessageId, MessageKind, Notice, Person, Timestamp, UserId},
    protocol::{
        Answer, GroupGone, Item, Kind, NoticeItem, Protocol,
        extended::{GroupLeft, Row, Viewpoint},
    },
    store::{Author, ChatChange, DatabaseResult, NewMessage, Situation, StoredChat, StoredMessage, Written, cost},
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
fn kind_of(action: &Action) -> Option<MessageKind> {
    match action {
        Action::Create { .. } => Some(MessageKind::Created),
        Action::Add { .. } => Some(MessageKind::Added),
        Action::Leave { .. } => Some(MessageKind::Left),
        Action::Remove { .. } => Some(MessageKind::Removed),
        Action::Rename { .. } => Some(MessageKind::Renamed),
        Action::SetRole { .. } => Some(MessageKind::Role),
        _ => None,
    }
}

/// Whom the notice of an action is about.
fn subject_of(action: &Action) -> Option<UserId> {
    match action {
        Action::Add { user, .. } | Action::Remove { user, .. } | Action::SetRole { user, .. } => Some(*user),
        _ => None,
    }
}

/// What a message id that is there already means: a repetition by the same sender of the same request, or a refusal.
/// About another person it is another request.
pub(super) fn repeated<'a>(
    group: GroupId,
    situation: &'a Situation,
    action: &Action,
) -> Option<Result<&'a StoredMessage, Refusal>> {
    let (message, kind) = (situation.message.as_ref()?, kind_of(action)?);
    let is_same = situation.actor.as_ref().is_some_and(|actor| actor.id == message.sender)
        && kind == message.kind
        && subject_of(action) == message.subject;
    let refusal = match kind {
        MessageKind::Created => Refusal::GroupIdTaken,
        _ => taken(ChatKey::Group(group), situation),
    };
    Some(if is_same { Ok(message) } else { Err(refusal) })
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
        let members = self.rosters.get(self.batch, chat.id).await?;
        let except = Except::User(actor.id);
        let notice = self.store_notice(&chat, actor, new).await?;
        let (contract, extended) = (notice.item(Protocol::Reference), notice.item(Protocol::Hearth));
        let broadcasts = vec![
            Broadcast::contract(kinds.0, contract, People::Many(members.clone()), except),
            Broadcast::extended(kinds.1, extended, People::Many(members), self.origin.except()),
        ];
        Ok(Outcome { answer: notice.answer(self.origin), broadcasts, ..Outcome::default() })
    }

    /// Strictly later than everything in the chat, so that standing follows the order of joining.
    pub(super) fn next_instant(&self, chat: &StoredChat) -> Timestamp {
        self.now.max(chat.last_at.plus_millis(1))
    }

    pub(super) async fn store_notice<'n>(
        &mut self,
        chat: &'n StoredChat,
        actor: Person,
        new: &NewNotice<'_>,
    ) -> DatabaseResult<GroupNotice<'n>> {
        let counters = Counters { last_seq: chat.counters.last_seq + 1, ..chat.counters };
        let (last_seq, last_at) = (counters.last_seq, self.next_instant(chat));
        let message = NewMessage {
            chat: chat.id,
            seq: last_seq,
            id: new.id,
            sender: actor.id,
            content: new.text,
            kind: new.notice.kind(),
            subject: new.notice.subject().map(|person| person.id),
            // The group's original name is kept, too: repeated requests of former members are answered with it.
            detail: if new.notice == Notice::Created { Some(&chat.name) } else { new.notice.detail() },
            reply_to: None,
            created_at: last_at,
        };
        let (user, bytes) = (actor.id, cost(new.text));
        let author = Author { user, chat: chat.id, seq: last_seq, wrote: false, bytes };
        self.batch
            .write(&Written {
                messages: vec![message],
                chats: vec![ChatChange { chat: chat.id, last_seq, last_at, joined: new.joined }],
                authors: vec![author],
            })
            .await?;
        let message = Message::new(last_seq, new.id, actor, new.text.to_owned(), last_at);
        let message = Message { notice: Some(new.notice.clone()), ..message };
        let member_count = chat.member_count + new.joined;
        Ok(GroupNotice { message, group: self.group, name: &chat.name, counters, member_count })
    }
}

/// A stored notice of a group, and how far the group has come with it.
pub(super) struct GroupNotice<'a> {
    pub(super) message: Message,
    pub(super) group: GroupId,
    pub(super) name: &'a str,
    pub(super) counters: Counters,
    pub(super) member_count: i64,
}

impl GroupNotice<'_> {
    /// As clients of a protocol are told it.
    pub(super) fn item(&self, protocol: Protocol) -> Item {
        let message = self.message.clone();
        match protocol {
            Protocol::Reference => Item::Notice(NoticeItem::new(message, self.group, self.name)),
            Protocol::Hearth => {
                let row = Row::new(message, Viewpoint::Group { id: self.group, name: self.name });
                Item::Row(Box::new(row.at(self.counters).with_members(self.member_count)))
            }
        }
    }

    /// What the one who caused it is answered.
    pub(super) fn answer(&self, origin: Origin) -> Answer {
        match (origin.protocol, &self.message.notice) {
            (_, Some(Notice::Left)) => left(origin, self.group),
            (Protocol::Reference, None | Some(Notice::Created)) => Answer::done(),
            (protocol, _) => Answer::item(self.item(protocol)),
        }
    }
}

/// What one is answered who has left a group, or deleted it.
pub(super) fn left(origin: Origin, group: GroupId) -> Answer {
    Answer::item(match origin.protocol {
        Protocol::Reference => Item::Group(GroupGone { group_id: group }),
        Protocol::Hearth => Item::Gone(GroupLeft::new(group)),
    })
}
