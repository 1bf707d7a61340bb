//! What all frames have in common.

use maud::{Markup, html};
use serde_json::{Value, json};

use super::{json, prose};
use crate::{
    protocol::{MAX_PAGE, MAX_REQUEST_ID},
    service::hello::{IN_FLIGHT, MAX_FRAME},
};

pub(super) fn section() -> Markup {
    let kib = MAX_FRAME / 1024;
    let success = |item, data, is_broadcast| {
        let params = json!({ "item": item, "data": data, "isBroadcast": is_broadcast });
        json!({ "type": "…", "success": true, "params": params })
    };
    html! {
        p {
            "A request is a text or binary frame of at most " (kib) " KiB; answers and broadcasts are text. Unknown keys "
            "are ignored, in both directions: new ones may come."
        }
        div.frames {
            (form("A request", &json!({ "type": "…", "params": {} })))
            (form("Its answer", &success(Value::Null, json!([]), false)))
            (form("What others hear of it", &success(json!({}), Value::Null, true)))
            (form("A refusal", &json!({ "error": true, "type": "…", "message": "…", "code": "…" })))
        }
        (rules(&common()))
        h3 #hearth { a href="#hearth" { "What " code { "hearth" } " adds" } }
        (rules(&extended()))
    }
}

fn common() -> [(&'static str, String); 6] {
    [
        (
            "All three keys are always there.",
            "`item` is an object or null, `data` an array of rows or null; an empty page is `[]`.".into(),
        ),
        (
            "In order.",
            format!(
                "Answers come in the order of the requests, and a request sees the effects of those before it on the \
                 same connection. Up to {IN_FLIGHT} may be under way; then the server waits before it reads on."
            ),
        ),
        (
            "A refusal changes nothing",
            "and goes to the sender alone; the connection stays open. What is no request of a known type is refused \
             under the type `processor`."
                .into(),
        ),
        (
            "Answered means stored.",
            "Whoever hears nothing before the connection ends repeats the request with the same `messageId`: it is \
             answered as the first time, and nothing is stored or told twice."
                .into(),
        ),
        (
            "Paging.",
            format!(
                "Newest first, at most `limit` rows (above {MAX_PAGE} means {MAX_PAGE}), strictly earlier than \
                 `cursorCreatedAt`: follow the last row's `createdAt` until the page is `[]`. Within a chat no two rows \
                 have the same instant."
            ),
        ),
        (
            "Ids",
            "are UUIDs in lower case; upper case is accepted. Times are RFC 3339 in UTC with milliseconds, the same \
             instant everywhere. Lengths count Unicode characters."
                .into(),
        ),
    ]
}

/// What the extended protocol has besides.
fn extended() -> [(&'static str, String); 6] {
    [
        (
            "A greeting.",
            "The first frame is `hello` with `#Hello`: who is connected, until when, and the bounds in force.".into(),
        ),
        (
            "Request ids.",
            format!(
                "A request may carry `id`, an integer or a text of at most {MAX_REQUEST_ID} characters; its answer or \
                 refusal carries the same one."
            ),
        ),
        (
            "Chats",
            "are named by `receiverId` or `groupId` in params, exactly one of them; in rows and items by `chat`, from \
             the reader's side."
                .into(),
        ),
        (
            "Other devices",
            "hear of what one does on this one: messages, reads, mutes, blocks, one's own name.".into(),
        ),
        (
            "Counters.",
            "Per chat `lastSeq` grows with every message or notice, and `revision` with every edit, deletion and \
             reaction, and when somebody who is or was in the chat deletes their account; per membership `state` grows with reads, hiding, mute, role and block, and in dialogs when the \
             other side reads. Unread is `lastSeq − max(readUpTo, hiddenUpTo)`."
                .into(),
        ),
        (
            "Catching up",
            "costs what has changed: `#getChangedChats` tells which chats differ from what a client knows, `#getChanges` \
             what is new and changed in one of them. Broadcasts carry the counters, so that a client sees a gap at once. \
             Another `epoch` in `hello` than before: forget everything."
                .into(),
        ),
    ]
}

fn rules(rules: &[(&str, String)]) -> Markup {
    html! { ul.rules { @for (title, text) in rules { li { strong { (title) } " " (prose(text)) } } } }
}

fn form(caption: &str, frame: &Value) -> Markup {
    html! { figure { figcaption { (caption) } (json::block(frame)) } }
}
