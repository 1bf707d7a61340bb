//! Params, rows and items, key by key, from their schemas.

use std::collections::BTreeSet;

use maud::{Markup, html};
use serde_json::Value;

use super::{prose, text};

/// A key with its schema, and whether it may be missing.
pub(super) type Property<'a> = (&'a str, &'a Value, bool);

pub(super) fn section(document: &Value) -> Markup {
    let note = |_: &str, may_be_missing| html! { @if may_be_missing { " " span.must { "may be missing" } } };
    html! {
        p { "Keys come in this order. Keys that may be null are always present, unless marked as may be missing." }
        @for (name, schema) in shapes(document) {
            article #(name) {
                h3 { a href={ "#" (name) } { code { (name) } } }
                p.about { (prose(document, text(&schema["description"]))) }
                (table(document, "Key", &of(schema), note))
            }
        }
    }
}

/// The schemas of everything under `item` and in `data`: all that are neither a frame nor the params of one.
pub(super) fn shapes(document: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let components = &document["components"];
    let name = |schema: &Value| text(&schema["$ref"]).rsplit('/').next().unwrap_or_default().to_owned();
    let frames = components["messages"].as_object().into_iter().flatten().map(|(_, message)| name(&message["payload"]));
    let frames = frames.flat_map(|frame| [name(&components["schemas"][&frame]["properties"]["params"]), frame]);
    let frames: BTreeSet<_> = frames.collect();
    let schemas = components["schemas"].as_object().into_iter().flatten();
    schemas.map(|(name, schema)| (&**name, schema)).filter(move |(name, _)| !frames.contains(*name))
}

/// The keys of an object, of each of its variants if it has some.
pub(super) fn of(schema: &Value) -> Vec<Property<'_>> {
    let variants = ["anyOf", "oneOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten();
    let parts: Vec<_> = std::iter::once(schema).chain(variants).collect();
    let is_whole = parts.len() == 1;
    let keys = parts.into_iter().flat_map(|part| {
        let required = part["required"].as_array();
        part["properties"].as_object().into_iter().flatten().map(move |(key, value)| {
            let is_there = required.is_some_and(|required| required.iter().any(|known| known == key));
            (&**key, value, !is_there || !is_whole)
        })
    });
    keys.collect()
}

/// A table of keys. The note stands beside a key.
pub(super) fn table(
    document: &Value,
    heading: &str,
    properties: &[Property],
    note: impl Fn(&str, bool) -> Markup,
) -> Markup {
    html! {
        table.fields {
            thead { tr { th { (heading) } th { "Type" } th { "Meaning" } } }
            tbody {
                @for (key, schema, may_be_missing) in properties {
                    tr {
                        td { code { (key) } (note(key, *may_be_missing)) }
                        td { (kind(schema)) @if let Some(bounds) = bounds(schema) { " " br; small { (bounds) } } }
                        td { (prose(document, text(&schema["description"]))) }
                    }
                }
            }
        }
    }
}

/// A value's type in words, such as `uuid or null`.
fn kind(schema: &Value) -> Markup {
    if let Some(name) = text(&schema["$ref"]).rsplit('/').next().filter(|name| !name.is_empty()) {
        return html! { a href={ "#" (name) } { (name) } };
    }
    for several in ["anyOf", "oneOf", "allOf"] {
        if let Some(schemas) = schema[several].as_array() {
            return html! {
                @for (position, schema) in schemas.iter().enumerate() { @if position > 0 { " or " } (kind(schema)) }
            };
        }
    }
    if let Some(values) = schema["enum"].as_array() {
        return html! {
            @for (position, value) in values.iter().enumerate() { @if position > 0 { ", " } code { (value) } }
        };
    }
    let keys = schema["properties"].as_object().into_iter().flat_map(|keys| keys.keys().cloned());
    let keys = keys.collect::<Vec<_>>().join(", ");
    let names = match &schema["type"] {
        Value::Array(names) => names.iter().map(text).collect(),
        name => vec![text(name)],
    };
    html! {
        @for (position, name) in names.into_iter().enumerate() {
            @if position > 0 { " or " }
            @match name {
                "array" => { "array of " (kind(&schema["items"])) }
                "null" => "null",
                name => (schema["format"].as_str().unwrap_or(name)),
            }
        }
        @if !keys.is_empty() { " " br; small { "with " (keys) } }
    }
}

/// The bounds in words, such as `1 to 64 characters`; `None` if all values have the same length.
pub(super) fn bounds(schema: &Value) -> Option<String> {
    let units =
        [("minLength", "maxLength", " characters"), ("minItems", "maxItems", " items"), ("minimum", "maximum", "")];
    units.into_iter().find_map(|(min, max, unit)| match (schema[min].as_u64(), schema[max].as_u64()) {
        (Some(min), Some(max)) if min < max => Some(format!("{min} to {max}{unit}")),
        (Some(min), None) => Some(format!("at least {min}{unit}")),
        (None, Some(max)) => Some(format!("at most {max}{unit}")),
        _ => None,
    })
}
