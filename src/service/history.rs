//! Pages of the chat list and of histories.

use super::{App, Caller};
use crate::{
    error::{Refusal, Result},
    model::{Message, Person, Position},
    protocol::{
        Answer, DialogPage, DialogRow, GroupPage, GroupRow, ListPage, ListRow, Protocol, Rows,
        extended::{ChatRow, Row, Viewpoint},
    },
    store::{Detail, Window},
};

/// A page of the caller's chat list.
pub async fn list(app: &App, caller: Caller, page: ListPage) -> Result<Answer> {
    let mut rows = Vec::new();
    if page.limit.0 > 0 {
        rows = app.store.chat_list(caller.user, page.cursor.0, page.limit.0).await?;
    }
    Ok(Answer::rows(match caller.protocol {
        Protocol::Reference => Rows::List(rows.into_iter().map(ListRow::from).collect()),
        Protocol::Hearth => Rows::Chats(rows.into_iter().map(ChatRow::from).collect()),
    }))
}

/// A page of a dialog, without what the caller has hidden.
pub async fn dialog(app: &App, caller: Caller, page: DialogPage) -> Result<Answer> {
    let protocol = caller.protocol;
    let window = window(protocol, page.position.0, page.limit.0);
    let Some((messages, people)) = app.store.dialog_page(caller.user, page.receiver, window).await? else {
        return Ok(Answer::rows(match protocol {
            Protocol::Reference => Rows::Dialog(Vec::new()),
            Protocol::Hearth => Rows::History(Vec::new()),
        }));
    };
    if protocol == Protocol::Hearth {
        return Ok(Answer::rows(Rows::History(dialog_rows(messages, &people))));
    }
    let [reader, companion] = people;
    let rows = messages.into_iter().map(|message| {
        let receiver = if message.sender.id == caller.user { &companion } else { &reader };
        DialogRow::new(message, receiver)
    });
    Ok(Answer::rows(Rows::Dialog(rows.collect())))
}

/// A page of a group's history, for its members.
pub async fn group(app: &App, caller: Caller, page: GroupPage) -> Result<Answer> {
    let window = window(caller.protocol, page.position.0, page.limit.0);
    let opened = app.store.group_page(page.group, caller.user, window).await?;
    let (messages, name) = opened.ok_or(Refusal::NotMember)?;
    Ok(Answer::rows(match caller.protocol {
        Protocol::Reference => {
            Rows::Group(messages.into_iter().map(|message| GroupRow::new(message, page.group, &name)).collect())
        }
        Protocol::Hearth => {
            let viewpoint = Viewpoint::Group { id: page.group, name: &name };
            Rows::History(messages.into_iter().map(|message| Row::new(message, viewpoint)).collect())
        }
    }))
}

/// What a page shows in a protocol.
fn window(protocol: Protocol, position: Position, limit: i64) -> Window {
    let detail = match protocol {
        Protocol::Reference => Detail::Plain,
        Protocol::Hearth => Detail::Reactions,
    };
    Window { position, limit, detail }
}

/// Messages of a dialog as seen by the reader, the first of the two users.
pub(super) fn dialog_rows(messages: Vec<Message>, [reader, companion]: &[Person; 2]) -> Vec<Row> {
    let row = |message: Message| {
        let receiver = if message.sender.id == reader.id { companion } else { reader };
        Row::new(message, Viewpoint::Dialog { partner: companion.id, receiver })
    };
    messages.into_iter().map(row).collect()
}
