//! The web client, embedded as it was built: files with hashed names are kept for ever, the others asked for again;
//! each goes out as the browser takes it, compressed when it was built.

use bytes::Bytes;
use poem::{
    Response,
    http::{HeaderMap, StatusCode, header},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::{negotiation, not_found, policy};

/// The one page; what it shows, its own router decides by the path.
const PAGE: &str = "index.html";
/// Files whose names change with their contents.
const HASHED: &str = "assets/";
/// Encodings, the better ones first, and how their files end.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// The page, for the paths that are the client's own.
pub fn page(headers: &HeaderMap) -> Response {
    serve(PAGE, headers).unwrap_or_else(not_found)
}

/// The paths of its files but for the page, without a slash before them.
pub fn files() -> impl Iterator<Item = String> {
    let is_compressed = |path: &str| ENCODINGS.iter().any(|(_, ending)| path.ends_with(ending));
    Files::iter().map(String::from).filter(move |path| path != PAGE && !is_compressed(path))
}

/// The file at a path of the server's.
pub fn file(path: &str, headers: &HeaderMap) -> Response {
    serve(path.trim_start_matches('/'), headers).unwrap_or_else(not_found)
}

fn serve(path: &str, headers: &HeaderMap) -> Option<Response> {
    let plain = Files::get(path)?;
    let kind = plain.metadata.mimetype().to_owned();
    let (encoding, file) = encoded(path, headers).unwrap_or(("identity", plain));
    // Another one for every encoding: each is a file of its own.
    let tag = negotiation::tag(&file.metadata.sha256_hash());
    let kept = if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let response = Response::builder()
        .header(header::CACHE_CONTROL, kept)
        .header(header::ETAG, &tag)
        .header(header::VARY, "Accept-Encoding")
        .header(header::CONTENT_SECURITY_POLICY, policy::of_client(host(headers)))
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::REFERRER_POLICY, "no-referrer")
        .header(header::X_FRAME_OPTIONS, "DENY");
    if negotiation::has(headers, &tag) {
        return Some(response.status(StatusCode::NOT_MODIFIED).finish());
    }
    let charset = if kind.starts_with("text/") { "; charset=utf-8" } else { "" };
    let response = response.content_type(format!("{kind}{charset}"));
    let response = if encoding == "identity" { response } else { response.header(header::CONTENT_ENCODING, encoding) };
    Some(response.body(Bytes::from(file.data.into_owned())))
}

/// The file in the best encoding that the browser takes.
fn encoded(path: &str, headers: &HeaderMap) -> Option<(&'static str, EmbeddedFile)> {
    let mut encodings = ENCODINGS.into_iter().filter(|(encoding, _)| negotiation::accepts(headers, encoding));
    encodings.find_map(|(encoding, ending)| Some((encoding, Files::get(&format!("{path}{ending}"))?)))
}

/// Under which name the browser knows this server, if it is one that may stand in a policy.
fn host(headers: &HeaderMap) -> Option<&str> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let is_plain = host.chars().all(|c| c.is_ascii_alphanumeric() || "-.:[]".contains(c));
    Some(host).filter(|host| is_plain && !host.is_empty())
}
