//! What people see of each other: names, who is there, who is typing; and whom they block.

use std::collections::{HashMap, HashSet};

use super::{App, Caller};
use crate::{
    error::{Refusal, Result},
    live::{self, PresenceChange},
    model::{ChatRef, Event, Person, Timestamp, UserId},
    protocol::{Answer, BlockedUsers, PeopleNames, Rows, Typing, WatchPresence, extended::PresenceRow},
    writer::RECEIPTS_UP_TO,
};

/// Pairs of watcher and watched person in one query: about 10 ms of database work.
const PRESENCE_PAIRS: usize = 1000;

/// What these people are called, in the order of their ids: a link to somebody says no more than the id.
pub async fn names(app: &App, request: PeopleNames) -> Result<Answer> {
    let people = app.store.names(&distinct(request.users.0)).await?;
    Ok(Answer::rows(Rows::People(people.into_iter().map(Into::into).collect())))
}

/// The caller is writing something: the others of the chat are shown it.
pub async fn typing(app: &App, caller: Caller, request: Typing) -> Result<Answer> {
    let side = request.chat;
    if !app.typists.is_news(caller.user, side) {
        return Ok(Answer::done());
    }
    let readers = app.store.readers_of_typing(caller.user, side, RECEIPTS_UP_TO).await?;
    let readers = readers.ok_or(match side {
        ChatRef::Group(_) => Refusal::NotMember,
        ChatRef::Dialog(_) => Refusal::Unauthorized,
    })?;
    let Person { id: user, first_name, .. } = app.store.person(caller.user).await?.ok_or(Refusal::Unauthorized)?;
    let event = Event::Typing { chat: side.key(user), user, first_name, readers: readers.into() };
    app.hub.deliver(&event, None);
    Ok(Answer::done())
}

/// From now on the caller's connection is told when these people come and go, if it may see that. All others read as gone.
pub async fn watch(app: &App, caller: Caller, request: WatchPresence) -> Result<Answer> {
    let asked = distinct(request.users.0);
    let sharing = app.store.sharing_with(caller.user, &asked, RECEIPTS_UP_TO).await?;
    let shown: HashSet<_> = sharing.iter().filter(|sharing| sharing.shows).map(|sharing| sharing.user).collect();
    // Also those who hide their presence: they may show it again.
    let people: Vec<_> = sharing.into_iter().filter(|sharing| !sharing.blocks).map(|sharing| sharing.user).collect();
    let stored: HashMap<_, _> = app.store.last_seen(&people).await?.into_iter().collect();
    let Some(connection) = caller.connection else { return Ok(Answer::done()) };
    let now = Timestamp::now();
    let present = app.hub.watch(caller.user, connection, &people, now);
    let rows = present.into_iter().filter(|(user, ..)| shown.contains(user)).map(|(user_id, online, left_at)| {
        // Not in the future, where a clock that was ahead may have put it.
        let last_seen_at = left_at.max(stored.get(&user_id).copied()).map(|at| at.min(now)).filter(|_| !online);
        (user_id, PresenceRow { user_id, online, last_seen_at })
    });
    let mut rows: HashMap<_, _> = rows.collect();
    let row = |user| rows.remove(&user).unwrap_or_else(|| PresenceRow::gone(user));
    Ok(Answer::rows(Rows::Presence(asked.into_iter().map(row).collect())))
}

/// Tells those who watch, and still may, who has come and gone.
pub async fn tell_presence(app: &App) -> Result<()> {
    let mut changes = app.hub.presence_changes(Timestamp::now());
    while !changes.is_empty() {
        let batch = next_batch(&mut changes);
        if let Err(error) = tell_changes(app, &batch).await {
            app.hub.untold(batch.into_iter().chain(changes));
            return Err(error);
        }
    }
    Ok(())
}

/// Removes changes from the end of the list: as many as one query takes, and at least one.
fn next_batch(changes: &mut Vec<PresenceChange>) -> Vec<PresenceChange> {
    let mut pairs = 0;
    let counted = changes.iter().rev().take_while(|change| {
        let has_room = pairs < PRESENCE_PAIRS;
        pairs += change.watchers.len();
        has_room
    });
    let count = counted.count();
    changes.split_off(changes.len() - count)
}

async fn tell_changes(app: &App, changes: &[PresenceChange]) -> Result<()> {
    let of_change = |change: &PresenceChange| {
        let watched = change.user;
        change.watchers.iter().map(move |watcher| (watcher.user, watched)).collect::<Vec<_>>()
    };
    let mut pairs: Vec<_> = changes.iter().flat_map(of_change).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let allowed = app.store.watching(&pairs, RECEIPTS_UP_TO).await?;
    for PresenceChange { user, online, last_seen_at, watchers } in changes {
        let row = PresenceRow { user_id: *user, online: *online, last_seen_at: *last_seen_at };
        let frame = live::presence(row);
        for connection in watchers.iter().filter(|watcher| allowed.contains(&(watcher.user, *user))) {
            connection.push(&frame);
        }
    }
    Ok(())
}

/// A page of those whom the caller blocks.
pub async fn blocked(app: &App, caller: Caller, page: BlockedUsers) -> Result<Answer> {
    let people = app.store.blocked(caller.user, page.cursor, page.limit.0).await?;
    Ok(Answer::rows(Rows::People(people.into_iter().map(Into::into).collect())))
}

/// Each of these people once.
fn distinct(mut users: Vec<UserId>) -> Vec<UserId> {
    users.sort_unstable();
    users.dedup();
    users
}
