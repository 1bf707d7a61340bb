//! The steps of a random story.

use proptest::{collection::vec, prelude::*};

/// Users in a story. This number itself stands for a user who does not exist.
pub const PEOPLE: usize = 4;
/// Ids that groups may have. The id of a deleted group stays taken.
pub const GROUPS: usize = 4;
/// Members that a group may have.
pub const MEMBERS: u32 = 3;
/// Ids that messages may have; so few that they are used again.
const IDS: usize = 24;

/// A step of a story; users, groups and ids by number.
#[derive(Debug, Clone)]
pub enum Step {
    /// A user sends these at once, on one connection.
    Burst { who: usize, commands: Vec<Command> },
    /// A user creates a group.
    Create { who: usize, group: usize, id: usize },
    /// A user hides a dialog.
    Hide { who: usize, with: usize },
    /// A user changes their name.
    Rename { who: usize },
    /// A user deletes the account, and does nothing from then on.
    Erase { who: usize },
    /// A plain member becomes an admin, if there is one with this number.
    Promote { whom: usize, group: usize },
    /// A user reads everything, in pages of this size.
    Look { who: usize, limit: usize },
    /// The server stops and starts again.
    Restart,
}

impl Step {
    /// The user who acts, if any.
    pub fn who(&self) -> Option<usize> {
        match *self {
            Self::Restart | Self::Promote { .. } => None,
            Self::Burst { who, .. }
            | Self::Create { who, .. }
            | Self::Hide { who, .. }
            | Self::Rename { who }
            | Self::Erase { who }
            | Self::Look { who, .. } => Some(who),
        }
    }
}

/// A request on a connection.
#[derive(Debug, Clone)]
pub enum Command {
    Write { to: usize, id: usize },
    Say { group: usize, id: usize },
    Add { group: usize, whom: usize, id: usize },
    Leave { group: usize, id: usize },
    Remove { group: usize, whom: usize, id: usize },
    Drop { group: usize },
    ReadDialog { with: usize, limit: usize },
    ReadGroup { group: usize, limit: usize },
}

/// Stories of this many steps. In each, the first user starts with a group of three.
pub fn story(steps: usize) -> impl Strategy<Value = Vec<Step>> {
    let beginning = [
        Step::Create { who: 0, group: 0, id: 0 },
        Step::Burst { who: 0, commands: (1..3).map(|whom| Command::Add { group: 0, whom, id: whom }).collect() },
    ];
    vec(step(), steps).prop_map(move |steps| beginning.iter().cloned().chain(steps).collect())
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        24 => (0..PEOPLE, vec(command(), 1..7)).prop_map(|(who, commands)| Step::Burst { who, commands }),
        6 => (0..PEOPLE, 0..GROUPS, 0..IDS).prop_map(|(who, group, id)| Step::Create { who, group, id }),
        4 => (0..PEOPLE, 0..=PEOPLE).prop_map(|(who, with)| Step::Hide { who, with }),
        1 => (0..PEOPLE).prop_map(|who| Step::Rename { who }),
        1 => (0..PEOPLE).prop_map(|who| Step::Erase { who }),
        2 => (0..PEOPLE, 0..GROUPS).prop_map(|(whom, group)| Step::Promote { whom, group }),
        2 => (0..PEOPLE, 1..9_usize).prop_map(|(who, limit)| Step::Look { who, limit }),
        2 => Just(Step::Restart),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    let (group, whom, id) = (0..GROUPS, 0..=PEOPLE, 0..IDS);
    prop_oneof![
        6 => (whom.clone(), id.clone()).prop_map(|(to, id)| Command::Write { to, id }),
        8 => (group.clone(), id.clone()).prop_map(|(group, id)| Command::Say { group, id }),
        6 => (group.clone(), whom.clone(), id.clone()).prop_map(|(group, whom, id)| Command::Add { group, whom, id }),
        2 => (group.clone(), id.clone()).prop_map(|(group, id)| Command::Leave { group, id }),
        3 => (group.clone(), whom.clone(), id).prop_map(|(group, whom, id)| Command::Remove { group, whom, id }),
        1 => group.clone().prop_map(|group| Command::Drop { group }),
        3 => (whom, 0..9_usize).prop_map(|(with, limit)| Command::ReadDialog { with, limit }),
        3 => (group, 0..9_usize).prop_map(|(group, limit)| Command::ReadGroup { group, limit }),
    ]
}
