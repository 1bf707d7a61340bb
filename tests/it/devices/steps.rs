//! The steps of a story.

use proptest::{collection::vec, prelude::*};

/// Users in a story. The first has two devices.
pub const PEOPLE: usize = 3;
/// Groups that may be created.
pub const GROUPS: usize = 2;

/// Where something happens: the dialog with a user, or a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    With(usize),
    In(usize),
}

/// What a user does. Messages are counted from the newest.
#[derive(Debug, Clone)]
pub enum Act {
    Send { place: Place, reply_to: Option<usize> },
    Edit { place: Place, nth: usize },
    Delete { place: Place, nth: usize },
    React { place: Place, nth: usize, emoji: usize, on: bool },
    Read { place: Place, nth: usize },
    Mute { place: Place, on: bool },
    Hide { with: usize },
    Block { whom: usize, on: bool },
    Create { group: usize },
    Add { group: usize, whom: usize },
    Remove { group: usize, whom: usize },
    Leave { group: usize },
    Rename { group: usize },
    SetRole { group: usize, whom: usize, role: &'static str },
    Drop { group: usize },
}

/// A step of a story.
#[derive(Debug, Clone)]
pub enum Step {
    /// A user does something, on this one of their devices if it is connected.
    Do { who: usize, device: usize, act: Act },
    /// The first user's second device disconnects.
    Away,
    /// It reconnects.
    Back,
    /// It reconnects while the others do these things.
    BackDuring { acts: Vec<(usize, Act)> },
    /// The server stops and starts again.
    Restart,
}

/// Stories of this many steps. In each, the first user starts with a group of all.
pub fn story(steps: usize) -> impl Strategy<Value = Vec<Step>> {
    let begin = |act| Step::Do { who: 0, device: 0, act };
    let mut beginning = vec![begin(Act::Create { group: 0 })];
    beginning.extend((1..PEOPLE).map(|whom| begin(Act::Add { group: 0, whom })));
    vec(step(), steps).prop_map(move |steps| beginning.iter().cloned().chain(steps).collect())
}

fn step() -> impl Strategy<Value = Step> {
    let others = (1..PEOPLE, act());
    prop_oneof![
        40 => (0..PEOPLE, 0..2_usize, act()).prop_map(|(who, device, act)| Step::Do { who, device, act }),
        4 => Just(Step::Away),
        2 => Just(Step::Back),
        2 => vec(others, 1..12).prop_map(|acts| Step::BackDuring { acts }),
        1 => Just(Step::Restart),
    ]
}

fn place() -> impl Strategy<Value = Place> {
    prop_oneof![(0..PEOPLE).prop_map(Place::With), (0..GROUPS).prop_map(Place::In)]
}

fn act() -> impl Strategy<Value = Act> {
    let (group, whom, nth) = (0..GROUPS, 0..PEOPLE, 0..6_usize);
    let role = prop_oneof![Just("owner"), Just("admin"), Just("member")];
    prop_oneof![
        20 => (place(), proptest::option::of(nth.clone())).prop_map(|(place, reply_to)| Act::Send { place, reply_to }),
        8 => (place(), nth.clone()).prop_map(|(place, nth)| Act::Edit { place, nth }),
        4 => (place(), nth.clone()).prop_map(|(place, nth)| Act::Delete { place, nth }),
        12 => (place(), nth.clone(), 0..3_usize, any::<bool>())
            .prop_map(|(place, nth, emoji, on)| Act::React { place, nth, emoji, on }),
        8 => (place(), nth).prop_map(|(place, nth)| Act::Read { place, nth }),
        3 => (place(), any::<bool>()).prop_map(|(place, on)| Act::Mute { place, on }),
        2 => whom.clone().prop_map(|with| Act::Hide { with }),
        2 => (whom.clone(), any::<bool>()).prop_map(|(whom, on)| Act::Block { whom, on }),
        2 => group.clone().prop_map(|group| Act::Create { group }),
        6 => (group.clone(), whom.clone()).prop_map(|(group, whom)| Act::Add { group, whom }),
        3 => (group.clone(), whom.clone()).prop_map(|(group, whom)| Act::Remove { group, whom }),
        1 => group.clone().prop_map(|group| Act::Leave { group }),
        3 => group.clone().prop_map(|group| Act::Rename { group }),
        4 => (group.clone(), whom, role).prop_map(|(group, whom, role)| Act::SetRole { group, whom, role }),
        1 => group.prop_map(|group| Act::Drop { group }),
    ]
}
