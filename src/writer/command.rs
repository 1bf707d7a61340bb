//! What the writer is told to do.

use crate::{
    live::{ConnectionId, Except},
    model::{ChatKey, MessageId, Role, Timestamp, UserId},
    protocol::Protocol,
};

/// Where a command comes from: who is answered how, and is not told besides.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// What the client speaks.
    pub protocol: Protocol,
    /// Its connection; none for REST.
    pub connection: Option<ConnectionId>,
}

impl Origin {
    /// The client is answered, and so need not be told.
    pub(super) fn except(self) -> Except {
        self.connection.map_or(Except::Nobody, Except::Connection)
    }
}

/// Somebody changes a chat.
pub struct Command {
    /// Who.
    pub actor: UserId,
    /// By which client.
    pub origin: Origin,
    /// Which.
    pub chat: ChatKey,
    /// How.
    pub action: Action,
}

/// What others are to see of a person; `None` stays as it is.
#[derive(Debug, Clone, Copy)]
pub struct PrivacyChange {
    /// Whose.
    pub user: UserId,
    /// Whether they see the person's presence.
    pub presence: Option<bool>,
    /// Whether they see how far the person has read.
    pub read_receipts: Option<bool>,
}

/// How a chat is changed. The ids are the client's, the texts are checked.
#[expect(missing_docs, reason = "the fields are those of the requests in `protocol`")]
pub enum Action {
    /// Writes a message.
    Send { message: MessageId, content: String, reply_to: Option<MessageId> },
    /// Gives a message another text.
    Edit { message: MessageId, content: String },
    /// Deletes a message for everybody.
    Delete { message: MessageId },
    /// Adds or takes back a reaction.
    React { message: MessageId, emoji: String, on: bool },
    /// Creates a group.
    Create { name: String, message: MessageId, notice: String },
    /// Makes somebody a member.
    Add { user: UserId, message: MessageId, notice: String },
    /// Leaves.
    Leave { message: MessageId, notice: String },
    /// Ends somebody's membership.
    Remove { user: UserId, message: MessageId, notice: String },
    /// Gives a group another name.
    Rename { name: String, message: MessageId, notice: String },
    /// Gives a member another role.
    SetRole { user: UserId, role: Role, message: MessageId, notice: String },
    /// Deletes the group.
    Drop,
    /// Has seen everything up to a seq.
    Read { seq: i64 },
    /// Hides all of a dialog from oneself.
    Hide,
    /// Wants no notifications for a while.
    Mute { until: Option<Timestamp> },
    /// Takes nothing from the other side of a dialog any more.
    Block,
    /// Does again.
    Unblock,
}
