//! The samples of frames: one conversation per protocol, frame by frame. The tests play it against the server.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::protocol::Protocol;

/// A frame of a conversation.
#[derive(Debug, Deserialize)]
pub(super) struct Sample {
    /// The type of the request, the circumstances, and the form: `addUserInGroup by a member answer`.
    name: String,
    /// Who sends or gets it; empty if the frame needs circumstances that the conversation does not have.
    sockets: Vec<String>,
    /// A string if it is not JSON.
    pub(super) frame: Value,
}

impl Sample {
    /// `request`, `answer`, `broadcast`, `refusal`, or `call`: something done outside the WebSocket, such as a call of
    /// REST.
    pub(super) fn form(&self) -> &str {
        self.name.rsplit_once(' ').map_or("", |(_, form)| form)
    }

    /// The type and the circumstances: the frames of a story share them.
    fn story(&self) -> &str {
        self.name.rsplit_once(' ').map_or("", |(story, _)| story)
    }

    /// The type of the request that this is about, whatever the outcome.
    pub(super) fn kind(&self) -> &str {
        self.story().split(' ').next().unwrap_or_default()
    }

    /// Empty for the plain case.
    fn circumstances(&self) -> &str {
        self.story().split_once(' ').map_or("", |(_, circumstances)| circumstances)
    }

    /// The type in the frame itself.
    pub(super) fn wire_type(&self) -> &str {
        self.frame["type"].as_str().unwrap_or_default()
    }
}

/// The conversation in one protocol.
pub(super) struct Conversation {
    channel: &'static str,
    pub(super) samples: Vec<Sample>,
}

impl Conversation {
    pub(super) fn of(protocol: Protocol) -> Self {
        let text = match protocol {
            Protocol::Reference => include_str!("../../tests/samples/frames.json"),
            Protocol::Hearth => include_str!("../../tests/samples/hearth.json"),
        };
        let samples = serde_json::from_str(text).expect("the tests read the same file");
        Self { channel: protocol.name(), samples }
    }

    /// The key of the message for this form and type of frame; all refusals are one message.
    pub(super) fn key(&self, form: &str, kind: &str) -> String {
        match form {
            "refusal" => format!("{}.{form}", self.channel),
            form => format!("{}.{kind}.{form}", self.channel),
        }
    }

    /// The examples of a message.
    pub(super) fn examples(&self, form: &str, kind: &str) -> Vec<Value> {
        let example = |sample: &Sample| json!({ "name": sample.name, "payload": sample.frame });
        self.samples_of(form, kind).map(example).collect()
    }

    /// The samples of a message. Requests that are malformed on purpose are no example of theirs.
    fn samples_of(&self, form: &str, kind: &str) -> impl Iterator<Item = &Sample> {
        let is_malformed = |request: &Sample| {
            self.samples.iter().any(|sample| sample.story() == request.story() && sample.frame["code"] == "invalid")
        };
        self.samples.iter().filter(move |sample| {
            let fits = sample.form() == form && (form == "refusal" || sample.wire_type() == kind);
            fits && (form != "request" || !is_malformed(sample))
        })
    }

    /// The frames about some types, story by story: who sends or gets each.
    ///
    /// A frame without a request of its own belongs to the request before it, unless it is a refusal: then the samples
    /// do not include the request.
    pub(super) fn stories(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<Value> {
        let mut stories: Vec<Vec<&Sample>> = Vec::new();
        for sample in self.samples.iter().filter(|sample| is_wanted(sample.kind())) {
            let continues = |story: &&mut Vec<&Sample>| match sample.form() {
                "request" | "call" => false,
                "refusal" => story[0].circumstances() == sample.circumstances(),
                _ => true,
            };
            match stories.last_mut().filter(continues) {
                Some(story) => story.push(sample),
                None => stories.push(vec![sample]),
            }
        }
        let story = |story: Vec<&Sample>| {
            let frames: Vec<_> = story.iter().map(|sample| self.part(sample)).collect();
            json!({ "title": story[0].circumstances(), "frames": frames })
        };
        stories.into_iter().map(story).collect()
    }

    /// A frame of a story. If it is an example of a message, it is a reference to that example.
    fn part(&self, sample: &Sample) -> Value {
        let (form, kind) = (sample.form(), sample.wire_type());
        let is_message = form != "call" && (form != "request" || kind == sample.kind());
        let place = self.samples_of(form, kind).position(|example| example.name == sample.name);
        let frame = match place.filter(|_| is_message) {
            Some(place) => {
                json!({ "$ref": format!("#/components/messages/{}/examples/{place}/payload", self.key(form, kind)) })
            }
            None => sample.frame.clone(),
        };
        let capital = |name: &String| name[..1].to_ascii_uppercase() + &name[1..];
        json!({ "form": form, "people": sample.sockets.iter().map(capital).collect::<Vec<_>>(), "frame": frame })
    }
}
