//! The AsyncAPI 3 document, from the server's side: it receives requests and replies, and sends broadcasts. What
//! AsyncAPI has no place for is in extensions, whose names start with `x-`.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::{
    catalogue::{self, Broadcast, Cause, PROTOCOLS, Topic, topics},
    guide, refusals,
    samples::Conversation,
    schemas,
};
use crate::protocol::{Kind, Protocol};

/// The document, as JSON.
pub fn document() -> String {
    format!("{:#}\n", build())
}

pub(super) fn build() -> Value {
    let mut parts = Parts::new();
    for protocol in PROTOCOLS {
        parts.add(protocol);
    }
    let mut components = parts.schemas.take_definitions(true);
    components.append(&mut parts.frames);
    for protocol in PROTOCOLS {
        let params = |kind| (schemas::params_name(kind, protocol), schemas::params(kind, protocol));
        components.extend(topics(protocol).iter().map(|topic| params(topic.kind)));
    }
    let tag = |protocol: Protocol| json!({ "name": protocol.name(), "description": catalogue::about(protocol) });
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Hearth: the WebSocket",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": { "name": env!("CARGO_PKG_LICENSE") },
            "tags": PROTOCOLS.map(tag),
        },
        "defaultContentType": "application/json",
        "servers": { "plain": server("ws", "localhost:3001"), "encrypted": server("wss", "chat.example.org") },
        "channels": parts.channels,
        "operations": parts.operations,
        "components": {
            "messages": parts.messages,
            "schemas": components,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "From the answer of `POST /api/auth/login`. Browsers cannot set headers, so they offer \
                        it as the second subprotocol: `new WebSocket(url, [\"auth\", token])`.",
                },
            },
        },
        "x-connecting": guide::connecting(),
        "x-frames": guide::frames(),
        "x-conversations": CONVERSATIONS,
        "x-refusals": refusals::section(),
        "x-close-codes": guide::close_codes(),
        "x-limits": guide::limits(),
    })
}

struct Parts {
    schemas: SchemaGenerator,
    /// The schemas of the frames, by name: code generators use these names for their types.
    frames: Map<String, Value>,
    channels: Map<String, Value>,
    operations: Map<String, Value>,
    messages: Map<String, Value>,
}

impl Parts {
    fn new() -> Self {
        Self {
            schemas: schemas::generator(),
            frames: Map::new(),
            channels: Map::new(),
            operations: Map::new(),
            messages: Map::new(),
        }
    }

    fn add(&mut self, protocol: Protocol) {
        let conversation = Conversation::of(protocol);
        let before = self.messages.len();
        let refusal = self.message(&conversation, ("refusal", ""), schemas::refusal(protocol));
        for topic in topics(protocol) {
            let operation = self.receive(protocol, &topic, &refusal, &conversation);
            self.operations.insert(format!("{}.{}", protocol.name(), topic.kind.name()), operation);
        }
        for kind in Kind::REQUESTS.iter().chain(Kind::BROADCASTS) {
            let mut broadcasts = catalogue::broadcasts(protocol);
            broadcasts.retain(|broadcast| broadcast.kind == *kind);
            if !broadcasts.is_empty() {
                let operation = self.send(protocol, *kind, &broadcasts, &conversation);
                self.operations.insert(conversation.key("broadcast", kind.name()), operation);
            }
        }
        let reference = |key: &String| (key.clone(), json!({ "$ref": format!("#/components/messages/{key}") }));
        let messages = self.messages.keys().skip(before).map(reference).collect();
        self.channels.insert(protocol.name().to_owned(), channel(protocol, messages, &conversation));
    }

    fn receive(&mut self, protocol: Protocol, topic: &Topic, refusal: &str, conversation: &Conversation) -> Value {
        let (name, kind) = (protocol.name(), topic.kind.name());
        let request = self.message(conversation, ("request", kind), schemas::request(topic.kind, protocol));
        let payload = schemas::answer(topic, protocol, &mut self.schemas);
        let answer = self.message(conversation, ("answer", kind), payload);
        json!({
            "action": "receive",
            "channel": { "$ref": format!("#/channels/{name}") },
            "title": kind,
            "summary": topic.kind.about(),
            "description": topic.detail,
            "tags": [{ "name": name }],
            "messages": [in_channel(name, &request)],
            "reply": {
                "channel": { "$ref": format!("#/channels/{name}") },
                "messages": [in_channel(name, &answer), in_channel(name, refusal)],
            },
            "x-broadcasts": topic.broadcasts.iter().map(broadcast).collect::<Vec<_>>(),
            "x-conversations": conversation.stories(|known| known == kind),
        })
    }

    fn send(&mut self, protocol: Protocol, kind: Kind, broadcasts: &[Broadcast], conversation: &Conversation) -> Value {
        let name = protocol.name();
        let payload = schemas::broadcast(kind, broadcasts, &mut self.schemas);
        let message = self.message(conversation, ("broadcast", kind.name()), payload);
        let line = |sent: &Broadcast| format!("- {}: to {}.", cause(sent).trim_end_matches('.'), sent.to);
        // The conversations about a request include its broadcasts.
        let is_shown = |known: &str| known == kind.name() && !Kind::REQUESTS.contains(&kind);
        json!({
            "action": "send",
            "channel": { "$ref": format!("#/channels/{name}") },
            "title": format!("{}: broadcast", kind.name()),
            "summary": kind.about(),
            "description": broadcasts.iter().map(line).collect::<Vec<_>>().join("\n"),
            "tags": [{ "name": name }],
            "messages": [in_channel(name, &message)],
            "x-broadcasts": broadcasts.iter().map(broadcast).collect::<Vec<_>>(),
            "x-conversations": conversation.stories(is_shown),
        })
    }

    /// Adds a message and the schema of its payload. Returns the message's key.
    fn message(&mut self, conversation: &Conversation, (form, kind): (&str, &str), payload: Value) -> String {
        let key = conversation.key(form, kind);
        let message = json!({
            "name": key,
            "title": if kind.is_empty() { "Refusal".into() } else { format!("{kind}: {form}") },
            "contentType": "application/json",
            "payload": self.frame(&schemas::type_name(&key), payload),
            "examples": conversation.examples(form, kind),
        });
        self.messages.insert(key.clone(), message);
        key
    }

    /// Names the schema of a frame, and that of its params. Returns a reference to it.
    fn frame(&mut self, name: &str, mut payload: Value) -> Value {
        if let Some(params) = payload["properties"].get_mut("params").filter(|params| params["$ref"].is_null()) {
            let params_name = format!("{name}Params");
            self.frames.insert(params_name.clone(), std::mem::replace(params, schemas::reference(&params_name)));
        }
        self.frames.insert(name.to_owned(), payload);
        schemas::reference(name)
    }
}

fn channel(protocol: Protocol, messages: Map<String, Value>, conversation: &Conversation) -> Value {
    let name = protocol.name();
    let is_known = |kind: &str| Kind::REQUESTS.iter().chain(Kind::BROADCASTS).any(|known| known.name() == kind);
    json!({
        "address": "/api/ws",
        "title": format!("The WebSocket, subprotocol {name}"),
        "description": format!("{}\n\n{}", catalogue::about(protocol), guide::rules(protocol)),
        "messages": messages,
        "bindings": {
            "ws": {
                "bindingVersion": "0.1.0",
                "method": "GET",
                "headers": {
                    "type": "object",
                    "properties": {
                        "Sec-WebSocket-Protocol": {
                            "type": "string",
                            "description": "The subprotocol, then the token unless `Authorization` has it. The server \
                                selects the first.",
                            "pattern": format!("^{name}( *, *[A-Za-z0-9._-]+)?$"),
                            "examples": [format!("{name}, eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IjAxOTIifQ.c2lnbmF0dXJl")],
                        },
                        "Authorization": {
                            "type": "string",
                            "description": "For clients that can set headers. It wins over the subprotocol.",
                            "pattern": "^[Bb]earer [A-Za-z0-9._-]+$",
                        },
                    },
                },
            },
        },
        "x-conversations": conversation.stories(|kind| !is_known(kind)),
    })
}

fn server(protocol: &str, host: &str) -> Value {
    json!({
        "host": "{host}",
        "protocol": protocol,
        "protocolVersion": "13",
        "variables": { "host": { "default": host, "description": "The host and port of the server." } },
        "security": [{ "$ref": "#/components/securitySchemes/token" }],
    })
}

fn in_channel(channel: &str, message: &str) -> Value {
    json!({ "$ref": format!("#/channels/{channel}/messages/{message}") })
}

/// Why a broadcast is sent to whom, with what.
fn broadcast(sent: &Broadcast) -> Value {
    json!({ "type": sent.kind.name(), "cause": cause(sent), "to": sent.to, "item": (sent.item.name)() })
}

fn cause(sent: &Broadcast) -> String {
    match sent.cause {
        Cause::Request(kind) => format!("`{}`", kind.name()),
        Cause::Event(event) => event.to_owned(),
    }
}

const CONVERSATIONS: &str =
    "The examples are conversations of Ann, Bob, Cy, Dan and Eve, in which Ann owns the group “Tea club”.";

const DESCRIPTION: &str = "\
Send and receive messages in real time. Accounts, search and the creation of groups are REST, at `/doc`. For people, \
`/doc/websocket` renders this document with every example in its place.

A request is `{\"type\", \"params\"}`, as a text or binary frame; unknown keys are ignored. Answers arrive in the order of \
the requests, and a request sees the effects of earlier requests on the same connection. After a refusal the \
connection stays open. Operations are described from the server's side: it *receives* requests and *sends* broadcasts.";
