//! What browsers load: the web client, and the documentation of REST and the WebSocket.

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

/// Bytes of a document that are decompressed at a time.
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

/// The response for an unknown path.
pub fn not_found() -> Response {
    let text = "Not found. The documentation is at /doc.\n";
    Response::builder().status(StatusCode::NOT_FOUND).content_type("text/plain; charset=utf-8").body(text)
}

/// A document and the headers that it is served with.
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
            // A weak tag: it is the same for the compressed and the plain form.
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

/// Builds an asset on a thread of its own, because the allocator returns a thread's memory only when the thread ends.
fn apart(make: fn() -> Asset) -> Asset {
    thread::spawn(make).join().expect("the documentation can be rendered")
}

fn compress(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()).expect("writes to memory do not fail")
}

/// Decompresses piece by piece, so that little of the text is in memory at a time.
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
