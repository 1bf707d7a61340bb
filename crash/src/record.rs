//! Observations: everything that clients saw in a round. The checker judges nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    moment::{self, Moment},
    wire::{Chat, View},
};

/// The observations of a round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Round {
    /// The ids of the users, by their number.
    pub(crate) people: Vec<String>,
    pub(crate) ops: Vec<Op>,
    pub(crate) lines: Vec<Line>,
    /// What fresh clients saw before the round.
    pub(crate) before: Snapshot,
    /// What fresh clients saw after it.
    pub(crate) after: Snapshot,
    /// What clients that ran during this round, and maybe earlier ones, knew at its end.
    pub(crate) models: Vec<Model>,
    /// What servers did that no client could see, such as refusing to start.
    pub(crate) surprises: Vec<String>,
    /// Dialogs in which a side has ever blocked the other, who then gets no more read receipts.
    pub(crate) quarrels: BTreeSet<Chat>,
    /// How many users had deleted their accounts before the round.
    pub(crate) former: usize,
}

/// What a client wanted to change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Op {
    pub(crate) person: usize,
    pub(crate) chat: Chat,
    pub(crate) change: Change,
    /// The server must refuse it.
    pub(crate) is_forbidden: bool,
    /// The first one, then retries.
    pub(crate) attempts: Vec<Attempt>,
}

/// A change. Texts and message ids are unique.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Change {
    Send {
        id: String,
        text: String,
    },
    Edit {
        id: String,
        text: String,
    },
    Delete {
        id: String,
    },
    React {
        id: String,
        emoji: String,
        on: bool,
    },
    Read {
        seq: i64,
    },
    Mute {
        until: Option<String>,
    },
    Add {
        id: String,
        whom: usize,
    },
    Remove {
        id: String,
        whom: usize,
    },
    Leave {
        id: String,
    },
    Rename {
        id: String,
        name: String,
    },
    Role {
        id: String,
        whom: usize,
        role: String,
    },
    /// Of the other side of the dialog.
    Block {
        on: bool,
    },
    /// Hides the dialog, over REST.
    Hide,
    /// Deletes the account, over REST; erases all its texts, too, or not.
    Destroy {
        erases: bool,
    },
}

/// A request that was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Attempt {
    /// The connection; `None` for a REST call.
    pub(crate) line: Option<usize>,
    pub(crate) sent: Moment,
    pub(crate) outcome: Outcome,
}

/// What the client knows of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Outcome {
    /// The connection ended before the answer, or the server did not know the outcome.
    Unanswered,
    Acknowledged {
        at: Moment,
        seq: Option<i64>,
        revision: Option<i64>,
    },
    Refused {
        code: String,
        message: String,
    },
}

/// A connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) person: usize,
    pub(crate) protocol: Protocol,
    /// From here on, every event for this person must arrive. `None` if it ended before.
    pub(crate) ready: Option<Moment>,
    /// The server closed it because the session has ended.
    pub(crate) is_logged_out: bool,
    /// It was still open when all requests had been answered, and everything sent to it has arrived.
    pub(crate) is_settled: bool,
    pub(crate) heard: Vec<Heard>,
}

/// The subprotocol of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Protocol {
    Auth,
    Hearth,
}

impl Protocol {
    /// Its name in the handshake.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Hearth => "hearth",
        }
    }
}

/// A frame about a chat that arrived, in the order of arrival.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Heard {
    pub(crate) kind: String,
    pub(crate) chat: Chat,
    pub(crate) is_answer: bool,
    pub(crate) message: Option<String>,
    pub(crate) seq: Option<i64>,
    pub(crate) last_seq: Option<i64>,
    pub(crate) revision: Option<i64>,
}

/// What fresh clients see when nothing happens.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    /// By the number of the user.
    pub(crate) views: Vec<View>,
    /// The users whose sessions have ended. Their views are empty.
    pub(crate) gone: BTreeSet<usize>,
    /// The members of each group and their roles, in the order in which they joined.
    pub(crate) members: BTreeMap<Chat, Vec<(String, String)>>,
    /// The users whom each user blocks, by the number of the user.
    pub(crate) blocked: Vec<BTreeSet<String>>,
    /// Histories as pages show them.
    pub(crate) histories: Vec<History>,
}

/// A history that was read page by page, the oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct History {
    pub(crate) person: usize,
    pub(crate) protocol: Protocol,
    pub(crate) chat: Chat,
    /// Id, text and time.
    pub(crate) rows: Vec<(String, String, String)>,
}

/// What a client that resumed after each absence knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Model {
    pub(crate) person: usize,
    pub(crate) view: View,
}

impl Outcome {
    /// What an answer says, with its code, its message and, if it is a success, its item.
    pub(crate) fn of(is_success: bool, (code, message): (&str, &str), item: &Value) -> Self {
        match code {
            _ if is_success => {
                Self::Acknowledged { at: moment::now(), seq: item["seq"].as_i64(), revision: item["revision"].as_i64() }
            }
            // The server may find out later that it is done.
            "unavailable" => Self::Unanswered,
            code => Self::Refused { code: code.to_owned(), message: message.to_owned() },
        }
    }
}

impl Op {
    /// The moment of the first request.
    pub(crate) fn sent(&self) -> Moment {
        self.attempts.first().map_or(0, |attempt| attempt.sent)
    }

    /// The first acknowledgement, if there is one.
    pub(crate) fn acknowledged(&self) -> Option<Moment> {
        self.attempts.iter().find_map(|attempt| match attempt.outcome {
            Outcome::Acknowledged { at, .. } => Some(at),
            _ => None,
        })
    }

    /// Every request was refused: nothing may be stored.
    pub(crate) fn is_refused(&self) -> bool {
        self.attempts.iter().all(|attempt| matches!(attempt.outcome, Outcome::Refused { .. }))
    }

    /// Neither acknowledged nor refused: done completely or not at all.
    pub(crate) fn is_open(&self) -> bool {
        self.acknowledged().is_none() && !self.is_refused()
    }

    /// The chat's revision in the acknowledgement.
    pub(crate) fn revision(&self) -> Option<i64> {
        self.attempts.iter().find_map(|attempt| match attempt.outcome {
            Outcome::Acknowledged { revision, .. } => revision,
            _ => None,
        })
    }
}

impl Change {
    /// What it is called in reports.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Send { .. } => "send",
            Self::Edit { .. } => "edit",
            Self::Delete { .. } => "delete",
            Self::React { .. } => "react",
            Self::Read { .. } => "read",
            Self::Mute { .. } => "mute",
            Self::Add { .. } => "add",
            Self::Remove { .. } => "remove",
            Self::Leave { .. } => "leave",
            Self::Rename { .. } => "rename",
            Self::Role { .. } => "role",
            Self::Block { .. } => "block",
            Self::Hide => "hide",
            Self::Destroy { .. } => "delete account",
        }
    }

    /// The id of the row that it adds to the history.
    pub(crate) fn adds(&self) -> Option<&str> {
        match self {
            Self::Send { id, .. }
            | Self::Add { id, .. }
            | Self::Remove { id, .. }
            | Self::Leave { id }
            | Self::Rename { id, .. }
            | Self::Role { id, .. } => Some(id),
            _ => None,
        }
    }

    /// The id of the row that it changes.
    pub(crate) fn changes(&self) -> Option<&str> {
        match self {
            Self::Edit { id, .. } | Self::Delete { id } | Self::React { id, .. } => Some(id),
            _ => None,
        }
    }
}
