//! What each type of frame is good for and what its answers and broadcasts carry: the table of contents of both
//! documents. A type without an entry fails a test; that the entries are true, the samples show.

mod auth;
mod hearth;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::protocol::{FieldSchema, Kind, Protocol};

/// Both ways to speak.
pub(super) const PROTOCOLS: [Protocol; 2] = [Protocol::Reference, Protocol::Hearth];

/// As the subprotocol is offered.
pub(super) fn name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Reference => "auth",
        Protocol::Hearth => "hearth",
    }
}

/// For whom the subprotocol is.
pub(super) fn about(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Reference => {
            "For every client, those of the reference server unchanged. A connection that offers another subprotocol or \
             none speaks it, too. Nothing is sent unasked after connecting, and nobody hears of what they did themselves."
        }
        Protocol::Hearth => {
            "All of `auth`, and more: rows that are whole, request ids, edits, deletions, reactions, answers, reads, \
             presence, roles; and catching up after an absence at the cost of what has changed. It begins with `hello`, \
             and what one does on one device the others hear of."
        }
    }
}

/// What stands under `item`, or in the rows of `data`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// The name of the schema.
    pub(super) name: fn() -> String,
    /// Puts it among the definitions.
    pub(super) schema: fn(&mut SchemaGenerator) -> Schema,
}

fn shape<T: JsonSchema>() -> Shape {
    Shape { name: || T::schema_name().into_owned(), schema: |schemas| schemas.subschema_for::<T>() }
}

/// What somebody is sent without having asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Broadcast {
    /// The type that it comes under.
    pub(super) kind: Kind,
    /// The request that it comes of; nothing if it was none of the WebSocket's.
    pub(super) request: Option<Kind>,
    /// What happened, if it was no request.
    pub(super) when: &'static str,
    pub(super) item: Shape,
    /// Who gets it.
    pub(super) to: &'static str,
}

/// A request and what comes of it.
#[derive(Debug)]
pub(super) struct Topic {
    pub(super) kind: Kind,
    /// What the schemas do not say.
    pub(super) detail: &'static str,
    /// `item` of the answer; null if there is none.
    pub(super) item: Option<Shape>,
    /// A row of the answer's `data`; null if there is none.
    pub(super) row: Option<Shape>,
    pub(super) broadcasts: Vec<Broadcast>,
}

impl Topic {
    fn new(kind: Kind, detail: &'static str) -> Self {
        Self { kind, detail, item: None, row: None, broadcasts: Vec::new() }
    }

    fn page_of<T: JsonSchema>(self) -> Self {
        Self { row: Some(shape::<T>()), ..self }
    }

    fn with<T: JsonSchema>(self) -> Self {
        Self { item: Some(shape::<T>()), ..self }
    }

    fn tells<T: JsonSchema>(mut self, kind: Kind, to: &'static str) -> Self {
        self.broadcasts.push(Broadcast { kind, request: Some(self.kind), when: "", item: shape::<T>(), to });
        self
    }
}

/// All requests of a subprotocol.
pub(super) fn topics(protocol: Protocol) -> Vec<Topic> {
    let kinds = Kind::REQUESTS.iter().copied();
    match protocol {
        Protocol::Reference => kinds.filter_map(auth::topic).collect(),
        Protocol::Hearth => kinds.filter_map(hearth::topic).collect(),
    }
}

/// Everything that is sent unasked in a subprotocol.
pub(super) fn broadcasts(protocol: Protocol) -> Vec<Broadcast> {
    let mut broadcasts: Vec<_> = topics(protocol).into_iter().flat_map(|topic| topic.broadcasts).collect();
    if protocol == Protocol::Hearth {
        broadcasts.extend(hearth::events());
    }
    broadcasts
}

/// The params of a request that a subprotocol knows.
pub(super) fn params(kind: Kind, protocol: Protocol) -> Vec<FieldSchema> {
    kind.fields().into_iter().filter(|field| protocol == Protocol::Hearth || !field.extended).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::asyncapi::samples::{self, Form};

    #[test]
    fn every_request_has_an_entry_where_it_is_known() {
        for protocol in PROTOCOLS {
            let known = |kind: &&Kind| protocol == Protocol::Hearth || kind.protocol() == Protocol::Reference;
            let kinds = topics(protocol).into_iter().map(|topic| topic.kind);
            assert!(kinds.eq(Kind::REQUESTS.iter().filter(known).copied()), "{protocol:?}");
        }
    }

    #[test]
    fn what_others_hear_in_the_samples_is_what_the_entries_say() {
        for protocol in PROTOCOLS {
            let told = broadcasts(protocol).into_iter();
            let told: BTreeSet<_> = told.map(|told| (told.request.map(Kind::name), told.kind.name())).collect();
            let samples = samples::of(protocol);
            let heard: BTreeSet<_> = samples
                .iter()
                .filter(|sample| sample.form == Form::Broadcast)
                .map(|sample| {
                    let cause = Kind::REQUESTS.iter().map(|kind| kind.name()).find(|name| *name == sample.kind());
                    (cause, sample.wire_type())
                })
                .collect();
            // Presence comes of somebody's coming, not of the wish to be told of it.
            let presence = Kind::Presence.name();
            let without_presence = |pairs: &BTreeSet<(Option<&'static str>, &str)>| {
                let pairs = pairs.iter().filter(|(_, kind)| *kind != presence);
                pairs.map(|(cause, kind)| (*cause, (*kind).to_owned())).collect::<Vec<_>>()
            };
            assert_eq!(without_presence(&told), without_presence(&heard), "{protocol:?}");
        }
    }
}
