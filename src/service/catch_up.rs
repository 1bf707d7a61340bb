//! Catching up after an absence: which chats changed, and what happened in each.

use std::collections::{HashMap, HashSet};

use super::{App, Caller, history::dialog_rows};
use crate::{
    error::{Error, Fault, Refusal, Result},
    model::{ChatId, ChatRef, Counters, Known},
    protocol::{
        Answer, ChangedChats, ChangesSince, Item, KnownChats, MAX_PAGE, Rows,
        extended::{ChangedChatsItem, ChangesItem, ChatRow, Row, Viewpoint},
    },
    store::{CatchUp, Readable},
};

/// Chats per answer.
const PAGE: usize = MAX_PAGE as usize;

/// The chats that differ from what the client knows, ordered by id and after the cursor, and the chats that the caller
/// is no longer in.
pub async fn chats(app: &App, caller: Caller, request: ChangedChats) -> Result<Answer> {
    let from = request.cursor;
    let known = request.known.0;
    // Among this many chats, more than a page differ from what the client knows.
    let limit = i64::try_from(known.len() + PAGE + 1).unwrap_or(i64::MAX);
    let present = app.store.known_chats(caller.user, from, limit).await?;
    let Comparison { differing, gone, reached, complete } = compare(present, &known, from);
    let rows = app.store.chats(caller.user, &differing).await?;
    let item = ChangedChatsItem { gone, complete, cursor: reached };
    let rows = Rows::Chats(rows.into_iter().map(ChatRow::from).collect());
    Ok(Answer { item: Some(Item::ChangedChats(item)), data: Some(rows) })
}

/// The difference between the stored chats and those that the client knows.
struct Comparison {
    differing: Vec<ChatId>,
    gone: Vec<ChatRef>,
    reached: Option<ChatRef>,
    complete: bool,
}

/// Compares the chats after `from`, ordered by id: up to a full page of differing ones or, if the client could not list
/// all that it knows, up to the last that it listed.
fn compare(mut present: Vec<(ChatId, Known)>, known: &[Known], from: Option<ChatRef>) -> Comparison {
    let after = |side: ChatRef| from.is_none_or(|from| side.rank() > from.rank());
    // A client that lists the maximum may know more chats after the last one.
    let is_full = known.len() >= KnownChats::MAX;
    let last = known.iter().map(|known| known.chat).max_by_key(|chat| chat.rank());
    let last = last.filter(|last| is_full && after(*last));
    let within = |side: ChatRef| last.is_none_or(|last| side.rank() <= last.rank());

    present.retain(|(_, chat)| within(chat.chat));
    let known: HashMap<ChatRef, &Known> = known.iter().map(|known| (known.chat, known)).collect();
    let differs = |chat: &Known| known.get(&chat.chat).is_none_or(|known| *known != chat);
    let mut differing: Vec<_> = present.iter().filter(|(_, chat)| differs(chat)).collect();
    let is_cut = differing.len() > PAGE;
    differing.truncate(PAGE);

    let reached = if is_cut { differing.last().map(|(_, chat)| chat.chat) } else { last };
    let passed = |side: ChatRef| after(side) && reached.is_none_or(|reached| side.rank() <= reached.rank());
    let there: HashSet<_> = present.iter().map(|(_, chat)| chat.chat).collect();
    let mut gone: Vec<_> = known.into_keys().filter(|side| passed(*side) && !there.contains(side)).collect();
    gone.sort_by_key(|side| side.rank());
    let differing = differing.into_iter().map(|(id, _)| *id).collect();
    Comparison { differing, gone, reached: reached.or(from), complete: !is_cut && last.is_none() }
}

/// What happened in one chat since the client last saw it.
pub async fn since(app: &App, caller: Caller, request: ChangesSince) -> Result<Answer> {
    let ChangesSince { chat: side, after_seq, after_revision, limit } = request;
    let since = Counters { last_seq: after_seq.0, revision: after_revision.0 };
    let (changes, rows) = match side {
        ChatRef::Group(id) => {
            let (chat, name) = app.store.open_group(id, caller.user).await?.ok_or(Refusal::NotMember)?;
            let mut changes = read(app, &chat, since, limit.0).await?;
            let messages = std::mem::take(&mut changes.messages);
            let rows = messages.into_iter().map(|message| Row::new(message, Viewpoint::Group { id, name: &name }));
            (changes, rows.collect())
        }
        ChatRef::Dialog(companion) => {
            let opened = app.store.open_dialog(caller.user, companion).await?;
            let (chat, people) = opened.ok_or(Refusal::ChatNotFound)?;
            let mut changes = read(app, &chat, since, limit.0).await?;
            let rows = dialog_rows(std::mem::take(&mut changes.messages), &people);
            (changes, rows)
        }
    };
    let item = ChangesItem {
        chat: side,
        first_seq: changes.first_seq,
        last_seq: changes.counters.last_seq,
        revision: changes.counters.revision,
        complete: changes.complete,
        reset: changes.reset,
        after_seq: changes.next.last_seq,
        after_revision: changes.next.revision,
    };
    Ok(Answer { item: Some(Item::Changes(item)), data: Some(Rows::History(rows)) })
}

async fn read(app: &App, chat: &Readable, since: Counters, limit: i64) -> Result<CatchUp> {
    let mut faults = Vec::new();
    let mut check = |field, given, present| {
        if given > present {
            faults.push(Fault::new(field, format!("must be at most {present}, the chat's current value")));
        }
    };
    check("afterSeq", since.last_seq, chat.counters.last_seq);
    check("afterRevision", since.revision, chat.counters.revision);
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    app.store.catch_up(chat, since, limit).await
}
