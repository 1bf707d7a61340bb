//! What the writer is asked to do.

use crate::{
    live::ConnectionId,
    model::{Action, ChatKey, Texts, UserId},
    store::Lookup,
};

/// A person changes a chat.
pub struct Command {
    /// Who.
    pub actor: UserId,
    /// By which connection; none for REST.
    pub cause: Option<ConnectionId>,
    /// Which.
    pub chat: ChatKey,
    /// How.
    pub action: Action,
}

impl Command {
    /// What the database has to say about it.
    pub(super) fn lookup(&self) -> Lookup {
        let reply_to = match self.action {
            Action::Send { reply_to, .. } => reply_to,
            _ => None,
        };
        let target = self.action.member().or_else(|| self.chat.partner(self.actor));
        Lookup { chat: self.chat, actor: self.actor, target, message: self.action.message(), reply_to }
    }
}

/// What others are to see of a person; `None` stays as it is.
#[derive(Debug, Clone, Copy)]
pub struct PrivacyChange {
    /// Whose settings.
    pub user: UserId,
    /// Whether others see the person's presence.
    pub presence: Option<bool>,
    /// Whether others see how far the person has read.
    pub read_receipts: Option<bool>,
}

/// Anything in the queue.
pub(super) enum Task {
    Change(Command),
    EraseAccount {
        user: UserId,
        texts: Texts,
    },
    SetPrivacy(PrivacyChange),
    /// Only passes through.
    Nothing,
}

impl Task {
    pub(super) fn cause(&self) -> Option<ConnectionId> {
        match self {
            Self::Change(command) => command.cause,
            Self::EraseAccount { .. } | Self::SetPrivacy(_) | Self::Nothing => None,
        }
    }
}
