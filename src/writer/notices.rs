//! Notices: the rows that record a group's changes, and by which a retry is recognised.

use super::{
    groups::Change,
    permissions::{Acting, taken},
};
use crate::{
    error::Refusal,
    model::{
        Action, Audience, ChatId, ChatKey, Counters, Entry, Event, GroupId, Members, Message, MessageId, MessageKind,
        Notice, Person, Timestamp,
    },
    store::{
        Author, Batch, ChatChange, DatabaseResult, NewMessage, Situation, StoredChat, StoredMessage, Written, cost,
    },
};

/// A notice about to be stored.
pub(super) struct NewNotice<'a> {
    pub(super) id: MessageId,
    pub(super) text: &'a str,
    pub(super) notice: Notice,
    /// The change in the number of members.
    pub(super) joined: i64,
}

/// The kind of notice that an action stores.
fn kind_of(action: &Action) -> Option<MessageKind> {
    match action {
        Action::Create { .. } => Some(MessageKind::Created),
        Action::Add { .. } => Some(MessageKind::Added),
        Action::Leave { .. } => Some(MessageKind::Left),
        Action::Remove { .. } => Some(MessageKind::Removed),
        Action::Rename { .. } => Some(MessageKind::Renamed),
        Action::SetRole { .. } => Some(MessageKind::Role),
        Action::SetRetention { .. } => Some(MessageKind::Retention),
        _ => None,
    }
}

/// What a message id that is already in use means: a retry by the same sender of the same request, or a conflict. The
/// same request about another user is a conflict.
pub(super) fn repeated<'a>(
    group: GroupId,
    situation: &'a Situation,
    action: &Action,
) -> Option<Result<&'a StoredMessage, Refusal>> {
    let (message, kind) = (situation.message.as_ref()?, kind_of(action)?);
    let is_same = situation.actor.as_ref().is_some_and(|actor| actor.id == message.sender)
        && kind == message.kind
        && action.member() == message.subject;
    let refusal = match kind {
        MessageKind::Created => Refusal::GroupIdTaken,
        _ => taken(ChatKey::Group(group), situation),
    };
    Some(if is_same { Ok(message) } else { Err(refusal) })
}

/// Hides from a former member what happened after the message: new names of the group and of users, and reactions.
/// Returns the group's name and counters as of that message.
pub(super) async fn former_member_view(
    batch: &mut Batch,
    chat: ChatId,
    message: &mut Message,
) -> DatabaseResult<(String, Counters)> {
    message.notice = message.notice.take().map(Notice::without_names);
    message.reactions.clear();
    let name = batch.group_name_at(chat, message.seq).await?.unwrap_or_default();
    Ok((name, Counters { last_seq: message.seq, revision: 0 }))
}

impl Change<'_> {
    /// Strictly later than everything in the chat, so that seniority follows the order of joining.
    pub(super) fn next_instant(&self, chat: &StoredChat) -> Timestamp {
        self.now.max(chat.last_at.plus_millis(1))
    }

    /// Stores a notice for the current members.
    pub(super) async fn notify(&mut self, acting: Acting, new: &NewNotice<'_>) -> DatabaseResult<Event> {
        let Acting { mut chat, actor, .. } = acting;
        chat.roster_version += i64::from(new.joined != 0);
        let members = self.memory.rosters.get(self.batch, chat.id, chat.roster_version).await?;
        let message = self.store_notice(&mut chat, actor, new).await?;
        Ok(self.noticed(chat, message, members))
    }

    /// Stores a notice and advances the chat's counters.
    pub(super) async fn store_notice(
        &mut self,
        chat: &mut StoredChat,
        actor: Person,
        new: &NewNotice<'_>,
    ) -> DatabaseResult<Message> {
        chat.last_at = self.next_instant(chat);
        chat.counters.last_seq += 1;
        chat.member_count += new.joined;
        let (seq, created_at) = (chat.counters.last_seq, chat.last_at);
        let detail = new.notice.detail();
        let message = NewMessage {
            chat: chat.id,
            seq,
            id: new.id,
            sender: actor.id,
            content: new.text,
            kind: new.notice.kind(),
            subject: new.notice.subject().map(|person| person.id),
            // Also keeps the group's original name: a former member's retry is answered with it.
            detail: if new.notice == Notice::Created { Some(&chat.name) } else { detail.as_deref() },
            reply_to: None,
            created_at,
        };
        let author = Author { user: actor.id, chat: chat.id, seq, wrote: false, bytes: cost(new.text) };
        let moved = ChatChange { chat: chat.id, last_seq: seq, last_at: created_at, joined: new.joined };
        self.batch.write(&Written { messages: vec![message], chats: vec![moved], authors: vec![author] }).await?;
        let message = Message::new(seq, new.id, actor, new.text.to_owned(), created_at);
        Ok(Message { notice: Some(new.notice.clone()), ..message })
    }

    /// The event of a stored notice.
    pub(super) fn noticed(&self, chat: StoredChat, message: Message, members: Members) -> Event {
        let notice = message.notice.as_ref();
        let kind = notice.map_or(MessageKind::Text, Notice::kind);
        let subject = notice.and_then(Notice::subject).map(|person| person.id);
        let (member_count, roster_version) = (Some(chat.member_count), chat.roster_version);
        let audience = Audience::Group { id: self.group, name: chat.name, members };
        let entry = Entry::new(ChatKey::Group(self.group), message.sender.id, chat.counters, message, audience);
        Event::Noticed { entry: Entry { member_count, roster_version, ..entry }, kind, subject }
    }
}
