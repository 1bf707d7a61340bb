//! The samples of frames: one conversation, told frame by frame. The tests play it against the server.

use serde_json::Value;

use crate::protocol::Protocol;

/// What a frame is to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Sent by the client.
    Request,
    /// The answer to its sender.
    Answer,
    /// What others hear of it.
    Broadcast,
    /// The answer when it is not done.
    Refusal,
    /// What somebody does elsewhere, that others hear of: calls REST, or connects.
    Call,
}

impl Form {
    const ALL: [Self; 5] = [Self::Request, Self::Answer, Self::Broadcast, Self::Refusal, Self::Call];

    /// The last word of the names of its samples.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Answer => "answer",
            Self::Broadcast => "broadcast",
            Self::Refusal => "refusal",
            Self::Call => "call",
        }
    }
}

/// A frame of the conversation.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    /// Which request this is about, and the circumstances: `addUserInGroup by a member`.
    pub(super) story: String,
    pub(super) form: Form,
    /// Who sends or gets it.
    pub(super) people: Vec<String>,
    /// What is no JSON is a string.
    pub(super) frame: Value,
}

impl Sample {
    /// The type that the story is about: what the request asks for, whatever comes of it.
    pub(super) fn kind(&self) -> &str {
        self.story.split(' ').next().unwrap_or_default()
    }

    /// The type that the frame itself names.
    pub(super) fn wire_type(&self) -> &str {
        self.frame["type"].as_str().unwrap_or_default()
    }

    /// The circumstances; empty for the plain case.
    pub(super) fn circumstances(&self) -> &str {
        self.story.split_once(' ').map_or("", |(_, rest)| rest)
    }

    /// The stable word of a refusal.
    pub(super) fn code(&self) -> &str {
        self.frame["code"].as_str().unwrap_or_default()
    }
}

/// The conversation in one subprotocol.
pub(super) fn of(protocol: Protocol) -> Vec<Sample> {
    let text = match protocol {
        Protocol::Reference => include_str!("../../tests/samples/frames.json"),
        Protocol::Hearth => include_str!("../../tests/samples/hearth.json"),
    };
    let samples: Vec<Value> = serde_json::from_str(text).expect("the tests read the same file");
    samples.into_iter().filter_map(read).collect()
}

fn read(mut sample: Value) -> Option<Sample> {
    let (story, form) = sample["name"].as_str()?.rsplit_once(' ')?;
    let form = Form::ALL.into_iter().find(|known| known.name() == form)?;
    let people = sample["sockets"].as_array()?.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let story = story.to_owned();
    Some(Sample { story, form, people, frame: sample["frame"].take() })
}
