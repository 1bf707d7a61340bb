//! Writing messages, and changing what was written.

use super::{App, Caller, submit};
use crate::{
    error::Result,
    model::ChatKey,
    protocol::{DeleteMessage, EditMessage, MessageInGroup, PrivateMessage, React},
    writer::{Action, Pending},
};

/// Writes to a person.
pub fn send_to_person(app: &App, caller: Caller, request: PrivateMessage) -> Result<Pending> {
    let PrivateMessage { message, receiver, content, reply_to } = request;
    let action = Action::Send { message, content: content.0, reply_to: reply_to.0 };
    submit(app, caller, ChatKey::dialog(caller.user, receiver), action)
}

/// Writes to a group.
pub fn send_to_group(app: &App, caller: Caller, request: MessageInGroup) -> Result<Pending> {
    let MessageInGroup { message, group, content, reply_to } = request;
    let action = Action::Send { message, content: content.0, reply_to: reply_to.0 };
    submit(app, caller, ChatKey::Group(group), action)
}

/// Gives a message of the caller's another text.
pub fn edit(app: &App, caller: Caller, request: EditMessage) -> Result<Pending> {
    let EditMessage { chat, message, content } = request;
    submit(app, caller, chat.key(caller.user), Action::Edit { message, content: content.0 })
}

/// Deletes a message for everybody.
pub fn delete(app: &App, caller: Caller, request: DeleteMessage) -> Result<Pending> {
    let DeleteMessage { chat, message } = request;
    submit(app, caller, chat.key(caller.user), Action::Delete { message })
}

/// Reacts to a message, or takes that back.
pub fn react(app: &App, caller: Caller, request: React) -> Result<Pending> {
    let React { chat, message, emoji, on } = request;
    submit(app, caller, chat.key(caller.user), Action::React { message, emoji: emoji.0, on: on.0 })
}
