//! The requests of the WebSocket that only the extended protocol has.

use super::super::fields::{
    Content, Emoji, Flag, GroupName, KnownChats, Limit, Notice, RoleName, Seq, Token, Until, UserIds,
};
use crate::model::{Action, ChatRef, GroupId, MessageId, UserId};

requests! {
    /// The chats that differ from what a client knows.
    ChangedChats {
        /// What it knows: the first 500 of its chats after the cursor.
        "known" known: KnownChats,
        /// Where the answer before ended.
        "cursor" cursor: Option<ChatRef>,
    }
    /// What happened in a chat since a client saw it last.
    ChangesSince {
        /// One of the caller's.
        chat: ChatRef,
        /// The newest message that is known.
        "afterSeq" after_seq: Seq,
        /// The newest change that is known.
        "afterRevision" after_revision: Seq,
        /// The most rows.
        "limit" limit: Limit,
    }
    /// The caller has seen everything up to here.
    MarkRead {
        /// One of the caller's.
        chat: ChatRef,
        /// The last message seen.
        "seq" seq: Seq,
    } => (chat, Action::Read { seq: seq.0 });
    /// The caller is writing something.
    Typing {
        /// One of the caller's.
        chat: ChatRef,
    }
    /// Who is to be told of when they come and go; takes the place of the list before.
    WatchPresence {
        /// People with whom the caller shares a chat.
        "userIds" users: UserIds,
    }
    /// Another text for a message of the caller's.
    EditMessage {
        /// One of the caller's.
        chat: ChatRef,
        /// Which.
        "messageId" message: MessageId,
        /// The text.
        "content" content: Content,
    } => (chat, Action::Edit { message, content: content.0 });
    /// A message goes, for everybody.
    DeleteMessage {
        /// One of the caller's.
        chat: ChatRef,
        /// Which.
        "messageId" message: MessageId,
    } => (chat, Action::Delete { message });
    /// The caller reacts to a message, or takes that back.
    React {
        /// One of the caller's.
        chat: ChatRef,
        /// Which.
        "messageId" message: MessageId,
        /// How.
        "emoji" emoji: Emoji,
        /// False takes it back.
        "on" on: Flag,
    } => (chat, Action::React { message, emoji: emoji.0, on: on.0 });
    /// A page of a group's members, in the order in which they joined.
    GroupMembers {
        /// One of the caller's.
        "groupId" group: GroupId,
        /// The most rows.
        "limit" limit: Limit,
        /// The last row of the page before.
        "cursor" cursor: Option<UserId>,
    }
    /// A group gets another name.
    RenameGroup {
        /// One of the caller's.
        "groupId" group: GroupId,
        /// What it is called from now on.
        "groupName" name: GroupName,
        /// The notice's id, made by the client: sent again with it, nothing is stored twice.
        "messageId" message: MessageId,
        /// The notice's text.
        "message" notice: Notice,
    } => (ChatRef::Group(group), Action::Rename { name: name.0, message, notice: notice.0 });
    /// A member gets another role.
    SetRole {
        /// One of the caller's.
        "groupId" group: GroupId,
        /// Who.
        "userId" user: UserId,
        /// Which.
        "role" role: RoleName,
        /// The notice's id, made by the client: sent again with it, nothing is stored twice.
        "messageId" message: MessageId,
        /// The notice's text.
        "message" notice: Notice,
    } => (ChatRef::Group(group), Action::SetRole { user, role: role.0, message, notice: notice.0 });
    /// No notifications of a chat for a while.
    MuteChat {
        /// One of the caller's.
        chat: ChatRef,
        /// How long.
        "until" until: Until,
    } => (chat, Action::Mute { until: until.0 });
    /// Nothing from somebody any more: no private messages, no being added to groups, no presence.
    BlockUser {
        /// From whom.
        "userId" user: UserId,
        /// False takes it back.
        "on" on: Flag,
    } => (ChatRef::Dialog(user), Action::Block { on: on.0 });
    /// A page of those whom the caller blocks.
    BlockedUsers {
        /// The most rows.
        "limit" limit: Limit,
        /// The last row of the page before.
        "cursor" cursor: Option<UserId>,
    }
    /// What some people are called.
    PeopleNames {
        /// Who; whoever does not exist is left out.
        "userIds" users: UserIds,
    }
    /// The connection goes on with another token.
    Renew {
        /// Of the same session.
        "token" token: Token,
    }
}
