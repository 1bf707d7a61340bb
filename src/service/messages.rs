//! Writing messages, and reading chat list and histories.

use super::{App, Caller};
use crate::{
    error::{Refusal, Result},
    model::{ChatKey, MessageId},
    protocol::{
        Answer, Content, DialogPage, DialogRow, GroupPage, GroupRow, ListPage, ListRow, MessageInGroup, PrivateMessage,
        Rows,
    },
    writer::{Action, Command, Pending},
};

/// Writes to a person.
pub fn send_to_person(app: &App, caller: Caller, request: PrivateMessage) -> Result<Pending> {
    let PrivateMessage { message, receiver, content } = request;
    send(app, caller, ChatKey::dialog(caller.user, receiver), message, content)
}

/// Writes to a group.
pub fn send_to_group(app: &App, caller: Caller, request: MessageInGroup) -> Result<Pending> {
    let MessageInGroup { message, group, content } = request;
    send(app, caller, ChatKey::Group(group), message, content)
}

fn send(app: &App, caller: Caller, chat: ChatKey, message: MessageId, Content(content): Content) -> Result<Pending> {
    app.writer.submit(Command { actor: caller.user, chat, action: Action::Send { message, content } })
}

/// A page of the caller's chat list.
pub async fn list(app: &App, caller: Caller, page: ListPage) -> Result<Answer> {
    let mut rows = Vec::new();
    if page.limit.0 > 0 {
        rows = app.store.chat_list(caller.user, page.cursor.0, page.limit.0).await?;
    }
    Ok(Answer::rows(Rows::List(rows.into_iter().map(ListRow::from).collect())))
}

/// A page of a dialog, as far as the caller has not hidden it.
pub async fn dialog(app: &App, caller: Caller, page: DialogPage) -> Result<Answer> {
    let Some((chat, [reader, companion])) = app.store.open_dialog(caller.user, page.receiver).await? else {
        return Ok(Answer::rows(Rows::Dialog(Vec::new())));
    };
    let messages = app.store.page(&chat, page.cursor.0, page.limit.0).await?;
    let rows = messages.into_iter().map(|message| {
        let receiver = if message.sender.id == caller.user { &companion } else { &reader };
        DialogRow::new(message, receiver)
    });
    Ok(Answer::rows(Rows::Dialog(rows.collect())))
}

/// A page of a group's history, for its members.
pub async fn group(app: &App, caller: Caller, page: GroupPage) -> Result<Answer> {
    let opened = app.store.open_group(page.group, caller.user).await?;
    let (chat, name) = opened.ok_or(Refusal::NotMember)?;
    let messages = app.store.page(&chat, page.cursor.0, page.limit.0).await?;
    let rows = messages.into_iter().map(|message| GroupRow::new(message, page.group, &name));
    Ok(Answer::rows(Rows::Group(rows.collect())))
}
