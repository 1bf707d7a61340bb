//! What each request does, and what its answers and broadcasts contain: the table of contents of the documentation. A
//! request without an entry fails a test; the samples show that the entries are true.

use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::protocol::{FieldSchema, Kind, Protocol};

/// The requests of a protocol: `Kind(item of the answer, [row of its data])`, above it what the schemas do not say,
/// then the broadcasts: type, item, who gets them.
macro_rules! topics {
    ($($(#[doc = $doc:literal])* $kind:ident($($item:ident)? $([$row:ident])?)
        $({ $($sent:ident $shape:ident $to:expr;)* })?)*) => {
        pub(super) fn topics() -> Vec<super::Topic> {
            use super::{Broadcast, Cause, Topic, shape};
            vec![$(Topic {
                kind: Kind::$kind,
                detail: concat!($($doc),*).trim_ascii(),
                item: [$(shape::<$item>())?].into_iter().next(),
                row: [$(shape::<$row>())?].into_iter().next(),
                broadcasts: vec![$($(Broadcast {
                    kind: Kind::$sent,
                    cause: Cause::Request(Kind::$kind),
                    item: shape::<$shape>(),
                    to: $to,
                }),*)?],
            }),*]
        }
    };
}

mod auth;
mod hearth;

/// Both protocols.
pub(crate) const PROTOCOLS: [Protocol; 2] = [Protocol::Reference, Protocol::Hearth];

pub(super) fn about(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Reference => {
            "For every client; clients of the reference server work unchanged. Connections that offer another \
             subprotocol, or none, use it, too. The server sends no frame when you connect, and does not notify \
             you of your own actions."
        }
        Protocol::Hearth => {
            "Everything in `auth`, and more: complete rows, request ids, edits, deletions, reactions, replies, read \
             receipts, presence, roles; and catching up after an absence at the cost of what has changed. A connection \
             starts with `hello`, and your other devices are notified of what you do on one."
        }
    }
}

/// The type of an `item`, or of the rows in `data`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// The name of the schema.
    pub(crate) name: fn() -> String,
    /// Adds it to the definitions.
    pub(super) schema: fn(&mut SchemaGenerator) -> Schema,
}

fn shape<T: JsonSchema>() -> Shape {
    Shape { name: || T::schema_name().into_owned(), schema: |schemas| schemas.subschema_for::<T>() }
}

/// Why a broadcast is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// A request on the WebSocket.
    Request(Kind),
    /// Something else, such as a call of REST.
    Event(&'static str),
}

/// A frame that people get without a request of their own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Broadcast {
    /// The type of the frame.
    pub(crate) kind: Kind,
    pub(crate) cause: Cause,
    pub(crate) item: Shape,
    /// Who gets it.
    pub(crate) to: &'static str,
}

/// A request with its answer and its broadcasts.
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

/// All requests of a protocol.
pub(super) fn topics(protocol: Protocol) -> Vec<Topic> {
    match protocol {
        Protocol::Reference => auth::topics(),
        Protocol::Hearth => hearth::topics(),
    }
}

/// All broadcasts of a protocol.
pub(crate) fn broadcasts(protocol: Protocol) -> Vec<Broadcast> {
    let mut broadcasts: Vec<_> = topics(protocol).into_iter().flat_map(|topic| topic.broadcasts).collect();
    if protocol == Protocol::Hearth {
        broadcasts.extend(hearth::events());
    }
    broadcasts
}

/// The params of a request in a protocol.
pub(super) fn params(kind: Kind, protocol: Protocol) -> Vec<FieldSchema> {
    kind.fields().into_iter().filter(|field| protocol == Protocol::Hearth || !field.extended).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{asyncapi::samples::Conversation, live, model};

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
            let request = |cause| match cause {
                Cause::Request(kind) => Some(kind.name()),
                Cause::Event(_) => None,
            };
            let declared = broadcasts(protocol).into_iter();
            let declared: BTreeSet<_> = declared.map(|sent| (request(sent.cause), sent.kind.name())).collect();
            let samples = Conversation::of(protocol).samples;
            let played: BTreeSet<_> = samples
                .iter()
                .filter(|sample| sample.form() == "broadcast")
                .map(|sample| {
                    let cause = Kind::REQUESTS.iter().map(|kind| kind.name()).find(|name| *name == sample.kind());
                    (cause, sample.wire_type())
                })
                .collect();
            // Presence is sent when a person comes or goes, not when another asks to watch it.
            let presence = Kind::Presence.name();
            let without_presence = |pairs: &BTreeSet<(Option<&'static str>, &str)>| {
                let pairs = pairs.iter().filter(|(_, kind)| *kind != presence);
                pairs.map(|(cause, kind)| (*cause, (*kind).to_owned())).collect::<Vec<_>>()
            };
            assert_eq!(without_presence(&declared), without_presence(&played), "{protocol:?}");
        }
    }

    #[test]
    fn what_is_delivered_for_events_is_what_the_entries_say() {
        let mut delivered = BTreeSet::new();
        for event in model::examples() {
            live::broadcasts(&event, None, &mut |broadcast| {
                let item = (broadcast.item)().expect("examples have their scenes");
                delivered.insert((broadcast.protocol.name(), broadcast.kind.name(), item.schema_name().into_owned()));
            });
        }
        // These are no events: one answers a handshake, the others follow from connections and from the disk.
        let documented = PROTOCOLS.into_iter().flat_map(|protocol| {
            let broadcasts = broadcasts(protocol).into_iter();
            let broadcasts =
                broadcasts.filter(|sent| ![Kind::Hello, Kind::Presence, Kind::ServerNotice].contains(&sent.kind));
            broadcasts.map(move |sent| (protocol.name(), sent.kind.name(), (sent.item.name)()))
        });
        assert_eq!(delivered, documented.collect());
    }
}
