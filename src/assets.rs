//! What browsers are shown: a page that says what this is, and the documentation of the API.

use std::sync::LazyLock;

use bytes::Bytes;
use poem::{
    Response,
    http::{StatusCode, header},
};

use crate::api;

const INDEX: &[u8] = include_bytes!("../static/index.html");

/// Made on first sight, 1.6 MB; then shared.
static DOCUMENTATION: LazyLock<Bytes> = LazyLock::new(|| api::documentation().into());
static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| api::document().into());

/// The page at `/`.
pub fn index() -> Response {
    page("text/html; charset=utf-8", Bytes::from_static(INDEX))
}

/// The page at `/doc`.
pub fn documentation() -> Response {
    page("text/html; charset=utf-8", DOCUMENTATION.clone())
}

/// The OpenAPI document.
pub fn document() -> Response {
    page("application/json; charset=utf-8", DOCUMENT.clone())
}

/// For a path that is nobody's.
pub fn not_found() -> Response {
    let text = "Not found. The documentation is at /doc.\n";
    Response::builder().status(StatusCode::NOT_FOUND).content_type("text/plain; charset=utf-8").body(text)
}

fn page(content_type: &str, body: Bytes) -> Response {
    Response::builder()
        .content_type(content_type)
        .header(header::CACHE_CONTROL, "no-cache")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::REFERRER_POLICY, "no-referrer")
        .header(header::X_FRAME_OPTIONS, "DENY")
        .body(body)
}
