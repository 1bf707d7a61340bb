//! JSON with indentation and colours.

use maud::{Markup, html};
use serde_json::Value;

/// A frame, laid out for reading.
pub(super) fn block(value: &Value) -> Markup {
    html! { pre { code { (at(value, 0)) } } }
}

fn at(value: &Value, depth: usize) -> Markup {
    let color = match value {
        Value::Object(members) if !members.is_empty() => {
            return nested("{}", depth, members.iter().map(|(key, value)| (Some(key), value)));
        }
        Value::Array(items) if !items.is_empty() => {
            return nested("[]", depth, items.iter().map(|item| (None, item)));
        }
        Value::String(_) => "s",
        Value::Number(_) => "n",
        _ => "l",
    };
    html! { span.(color) { (value.to_string()) } }
}

fn nested<'a>(
    brackets: &str,
    depth: usize,
    members: impl ExactSizeIterator<Item = (Option<&'a String>, &'a Value)>,
) -> Markup {
    let (last, indent) = (members.len() - 1, "  ".repeat(depth));
    html! {
        (&brackets[..1]) "\n"
        @for (position, (key, value)) in members.enumerate() {
            (indent) "  "
            @if let Some(key) = key { span.k { (Value::from(key.as_str()).to_string()) } ": " }
            (at(value, depth + 1)) (if position < last { ",\n" } else { "\n" })
        }
        (indent) (&brackets[1..])
    }
}
