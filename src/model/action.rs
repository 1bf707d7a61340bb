//! What people do to chats, as a request says it.

use super::{MessageId, Role, Timestamp, UserId};

/// How a chat is to be changed. The ids are the client's, the texts are checked.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "fields are called as in the requests of `protocol`")]
pub enum Action {
    /// Writes a message.
    Send { message: MessageId, content: String, reply_to: Option<MessageId> },
    /// Gives a message another text.
    Edit { message: MessageId, content: String },
    /// Deletes a message for everyone.
    Delete { message: MessageId },
    /// Adds a reaction, or takes it back.
    React { message: MessageId, emoji: String, on: bool },
    /// Creates a group.
    Create { name: String, message: MessageId, notice: String },
    /// Makes a person a member.
    Add { user: UserId, message: MessageId, notice: String },
    /// Ends the actor's membership.
    Leave { message: MessageId, notice: String },
    /// Ends another person's membership.
    Remove { user: UserId, message: MessageId, notice: String },
    /// Gives a group another name.
    Rename { name: String, message: MessageId, notice: String },
    /// Gives a member another role.
    SetRole { user: UserId, role: Role, message: MessageId, notice: String },
    /// Deletes a group.
    Drop,
    /// Marks everything up to a seq as read.
    Read { seq: i64 },
    /// Hides all of a dialog from the actor.
    Hide,
    /// Mutes the chat, or unmutes it.
    Mute { until: Option<Timestamp> },
    /// Blocks the other side of a dialog, which need not exist, or unblocks them.
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
            | Self::SetRole { message, .. } => Some(*message),
            Self::Drop | Self::Read { .. } | Self::Hide | Self::Mute { .. } | Self::Block { .. } => None,
        }
    }

    /// The member whom it adds, removes, or gives a role.
    pub fn member(&self) -> Option<UserId> {
        match self {
            Self::Add { user, .. } | Self::Remove { user, .. } | Self::SetRole { user, .. } => Some(*user),
            _ => None,
        }
    }
}

/// What becomes of a person's texts when the account is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    /// They stay with those to whom they were sent.
    Keep,
    /// They are deleted as well.
    Erase,
}
