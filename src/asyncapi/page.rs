//! The page for people: made once, one piece of HTML without scripts that loads nothing.

mod closing;
mod connecting;
mod frames;
mod json;
mod requests;
mod shapes;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::protocol::Kind;

const STYLE: &str = include_str!("page/style.css");

/// The page, as HTML.
pub fn page() -> String {
    let parts = [
        Part::new("connect", "Connecting", connecting::section()),
        Part::new("frames", "Frames", frames::section()),
        Part::new("requests", "Requests", requests::section()).with(requests::names()),
        Part::new("broadcasts", "Broadcasts", requests::told_unasked()),
        Part::new("rows", "Rows and items", shapes::section()).with(shapes::names()),
        Part::new("refusals", "Refusals", closing::refusals()),
        Part::new("closes", "Close codes", closing::closes()),
        Part::new("bounds", "Bounds", closing::bounds()),
    ];
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="description" content="Every frame of Hearth's WebSocket, with an example of each.";
                title { "Hearth: the WebSocket" }
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
                    (head())
                    @for part in &parts {
                        section #(part.id) aria-labelledby={ (part.id) "-title" } {
                            h2 #{ (part.id) "-title" } { a href={ "#" (part.id) } { (part.title) } }
                            (part.body)
                        }
                    }
                    footer {
                        "Hearth " (env!("CARGO_PKG_VERSION")) ". Every example on this page is checked against the "
                        "server by its tests."
                    }
                }
            }
        }
    }
    .into_string()
}

/// A section of the page.
struct Part {
    id: &'static str,
    title: &'static str,
    body: Markup,
    /// What the contents list below its title: anchors.
    names: Vec<String>,
}

impl Part {
    fn new(id: &'static str, title: &'static str, body: Markup) -> Self {
        Self { id, title, body, names: Vec::new() }
    }

    fn with(self, names: Vec<String>) -> Self {
        Self { names, ..self }
    }
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

fn head() -> Markup {
    let requests = Kind::REQUESTS.len();
    html! {
        header {
            h1 { "The WebSocket" }
            p.lead {
                "Messages as they come. " (requests) " requests, what they are answered with, what others hear of "
                "them, how they are refused and why a connection ends, with an example of each."
            }
            p {
                "Accounts, search and the creation of groups are " a href="/doc" { "REST" } ". Programs read this page "
                "as an " a href="/doc/asyncapi.json" { "AsyncAPI document" } "."
            }
        }
    }
}

/// Plain text in which backticks mark code, and a `#` in front of it an anchor of the page.
fn prose(text: &str) -> Markup {
    html! {
        @for (position, part) in text.split('`').enumerate() {
            @if position % 2 == 0 { (part) }
            @else if let Some(anchor) = part.strip_prefix('#') { a href=(part) { code { (anchor) } } }
            @else { code { (part) } }
        }
    }
}
