//! What is bounded for each person, and how a used-up bound is explained.

use std::fmt;

/// What each person may do only so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Budget {
    /// Messages and notices, in a minute.
    Messages,
    /// Edits, deletions and reactions, in a minute.
    Changes,
    /// Adding people to groups without a dialog in which both have written, in an hour.
    AddsOfStrangers,
    /// Adding other people to groups, in an hour.
    Adds,
}

impl Budget {
    pub(super) fn code(self) -> &'static str {
        match self {
            // The same request succeeds after a pause, as with the rates of frames.
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
                format!("edit messages, delete them and react to them {} a minute", count("time", "times"))
            }
            Self::AddsOfStrangers => {
                format!("add {} an hour with whom you have not written to each other", people())
            }
            Self::Adds => format!("add {} an hour", people()),
        }
    }
}

/// Whose storage for messages is bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageBound {
    /// That of the person who writes.
    Person,
    /// All people's together.
    Server,
}

impl StorageBound {
    pub(super) fn explain(self, mb: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person => write!(
                f,
                "Your messages use all {mb} MB that this server allows: delete some for everybody, or ask the operator for more"
            ),
            Self::Server => write!(f, "This server's storage of {mb} MB is full: ask the operator for more"),
        }
    }
}
