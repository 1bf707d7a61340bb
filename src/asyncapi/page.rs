//! The page for people, rendered from the AsyncAPI document: one piece of HTML without scripts that loads nothing.

mod guide;
mod json;
mod operations;
mod properties;

use std::collections::BTreeSet;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

use super::document;

/// The names of the protocols.
const CHANNELS: [&str; 2] = ["auth", "hearth"];
const STYLE: &str = include_str!("page/style.css");

/// The page, as HTML.
pub fn page() -> String {
    let document = &document::build();
    let part = |id, title, body| Part { id, title, body, names: Vec::new() };
    let parts = [
        part("connect", "Connecting", guide::connecting(document)),
        part("frames", "Frames", guide::frames(document)),
        Part {
            names: operations::receiving(document).map(|operation| text(&operation["title"])).collect(),
            ..part("requests", "Requests", operations::requests(document))
        },
        part("broadcasts", "Broadcasts", operations::broadcasts(document)),
        Part {
            names: properties::shapes(document).map(|(name, _)| name).collect(),
            ..part("rows", "Rows and items", properties::section(document))
        },
        part("refusals", "Refusals", guide::refusals(document)),
        part("closes", "Close codes", guide::close_codes(document)),
        part("bounds", "Limits", guide::limits(document)),
    ];
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="description" content="Every frame of Hearth's WebSocket, with an example of each.";
                title { (text(&document["info"]["title"])) }
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#content" { "Skip to the content" }
                nav aria-label="Contents" {
                    details {
                        summary { "Contents" }
                        (contents(&parts))
                    }
                    div.wide { (contents(&parts)) }
                }
                main #content {
                    (head(document))
                    @for part in &parts {
                        section #(part.id) aria-labelledby={ (part.id) "-title" } {
                            h2 #{ (part.id) "-title" } { a href={ "#" (part.id) } { (part.title) } }
                            (part.body)
                        }
                    }
                    footer {
                        "Hearth " (text(&document["info"]["version"])) ". The tests check every example on this page "
                        "against the server."
                    }
                }
            }
        }
    }
    .into_string()
}

/// A section of the page.
struct Part<'a> {
    id: &'static str,
    title: &'static str,
    body: Markup,
    /// What the contents list below its title: anchors.
    names: Vec<&'a str>,
}

fn contents(parts: &[Part]) -> Markup {
    html! {
        p.home { a href="/" { "Hearth" } }
        ul {
            @for part in parts {
                li {
                    a href={ "#" (part.id) } { (part.title) }
                    @if !part.names.is_empty() {
                        ul { @for name in &part.names { li { a href={ "#" (name) } { code { (name) } } } } }
                    }
                }
            }
        }
        p.see { "See also" }
        ul {
            li { a href="/doc" { "REST" } }
            li { a href="/doc/asyncapi.json" { "AsyncAPI document" } }
            li { a href="/doc/openapi.json" { "OpenAPI document" } }
        }
    }
}

fn head(document: &Value) -> Markup {
    html! {
        header {
            h1 { "The WebSocket" }
            p.lead {
                "Send and receive messages in real time: " (operations::receiving(document).count()) " requests with their "
                "answers, broadcasts, refusals and close codes, and an example of each."
            }
            p {
                "Accounts, search and the creation of groups are " a href="/doc" { "REST" } ". Programs read this page "
                "as an " a href="/doc/asyncapi.json" { "AsyncAPI document" } "."
            }
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// What a reference refers to, or the value itself if it is none.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let target = value["$ref"].as_str().and_then(|path| document.pointer(path.trim_start_matches('#')));
    target.map_or(value, |target| resolve(document, target))
}

/// Text in which backticks mark code and asterisks a bold start. The names of requests, broadcasts, schemas and close
/// codes become links.
fn prose(document: &Value, text: &str) -> Markup {
    if let Some((bold, rest)) = text.strip_prefix("**").and_then(|text| text.split_once("**")) {
        return html! { strong { (bold) } (prose(document, rest)) };
    }
    html! {
        @for (position, part) in text.split('`').enumerate() {
            @if position % 2 == 0 { (part) }
            @else if let Some(anchor) = anchor(document, part) { a href={ "#" (anchor) } { code { (part) } } }
            @else { code { (part) } }
        }
    }
}

fn anchor(document: &Value, name: &str) -> Option<String> {
    let (operations, schemas) = (&document["operations"], &document["components"]["schemas"]);
    if operations.get(format!("hearth.{name}")).is_some() || schemas.get(name).is_some() {
        return Some(name.to_owned());
    }
    if operations.get(format!("hearth.{name}.broadcast")).is_some() {
        return Some(format!("hearth-{name}"));
    }
    let is_close_code = list(&document["x-close-codes"]["codes"]).iter().any(|close| plain(&close["code"]) == name);
    is_close_code.then(|| format!("close-{name}"))
}

/// A table of objects: `columns` are keys with their headings. With a prefix, the first row of each value in the first
/// column gets an anchor.
fn table<'a>(
    document: &Value,
    rows: impl IntoIterator<Item = &'a Value>,
    prefix: Option<&str>,
    columns: &[(&str, &str)],
) -> Markup {
    let mut seen = BTreeSet::new();
    html! {
        table {
            thead { tr { @for (_, heading) in columns { th { (heading) } } } }
            tbody {
                @for row in rows {
                    @let anchor = prefix.map(|prefix| format!("{prefix}-{}", plain(&row[columns[0].0])));
                    tr id=[anchor.filter(|anchor| seen.insert(anchor.clone()))] {
                        @for (key, _) in columns {
                            @let text = plain(&row[key]);
                            @let is_name = ["code", "type", "item"].contains(key) && !text.is_empty();
                            td { (prose(document, &if is_name { format!("`{text}`") } else { text })) }
                        }
                    }
                }
            }
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        value => text(value).to_owned(),
    }
}
