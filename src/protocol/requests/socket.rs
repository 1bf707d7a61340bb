//! The requests of the WebSocket that the contract has.

use super::super::fields::{Content, Cursor, Extended, Limit, Notice, PagePosition};
use crate::model::{Action, ChatRef, GroupId, MessageId, UserId};

requests! {
    /// A page of the chat list.
    ListPage {
        /// The most rows.
        "limit" limit: Limit,
        /// Where the page before ended.
        "cursorCreatedAt" cursor: Cursor,
    }
    /// A page of a dialog.
    DialogPage {
        /// The other side.
        "receiverId" receiver: UserId,
        /// The most rows.
        "limit" limit: Limit,
        /// Which rows.
        position: PagePosition,
    }
    /// A page of a group's history.
    GroupPage {
        /// One of the caller's.
        "groupId" group: GroupId,
        /// The most rows.
        "limit" limit: Limit,
        /// Which rows.
        position: PagePosition,
    }
    /// A message to a person.
    PrivateMessage {
        /// Its id, made by the client: sent again with it, nothing is stored twice.
        "messageId" message: MessageId,
        /// To whom.
        "receiverId" receiver: UserId,
        /// The text.
        "content" content: Content,
        /// A message of the same chat that this one answers.
        "replyTo" reply_to: Extended<MessageId>,
    } => (ChatRef::Dialog(receiver), Action::Send { message, content: content.0, reply_to: reply_to.0 });
    /// A message to a group.
    MessageInGroup {
        /// Its id, made by the client: sent again with it, nothing is stored twice.
        "messageId" message: MessageId,
        /// One of the caller's.
        "groupId" group: GroupId,
        /// The text.
        "content" content: Content,
        /// A message of the same chat that this one answers.
        "replyTo" reply_to: Extended<MessageId>,
    } => (ChatRef::Group(group), Action::Send { message, content: content.0, reply_to: reply_to.0 });
    /// Somebody joins, by a member's doing.
    AddUserInGroup {
        /// One of the caller's.
        "groupId" group: GroupId,
        /// Who joins.
        "userId" user: UserId,
        /// The notice's id, made by the client: sent again with it, nothing is stored twice.
        "messageId" message: MessageId,
        /// The notice's text.
        "message" notice: Notice,
    } => (ChatRef::Group(group), Action::Add { user, message, notice: notice.0 });
    /// The caller leaves.
    LeaveGroup {
        /// One of the caller's.
        "groupId" group: GroupId,
        /// The notice's id, made by the client: sent again with it, nothing is stored twice.
        "messageId" message: MessageId,
        /// The notice's text.
        "message" notice: Notice,
    } => (ChatRef::Group(group), Action::Leave { message, notice: notice.0 });
    /// The owner deletes the group.
    DropGroup {
        /// One of the caller's.
        "groupId" group: GroupId,
    } => (ChatRef::Group(group), Action::Drop);
    /// The owner or an admin removes a member.
    RemoveUserFromGroup {
        /// One of the caller's.
        "groupId" group: GroupId,
        /// Who goes.
        "userId" user: UserId,
        /// The notice's id, made by the client: sent again with it, nothing is stored twice.
        "messageId" message: MessageId,
        /// The notice's text.
        "message" notice: Notice,
    } => (ChatRef::Group(group), Action::Remove { user, message, notice: notice.0 });
}
