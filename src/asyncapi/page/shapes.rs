//! The rows and items, key by key, from the schemas of what is sent.

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::{
    super::{
        catalogue::{PROTOCOLS, broadcasts, topics},
        schemas,
    },
    prose,
};

/// Anchors of the shapes.
pub(super) fn names() -> Vec<String> {
    definitions().keys().cloned().collect()
}

pub(super) fn section() -> Markup {
    html! {
        p { "Keys come in this order. A key that may be null is there all the same, unless it says otherwise." }
        @for (name, schema) in definitions() {
            article #(name) {
                h3 { a href={ "#" (name) } { code { (name) } } }
                p.about { (prose(text(&schema, "description"))) }
                table.fields {
                    thead { tr { th { "Key" } th { "Type" } th { "Meaning" } } }
                    tbody {
                        @for (key, value, may_be_missing) in keys(&schema) {
                            tr {
                                td { code { (key) } @if may_be_missing { " " span.must { "may be missing" } } }
                                td { (kind(value)) }
                                td { (prose(text(value, "description"))) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The schemas of everything under `item` and `data`.
fn definitions() -> Map<String, Value> {
    let mut schemas = schemas::generator();
    for protocol in PROTOCOLS {
        let answered = topics(protocol).into_iter().flat_map(|topic| topic.row.into_iter().chain(topic.item));
        let told = broadcasts(protocol).into_iter().map(|broadcast| broadcast.item);
        for shape in answered.chain(told) {
            (shape.schema)(&mut schemas);
        }
    }
    schemas.take_definitions(true)
}

/// The keys of an object, of each of its variants if it has some; and whether they may be missing.
fn keys(schema: &Value) -> Vec<(&str, &Value, bool)> {
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

fn text<'a>(schema: &'a Value, key: &str) -> &'a str {
    schema[key].as_str().unwrap_or_default()
}

/// A value's type in words, such as `uuid or null`.
fn kind(schema: &Value) -> Markup {
    if let Some(name) = text(schema, "$ref").rsplit('/').next().filter(|name| !name.is_empty()) {
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
    if schema["type"] == "array" {
        return html! { "array of " (kind(&schema["items"])) };
    }
    let format = schema["format"].as_str();
    let names: Vec<_> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    let words: Vec<_> = names.into_iter().map(|name| format.filter(|_| name != "null").unwrap_or(name)).collect();
    html! { (words.join(" or ")) }
}
