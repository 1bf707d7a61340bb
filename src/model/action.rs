//! What users do to chats, as requested.

use super::{MessageId, Role, Timestamp, UserId};

/// A change of a chat. Ids are chosen by the client; texts have been checked.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "fields have the names of the request's params in `protocol`")]
pub enum Action {
    /// Writes a message.
    Send { message: MessageId, content: String, reply_to: Option<MessageId> },
    /// Replaces a message's text.
    Edit { message: MessageId, content: String },
    /// Deletes a message for everyone.
    Delete { message: MessageId },
    /// Adds or removes a reaction.
    React { message: MessageId, emoji: String, on: bool },
    /// Creates a group.
    Create { name: String, message: MessageId, notice: String },
    /// Adds a user to a group.
    Add { user: UserId, message: MessageId, notice: String },
    /// Ends the actor's membership.
    Leave { message: MessageId, notice: String },
    /// Ends another person's membership.
    Remove { user: UserId, message: MessageId, notice: String },
    /// Renames a group.
    Rename { name: String, message: MessageId, notice: String },
    /// Changes a member's role.
    SetRole { user: UserId, role: Role, message: MessageId, notice: String },
    /// Changes after how many days a group's messages expire; `None` keeps them.
    SetRetention { days: Option<i64>, message: MessageId, notice: String },
    /// Deletes a group.
    Drop,
    /// Marks everything up to a seq as read.
    Read { seq: i64 },
    /// Hides all of a dialog's messages from the actor.
    Hide,
    /// Mutes or unmutes the chat.
    Mute { until: Option<Timestamp> },
    /// Blocks or unblocks the other side of a dialog, which need not exist.
    Block { on: bool },
}

impl Action {
    /// The id of the message that it stores or changes.
    pub fn message(&self) -> Option<MessageId> {
        match self {
            Self::Send { message, .. }
            | Self::Edit { message, .. }
            | Self::Delete { message }
            | Self::React { message, .. }
            | Self::Create { message, .. }
            | Self::Add { message, .. }
            | Self::Leave { message, .. }
            | Self::Remove { message, .. }
            | Self::Rename { message, .. }
            | Self::SetRole { message, .. }
            | Self::SetRetention { message, .. } => Some(*message),
            Self::Drop | Self::Read { .. } | Self::Hide | Self::Mute { .. } | Self::Block { .. } => None,
        }
    }

    /// Whether it needs more room on the disk: such actions are rejected while the disk is almost full. All others still
    /// work, among them leaving, blocking and deleting.
    pub fn grows(&self) -> bool {
        match self {
            Self::Send { .. }
            | Self::Edit { .. }
            | Self::React { on: true, .. }
            | Self::Create { .. }
            | Self::Add { .. }
            | Self::Rename { .. }
            | Self::SetRole { .. } => true,
            Self::Delete { .. }
            | Self::React { on: false, .. }
            | Self::Leave { .. }
            | Self::Remove { .. }
            | Self::SetRetention { .. }
            | Self::Drop
            | Self::Read { .. }
            | Self::Hide
            | Self::Mute { .. }
            | Self::Block { .. } => false,
        }
    }

    /// The user whom it adds, removes, or gives a role.
    pub fn member(&self) -> Option<UserId> {
        match self {
            Self::Add { user, .. } | Self::Remove { user, .. } | Self::SetRole { user, .. } => Some(*user),
            _ => None,
        }
    }
}

/// What happens to a user's messages when the account is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    /// The recipients keep them.
    Keep,
    /// Their texts are erased.
    Erase,
}
