//! JSON, laid out and coloured.

use maud::{Markup, html};
use serde_json::Value;

/// A frame as it is sent, laid out for reading.
pub(super) fn block(value: &Value) -> Markup {
    html! { pre { code { (at(value, 0)) } } }
}

fn at(value: &Value, depth: usize) -> Markup {
    match value {
        Value::Object(members) if !members.is_empty() => html! {
            "{\n"
            @for (position, (key, value)) in members.iter().enumerate() {
                (indent(depth + 1)) span.k { (quoted(key)) } ": "
                (at(value, depth + 1)) (separator(position, members.len()))
            }
            (indent(depth)) "}"
        },
        Value::Array(items) if !items.is_empty() => html! {
            "[\n"
            @for (position, item) in items.iter().enumerate() {
                (indent(depth + 1)) (at(item, depth + 1)) (separator(position, items.len()))
            }
            (indent(depth)) "]"
        },
        Value::String(text) => html! { span.s { (quoted(text)) } },
        Value::Number(_) => html! { span.n { (value.to_string()) } },
        Value::Bool(_) | Value::Null => html! { span.l { (value.to_string()) } },
        empty => html! { (empty.to_string()) },
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}

fn separator(position: usize, length: usize) -> &'static str {
    if position + 1 < length { ",\n" } else { "\n" }
}
