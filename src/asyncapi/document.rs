//! The AsyncAPI 3 document, from the server's side: it receives requests and replies, and sends broadcasts.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::{
    catalogue::{self, Broadcast, PROTOCOLS, Shape, topics},
    samples::{self, Form, Sample},
    schemas,
};
use crate::protocol::{Kind, Protocol};

/// The document, as JSON.
pub fn document() -> String {
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
    let document = json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Hearth: the WebSocket",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": { "name": env!("CARGO_PKG_LICENSE") },
            "tags": tags(),
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
                    "description": "What `POST /api/auth/login` answers with. Browsers, which can set no header, offer \
                        it as the second subprotocol: `new WebSocket(url, [\"auth\", token])`.",
                },
            },
        },
    });
    format!("{document:#}\n")
}

struct Parts {
    schemas: SchemaGenerator,
    /// The schemas of the frames, by name: generators of code call their types so.
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
        let name = catalogue::name(protocol);
        let (samples, topics) = (samples::of(protocol), topics(protocol));
        let before: Vec<_> = self.messages.keys().cloned().collect();
        let tags = json!([{ "name": name }]);
        let refusal = self.message(protocol, "refusal", "Refusal", schemas::refusal(protocol), refusals(&samples));
        for topic in &topics {
            let kind = topic.kind.name();
            let title = |what: &str| format!("{kind}: {what}");
            let payload = schemas::request(topic.kind, protocol);
            let shown = requests(&samples, kind);
            let request = self.message(protocol, &format!("{kind}.request"), &title("request"), payload, shown);
            let payload = schemas::answer(topic, protocol, &mut self.schemas);
            let shown = examples(&samples, Form::Answer, kind);
            let answer = self.message(protocol, &format!("{kind}.answer"), &title("answer"), payload, shown);
            let operation = json!({
                "action": "receive",
                "channel": { "$ref": format!("#/channels/{name}") },
                "title": kind,
                "summary": topic.kind.about(),
                "description": topic.detail,
                "tags": tags,
                "messages": [in_channel(name, &request)],
                "reply": {
                    "channel": { "$ref": format!("#/channels/{name}") },
                    "messages": [in_channel(name, &answer), in_channel(name, &refusal)],
                },
            });
            self.operations.insert(format!("{name}.{kind}"), operation);
        }
        for (kind, shapes, causes) in by_type(catalogue::broadcasts(protocol)) {
            let (key, title) = (format!("{}.broadcast", kind.name()), format!("{}: broadcast", kind.name()));
            let payload = schemas::broadcast(kind, &shapes, &mut self.schemas);
            let shown = examples(&samples, Form::Broadcast, kind.name());
            let message = self.message(protocol, &key, &title, payload, shown);
            let operation = json!({
                "action": "send",
                "channel": { "$ref": format!("#/channels/{name}") },
                "title": title,
                "summary": kind.about(),
                "description": causes.join("\n"),
                "tags": tags,
                "messages": [in_channel(name, &message)],
            });
            self.operations.insert(format!("{name}.{key}"), operation);
        }
        let mine = self.messages.keys().filter(|key| !before.contains(key));
        let messages: Map<_, _> =
            mine.map(|key| (key.clone(), json!({ "$ref": format!("#/components/messages/{key}") }))).collect();
        self.channels.insert(name.to_owned(), channel(protocol, messages));
    }

    /// Adds a message and the schema of its payload. Returns the message's key.
    fn message(&mut self, protocol: Protocol, key: &str, title: &str, payload: Value, examples: Vec<Value>) -> String {
        let key = format!("{}.{key}", catalogue::name(protocol));
        let message = json!({
            "name": key,
            "title": title,
            "contentType": "application/json",
            "payload": self.frame(&schemas::type_name(&key), payload),
            "examples": examples,
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

fn channel(protocol: Protocol, messages: Map<String, Value>) -> Value {
    let name = catalogue::name(protocol);
    json!({
        "address": "/api/ws",
        "title": format!("The WebSocket, subprotocol {name}"),
        "description": catalogue::about(protocol),
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
                            "description": "For clients that can set headers; it comes before the subprotocol.",
                            "pattern": "^[Bb]earer [A-Za-z0-9._-]+$",
                        },
                    },
                },
            },
        },
    })
}

fn server(protocol: &str, host: &str) -> Value {
    json!({
        "host": "{host}",
        "protocol": protocol,
        "protocolVersion": "13",
        "variables": { "host": { "default": host, "description": "Where the server listens." } },
        "security": [{ "$ref": "#/components/securitySchemes/token" }],
    })
}

fn tags() -> Value {
    let tag =
        |protocol: Protocol| json!({ "name": catalogue::name(protocol), "description": catalogue::about(protocol) });
    PROTOCOLS.into_iter().map(tag).collect()
}

fn in_channel(channel: &str, message: &str) -> Value {
    json!({ "$ref": format!("#/channels/{channel}/messages/{message}") })
}

/// The types under which something is told: each with the shapes of its item, and why it is sent to whom.
fn by_type(broadcasts: Vec<Broadcast>) -> Vec<(Kind, Vec<Shape>, Vec<String>)> {
    let mut found: Vec<(Kind, Vec<Shape>, Vec<String>)> = Vec::new();
    for broadcast in broadcasts {
        let cause = match broadcast.request {
            Some(request) => format!("- `{}`: to {}.", request.name(), broadcast.to),
            None => format!("- {}: to {}.", broadcast.when.trim_end_matches('.'), broadcast.to),
        };
        match found.iter_mut().find(|known| known.0 == broadcast.kind) {
            Some((_, shapes, causes)) => {
                if shapes.iter().all(|shape| (shape.name)() != (broadcast.item.name)()) {
                    shapes.push(broadcast.item);
                }
                causes.push(cause);
            }
            None => found.push((broadcast.kind, vec![broadcast.item], vec![cause])),
        }
    }
    found
}

/// Samples of a type's requests, without those that are invalid on purpose.
fn requests(samples: &[Sample], kind: &str) -> Vec<Value> {
    let invalid: Vec<_> = samples.iter().filter(|sample| sample.code() == "invalid").map(|s| &s.story).collect();
    let requests: Vec<_> = samples.iter().filter(|sample| !invalid.contains(&&sample.story)).cloned().collect();
    examples(&requests, Form::Request, kind)
}

fn refusals(samples: &[Sample]) -> Vec<Value> {
    samples.iter().filter(|sample| sample.form == Form::Refusal).map(example).collect()
}

fn examples(samples: &[Sample], form: Form, kind: &str) -> Vec<Value> {
    samples.iter().filter(|sample| sample.form == form && sample.wire_type() == kind).map(example).collect()
}

fn example(sample: &Sample) -> Value {
    json!({ "name": format!("{} {}", sample.story, sample.form.name()), "payload": sample.frame })
}

const DESCRIPTION: &str = "\
Messages as they come. Everything that this document says is to be read, with every example in its place, at \
`/doc/websocket`; accounts, search and the creation of groups are REST, at `/doc`.

A request is `{\"type\", \"params\"}`, as a text or binary frame; unknown keys are ignored. Answers come in the order of \
the requests, and a request sees the effects of those before it on the same connection. After a refusal the \
connection stays open. Operations are told from the server's side: it *receives* requests and *sends* broadcasts.";
