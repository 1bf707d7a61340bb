//! What users see of each other: names, presence and typing; and the users whom they block.

use std::collections::{HashMap, HashSet};

use super::{App, Caller};
use crate::{
    error::{Refusal, Result},
    live::{self, PresenceChange},
    model::{ChatRef, Event, Person, Timestamp, UserId},
    protocol::{
        Answer, BlockedUsers, PeopleNames, Rows, Typing, WatchPresence, extended::PresenceRow, limits::RECEIPTS_UP_TO,
    },
};

/// Pairs of watcher and watched user per query: about 10 ms of database work.
const PRESENCE_PAIRS: usize = 1000;

/// The names of these users, ordered by id, so that links to users can show a name.
pub async fn names(app: &App, request: PeopleNames) -> Result<Answer> {
    let people = app.store.names(&distinct(request.users.0)).await?;
    Ok(Answer::rows(Rows::People(people.into_iter().map(Into::into).collect())))
}

/// Sends a typing indicator to the other members of the chat.
pub async fn typing(app: &App, caller: Caller, request: Typing) -> Result<Answer> {
    let side = request.chat;
    if !app.typists.may_notify(caller.user, side) {
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
    if let Some(cluster) = &app.cluster {
        cluster.pass(&event);
    }
    Ok(Answer::done())
}

/// Subscribes the caller's connection to the presence of these users. Those it may not see are shown as offline.
pub async fn watch(app: &App, caller: Caller, request: WatchPresence) -> Result<Answer> {
    let asked = distinct(request.users.0);
    let sharing = app.store.sharing_with(caller.user, &asked, RECEIPTS_UP_TO).await?;
    let shown: HashSet<_> = sharing.iter().filter(|sharing| sharing.shows).map(|sharing| sharing.user).collect();
    // Includes users who hide their presence: they may show it again.
    let people: Vec<_> = sharing.into_iter().filter(|sharing| !sharing.blocks).map(|sharing| sharing.user).collect();
    let stored: HashMap<_, _> = app.store.last_seen(&people).await?.into_iter().collect();
    let Some(connection) = caller.connection else { return Ok(Answer::done()) };
    let now = Timestamp::now();
    let present = app.hub.watch(caller.user, connection, &people, now);
    let rows = present.into_iter().filter(|(user, ..)| shown.contains(user)).map(|(user_id, online, left_at)| {
        // Not in the future, even if it was stored while the clock was ahead.
        let last_seen_at = left_at.max(stored.get(&user_id).copied()).map(|at| at.min(now)).filter(|_| !online);
        (user_id, PresenceRow { user_id, online, last_seen_at })
    });
    let mut rows: HashMap<_, _> = rows.collect();
    let row = |user| rows.remove(&user).unwrap_or_else(|| PresenceRow::gone(user));
    Ok(Answer::rows(Rows::Presence(asked.into_iter().map(row).collect())))
}

/// Sends presence changes to the watchers who may still see them.
pub async fn send_presence(app: &App) -> Result<()> {
    let mut changes = app.hub.presence_changes(Timestamp::now());
    while !changes.is_empty() {
        let batch = next_batch(&mut changes);
        if let Err(error) = send_changes(app, &batch).await {
            app.hub.retry(batch.into_iter().chain(changes));
            return Err(error);
        }
    }
    Ok(())
}

/// Takes changes from the end of the list: as many as fit into one query, and at least one.
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

async fn send_changes(app: &App, changes: &[PresenceChange]) -> Result<()> {
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

/// A page of the users that the caller blocks.
pub async fn blocked(app: &App, caller: Caller, page: BlockedUsers) -> Result<Answer> {
    let people = app.store.blocked(caller.user, page.cursor, page.limit.0).await?;
    Ok(Answer::rows(Rows::People(people.into_iter().map(Into::into).collect())))
}

/// Removes duplicates.
fn distinct(mut users: Vec<UserId>) -> Vec<UserId> {
    users.sort_unstable();
    users.dedup();
    users
}
