//! The subprotocol `hearth`: the extended protocol.

use super::{Broadcast, Topic, shape};
use crate::protocol::{
    Kind,
    extended::{
        Blocked, ChangedChatsItem, ChangesItem, ChatRow, GroupLeft, Hello, Hidden, MemberRow, Muted, PersonDeletedItem,
        PersonRow, PresenceRow, PrivacyItem, ReactionsItem, ReadItem, Renewed, RoleItem, Row, SessionItem, TypingItem,
    },
};

/// What a request of this type does; nothing if it is none.
pub(super) fn topic(kind: Kind) -> Option<Topic> {
    reading(kind)
        .or_else(|| sending(kind))
        .or_else(|| in_groups(kind))
        .or_else(|| on_messages(kind))
        .or_else(|| ones_own(kind))
}

fn reading(kind: Kind) -> Option<Topic> {
    let topic = |detail| Topic::new(kind, detail);
    Some(match kind {
        Kind::ListLastMessage => topic(
            "A row for every dialog with a visible message and every group of one's own: its newest message, the newest \
             chat first, with all that a client keeps of a chat.",
        )
        .page_of::<ChatRow>(),
        Kind::DialogHistory | Kind::GroupHistory => topic(
            "Always newest first, from one of four places: before a time, or before, after or around a seq. Without any \
             of them from the newest.",
        )
        .page_of::<Row>(),
        Kind::GetChangedChats => topic(
            "For a client that was away. It walks one's chats in the order of their ids (the UUID as text; at equal ones \
             dialogs first), 100 rows at most. Send what you know in that order, the first 500 after the `cursor`; ask \
             again with the answer's `cursor` until it is `complete`. A chat whose `lastSeq` or `revision` moved may have \
             something to fetch by `#getChanges`.",
        )
        .with::<ChangedChatsItem>()
        .page_of::<ChatRow>(),
        Kind::GetChanges => topic(
            "New messages first, the oldest of them first, then the changed ones by revision. While it is not \
             `complete`, ask again with the answer's `afterSeq` and `afterRevision`. `reset` (more than 10,000 changes \
             behind): forget what you kept of this history and begin with its newest page. \
             These rows update a history, not the chat list. A chat's entry in the list is a `ChatRow`: its text, `seq` \
             and reactions are those of the newest visible message, its counters those of the chat. Get it from \
             `#getChangedChats`, or derive it: replace the entry's message by the row with the highest `seq` (or by the \
             changed row with the same `seq`), and its `lastSeq` and `revision` by this answer's. `state` and \
             `unreadCount` do not follow from these rows.",
        )
        .with::<ChangesItem>()
        .page_of::<Row>(),
        Kind::GroupMembers => topic("In the order of joining. Follow the last row's `userId` until the page is `[]`.")
            .page_of::<MemberRow>(),
        Kind::People => topic("For people of whom no row tells, such as the one that a link leads to.").page_of::<PersonRow>(),
        Kind::BlockedUsers => topic("Follow the last row's `userId` until the page is `[]`.").page_of::<PersonRow>(),
        _ => return None,
    })
}

fn sending(kind: Kind) -> Option<Topic> {
    let topic = |detail| Topic::new(kind, detail);
    Some(match kind {
        Kind::PrivateMessage => topic(
            "The answer means that the message is on disk, and is the whole row, with the chat's counters. Sent again \
             with the same id, it is answered the same way, and nothing is stored or told twice.",
        )
        .with::<Row>()
        .tells::<Row>(Kind::PrivateMessage, "the receiver's connections and one's other ones"),
        Kind::MessageInGroup => topic(
            "The answer means that the message is on disk, and is the whole row, with the chat's counters. Sent again \
             with the same id, it is answered the same way, and nothing is stored or told twice.",
        )
        .with::<Row>()
        .tells::<Row>(Kind::MessageInGroup, "the other members and one's other connections"),
        Kind::Typing => topic(
            "Not stored; told at most once in 3 seconds per chat, in dialogs and groups of at most 100 members in which you \
             have written. Let the indicator fade. It is not told if one of both hides their presence.",
        )
        .tells::<TypingItem>(Kind::Typing, "the others who have written in the chat"),
        Kind::MarkRead => topic(
            "What one sends counts as seen. Nothing is ever unread again: a lower seq than before changes nothing. Without \
             read receipts, or to a partner whom you block, only your own connections are told.",
        )
        .with::<ReadItem>()
        .tells::<ReadItem>(
            Kind::MessagesRead,
            "one's other connections, the dialog's partner, and the members of groups of up to 100",
        ),
        _ => return None,
    })
}

fn in_groups(kind: Kind) -> Option<Topic> {
    let topic = |detail| Topic::new(kind, detail);
    Some(match kind {
        Kind::AddUserInGroup => topic(
            "Any member may add people; only the owner and the admins may add who was in the group before. Nobody adds \
             people who block them. The notice becomes a row of the group's history.",
        )
            .with::<Row>()
            .tells::<Row>(kind, "all members, also whoever was added, and one's other connections"),
        Kind::LeaveGroup => topic(
            "If its owner goes, the member who has been in it longest becomes the owner; when the last member goes, the \
             group goes.",
        )
        .with::<GroupLeft>()
        .tells::<Row>(kind, "the remaining members")
        .tells::<GroupLeft>(Kind::RemovedFromGroup, "one's other connections")
        .tells::<RoleItem>(Kind::RoleChanged, "the new owner, if the owner left"),
        Kind::RemoveUserFromGroup => {
            topic("The owner removes anyone, admins remove members; oneself one removes by `leaveGroup`.")
                .with::<Row>()
                .tells::<Row>(kind, "the remaining members")
                .tells::<GroupLeft>(Kind::RemovedFromGroup, "whoever was removed")
        }
        Kind::DropGroup => topic("For its owner alone; it is gone for everybody.")
            .with::<GroupLeft>()
            .tells::<GroupLeft>(kind, "all members and one's other connections"),
        Kind::RenameGroup => topic("For the owner and the admins. The notice becomes a row of the group's history.")
            .with::<Row>()
            .tells::<Row>(Kind::GroupChanged, "all members and one's other connections"),
        Kind::SetRole => topic(
            "For the owner. With `owner` the group is handed over, and the former owner becomes an admin. The notice \
             becomes a row of the group's history.",
        )
        .with::<Row>()
        .tells::<Row>(Kind::GroupChanged, "all members and one's other connections")
        .tells::<RoleItem>(Kind::RoleChanged, "those whose role it is"),
        _ => return None,
    })
}

fn on_messages(kind: Kind) -> Option<Topic> {
    let topic = |detail| Topic::new(kind, detail);
    Some(match kind {
        Kind::EditMessage => {
            topic("For its sender alone. The row stays where it is, with the new text and `editedAt`.")
                .with::<Row>()
                .tells::<Row>(Kind::MessageEdited, "everybody in the chat and one's other connections")
        }
        Kind::DeleteMessage => topic(
            "For its sender, in groups for the owner and the admins, too. The row stays where it is, without text and \
             reactions, with `deletedAt`.",
        )
        .with::<Row>()
        .tells::<Row>(Kind::MessageDeleted, "everybody in the chat and one's other connections"),
        Kind::React => topic("A message has at most 20 different reactions. Twice the same changes nothing.")
            .with::<Row>()
            .tells::<ReactionsItem>(Kind::MessageReactions, "everybody in the chat and one's other connections"),
        _ => return None,
    })
}

fn ones_own(kind: Kind) -> Option<Topic> {
    let topic = |detail| Topic::new(kind, detail);
    Some(match kind {
        Kind::MuteChat => topic(
            "It is for clients to keep quiet; everything is sent as ever. Muted chats do not count in `unreadTotal`.",
        )
        .with::<Muted>()
            .tells::<Muted>(kind, "one's other connections"),
        Kind::BlockUser => topic(
            "What the other person sends, edits and reacts to in the dialog is refused, and so is adding you to a group. \
             To that person you seem to be away, and your typing and read receipts stop. Until you unblock the person, you \
             cannot write, edit or react in the dialog either.",
        )
        .with::<Blocked>()
        .tells::<Blocked>(kind, "one's other connections")
        .tells::<PresenceRow>(Kind::Presence, "the blocked person's connections that watch: one seems to have gone"),
        Kind::WatchPresence => topic(
            "Takes the place of the list before. You can watch people with whom you share a dialog, or a group of at most \
             100 members, in which both of you have written. All others read as offline without a time, and so do those \
             who block you, and everybody if one of both hides their presence. To be offline takes some seconds of being \
             away.",
        )
        .page_of::<PresenceRow>()
        .tells::<PresenceRow>(Kind::Presence, "those who watch, when it changes"),
        Kind::Renew => topic(
            "The connection lives on as long as the new token does. Get it from `POST /api/auth/renew` before the \
             `expiresAt` of `hello`.",
        )
        .with::<Renewed>(),
        _ => return None,
    })
}

/// What is told though nobody asked for anything on the WebSocket.
pub(super) fn events() -> Vec<Broadcast> {
    let event = |kind, item, when, to| Broadcast { kind, request: None, when, item, to };
    vec![
        event(Kind::Hello, shape::<Hello>(), "The connection is open.", "the new connection, before anything else"),
        event(Kind::GroupChanged, shape::<Row>(), "`POST /api/use-cases/create-group`", "the creator's connections"),
        event(Kind::DialogHidden, shape::<Hidden>(), "`POST /api/use-cases/mark-as-deleted`", "one's own connections"),
        event(Kind::ProfileChanged, shape::<PersonRow>(), "`PATCH /api/profile/update`", "one's own connections"),
        event(
            Kind::PrivacyChanged,
            shape::<PrivacyItem>(),
            "`PATCH /api/profile/privacy`. With `presence` on again, send `#watchPresence` again to see others'.",
            "your own connections",
        ),
        event(
            Kind::PersonDeleted,
            shape::<PersonDeletedItem>(),
            "`DELETE /api/profile/destroy`. The person is no longer a member of any group, and each of these chats gets a new \
             `revision`.",
            "everybody who has a dialog with the person, or is a member of a group that the person is or was in",
        ),
        event(Kind::SessionBegan, shape::<SessionItem>(), "`POST /api/auth/login`", "your connections"),
    ]
}
