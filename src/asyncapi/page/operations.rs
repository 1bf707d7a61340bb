//! The requests and the broadcasts, each with the conversations about it.

use maud::{Markup, html};
use serde_json::Value;

use super::{
    CHANNELS, json, list,
    properties::{self, Property},
    prose, resolve, table, text,
};

/// The requests: `hearth` knows all of them.
pub(super) fn receiving(document: &Value) -> impl Iterator<Item = &Value> {
    in_channel(document, "hearth").filter(|operation| operation["action"] == "receive")
}

fn in_channel<'a>(document: &'a Value, channel: &'a str) -> impl Iterator<Item = &'a Value> {
    let operations = document["operations"].as_object().into_iter().flat_map(|operations| operations.values());
    operations.filter(move |operation| channel_of(operation) == channel)
}

fn channel_of(operation: &Value) -> &str {
    text(&operation["tags"][0]["name"])
}

/// The schema of `params` in the payload of a message.
fn params<'a>(document: &'a Value, message: &'a Value) -> &'a Value {
    let payload = resolve(document, &resolve(document, message)["payload"]);
    resolve(document, &payload["properties"]["params"])
}

/// The params that have a greatest length, each name once.
pub(super) fn bounded_params(document: &Value) -> Vec<Property<'_>> {
    let mut found: Vec<Property> = Vec::new();
    for property in receiving(document).flat_map(|request| properties::of(params(document, &request["messages"][0]))) {
        let (name, schema, _) = property;
        let is_bounded = schema.get("maxLength").or(schema.get("maxItems")).is_some();
        let is_known = found.iter().any(|(known, ..)| *known == name);
        if is_bounded && !is_known && properties::bounds(schema).is_some() {
            found.push(property);
        }
    }
    found
}

pub(super) fn requests(document: &Value) -> Markup {
    let only_hearth = || html! { " " span.only { "hearth" } };
    html! {
        p {
            (prose(document, text(&document["x-conversations"]))) " What only " code { "hearth" } " has is marked"
            (only_hearth()) "."
        }
        @for operation in receiving(document) {
            @let kind = text(&operation["title"]);
            @let in_auth = document["operations"].get(format!("auth.{kind}"));
            @let auth_params = in_auth.map(|operation| params(document, &operation["messages"][0]));
            article #(kind) {
                h3 {
                    a href={ "#" (kind) } { code { (kind) } }
                    @if in_auth.is_none() { (only_hearth()) }
                }
                p.about { (text(&operation["summary"])) }
                (properties::table(document, "Param", &properties::of(params(document, &operation["messages"][0])), |key, optional| html! {
                    @if !optional { " " span.must { "required" } }
                    @if auth_params.is_some_and(|params| params["properties"].get(key).is_none()) { (only_hearth()) }
                }))
                @if let Some(in_auth) = in_auth {
                    h4 { "In " code { "auth" } }
                    (outcome(document, in_auth))
                    h4 { "In " code { "hearth" } }
                }
                (outcome(document, operation))
            }
        }
    }
}

/// The answer and the broadcasts of a request, and the conversations: the plain case, other cases, refusals.
fn outcome(document: &Value, operation: &Value) -> Markup {
    let (refused, done): (Vec<_>, Vec<_>) =
        list(&operation["x-conversations"]).iter().partition(|story| refusal(document, story).is_some());
    let (plain, others): (Vec<_>, Vec<_>) = done.into_iter().partition(|story| text(&story["title"]).is_empty());
    html! {
        p { (prose(document, text(&operation["description"]))) }
        p.carries { (answer(document, operation)) }
        @for story in plain { (frames(document, story)) }
        @for story in others.into_iter().chain(refused) {
            details {
                summary {
                    @if let Some(refusal) = refusal(document, story) {
                        span.refused { "Refused" } " " (text(&story["title"])) " " code { (text(&refusal["code"])) }
                    } @else {
                        (text(&story["title"]))
                    }
                }
                (frames(document, story))
            }
        }
    }
}

fn refusal<'a>(document: &'a Value, story: &'a Value) -> Option<&'a Value> {
    let frame = list(&story["frames"]).iter().find(|frame| frame["form"] == "refusal")?;
    Some(resolve(document, &frame["frame"]))
}

fn answer(document: &Value, operation: &Value) -> Markup {
    let shape = |schema: &Value| {
        let name = text(&schema["$ref"]).rsplit('/').next().filter(|name| !name.is_empty())?;
        Some(html! { a href={ "#" (name) } { (name) } })
    };
    let params = &params(document, &operation["reply"]["messages"][0])["properties"];
    let broadcasts = list(&operation["x-broadcasts"]);
    html! {
        "Answered with "
        @match (shape(&params["item"]), shape(&params["data"]["items"])) {
            (Some(item), Some(row)) => { code { "item" } " " (item) " and " code { "data" } ", an array of " (row) },
            (Some(item), None) => { code { "item" } " " (item) },
            (None, Some(row)) => { code { "data" } ", an array of " (row) },
            (None, None) => { code { "item" } " and " code { "data" } " null" },
        }
        "."
        @for broadcast in broadcasts {
            @let (kind, item) = (text(&broadcast["type"]), text(&broadcast["item"]));
            " Sent to " (text(&broadcast["to"])) " as "
            a href={ "#" (channel_of(operation)) "-" (kind) } { code { (kind) } }
            " with " a href={ "#" (item) } { (item) } "."
        }
        @if broadcasts.is_empty() { " No one else is notified." }
    }
}

/// The frames of a story, with who sends or gets each.
pub(super) fn frames(document: &Value, story: &Value) -> Markup {
    html! {
        div.frames {
            @for part in list(&story["frames"]) {
                @let frame = resolve(document, &part["frame"]);
                figure.(text(&part["form"])) {
                    figcaption { (caption(part)) }
                    @if frame == "connect" {
                        pre { code { "new WebSocket(url, [\"hearth\", token])" } }
                    } @else {
                        (json::block(frame))
                    }
                }
            }
        }
    }
}

fn caption(part: &Value) -> String {
    let people: Vec<_> = list(&part["people"]).iter().map(text).collect();
    let who = match people.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => "The sender".into(),
    };
    let s = if people.len() > 1 { "" } else { "s" };
    match text(&part["form"]) {
        "request" => format!("{who} send{s}"),
        "answer" => format!("{who} get{s} the answer"),
        "refusal" => format!("{who} is refused"),
        "broadcast" => format!("{who} receive{s}"),
        _ if part["frame"] == "connect" => format!("{who} connect{s}"),
        _ => format!("{who} call{s} REST"),
    }
}

pub(super) fn broadcasts(document: &Value) -> Markup {
    let columns = [("type", "Type"), ("cause", "Because of"), ("to", "Sent to"), ("item", "Item")];
    html! {
        p { "Frames that you receive because of what you or others did, by type." }
        @for channel in CHANNELS {
            h3 #{ "broadcasts-" (channel) } { a href={ "#broadcasts-" (channel) } { "In " code { (channel) } } }
            @let sent = || in_channel(document, channel).filter(|operation| operation["action"] == "send");
            (table(document, sent().flat_map(|operation| list(&operation["x-broadcasts"])), Some(channel), &columns))
            @for story in sent().flat_map(|operation| list(&operation["x-conversations"])) { (frames(document, story)) }
        }
    }
}
