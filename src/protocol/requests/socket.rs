//! The requests of the WebSocket that the contract has.

use super::super::fields::{Content, Cursor, Extended, Limit, Notice, PagePosition};
use crate::model::{Action, ChatRef, GroupId, MessageId, UserId};

requests! {
    /// A page of the chat list.
    ListPage {
        /// The maximum number of rows.
        "limit" limit: Limit,
        /// Where the previous page ended.
        "cursorCreatedAt" cursor: Cursor,
    }
    /// A page of a dialog.
    DialogPage {
        /// The other person.
        "receiverId" receiver: UserId,
        /// The maximum number of rows.
        "limit" limit: Limit,
        /// The position of the rows.
        position: PagePosition,
    }
    /// A page of a group's history.
    GroupPage {
        /// One of your groups.
        "groupId" group: GroupId,
        /// The maximum number of rows.
        "limit" limit: Limit,
        /// The position of the rows.
        position: PagePosition,
    }
    /// A message to a person.
    PrivateMessage {
        /// Its id, chosen by the client: a retry with the same id stores nothing twice.
        "messageId" message: MessageId,
        /// The receiver.
        "receiverId" receiver: UserId,
        /// The text.
        "content" content: Content,
        /// A message of the same chat to which this one replies.
        "replyTo" reply_to: Extended<MessageId>,
    } => (ChatRef::Dialog(receiver), Action::Send { message, content: content.0, reply_to: reply_to.0 });
    /// A message to a group.
    MessageInGroup {
        /// Its id, chosen by the client: a retry with the same id stores nothing twice.
        "messageId" message: MessageId,
        /// One of your groups.
        "groupId" group: GroupId,
        /// The text.
        "content" content: Content,
        /// A message of the same chat to which this one replies.
        "replyTo" reply_to: Extended<MessageId>,
    } => (ChatRef::Group(group), Action::Send { message, content: content.0, reply_to: reply_to.0 });
    /// Adds a person to a group.
    AddUserInGroup {
        /// One of your groups.
        "groupId" group: GroupId,
        /// The person.
        "userId" user: UserId,
        /// The notice's id, chosen by the client: a retry with the same id stores nothing twice.
        "messageId" message: MessageId,
        /// The notice's text.
        "message" notice: Notice,
    } => (ChatRef::Group(group), Action::Add { user, message, notice: notice.0 });
    /// Leaves a group.
    LeaveGroup {
        /// One of your groups.
        "groupId" group: GroupId,
        /// The notice's id, chosen by the client: a retry with the same id stores nothing twice.
        "messageId" message: MessageId,
        /// The notice's text.
        "message" notice: Notice,
    } => (ChatRef::Group(group), Action::Leave { message, notice: notice.0 });
    /// The owner deletes the group.
    DropGroup {
        /// One of your groups.
        "groupId" group: GroupId,
    } => (ChatRef::Group(group), Action::Drop);
    /// The owner or an admin removes a member.
    RemoveUserFromGroup {
        /// One of your groups.
        "groupId" group: GroupId,
        /// The member.
        "userId" user: UserId,
        /// The notice's id, chosen by the client: a retry with the same id stores nothing twice.
        "messageId" message: MessageId,
        /// The notice's text.
        "message" notice: Notice,
    } => (ChatRef::Group(group), Action::Remove { user, message, notice: notice.0 });
}
