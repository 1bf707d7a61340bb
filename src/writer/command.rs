//! The writer's input.

use crate::{
    live::ConnectionId,
    model::{Action, ChatKey, Texts, UserId},
    store::{Expiring, Locked, Lookup},
};

/// A user's change of a chat.
pub struct Command {
    /// The user who makes the change.
    pub actor: UserId,
    /// The connection that sent the request; `None` for REST.
    pub cause: Option<ConnectionId>,
    /// The chat to change.
    pub chat: ChatKey,
    /// The change.
    pub action: Action,
    /// Whether the requester is answered with the message. If not, a retry does not load it.
    pub wants_message: bool,
}

impl Command {
    /// What must be looked up in the database to decide on it.
    pub(super) fn lookup(&self) -> Lookup {
        let reply_to = match self.action {
            Action::Send { reply_to, .. } => reply_to,
            _ => None,
        };
        let target = self.action.member().or_else(|| self.chat.partner(self.actor));
        Lookup { chat: self.chat, actor: self.actor, target, message: self.action.message(), reply_to }
    }
}

/// A change of privacy settings; `None` leaves a setting unchanged.
#[derive(Debug, Clone, Copy)]
pub struct PrivacyChange {
    /// The user whose settings change.
    pub user: UserId,
    /// Whether others see the user's presence.
    pub presence: Option<bool>,
    /// Whether others see how far the user has read.
    pub read_receipts: Option<bool>,
}

/// A task in the queue.
pub(super) enum Task {
    Change(Command),
    EraseAccount {
        user: UserId,
        texts: Texts,
    },
    SetPrivacy(PrivacyChange),
    /// Deletes the oldest messages of a chat.
    Expire(Expiring),
    /// Does nothing: tests that the queue moves.
    Nothing,
}

impl Task {
    /// The chat that it changes. Accounts are in many: those lock their chats themselves.
    pub(super) fn chat(&self) -> Option<Locked> {
        match self {
            Self::Change(command) => Some(Locked::Key(command.chat)),
            Self::Expire(expiring) => Some(Locked::Id { id: expiring.chat }),
            Self::EraseAccount { .. } | Self::SetPrivacy(_) | Self::Nothing => None,
        }
    }

    pub(super) fn cause(&self) -> Option<ConnectionId> {
        match self {
            Self::Change(command) => command.cause,
            Self::EraseAccount { .. } | Self::SetPrivacy(_) | Self::Expire(_) | Self::Nothing => None,
        }
    }
}
