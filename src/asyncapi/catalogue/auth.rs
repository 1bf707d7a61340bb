//! The subprotocol `auth`: the contract.

use super::Topic;
use crate::protocol::{DialogRow, GroupGone, GroupMessage, GroupRow, Kind, ListRow, NoticeItem, Received};

/// What a request of this type does; nothing if `auth` does not know it.
pub(super) fn topic(kind: Kind) -> Option<Topic> {
    let topic = |detail| Topic::new(kind, detail);
    let topic = match kind {
        Kind::ListLastMessage => topic(
            "A row for every dialog with a visible message and every group of one's own: its newest message, the newest \
             chat first. A page may exceed `limit` by the chats that share the last row's instant, so that following \
             the last row's `createdAt` skips none.",
        )
        .page_of::<ListRow>(),
        Kind::DialogHistory => topic(
            "The messages between two people in both directions, newest first, without those that the caller has \
             removed. With oneself it is a place for notes. A dialog that was never begun is an empty page.",
        )
        .page_of::<DialogRow>(),
        Kind::GroupHistory => topic(
            "Messages and notices, newest first. Members see the whole history, also what was said before they joined.",
        )
        .page_of::<GroupRow>(),
        Kind::PrivateMessage => topic(
            "The answer means that the message is on disk. Sent again with the same id, it is answered the same way, \
             and nothing is stored or told twice. To oneself it is a note that nobody hears of.",
        )
        .tells::<Received>(Kind::PrivateMessage, "every connection of the receiver"),
        Kind::MessageInGroup => topic(
            "The answer means that the message is on disk. Sent again with the same id, it is answered the same way, \
             and nothing is stored or told twice.",
        )
        .tells::<GroupMessage>(Kind::MessageInGroup, "the other members"),
        Kind::AddUserInGroup => topic("Any member may add people. The notice becomes a row of the group's history.")
            .with::<NoticeItem>()
            .tells::<NoticeItem>(Kind::AddUserInGroup, "the other members and whoever was added"),
        Kind::LeaveGroup => topic(
            "The group leaves one's list at once. If its owner goes, the member who has been in it longest becomes \
             the owner; when the last member goes, the group goes.",
        )
        .with::<GroupGone>()
        .tells::<NoticeItem>(Kind::LeaveGroup, "the remaining members"),
        Kind::DropGroup => topic("For its owner alone; it is gone for everybody.")
            .with::<GroupGone>()
            .tells::<GroupGone>(Kind::DropGroup, "the other members"),
        Kind::RemoveUserFromGroup => topic(
            "The owner removes anyone, admins remove members; oneself one removes by `leaveGroup`. Others hear of it \
             under types that every client knows.",
        )
        .with::<NoticeItem>()
        .tells::<NoticeItem>(Kind::LeaveGroup, "the remaining members")
        .tells::<GroupGone>(Kind::DropGroup, "whoever was removed"),
        _ => return None,
    };
    Some(topic)
}
