//! The protocol `hearth`: the extended protocol.

use super::{Broadcast, Cause, shape};
use crate::protocol::{
    Kind,
    extended::{
        Blocked, ChangedChatsItem, ChangesItem, ChatRow, ExpiredItem, GroupLeft, Hello, Hidden, MemberRow, Muted,
        PersonDeletedItem, PersonRow, PresenceRow, PrivacyItem, ReactionsItem, ReadItem, Renewed, RoleItem, Row,
        ServerNoticeItem, SessionItem, TypingItem,
    },
};

const EVERYONE: &str = "everyone in the chat, including your other connections";
const MEMBERS: &str = "all members, including your other connections";
const YOURS: &str = "your connections";
const YOUR_OTHERS: &str = "your other connections";

topics! {
    /// Returns a row for every dialog with a visible message and every group of yours: its newest message, the newest chat
    /// first, with everything that a client stores about a chat.
    ListLastMessage([ChatRow])
    /// Returns rows newest first, from one of four positions: before a time, or before, after or around a seq. Without any
    /// of them, from the newest.
    DialogHistory([Row])
    /// Returns rows newest first, from one of four positions: before a time, or before, after or around a seq. Without any
    /// of them, from the newest.
    GroupHistory([Row])
    /// The answer means that the message is on disk. It is the complete row, with the chat's counters. If you retry with the
    /// same id, you get the same answer, and the server stores and sends the message only once.
    PrivateMessage(Row) {
        PrivateMessage Row "the receiver's connections and your other connections";
    }
    /// The answer means that the message is on disk. It is the complete row, with the chat's counters. If you retry with the
    /// same id, you get the same answer, and the server stores and sends the message only once.
    MessageInGroup(Row) {
        MessageInGroup Row "the other members and your other connections";
    }
    /// Any member may add people; only the owner and the admins may add former members. You cannot add people who block you.
    /// The notice becomes a row of the group's history.
    AddUserInGroup(Row) {
        AddUserInGroup Row "all members, including the added person and your other connections";
    }
    /// If the owner leaves, the longest-standing member becomes the owner; when the last member leaves, the group is
    /// deleted.
    LeaveGroup(GroupLeft) {
        LeaveGroup Row "the remaining members";
        RemovedFromGroup GroupLeft YOUR_OTHERS;
        RoleChanged RoleItem "the new owner, if the owner left";
    }
    /// Only the owner may do this. The group is deleted for everyone.
    DropGroup(GroupLeft) {
        DropGroup GroupLeft MEMBERS;
    }
    /// The owner may remove anyone, admins may remove members; to remove yourself, use `leaveGroup`.
    RemoveUserFromGroup(Row) {
        RemoveUserFromGroup Row "the remaining members";
        RemovedFromGroup GroupLeft "the removed person";
    }
    /// For a client that was offline. The server walks through your chats in the order of their ids (the UUID as text; if
    /// equal, dialogs first), at most 100 rows per answer. Send what you know in that order, the first 500 chats after the
    /// `cursor`; repeat with the answer's `cursor` until it is `complete`. If the `lastSeq` or `revision` of a chat has
    /// changed, fetch its rows with `getChanges`.
    GetChangedChats(ChangedChatsItem [ChatRow])
    /// Returns new messages first, the oldest of them first, then changed ones by revision. While the answer is not
    /// `complete`, repeat with its `afterSeq` and `afterRevision`. `reset` (more than 10,000 changes behind): discard what
    /// you know of this history and start with its newest page. These rows update a history, not the chat list. A chat's
    /// entry in the list is a `ChatRow`: its text, `seq` and reactions are those of the newest visible message, its counters
    /// those of the chat. Get it from `getChangedChats`, or derive it: replace the entry's message with the row with the
    /// highest `seq` (or with the changed row with the same `seq`), and its `lastSeq` and `revision` with those of this
    /// answer. You cannot derive `state` and `unreadCount` from these rows. The deletion of an account changes entries
    /// (names, `role`, `memberCount`, `deleted`) and their `revision`, but no row: after `personDeleted`, ask
    /// `getChangedChats` with the revisions that the entries had before.
    GetChanges(ChangesItem [Row])
    /// What you send counts as read. Messages never become unread again: a lower seq than before changes nothing. If you
    /// send no read receipts, or block the other person, only your own connections are notified.
    MarkRead(ReadItem) {
        MessagesRead ReadItem "your other connections, the other person of a dialog, and the members of groups of up to 100";
    }
    /// Not stored. Sent at most once in 3 seconds per chat, in dialogs and in groups of at most 100 members in which you have
    /// written, and not if either person hides their presence. Clients hide the typing indicator after a timeout.
    Typing() {
        Typing TypingItem "the others who have written in the chat";
    }
    /// Replaces the previous list. You can watch people with whom you share a dialog, or a group of at most 100 members, in
    /// which both of you have written. All other people appear offline without a time, and so do people who block you, and
    /// everyone if either of you hides their presence. People appear offline some seconds after their last connection ends.
    WatchPresence([PresenceRow]) {
        Presence PresenceRow "the watchers, when it changes";
    }
    /// Only the sender may do this. The row keeps its place, with the new text and `editedAt`.
    EditMessage(Row) {
        MessageEdited Row EVERYONE;
    }
    /// The sender may do this, and in groups also the owner and the admins. The row keeps its place, without text and
    /// reactions, with `deletedAt`.
    DeleteMessage(Row) {
        MessageDeleted Row EVERYONE;
    }
    /// A message has at most 20 different reactions. Adding a reaction that you have already added changes nothing.
    React(Row) {
        MessageReactions ReactionsItem EVERYONE;
    }
    /// Returns the members in the order in which they joined. Pass the last row's `userId` as the cursor until the page is
    /// `[]`.
    GroupMembers([MemberRow])
    /// Only the owner and the admins may do this. The notice becomes a row of the group's history.
    RenameGroup(Row) {
        GroupChanged Row MEMBERS;
    }
    /// Only the owner may do this. The role `owner` hands the group over, and the former owner becomes an admin. The notice
    /// becomes a row of the group's history.
    SetRole(Row) {
        GroupChanged Row MEMBERS;
        RoleChanged RoleItem "the people whose role changed";
    }
    /// Only the owner may do this. Messages that are older are deleted for everyone within some minutes, in steps, and from
    /// then on each message when it gets that old. The newest message stays. The notice becomes a row of the group's
    /// history.
    SetRetention(Row) {
        GroupChanged Row MEMBERS;
    }
    /// Clients show no notifications for a muted chat; the server sends its frames as usual. Muted chats do not count in
    /// `unreadTotal`.
    MuteChat(Muted) {
        MuteChat Muted YOUR_OTHERS;
    }
    /// The server refuses messages, edits and reactions of the other person in the dialog, and refuses to let them add you to
    /// a group. To that person you appear offline, and they get no typing indicators and read receipts from you. Until you
    /// unblock the person, you cannot write, edit or react in the dialog either.
    BlockUser(Blocked) {
        BlockUser Blocked YOUR_OTHERS;
        Presence PresenceRow "the connections of the blocked person that watch you: you appear to have gone offline";
    }
    /// Pass the last row's `userId` as the cursor until the page is `[]`.
    BlockedUsers([PersonRow])
    /// For people who appear in none of your rows, such as the person that a link names.
    People([PersonRow])
    /// The connection stays open until the new token expires. Get the token from `POST /api/auth/renew` before the
    /// `expiresAt` of `hello`.
    Renew(Renewed)
}

/// The broadcasts that no request on the WebSocket causes.
pub(super) fn events() -> Vec<Broadcast> {
    let event = |kind, item, event, to| Broadcast { kind, cause: Cause::Event(event), item, to };
    let deletion = "`DELETE /api/profile/destroy`. The person leaves all groups. Each of the person's chats, current and \
        former, gets a new `revision`.";
    let expiry = "Messages have become older than the server (`retentionDays` of the bounds in `hello`) or the group keeps \
        them. Sent after each step of their deletion.";
    let privacy =
        "`PATCH /api/profile/privacy`. After turning `presence` on again, repeat `watchPresence` to see others'.";
    let disk = "The disk of the server has filled up, or has room again. The first state is in `hello`.";
    let acquaintances =
        "everyone who has a dialog with the person, or is a member of a group that the person is or was in";
    vec![
        event(Kind::Hello, shape::<Hello>(), "The connection is open.", "the new connection, before anything else"),
        event(Kind::GroupChanged, shape::<Row>(), "`POST /api/use-cases/create-group`", "the creator's connections"),
        event(Kind::DialogHidden, shape::<Hidden>(), "`POST /api/use-cases/mark-as-deleted`", YOURS),
        event(Kind::ProfileChanged, shape::<PersonRow>(), "`PATCH /api/profile/update`", YOURS),
        event(Kind::PrivacyChanged, shape::<PrivacyItem>(), privacy, YOURS),
        event(Kind::PersonDeleted, shape::<PersonDeletedItem>(), deletion, acquaintances),
        event(Kind::ServerNotice, shape::<ServerNoticeItem>(), disk, "all connections"),
        event(Kind::MessagesExpired, shape::<ExpiredItem>(), expiry, "everyone in the chat"),
        event(Kind::SessionBegan, shape::<SessionItem>(), "`POST /api/auth/login`", YOURS),
    ]
}
