//! The mix of requests: what people do, in a fixed proportion.

use serde_json::{Value, json};
use uuid::Uuid;

/// Rows per page.
const PAGE: u32 = 50;
/// Visits the places of the cycle in an order that mixes the requests: it has no factor in common with a hundred.
const STRIDE: usize = 37;
/// What people do in a hundred steps.
const CYCLE: [(usize, Step); 12] = [
    (36, Step::Write),
    (12, Step::WriteInGroup),
    (8, Step::Edit),
    (5, Step::React),
    (5, Step::Read),
    (10, Step::History),
    (4, Step::GroupHistory),
    (4, Step::Search),
    (6, Step::Resume),
    (4, Step::Presence),
    (4, Step::Typing),
    (2, Step::Reconnect),
];

/// A request or another action of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Write,
    WriteInGroup,
    Edit,
    React,
    Read,
    History,
    GroupHistory,
    Search,
    Resume,
    Presence,
    Typing,
    Reconnect,
}

/// What a person knows of the chats.
pub(super) struct Chats {
    pub(super) partner: String,
    pub(super) group: String,
    /// Everyone in the group.
    pub(super) members: Vec<String>,
    /// The last own message in the dialog.
    pub(super) message: Uuid,
    /// The last seq in the dialog.
    pub(super) seq: i64,
}

impl Step {
    /// The step with this number; each person begins at another place.
    pub(super) fn of(number: usize) -> Self {
        let mut place = number * STRIDE % 100;
        for (share, step) in CYCLE {
            if place < share {
                return step;
            }
            place -= share;
        }
        Self::Write
    }

    /// Whether it changes a chat.
    pub(super) fn writes(self) -> bool {
        matches!(self, Self::Write | Self::WriteInGroup | Self::Edit | Self::React | Self::Read)
    }

    /// Its request on a WebSocket; `None` if it is something else.
    pub(super) fn request(self, chats: &mut Chats, number: usize) -> Option<(&'static str, Value)> {
        let (dialog, group) = (json!({ "receiverId": chats.partner }), json!({ "groupId": chats.group }));
        let text = format!("{number:<100}");
        let with = |mut params: Value, more: &[(&str, Value)]| {
            for (key, value) in more {
                params[*key] = value.clone();
            }
            params
        };
        let page = [("limit", json!(PAGE)), ("cursorCreatedAt", Value::Null)];
        let last = ("messageId", json!(chats.message));
        Some(match self {
            Self::Write => {
                chats.message = Uuid::now_v7();
                let message = [("messageId", json!(chats.message)), ("content", json!(text))];
                ("privateMessage", with(dialog, &message))
            }
            Self::WriteInGroup => {
                let message = [("messageId", json!(Uuid::now_v7())), ("content", json!(text))];
                ("messageInGroup", with(group, &message))
            }
            Self::Edit => ("editMessage", with(dialog, &[last, ("content", json!(text))])),
            Self::React => {
                ("react", with(dialog, &[last, ("emoji", json!("👍")), ("on", json!(number.is_multiple_of(2)))]))
            }
            Self::Read => ("markRead", with(dialog, &[("seq", json!(chats.seq))])),
            Self::History => ("getlatestMessageDialog", with(dialog, &page)),
            Self::GroupHistory => ("getlatestMessageGroup", with(group, &page)),
            Self::Resume => ("getChangedChats", json!({ "known": [], "cursor": null })),
            Self::Presence => ("watchPresence", json!({ "userIds": chats.members })),
            Self::Typing => ("typing", dialog),
            Self::Search | Self::Reconnect => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_steps_are_the_whole_mix() {
        let steps: Vec<_> = (0..100).map(Step::of).collect();
        for (share, step) in CYCLE {
            assert_eq!(steps.iter().filter(|taken| **taken == step).count(), share, "{step:?}");
        }
    }
}
