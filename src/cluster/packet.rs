//! What the servers of a cluster send each other, as JSON. A packet that cannot be read counts as lost: it may come from a
//! newer version.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    live::Whereabouts,
    model::{Cursor, Event, Logged, Person, Scene, UserId},
};

/// Users that are sent with an event; if there are more, the receiver reads them from the database.
const MOST_USERS: usize = 5_000;

/// One message on the bus.
#[derive(Debug, Deserialize)]
pub(super) struct Packet {
    /// The generation of the server that sent it.
    pub(super) from: i64,
    /// What it says.
    pub(super) news: News,
}

/// What a server tells the others.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum News {
    /// It has committed a row.
    Committed {
        n: i64,
        /// Pairs of writer and row.
        follows: Vec<(i64, i64)>,
        events: Vec<Carried>,
    },
    /// It is there, and `n` is its newest row.
    Beat { n: i64 },
    /// Connections were opened or closed. `whole` if these are all of its users.
    Presence { whole: bool, users: Vec<Whereabouts> },
    /// Something that is not stored.
    Passing(Carried),
    /// It is leaving: its users are offline until they are seen elsewhere.
    Leaving,
}

/// An event with what its process has at hand.
#[derive(Debug, Deserialize)]
pub(super) struct Carried {
    event: Event,
    #[serde(default)]
    scene: Option<Box<Scene>>,
    #[serde(default)]
    users: Option<Vec<UserId>>,
    #[serde(default)]
    person: Option<Person>,
}

/// The same, to be sent.
#[derive(Serialize)]
struct Lent<'a> {
    event: &'a Event,
    #[serde(skip_serializing_if = "Option::is_none")]
    scene: Option<&'a Scene>,
    #[serde(skip_serializing_if = "Option::is_none")]
    users: Option<&'a [UserId]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<&'a Person>,
}

#[derive(Serialize)]
struct Sent<'a> {
    from: i64,
    news: Telling<'a>,
}

/// As [`News`], borrowed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Telling<'a> {
    Committed { n: i64, follows: Vec<(i64, i64)>, events: Vec<Lent<'a>> },
    Beat { n: i64 },
    Presence { whole: bool, users: &'a [Whereabouts] },
    Passing(Lent<'a>),
    Leaving,
}

/// A row of this server, with what it caused.
pub(super) fn committed<'a>(from: i64, logged: &Logged, events: impl Iterator<Item = &'a Event>) -> Vec<u8> {
    let follows = logged.follows.iter().map(|Cursor { writer, n }| (*writer, *n)).collect();
    encode(from, Telling::Committed { n: logged.n, follows, events: events.map(lent).collect() })
}

/// That this server is there, with its newest row.
pub(super) fn beat(from: i64, n: i64) -> Vec<u8> {
    encode(from, Telling::Beat { n })
}

/// Who is connected to this server.
pub(super) fn presence(from: i64, whole: bool, users: &[Whereabouts]) -> Vec<u8> {
    encode(from, Telling::Presence { whole, users })
}

/// Something that is not stored.
pub(super) fn passing(from: i64, event: &Event) -> Vec<u8> {
    encode(from, Telling::Passing(lent(event)))
}

/// That this server is leaving.
pub(super) fn leaving(from: i64) -> Vec<u8> {
    encode(from, Telling::Leaving)
}

fn encode(from: i64, news: Telling<'_>) -> Vec<u8> {
    serde_json::to_vec(&Sent { from, news }).expect("packets have string keys")
}

fn lent(event: &Event) -> Lent<'_> {
    let users = event.users().map(|users| users.as_slice()).filter(|users| users.len() <= MOST_USERS);
    let person = match event {
        Event::PersonRenamed { person, .. } => person.as_ref(),
        _ => None,
    };
    Lent { event, scene: event.entry().and_then(|entry| entry.scene.as_deref()), users, person }
}

/// An event as another server committed it.
#[derive(Debug)]
pub(super) struct Heard {
    /// The event, with its scene if it was sent; groups are without members.
    pub(super) event: Event,
    /// Whether the users that the event names were not sent.
    pub(super) lacks_users: bool,
}

impl Carried {
    /// The event with everything that was sent with it.
    pub(super) fn unpacked(self) -> Heard {
        let Self { mut event, scene, users, person } = self;
        if let Some(entry) = event.entry_mut() {
            entry.scene = scene;
        }
        if let Event::PersonRenamed { person: named, .. } = &mut event {
            *named = person;
        }
        let lacks_users = event.users().is_some() && users.is_none();
        if let Some((place, users)) = event.users_mut().zip(users) {
            *place = Arc::new(users);
        }
        Heard { event, lacks_users }
    }
}

impl Heard {
    /// An event from the log, which has only ids and counters.
    pub(super) fn from_log(event: Event) -> Self {
        let lacks_users = event.users().is_some();
        Self { event, lacks_users }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Audience, examples};

    #[test]
    fn an_event_arrives_with_everything_but_the_members_of_its_group() {
        for mut event in examples() {
            let logged = Logged { n: 7, follows: vec![Cursor { writer: 1, n: 5 }] };
            let packet: Packet = serde_json::from_slice(&committed(3, &logged, [&event].into_iter())).unwrap();
            let News::Committed { n: 7, follows, events } = packet.news else { panic!("another packet") };
            assert_eq!((packet.from, follows), (3, vec![(1, 5)]));
            let [heard] = <[Carried; 1]>::try_from(events).unwrap().map(Carried::unpacked);
            assert!(!heard.lacks_users, "{event:?}");
            if let Some(Audience::Group { members, .. }) =
                event.entry_mut().and_then(|entry| entry.scene.as_mut()).map(|scene| &mut scene.audience)
            {
                *members = Arc::default();
            }
            assert_eq!(format!("{:?}", heard.event), format!("{event:?}"));
        }
    }
}
