//! What browsers are shown: the web client, and the documentation of REST and the WebSocket.

pub mod client;
mod policy;

use std::sync::LazyLock;

use bytes::Bytes;
use poem::{
    Response,
    http::{StatusCode, header},
};

use crate::{api, docs};

// Made on first sight (Swagger UI has 1.6 MB), then shared.
static REST_PAGE: LazyLock<Asset> = LazyLock::new(|| Asset::page(api::documentation()));
static REST_DOCUMENT: LazyLock<Asset> = LazyLock::new(|| Asset::json(api::document()));
static SOCKET_PAGE: LazyLock<Asset> = LazyLock::new(|| Asset::page(docs::page()));
static SOCKET_DOCUMENT: LazyLock<Asset> = LazyLock::new(|| Asset::json(docs::document()));

/// The page at `/doc`.
pub fn rest_page() -> Response {
    REST_PAGE.response()
}

/// The OpenAPI document.
pub fn rest_document() -> Response {
    REST_DOCUMENT.response()
}

/// The page at `/doc/websocket`.
pub fn socket_page() -> Response {
    SOCKET_PAGE.response()
}

/// The AsyncAPI document.
pub fn socket_document() -> Response {
    SOCKET_DOCUMENT.response()
}

/// For a path that is nobody's.
pub fn not_found() -> Response {
    let text = "Not found. The documentation is at /doc.\n";
    Response::builder().status(StatusCode::NOT_FOUND).content_type("text/plain; charset=utf-8").body(text)
}

/// Something to be read, and what it may do in a browser.
struct Asset {
    content_type: &'static str,
    policy: String,
    body: Bytes,
}

impl Asset {
    fn page(text: String) -> Self {
        Self { content_type: "text/html; charset=utf-8", policy: policy::of(&text), body: text.into() }
    }

    fn json(text: String) -> Self {
        Self { content_type: "application/json; charset=utf-8", policy: policy::NOTHING.into(), body: text.into() }
    }

    fn response(&self) -> Response {
        Response::builder()
            .content_type(self.content_type)
            .header(header::CACHE_CONTROL, "no-cache")
            .header(header::CONTENT_SECURITY_POLICY, &self.policy)
            .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
            .header(header::REFERRER_POLICY, "no-referrer")
            .header(header::X_FRAME_OPTIONS, "DENY")
            .body(self.body.clone())
    }
}
