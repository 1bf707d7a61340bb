//! Every request with its params, and the conversation's frames about it.

use maud::{Markup, html};

use super::{
    super::{
        catalogue::{self, Broadcast, PROTOCOLS, Shape, Topic, broadcasts, topics},
        samples::{self, Form, Sample},
    },
    json, prose,
};
use crate::protocol::{FieldSchema, Kind, Protocol};

/// Anchors of the requests.
pub(super) fn names() -> Vec<String> {
    Kind::REQUESTS.iter().map(|kind| kind.name().to_owned()).collect()
}

pub(super) fn section() -> Markup {
    let spoken = PROTOCOLS.map(|protocol| (protocol, topics(protocol), samples::of(protocol)));
    html! {
        p {
            "The examples are conversations of Ann, Bob, Cy, Dan and Eve, in which Ann owns the group " q { "Tea club" }
            ". What " code { "hearth" } " alone has is marked " (only_hearth()) "."
        }
        @for kind in Kind::REQUESTS {
            article #(kind.name()) {
                h3 {
                    a href={ "#" (kind.name()) } { code { (kind.name()) } }
                    @if kind.protocol() == Protocol::Hearth { " " (only_hearth()) }
                }
                p.about { (kind.about()) }
                (params(*kind))
                @for (protocol, topics, samples) in &spoken {
                    @for topic in topics.iter().filter(|topic| topic.kind == *kind) {
                        @if kind.protocol() == Protocol::Reference { h4 { "In " code { (catalogue::name(*protocol)) } } }
                        (told(topic, *protocol, samples))
                    }
                }
            }
        }
    }
}

fn only_hearth() -> Markup {
    html! { span.only { "hearth" } }
}

fn params(kind: Kind) -> Markup {
    html! {
        table.fields {
            thead { tr { th { "Param" } th { "Type" } th { "Meaning" } } }
            tbody {
                @for field in kind.fields() { (param(&field, kind.protocol() == Protocol::Reference && field.extended)) }
            }
        }
    }
}

fn param(field: &FieldSchema, is_only_hearths: bool) -> Markup {
    let schema = &field.schema;
    let keys: Vec<_> = schema.keys.iter().map(|key| key.name).collect();
    html! {
        tr {
            td {
                code { (field.name) }
                @if field.required { " " span.must { "required" } }
                @if is_only_hearths { " " (only_hearth()) }
            }
            td {
                (schema.format.unwrap_or(schema.kind))
                @if let Some(bounds) = schema.bounds() { " " br; small { (bounds) } }
                @if !keys.is_empty() { " " br; small { "of " (keys.join(", ")) } }
                @if !schema.values.is_empty() { " " br; small { (schema.values.join(", ")) } }
            }
            td { (prose(&field.meaning())) }
        }
    }
}

/// What comes of a request in one subprotocol.
fn told(topic: &Topic, protocol: Protocol, samples: &[Sample]) -> Markup {
    let stories = stories(samples, topic.kind.name());
    let (refused, done): (Vec<_>, Vec<_>) =
        stories.iter().partition(|story| story.frames.iter().any(|sample| sample.form == Form::Refusal));
    let (plain, others): (Vec<&Story>, Vec<&Story>) = done.into_iter().partition(|story| story.title.is_empty());
    html! {
        p { (prose(topic.detail)) }
        p.carries { (carries(topic, protocol)) }
        @for story in plain { (frames(&story.frames)) }
        @for story in others.into_iter().chain(refused) { (folded(story)) }
    }
}

fn carries(topic: &Topic, protocol: Protocol) -> Markup {
    html! {
        "Answered with "
        @match (topic.item, topic.row) {
            (Some(item), Some(row)) => {
                code { "item" } " " (link(item)) " and " code { "data" } ", an array of " (link(row))
            },
            (Some(item), None) => { code { "item" } " " (link(item)) },
            (None, Some(row)) => { code { "data" } ", an array of " (link(row)) },
            (None, None) => { code { "item" } " and " code { "data" } " null" },
        }
        "."
        @for broadcast in &topic.broadcasts {
            " Told to " (broadcast.to) " as "
            a href={ "#" (anchor(protocol, broadcast.kind)) } { code { (broadcast.kind.name()) } }
            " with " (link(broadcast.item)) "."
        }
        @if topic.broadcasts.is_empty() { " Nobody else hears of it." }
    }
}

fn link(shape: Shape) -> Markup {
    let name = (shape.name)();
    html! { a href={ "#" (name) } { (name) } }
}

fn folded(story: &Story) -> Markup {
    let refusal = story.frames.iter().find(|sample| sample.form == Form::Refusal);
    html! {
        details {
            summary {
                @match refusal {
                    Some(refusal) => { span.refused { "Refused" } " " (story.title) " " code { (refusal.code()) } },
                    None => (story.title),
                }
            }
            (frames(&story.frames))
        }
    }
}

pub(super) fn frames(samples: &[&Sample]) -> Markup {
    html! {
        div.frames {
            @for sample in samples {
                figure.(sample.form.name()) {
                    figcaption { (caption(sample)) }
                    @if sample.frame == "connect" {
                        pre { code { "new WebSocket(url, [\"hearth\", token])" } }
                    } @else {
                        (json::block(&sample.frame))
                    }
                }
            }
        }
    }
}

fn caption(sample: &Sample) -> String {
    let people: Vec<_> = sample.people.iter().map(|name| capitalised(name)).collect();
    let (last, others) = match people.split_last() {
        Some((last, [])) => (last.clone(), String::new()),
        Some((last, others)) => (last.clone(), format!("{} and ", others.join(", "))),
        None => ("The sender".into(), String::new()),
    };
    let several = people.len() > 1;
    match (sample.form, several) {
        (Form::Request, false) => format!("{last} sends"),
        (Form::Request, true) => format!("{others}{last} send"),
        (Form::Answer, _) => format!("{others}{last} gets the answer"),
        (Form::Refusal, _) => format!("{others}{last} is refused"),
        (Form::Call, _) if sample.frame == "connect" => format!("{others}{last} connects"),
        (Form::Call, _) => format!("{others}{last} calls REST"),
        (Form::Broadcast, false) => format!("{last} hears"),
        (Form::Broadcast, true) => format!("{others}{last} hear"),
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A request and all that came of it.
pub(super) struct Story<'a> {
    /// The circumstances; empty for the plain case.
    pub(super) title: String,
    pub(super) frames: Vec<&'a Sample>,
}

/// The frames about a type, request by request. A frame with a story of its own but no request belongs to the request
/// before it, unless it is a refusal: then the request is not shown.
pub(super) fn stories<'a>(samples: &'a [Sample], kind: &str) -> Vec<Story<'a>> {
    let mut stories: Vec<Story> = Vec::new();
    for sample in samples.iter().filter(|sample| sample.kind() == kind) {
        let alone =
            sample.form == Form::Refusal && stories.last().is_none_or(|story| story.title != sample.circumstances());
        match stories.last_mut() {
            Some(story) if ![Form::Request, Form::Call].contains(&sample.form) && !alone => story.frames.push(sample),
            _ => stories.push(Story { title: sample.circumstances().to_owned(), frames: vec![sample] }),
        }
    }
    stories
}

/// What one hears without having asked.
pub(super) fn told_unasked() -> Markup {
    html! {
        p { "What somebody hears because of what somebody did, by the type that it comes under." }
        @for protocol in PROTOCOLS {
            @let name = catalogue::name(protocol);
            @let broadcasts = broadcasts(protocol);
            h3 #{ "broadcasts-" (name) } { a href={ "#broadcasts-" (name) } { "In " code { (name) } } }
            table {
                thead { tr { th { "Type" } th { "Because of" } th { "Sent to" } th { "Item" } } }
                tbody {
                    @for kind in Kind::REQUESTS.iter().chain(Kind::BROADCASTS) {
                        @for (position, broadcast) in broadcasts.iter().filter(|told| told.kind == *kind).enumerate() {
                            tr id=[(position == 0).then(|| anchor(protocol, *kind))] {
                                td { code { (kind.name()) } }
                                td { (cause(broadcast)) }
                                td { (broadcast.to) }
                                td { (link(broadcast.item)) }
                            }
                        }
                    }
                }
            }
            @for kind in Kind::BROADCASTS {
                @for story in stories(&samples::of(protocol), kind.name()) { (frames(&story.frames)) }
            }
        }
    }
}

fn cause(broadcast: &Broadcast) -> Markup {
    match broadcast.request {
        Some(request) => html! { a href={ "#" (request.name()) } { code { (request.name()) } } },
        None => prose(broadcast.when),
    }
}

fn anchor(protocol: Protocol, kind: Kind) -> String {
    format!("{}-{}", catalogue::name(protocol), kind.name())
}
