//! Logs: one line per request, with an id, without queries, bodies, tokens and emails.

use std::{io::IsTerminal, sync::Arc, time::Instant};

use poem::{
    Endpoint, IntoResponse, Request, Response,
    http::{HeaderName, HeaderValue, StatusCode},
};
use tracing::{Instrument, info_span};
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

use crate::config::{Log, LogFormat, LogLevel};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A client's own request id is used if it is at most this long.
const REQUEST_ID_MAX: usize = 64;

/// Starts logging to standard error. Call it once per process.
pub fn init(config: &Log) {
    let level = match config.level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
    };
    // Libraries log only errors, unless the level is debug.
    let filter = if level == "debug" { level.to_owned() } else { format!("error,hearth={level}") };
    let logs = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_target(false);
    match config.format {
        LogFormat::Auto => logs.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Text => logs.with_ansi(false).init(),
        LogFormat::Json => logs.json().flatten_event(true).init(),
    }
}

/// Gives a request an id, and logs its result.
pub async fn trace<E: Endpoint>(endpoint: Arc<E>, request: Request) -> poem::Result<Response> {
    let id = request_id(&request);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let span = info_span!("request", id = id.to_str().unwrap_or_default());
    let began = Instant::now();
    let mut response = match endpoint.call(request).instrument(span.clone()).await {
        Ok(response) => response.into_response(),
        Err(error) => error.into_response(),
    };
    let status = response.status();
    // Probes come every few seconds, and sockets log a line of their own.
    if !is_probe(&path) && status != StatusCode::SWITCHING_PROTOCOLS {
        let millis = began.elapsed().as_millis();
        span.in_scope(|| tracing::info!(%method, path, status = status.as_u16(), millis, "answered"));
    }
    response.headers_mut().insert(REQUEST_ID, id);
    Ok(response)
}

fn is_probe(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz")
}

fn request_id(request: &Request) -> HeaderValue {
    let given = request
        .headers()
        .get(REQUEST_ID)
        .filter(|id| !id.is_empty() && id.len() <= REQUEST_ID_MAX && id.as_bytes().iter().all(u8::is_ascii_graphic));
    given
        .cloned()
        .unwrap_or_else(|| HeaderValue::from_str(&Uuid::now_v7().to_string()).expect("a UUID is a valid header value"))
}
