//! The parts of the document for which AsyncAPI has no place: how to connect, the rules for all frames, close codes,
//! limits.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    error::{Error, Fault, Refusal},
    protocol::{
        Close, MAX_PAGE, MAX_REQUEST_ID, Protocol,
        limits::{IN_FLIGHT, MAX_FRAME},
    },
};

const BROWSER: &str = r#"const url = location.origin.replace(/^http/, "ws") + "/api/ws";
const socket = new WebSocket(url, ["auth", token]); // token: from POST /api/auth/login
socket.onmessage = ({ data }) => console.log(JSON.parse(data));
socket.onopen = () => socket.send(JSON.stringify({ type: "listLastMessage", params: { limit: 20 } }));"#;

const SHELL: &str = r#"websocat -H "Authorization: Bearer $TOKEN" ws://localhost:3001/api/ws"#;

pub(super) fn connecting() -> Value {
    let fault = Fault::new("Sec-WebSocket-Version", "must be 13");
    let outcome = |status, error: Error, about| json!({ "status": status, "code": error.code(), "message": error.to_string(), "description": about });
    json!({
        "description": "Connect to `/api/ws`; `/` works, too, and the query string is ignored. Authenticate with the token \
            from `POST /api/auth/login`, in an `Authorization: Bearer` header. Browsers cannot set headers, so they offer \
            the token as the second subprotocol. If you send both, the header wins.",
        "examples": [
            { "title": "In a browser", "code": BROWSER },
            { "title": "In a terminal", "code": SHELL },
        ],
        "subprotocols": "The server selects the first subprotocol that you offer, whatever its name.",
        "handshake": [
            { "status": 101, "description": "The connection is open." },
            {
                "status": 101,
                "description": "The token is missing, wrong, expired or revoked: the handshake succeeds, and the server \
                    immediately closes the connection with `4001`. Log in again.",
            },
            outcome(400, Error::Invalid(vec![fault]), "The request is not a WebSocket handshake."),
            outcome(
                403,
                Refusal::OriginNotAllowed.into(),
                "The page has an origin that the configuration does not allow.",
            ),
            outcome(429, Error::TooMany(Duration::from_secs(30)), "The account has too many connections."),
            outcome(
                503,
                Error::Unavailable(crate::ws::FULL),
                "The server is full, or cannot check the token at the moment. The token may be valid: retry with it.",
            ),
        ],
        "afterwards": "Handshakes with a status other than 101 fail before the upgrade, with a JSON body like every REST \
            error. For 429 and 503, `Retry-After` says when to retry. While a connection is open, the server checks with \
            protocol pings that the client is there; WebSocket libraries respond to pings automatically.",
    })
}

pub(super) fn frames() -> Value {
    let success = |item, data, is_broadcast| {
        let params = json!({ "item": item, "data": data, "isBroadcast": is_broadcast });
        json!({ "type": "…", "success": true, "params": params })
    };
    json!({
        "description": format!(
            "A request is a text or binary frame of at most {} KiB; answers and broadcasts are text frames. Both sides \
             ignore unknown keys: future versions may add some.",
            MAX_FRAME / 1024,
        ),
        "examples": [
            { "title": "A request", "frame": { "type": "…", "params": {} } },
            { "title": "Its answer", "frame": success(Value::Null, json!([]), false) },
            { "title": "The broadcast to others", "frame": success(json!({}), Value::Null, true) },
            { "title": "A refusal", "frame": { "error": true, "type": "…", "message": "…", "code": "…" } },
        ],
    })
}

/// The rules for all frames of `auth`, or those that `hearth` adds.
pub(super) fn rules(protocol: Protocol) -> String {
    match protocol {
        Protocol::Reference => format!(
            "\
- **All three keys are always present.** `item` is an object or null, `data` an array of rows or null; an empty page is \
`[]`.
- **Order.** Answers arrive in the order of the requests, and a request sees the effects of earlier requests on the same \
connection. Up to {IN_FLIGHT} requests may be in flight; then the server waits before it reads more.
- **A refusal changes nothing.** Only the sender gets it, and the connection stays open. A frame that is not a request of \
a known type is refused with the type `processor`.
- **Answered means stored.** If the connection ends before you get an answer, retry with the same `messageId`: you get \
the same answer, and the server stores and sends the message only once.
- **Paging.** Newest first, at most `limit` rows (values above {MAX_PAGE} mean {MAX_PAGE}), strictly before \
`cursorCreatedAt`: pass the last row's `createdAt` until the page is `[]`. Within a chat, no two rows have the same time.
- **Ids** are UUIDs in lower case; upper case is accepted. Times are RFC 3339 in UTC with milliseconds, the same value in \
every frame. Lengths are in Unicode characters."
        ),
        Protocol::Hearth => format!(
            "\
- **Hello.** The first frame is `hello` with a `Hello` item: your account, when the token expires, and the limits in \
force.
- **Request ids.** A request may have an `id`, an integer or a string of at most {MAX_REQUEST_ID} characters; its answer \
or refusal has the same `id`.
- **Chats** are identified by `receiverId` or `groupId` in params, exactly one of them; in rows and items by `chat`, from \
the reader's side.
- **Your other devices** are notified of what you do on one: messages, reads, mutes, blocks, your new name.
- **Counters.** For each chat, `lastSeq` grows with every message or notice. `revision` grows with every edit, deletion \
and reaction, and when a current or former member deletes their account. For each membership, `state` grows with reads, \
hiding, mute, role and block, and in dialogs when the other person reads. The number of unread messages is \
`lastSeq − max(readUpTo, hiddenUpTo)`.
- **Catching up** costs what has changed: `getChangedChats` lists the chats that differ from what you know, `getChanges` \
the new and changed rows of one chat. Broadcasts include the counters, so that you notice a gap immediately. If the \
`epoch` in `hello` has changed, discard everything you know."
        ),
    }
}

pub(super) fn close_codes() -> Value {
    let unauthorized = Close::Unauthorized;
    let row = |close: &Close| json!({ "code": close.code(), "reason": close.reason(), "description": close.about() });
    json!({
        "description": "The code says why the connection ended, and whether to reconnect. After reconnecting, repeat the \
            requests that were not answered.",
        "codes": Close::ALL.iter().map(row).collect::<Vec<_>>(),
        "examples": [{
            "title": "The event `close` in a browser",
            "frame": { "code": unauthorized.code(), "reason": unauthorized.reason(), "wasClean": true },
        }],
    })
}

/// Limits that every operator chooses.
const CONFIGURED: [(&str, &str); 7] = [
    ("Requests per second", "limits.frames_per_second"),
    ("Messages and notices of a person per minute", "limits.messages_per_minute"),
    ("Edits, deletions and reactions of a person per minute", "limits.changes_per_minute"),
    ("Storage for a person's messages, in MB", "limits.storage_mb_per_user"),
    ("Storage for the whole database, in MB", "limits.storage_mb"),
    ("Connections of a person", "limits.connections_per_user"),
    ("Members of a group", "limits.group_members"),
];

/// The limits that are not those of a param.
pub(super) fn limits() -> Value {
    let fixed = [
        ("Rows of a page", MAX_PAGE.to_string()),
        ("A frame", format!("{} KiB; above it the connection ends with `{}`", MAX_FRAME / 1024, Close::TooBig.code())),
        ("Requests in flight on a connection", format!("{IN_FLIGHT}; then the server waits before it reads more")),
    ];
    let configured = CONFIGURED.map(|(what, key)| (what, format!("configured by the operator with `{key}`")));
    fixed.into_iter().chain(configured).map(|(what, limit)| json!({ "what": what, "limit": limit })).collect()
}
