//! The requests of the WebSocket that only the extended protocol has.

use super::super::fields::{
    Content, Emoji, Flag, GroupName, KnownChats, Limit, Notice, RetentionDays, RoleName, Seq, Token, Until, UserIds,
};
use crate::model::{Action, ChatRef, GroupId, MessageId, UserId};

requests! {
    /// The chats that differ from what a client knows.
    ChangedChats {
        /// What you know: the first 500 of your chats after the cursor.
        "known" known: KnownChats,
        /// Where the previous answer ended.
        "cursor" cursor: Option<ChatRef>,
    }
    /// What has changed in a chat since the client last read it.
    ChangesSince {
        /// One of your chats.
        chat: ChatRef,
        /// The newest message that you know.
        "afterSeq" after_seq: Seq,
        /// The newest change that you know.
        "afterRevision" after_revision: Seq,
        /// The maximum number of rows.
        "limit" limit: Limit,
    }
    /// You have read everything up to this message.
    MarkRead {
        /// One of your chats.
        chat: ChatRef,
        /// The last message that you have read.
        "seq" seq: Seq,
    } => (chat, Action::Read { seq: seq.0 });
    /// You are typing.
    Typing {
        /// One of your chats.
        chat: ChatRef,
    }
    /// People to watch; replaces the previous list.
    WatchPresence {
        /// People with whom you share a chat.
        "userIds" users: UserIds,
    }
    /// A new text for one of your messages.
    EditMessage {
        /// One of your chats.
        chat: ChatRef,
        /// The message.
        "messageId" message: MessageId,
        /// The text.
        "content" content: Content,
    } => (chat, Action::Edit { message, content: content.0 });
    /// Deletes a message for everyone.
    DeleteMessage {
        /// One of your chats.
        chat: ChatRef,
        /// The message.
        "messageId" message: MessageId,
    } => (chat, Action::Delete { message });
    /// Adds a reaction to a message, or removes it.
    React {
        /// One of your chats.
        chat: ChatRef,
        /// The message.
        "messageId" message: MessageId,
        /// The reaction.
        "emoji" emoji: Emoji,
        /// False undoes it.
        "on" on: Flag,
    } => (chat, Action::React { message, emoji: emoji.0, on: on.0 });
    /// A page of a group's members, in the order in which they joined.
    GroupMembers {
        /// One of your chats.
        "groupId" group: GroupId,
        /// The maximum number of rows.
        "limit" limit: Limit,
        /// The last row of the previous page.
        "cursor" cursor: Option<UserId>,
    }
    /// A new name for a group.
    RenameGroup {
        /// One of your chats.
        "groupId" group: GroupId,
        /// The new name.
        "groupName" name: GroupName,
        /// The notice's id, chosen by the client: a retry with the same id stores nothing twice.
        "messageId" message: MessageId,
        /// The notice's text.
        "message" notice: Notice,
    } => (ChatRef::Group(group), Action::Rename { name: name.0, message, notice: notice.0 });
    /// A new role for a member.
    SetRole {
        /// One of your chats.
        "groupId" group: GroupId,
        /// The member.
        "userId" user: UserId,
        /// The new role.
        "role" role: RoleName,
        /// The notice's id, chosen by the client: a retry with the same id stores nothing twice.
        "messageId" message: MessageId,
        /// The notice's text.
        "message" notice: Notice,
    } => (ChatRef::Group(group), Action::SetRole { user, role: role.0, message, notice: notice.0 });
    /// How long a group keeps its messages.
    SetRetention {
        /// One of your chats.
        "groupId" group: GroupId,
        /// After how many days messages expire.
        "days" days: RetentionDays,
        /// The notice's id, chosen by the client: a retry with the same id stores nothing twice.
        "messageId" message: MessageId,
        /// The notice's text.
        "message" notice: Notice,
    } => (ChatRef::Group(group), Action::SetRetention { days: days.0, message, notice: notice.0 });
    /// Mutes a chat for a while.
    MuteChat {
        /// One of your chats.
        chat: ChatRef,
        /// The end of the mute.
        "until" until: Until,
    } => (chat, Action::Mute { until: until.0 });
    /// Blocks a person: no private messages, no invitations to groups, no presence.
    BlockUser {
        /// The person.
        "userId" user: UserId,
        /// False undoes it.
        "on" on: Flag,
    } => (ChatRef::Dialog(user), Action::Block { on: on.0 });
    /// A page of the people whom you block.
    BlockedUsers {
        /// The maximum number of rows.
        "limit" limit: Limit,
        /// The last row of the previous page.
        "cursor" cursor: Option<UserId>,
    }
    /// The names of some people.
    PeopleNames {
        /// The people; unknown ids are left out.
        "userIds" users: UserIds,
    }
    /// A new token for the connection.
    Renew {
        /// A token of the same session.
        "token" token: Token,
    }
}
