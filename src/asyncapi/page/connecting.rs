//! From an address to an open connection.

use std::time::Duration;

use maud::{Markup, html};

use super::{
    super::catalogue::{self, PROTOCOLS},
    prose,
};
use crate::error::{Error, Fault, Refusal};

const BROWSER: &str = r#"const url = location.origin.replace(/^http/, "ws") + "/api/ws";
const socket = new WebSocket(url, ["auth", token]); // token: from POST /api/auth/login
socket.onmessage = ({ data }) => console.log(JSON.parse(data));
socket.onopen = () => socket.send(JSON.stringify({ type: "listLastMessage", params: { limit: 20 } }));"#;

const SHELL: &str = r#"websocat -H "Authorization: Bearer $TOKEN" ws://localhost:3001/api/ws"#;

pub(super) fn section() -> Markup {
    html! {
        p {
            (prose("The address is `/api/ws`; `/` leads to the same socket, and a query string does not matter. The token \
                is that of `POST /api/auth/login`. Browsers, which can set no header, offer it as the second subprotocol; \
                an `Authorization: Bearer` header comes before it."))
        }
        figure { figcaption { "In a browser" } pre { code { (BROWSER) } } }
        figure { figcaption { "In a terminal" } pre { code { (SHELL) } } }
        h3 #subprotocols { a href="#subprotocols" { "Subprotocols" } }
        p { "The server selects the first subprotocol that is offered, whatever it is called." }
        dl {
            @for protocol in PROTOCOLS {
                dt { code { (catalogue::name(protocol)) } }
                dd { (prose(catalogue::about(protocol))) }
            }
        }
        h3 #handshake { a href="#handshake" { "How a handshake ends" } }
        table {
            thead { tr { th { "Status" } th { "Code" } th { "When" } } }
            tbody {
                tr {
                    td { "101" } td {}
                    td { "The connection is open." }
                }
                tr {
                    td { "101" } td {}
                    td {
                        "The token is missing, wrong, expired or revoked: the handshake succeeds, and the connection is "
                        "closed with " a href="#close-4001" { "4001" } " at once. Log in again."
                    }
                }
                @for (status, error, when) in refused() {
                    tr {
                        td { (status) }
                        td { code { (error.code()) } }
                        td { (when) " " q { (error.to_string()) } }
                    }
                }
            }
        }
        p {
            (prose("These refusals come before the upgrade, as JSON like every failure of REST; 429 and 503 say in \
                `Retry-After` when to come back. While a connection is open, the server asks from time to time whether \
                the client is there, by protocol pings, which every WebSocket library answers by itself."))
        }
    }
}

/// The refusals of a handshake, as the server words them.
fn refused() -> [(u16, Error, &'static str); 4] {
    let fault = Fault::new("Sec-WebSocket-Version", "must be 13");
    [
        (400, Error::Invalid(vec![fault]), "It is no WebSocket handshake."),
        (403, Refusal::OriginNotAllowed.into(), "A page of an origin that the configuration does not allow."),
        (429, Error::TooMany(Duration::from_secs(30)), "This person has too many connections."),
        (
            503,
            Error::Unavailable(crate::ws::FULL),
            "The server is full, or cannot check the token just now. It is not the token's fault.",
        ),
    ]
}
