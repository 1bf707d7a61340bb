//! Upgrades an HTTP request to a socket. Overload is rejected with an HTTP status before the upgrade. A bad token is
//! rejected after it, with close code 4001: existing clients log out only on this code.

use std::{sync::Arc, time::Duration};

use poem::{
    Request, Response,
    http::{HeaderMap, HeaderValue, StatusCode, header},
};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_util::task::TaskTracker;

use super::socket;
use crate::{
    error::{Error, Fault, Refusal, Result},
    live::{Entered, Entrant, Full, Peer},
    protocol::{Frame, Protocol},
    service::{App, Caller, hello, sessions},
};

/// When a user with too many connections may retry.
const RETRY_USER: Duration = Duration::from_secs(30);
/// The error when the server is full.
pub const FULL: &str = "The server has no free connections: try again later";
const STOPPING: &str = "The server is restarting: try again in a moment";

/// Whether the request asks for a WebSocket.
pub fn is_asked_for(headers: &HeaderMap) -> bool {
    has_token(headers, &header::UPGRADE, "websocket")
}

/// Upgrades a request and serves the socket in a task of its own.
pub async fn upgrade(app: &Arc<App>, sockets: &TaskTracker, request: &Request) -> Result<Response> {
    let key = check(request)?;
    let peer = request.data::<Arc<Peer>>().cloned();
    if peer.as_ref().is_some_and(|peer| peer.is_extra) {
        return Err(Error::Unavailable(FULL));
    }
    let offered = offered_protocols(request.headers());
    let caller = match sessions::authenticate(app, token(request.headers(), &offered)).await {
        Ok(caller) => Some(caller),
        Err(Error::Refused(Refusal::Unauthorized)) => None,
        Err(error) => return Err(error),
    };
    let entered = match caller {
        Some(caller) => enter(app, caller, protocol(&offered)).await?,
        None => None,
    };
    if let Some(peer) = peer.as_ref().filter(|_| entered.is_some()) {
        peer.logged_in();
    }
    let upgrade = request.take_upgrade().map_err(|error| invalid("Connection", &error.to_string()))?;
    let app = app.clone();
    sockets.spawn(async move {
        // The socket keeps the connection's place.
        let _peer = peer;
        let Ok(io) = upgrade.await else { return };
        match entered {
            Some((caller, entered, hello)) => {
                let (user, session) = (caller.user, caller.session);
                tracing::info!(%user, %session, "connected");
                socket::serve(app, caller, io, entered, hello).await;
                tracing::info!(%user, %session, "disconnected");
            }
            None => socket::turn_away(io).await,
        }
    });
    Ok(switching(&key, offered.first().copied()))
}

/// Adds the connection to the hub if the session still lives, and returns the first frame to send.
async fn enter(app: &App, caller: Caller, protocol: Protocol) -> Result<Option<(Caller, Entered, Option<Frame>)>> {
    if let Some(cluster) = &app.cluster {
        cluster.catch_up().await;
    }
    let Caller { user, session, expires_at, .. } = caller;
    let entered = app.hub.enter(Entrant { protocol, user, session, expires_at }).map_err(|full| match full {
        Full::Server => Error::Unavailable(FULL),
        Full::User => Error::TooMany(RETRY_USER),
        Full::Session(wait) => Error::TooMany(wait),
        Full::Stopping => Error::Unavailable(STOPPING),
    })?;
    let caller = Caller { protocol, connection: Some(entered.id), ..caller };
    let hello = match protocol {
        Protocol::Reference => None,
        Protocol::Hearth => match hello::frame(app, caller).await {
            Ok(frame) => Some(frame),
            Err(Error::Refused(Refusal::Unauthorized)) => return Ok(None),
            Err(error) => return Err(error),
        },
    };
    // The session may have ended before the hub had this socket, so nothing would close it.
    Ok(sessions::still_live(app, caller).is_ok().then_some((caller, entered, hello)))
}

/// Only clients that offer the Hearth protocol get it.
fn protocol(offered: &[&str]) -> Protocol {
    match offered.first() {
        Some(&"hearth") => Protocol::Hearth,
        _ => Protocol::Reference,
    }
}

/// The key of a well-formed handshake (RFC 6455, section 4.2.1).
fn check(request: &Request) -> Result<String> {
    let headers = request.headers();
    if !has_token(headers, &header::UPGRADE, "websocket") || !has_token(headers, &header::CONNECTION, "upgrade") {
        return Err(invalid("Upgrade", "must be websocket, with Connection: Upgrade: this is a WebSocket address"));
    }
    if headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        return Err(invalid("Sec-WebSocket-Version", "must be 13"));
    }
    let key = headers.get(header::SEC_WEBSOCKET_KEY).and_then(|key| key.to_str().ok());
    let key = key.filter(|key| key.len() == 24);
    key.map(str::to_owned).ok_or_else(|| invalid("Sec-WebSocket-Key", "must be 16 bytes in base64"))
}

fn switching(key: &str, protocol: Option<&str>) -> Response {
    let mut response = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(header::CONNECTION, "upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_ACCEPT, derive_accept_key(key.as_bytes()))
        .finish();
    // Browsers fail a handshake that does not select one of the protocols they offered.
    if let Some(protocol) = protocol.and_then(|name| HeaderValue::from_str(name).ok()) {
        response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    response
}

fn offered_protocols(headers: &HeaderMap) -> Vec<&str> {
    let values = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|name| !name.is_empty()).collect()
}

/// The token of the `Authorization` header, or the second subprotocol, because browsers cannot set headers.
fn token<'a>(headers: &'a HeaderMap, offered: &[&'a str]) -> Option<&'a str> {
    bearer(headers).or_else(|| offered.get(1).copied())
}

/// The token of an `Authorization: Bearer` header; the scheme in any case.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn has_token(headers: &HeaderMap, name: &header::HeaderName, token: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|item| item.trim().eq_ignore_ascii_case(token))
}

fn invalid(what: &str, message: &str) -> Error {
    Error::Invalid(vec![Fault::new(what, message)])
}
