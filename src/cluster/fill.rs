//! Completes events of other servers before they are delivered here: the members of groups always, and whatever else was
//! not sent or was read from the log. Events that concern nobody here are left out.

use std::{collections::HashMap, sync::Arc};

use super::packet::Heard;
use crate::{
    error::Result,
    live::Hub,
    model::{Audience, ChatKey, Entry, Event, GroupId, Members, Receipt, UserId},
    store::{Place, Store},
};

/// How many memberships are cached, over all groups: 16 MiB.
const REMEMBERED: usize = 1_000_000;

/// Completes events. Caches the members of groups by their version.
pub(super) struct Filler {
    store: Store,
    hub: Arc<Hub>,
    rosters: HashMap<GroupId, Roster>,
    memberships: usize,
}

struct Roster {
    version: i64,
    members: Members,
    /// Whether a member was connected here after so many openings of connections.
    is_here: bool,
    openings: u64,
}

impl Filler {
    pub(super) fn new(store: Store, hub: Arc<Hub>) -> Self {
        Self { store, hub, rosters: HashMap::new(), memberships: 0 }
    }

    /// The events that concern somebody here, complete and in order.
    pub(super) async fn fill(&mut self, heard: &[Heard]) -> Result<Vec<Event>> {
        let mut events = Vec::with_capacity(heard.len());
        let mut places = Vec::new();
        // Of each event: those of one row may have different ones.
        let mut members = Vec::with_capacity(heard.len());
        for Heard { event, lacks_users } in heard {
            let Some((event, roster)) = self.concerning(event, *lacks_users).await? else { continue };
            members.push(roster);
            if let Some(entry) = event.entry()
                && entry.scene.is_none()
            {
                places.push((events.len(), Place::new(entry.chat, entry.seq, entry.actor)));
            }
            events.push(event);
        }
        if !places.is_empty() {
            let wanted: Vec<_> = places.iter().map(|(_, place)| *place).collect();
            let scenes = self.store.scenes(&wanted).await?;
            for ((position, _), scene) in places.into_iter().zip(scenes) {
                if let Some(entry) = events[position].entry_mut() {
                    entry.scene = scene.map(Box::new);
                }
            }
        }
        for (event, roster) in events.iter_mut().zip(members) {
            if let Some(scene) = event.entry_mut().and_then(|entry| entry.scene.as_mut())
                && let (Audience::Group { members, .. }, Some(roster)) = (&mut scene.audience, roster)
            {
                *members = roster;
            }
        }
        Ok(events)
    }

    /// The event with its users, and in a group with the members, if it concerns somebody here.
    async fn concerning(&mut self, event: &Event, lacks_users: bool) -> Result<Option<(Event, Option<Members>)>> {
        if let Some(entry) = event.entry() {
            return Ok(match entry.chat {
                ChatKey::Dialog(low, high) => self.hub.has_any(&[low, high]).then(|| (event.clone(), None)),
                ChatKey::Group(group) => self.roster(group, entry).await?.map(|roster| (event.clone(), Some(roster))),
            });
        }
        let mut event = event.clone();
        if lacks_users {
            let users = self.users(&event).await?;
            if let Some(place) = event.users_mut() {
                *place = Arc::new(users);
            }
        }
        if let Event::PersonRenamed { user, person } = &mut event
            && person.is_none()
        {
            *person = self.store.person(*user).await?;
        }
        Ok(Some((event, None)))
    }

    /// The members of an entry's group, if one of them is connected here.
    async fn roster(&mut self, group: GroupId, entry: &Entry) -> Result<Option<Members>> {
        if self.rosters.get(&group).is_none_or(|known| known.version != entry.roster_version) {
            self.load(group, entry).await?;
        }
        let openings = self.hub.openings();
        let Some(roster) = self.rosters.get_mut(&group) else { return Ok(None) };
        if roster.openings != openings {
            (roster.is_here, roster.openings) = (self.hub.has_any(&roster.members), openings);
        }
        Ok(roster.is_here.then(|| roster.members.clone()))
    }

    async fn load(&mut self, group: GroupId, entry: &Entry) -> Result<()> {
        let members = Arc::new(self.store.roster_at(group, entry.counters.last_seq).await?);
        if self.memberships > REMEMBERED {
            self.rosters.clear();
            self.memberships = 0;
        }
        self.memberships += members.len();
        let openings = self.hub.openings();
        let is_here = self.hub.has_any(&members);
        let roster = Roster { version: entry.roster_version, members, is_here, openings };
        if let Some(outdated) = self.rosters.insert(group, roster) {
            self.memberships -= outdated.members.len();
        }
        Ok(())
    }

    /// The users whom an event concerns, from the database.
    async fn users(&self, event: &Event) -> Result<Vec<UserId>> {
        match event {
            Event::Dropped { group, .. } => self.store.roster_at(*group, i64::MAX).await,
            Event::Expired { chat: ChatKey::Dialog(low, high), .. } if low == high => Ok(vec![*low]),
            Event::Expired { chat: ChatKey::Dialog(low, high), .. } => Ok(vec![*low, *high]),
            Event::Expired { chat: ChatKey::Group(group), counters, .. } => {
                self.store.roster_at(*group, counters.last_seq).await
            }
            Event::Read { chat: ChatKey::Group(group), receipt: Some(Receipt::Members { .. }), .. } => {
                self.store.receipts_in(*group).await
            }
            Event::PersonDeleted { user, .. } => self.store.companions(*user).await,
            _ => Ok(Vec::new()),
        }
    }
}
