//! What goes wrong: refusals, close codes; and the bounds that keep it from doing so.

use std::collections::BTreeSet;

use maud::{Markup, html};
use serde_json::json;

use super::{
    super::{
        catalogue::{PROTOCOLS, params},
        refusals::about,
        samples::{self, Form, Sample},
    },
    json,
    requests::{frames, stories},
};
use crate::{
    protocol::{Close, Kind, MAX_PAGE, Protocol},
    service::hello::{IN_FLIGHT, MAX_FRAME},
};

pub(super) fn refusals() -> Markup {
    let samples: Vec<_> = PROTOCOLS.into_iter().flat_map(samples::of).collect();
    let mut codes: Vec<(&str, &str, &Sample)> = Vec::new();
    for sample in samples.iter().filter(|sample| sample.form == Form::Refusal) {
        let message = sample.frame["message"].as_str().unwrap_or_default();
        let known = codes.iter().any(|(code, of, _)| *code == sample.code() && (*of == message || *code == "invalid"));
        if !known {
            codes.push((sample.code(), message, sample));
        }
    }
    codes.sort_by_key(|(code, ..)| *code);
    html! {
        p {
            "The code is for programs and stays; the message is for people. Where each can happen is shown with the "
            "requests."
        }
        table {
            thead { tr { th { "Code" } th { "Message" } th { "When" } } }
            tbody {
                @for (code, message, _) in &codes {
                    tr { td { code { (code) } } td { (message) } td { (about(code, message)) } }
                }
            }
        }
        h3 #no-request { a href="#no-request" { "Frames that are no request" } }
        @for story in no_request(&samples) { (frames(&story)) }
    }
}

/// Frames that name no known type, each with its refusal.
fn no_request(samples: &[Sample]) -> Vec<Vec<&Sample>> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for sample in samples.iter().filter(|sample| known_types().all(|name| name != sample.kind())) {
        if seen.insert(sample.kind()) {
            found.extend(stories(samples, sample.kind()).into_iter().map(|story| story.frames));
        }
    }
    found
}

fn known_types() -> impl Iterator<Item = &'static str> {
    Kind::REQUESTS.iter().chain(Kind::BROADCASTS).map(|kind| kind.name())
}

/// The anchor of a close code: at the first of the reasons that share it.
fn anchor(place: usize, close: Close) -> Option<String> {
    let is_first = Close::ALL[..place].iter().all(|earlier| earlier.code() != close.code());
    is_first.then(|| format!("close-{}", close.code()))
}

pub(super) fn closes() -> Markup {
    html! {
        p { "The code says why the connection ends, and so whether to come back. What was not answered is asked again." }
        table {
            thead { tr { th { "Code" } th { "Reason" } th { "What happened, and what to do" } } }
            tbody {
                @for (place, close) in Close::ALL.iter().enumerate() {
                    tr id=[anchor(place, *close)] {
                        td { code { (close.code()) } }
                        td { @if close.reason().is_empty() { em { "none" } } @else { (close.reason()) } }
                        td { (close.about()) }
                    }
                }
            }
        }
        figure {
            figcaption { "What a browser is told, in the event " code { "close" } }
            (json::block(&json!({
                "code": Close::Unauthorized.code(), "reason": Close::Unauthorized.reason(), "wasClean": true,
            })))
        }
    }
}

/// The bounds that every installation has its own of.
const CONFIGURED: [(&str, &str); 7] = [
    ("Requests a second", "limits.frames_per_second"),
    ("Messages and notices of a person a minute", "limits.messages_per_minute"),
    ("Edits, deletions and reactions of a person a minute", "limits.changes_per_minute"),
    ("Storage of a person's messages, in MB", "limits.storage_mb_per_user"),
    ("Storage of the whole database, in MB", "limits.storage_mb"),
    ("Connections of a person", "limits.connections_per_user"),
    ("Members of a group", "limits.group_members"),
];

pub(super) fn bounds() -> Markup {
    html! {
        p { "A param that breaks its bound is refused as " code { "invalid" } ", and the message names every such param." }
        table {
            thead { tr { th { "What" } th { "Bound" } } }
            tbody {
                @for (name, bounds, meaning) in texts() {
                    tr { td { code { (name) } } td { (bounds) ". " (super::prose(meaning)) } }
                }
                tr { td { "Rows of a page" } td { (MAX_PAGE) } }
                tr {
                    td { "A message of the WebSocket" }
                    td { (MAX_FRAME / 1024) " KiB; above it the connection ends with " a href="#close-1009" { "1009" } }
                }
                tr {
                    td { "Requests under way on a connection" }
                    td { (IN_FLIGHT) "; then the server waits before it reads on" }
                }
                @for (what, key) in CONFIGURED {
                    tr { td { (what) } td { "as the operator configures it by " code { (key) } } }
                }
            }
        }
    }
}

/// The params that have a length, each name once.
fn texts() -> Vec<(&'static str, String, &'static str)> {
    let mut found: Vec<(&str, String, &str)> = Vec::new();
    for field in Kind::REQUESTS.iter().flat_map(|kind| params(*kind, Protocol::Hearth)) {
        if let Some(bounds) = field
            .schema
            .bounds()
            .filter(|_| field.schema.max.is_some() && found.iter().all(|(name, ..)| *name != field.name))
        {
            found.push((field.name, bounds, field.schema.description));
        }
    }
    found
}
