//! What browsers are shown: the web client, and the documentation of REST and the WebSocket.

pub mod client;
mod negotiation;
mod policy;

use std::{
    io::{self, Read, Write},
    iter,
    sync::LazyLock,
    thread,
};

use bytes::{Buf, Bytes};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use futures_util::stream;
use poem::{
    Body, Response,
    http::{HeaderMap, StatusCode, header},
};
use sha2::{Digest, Sha256};

use crate::{api, asyncapi};

/// How many bytes of a text are decompressed at a time.
const PIECE: usize = 16 * 1024;

// Made on the first request, then shared. Kept compressed: Swagger UI has 1.6 MB.
static REST_PAGE: LazyLock<Asset> = LazyLock::new(|| apart(|| Asset::page(api::documentation())));
static REST_DOCUMENT: LazyLock<Asset> = LazyLock::new(|| apart(|| Asset::json(api::document())));
static SOCKET_PAGE: LazyLock<Asset> = LazyLock::new(|| apart(|| Asset::page(asyncapi::page())));
static SOCKET_DOCUMENT: LazyLock<Asset> = LazyLock::new(|| apart(|| Asset::json(asyncapi::document())));

/// The page at `/doc`.
pub fn rest_page(headers: &HeaderMap) -> Response {
    REST_PAGE.response(headers)
}

/// The OpenAPI document.
pub fn rest_document(headers: &HeaderMap) -> Response {
    REST_DOCUMENT.response(headers)
}

/// The page at `/doc/websocket`.
pub fn socket_page(headers: &HeaderMap) -> Response {
    SOCKET_PAGE.response(headers)
}

/// The AsyncAPI document.
pub fn socket_document(headers: &HeaderMap) -> Response {
    SOCKET_DOCUMENT.response(headers)
}

/// For a path that is nobody's.
pub fn not_found() -> Response {
    let text = "Not found. The documentation is at /doc.\n";
    Response::builder().status(StatusCode::NOT_FOUND).content_type("text/plain; charset=utf-8").body(text)
}

/// A text for people or programs, and what it may do in a browser.
struct Asset {
    content_type: &'static str,
    policy: String,
    tag: String,
    compressed: Bytes,
}

impl Asset {
    fn page(text: String) -> Self {
        Self::new("text/html; charset=utf-8", policy::of(&text), &text)
    }

    fn json(text: String) -> Self {
        Self::new("application/json; charset=utf-8", policy::NOTHING.into(), &text)
    }

    fn new(content_type: &'static str, policy: String, text: &str) -> Self {
        let tag = negotiation::tag(&Sha256::digest(text));
        Self { content_type, policy, tag, compressed: compress(text).into() }
    }

    fn response(&self, headers: &HeaderMap) -> Response {
        let response = Response::builder()
            .header(header::CACHE_CONTROL, "no-cache")
            // The same content whether compressed or not, so the tag is a weak one.
            .header(header::ETAG, format!("W/{}", self.tag))
            .header(header::VARY, "Accept-Encoding")
            .header(header::CONTENT_SECURITY_POLICY, &self.policy)
            .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
            .header(header::REFERRER_POLICY, "no-referrer")
            .header(header::X_FRAME_OPTIONS, "DENY");
        if negotiation::has(headers, &self.tag) {
            return response.status(StatusCode::NOT_MODIFIED).finish();
        }
        let response = response.content_type(self.content_type);
        if negotiation::accepts(headers, "gzip") {
            return response.header(header::CONTENT_ENCODING, "gzip").body(self.compressed.clone());
        }
        response.body(decompressed(self.compressed.clone()))
    }
}

/// Makes an asset on a thread of its own: the allocator gives a thread's memory back when the thread ends, and keeps
/// that of the server's threads for later.
fn apart(make: fn() -> Asset) -> Asset {
    thread::spawn(make).join().expect("what is documented can be rendered")
}

fn compress(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()).expect("memory takes everything")
}

/// The text again, piece by piece, so that few bytes of it are in memory at a time.
fn decompressed(compressed: Bytes) -> Body {
    let mut text = GzDecoder::new(compressed.reader());
    let pieces = iter::from_fn(move || {
        let mut piece = vec![0; PIECE];
        let length = text.read(&mut piece).expect("our own compressor wrote it");
        piece.truncate(length);
        (length > 0).then(|| Ok::<_, io::Error>(Bytes::from(piece)))
    });
    Body::from_bytes_stream(stream::iter(pieces))
}
