//! The protocol `auth`: the contract.

use crate::protocol::{DialogRow, GroupGone, GroupMessage, GroupRow, Kind, ListRow, NoticeItem, Received};

topics! {
    /// Returns a row for every dialog with a visible message and every group of yours: its newest message, the newest chat
    /// first. A page may exceed `limit` by the chats that have the same time as the last row, so that paging by the last
    /// row's `createdAt` skips none.
    ListLastMessage([ListRow])
    /// Returns the messages between two people in both directions, newest first, without those that you have removed. The
    /// dialog with yourself is a place for notes. If you have no such dialog, the page is empty.
    DialogHistory([DialogRow])
    /// Returns messages and notices, newest first. Members see the whole history, including messages from before they
    /// joined.
    GroupHistory([GroupRow])
    /// The answer means that the message is on disk. If you retry with the same id, you get the same answer, and the server
    /// stores and sends the message only once. A message to yourself is a note; no one is notified of it.
    PrivateMessage() {
        PrivateMessage Received "all connections of the receiver";
    }
    /// The answer means that the message is on disk. If you retry with the same id, you get the same answer, and the server
    /// stores and sends the message only once.
    MessageInGroup() {
        MessageInGroup GroupMessage "the other members";
    }
    /// Any member may add people. The notice becomes a row of the group's history.
    AddUserInGroup(NoticeItem) {
        AddUserInGroup NoticeItem "the other members and the added person";
    }
    /// The group disappears from your list immediately. If the owner leaves, the longest-standing member becomes the owner;
    /// when the last member leaves, the group is deleted.
    LeaveGroup(GroupGone) {
        LeaveGroup NoticeItem "the remaining members";
    }
    /// Only the owner may do this. The group is deleted for everyone.
    DropGroup(GroupGone) {
        DropGroup GroupGone "the other members";
    }
    /// The owner may remove anyone, admins may remove members; to remove yourself, use `leaveGroup`. Others get broadcasts
    /// of types that every client knows.
    RemoveUserFromGroup(NoticeItem) {
        LeaveGroup NoticeItem "the remaining members";
        DropGroup GroupGone "the removed person";
    }
}
