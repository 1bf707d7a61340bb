//! The limits of each user, and the sentences that explain them when they are used up.

use std::fmt;

/// What each user may do a limited number of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Budget {
    /// Messages and notices per minute.
    Messages,
    /// Edits, deletions and reactions per minute.
    Changes,
    /// Users added to groups per hour without a dialog in which both have written.
    AddsOfStrangers,
    /// Other users added to groups per hour.
    Adds,
}

impl Budget {
    pub(super) fn code(self) -> &'static str {
        match self {
            // The same code as for the rates of frames: the same request succeeds after a pause.
            Self::Messages | Self::Changes => "too_many_requests",
            Self::AddsOfStrangers | Self::Adds => "too_many_adds",
        }
    }

    /// What is allowed: the rest of a sentence that begins with "You can".
    pub(super) fn allows(self, limit: u32) -> String {
        let count = |one: &str, other: &str| format!("{limit} {}", if limit == 1 { one } else { other });
        let people = || count("person", "people");
        match self {
            Self::Messages => format!("send {} a minute", count("message", "messages")),
            Self::Changes => {
                format!("edit, delete and react to messages {} a minute", count("time", "times"))
            }
            Self::AddsOfStrangers => {
                format!("add {} an hour without having exchanged messages with them", people())
            }
            Self::Adds => format!("add {} an hour", people()),
        }
    }
}

/// The limits on the storage of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageBound {
    /// That of the user who writes.
    Person,
    /// That of the whole database.
    Server,
}

impl StorageBound {
    pub(super) fn explain(self, mb: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person => write!(
                f,
                "Your messages use all {mb} MB that this server allows: delete some for everyone, or ask the operator for more"
            ),
            Self::Server => write!(f, "This server's storage of {mb} MB is full: ask the operator for more"),
        }
    }
}
