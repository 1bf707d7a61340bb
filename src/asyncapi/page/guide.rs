//! What is not about one request: connecting, the rules for all frames, refusals, close codes, limits.

use maud::{Markup, html};
use serde_json::Value;

use super::{CHANNELS, json, list, operations, properties, prose, table, text};

pub(super) fn connecting(document: &Value) -> Markup {
    let connecting = &document["x-connecting"];
    let outcomes = [("status", "Status"), ("code", "Code"), ("message", "Message"), ("description", "When")];
    html! {
        p { (prose(document, text(&connecting["description"]))) }
        @for example in list(&connecting["examples"]) {
            figure { figcaption { (text(&example["title"])) } pre { code { (text(&example["code"])) } } }
        }
        h3 #subprotocols { a href="#subprotocols" { "Subprotocols" } }
        p { (prose(document, text(&connecting["subprotocols"]))) }
        dl {
            @for channel in CHANNELS {
                dt { code { (channel) } }
                dd { (prose(document, about(document, channel).0)) }
            }
        }
        h3 #handshake { a href="#handshake" { "How a handshake ends" } }
        (table(document, list(&connecting["handshake"]), None, &outcomes))
        p { (prose(document, text(&connecting["afterwards"]))) }
    }
}

/// What a channel is for, and the rules for its frames.
fn about<'a>(document: &'a Value, channel: &str) -> (&'a str, &'a str) {
    text(&document["channels"][channel]["description"]).split_once("\n\n").unwrap_or_default()
}

pub(super) fn frames(document: &Value) -> Markup {
    let frames = &document["x-frames"];
    let rules = |channel| {
        let rules = about(document, channel).1.lines().map(|rule| rule.trim_start_matches("- "));
        html! { ul.rules { @for rule in rules { li { (prose(document, rule)) } } } }
    };
    html! {
        p { (prose(document, text(&frames["description"]))) }
        div.frames { (examples(frames)) }
        (rules("auth"))
        h3 #hearth { a href="#hearth" { "What " code { "hearth" } " adds" } }
        (rules("hearth"))
    }
}

fn examples(section: &Value) -> Markup {
    html! {
        @for example in list(&section["examples"]) {
            figure { figcaption { (prose(&Value::Null, text(&example["title"]))) } (json::block(&example["frame"])) }
        }
    }
}

pub(super) fn refusals(document: &Value) -> Markup {
    let columns = [("code", "Code"), ("message", "Message"), ("description", "When")];
    let refusals = &document["x-refusals"];
    html! {
        p { (prose(document, text(&refusals["description"]))) }
        (table(document, list(&refusals["codes"]), None, &columns))
        h3 #no-request { a href="#no-request" { "Frames that are not requests" } }
        @for channel in CHANNELS {
            @for story in list(&document["channels"][channel]["x-conversations"]) { (operations::frames(document, story)) }
        }
    }
}

pub(super) fn close_codes(document: &Value) -> Markup {
    let columns = [("code", "Code"), ("reason", "Reason"), ("description", "What happened, and what to do")];
    let closes = &document["x-close-codes"];
    html! {
        p { (prose(document, text(&closes["description"]))) }
        (table(document, list(&closes["codes"]), Some("close"), &columns))
        (examples(closes))
    }
}

pub(super) fn limits(document: &Value) -> Markup {
    html! {
        p {
            "The server refuses a param that breaks its limit with " code { "invalid" } "; the message names all such "
            "params."
        }
        (properties::table(document, "Param", &operations::bounded_params(document), |_, _| html! {}))
        (table(document, list(&document["x-limits"]), None, &[("what", "What"), ("limit", "Limit")]))
    }
}
