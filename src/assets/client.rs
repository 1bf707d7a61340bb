//! The web client, embedded as it was built. Browsers cache files with hashed names forever and revalidate the others.
//! Files were compressed when they were built; each is served in the best encoding that the browser accepts.

use bytes::Bytes;
use poem::{
    Response,
    http::{HeaderMap, StatusCode, header},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::{negotiation, not_found, policy};

/// The only page; its own router decides by the path what it shows.
const PAGE: &str = "index.html";
/// Files whose names change with their contents.
const HASHED: &str = "assets/";
/// Encodings in order of preference, with the suffixes of their files.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// The page, for the paths that the client's router handles.
pub fn page(headers: &HeaderMap) -> Response {
    serve(PAGE, headers).unwrap_or_else(not_found)
}

/// The paths of all files except the page, without a leading slash.
pub fn files() -> impl Iterator<Item = String> {
    let is_compressed = |path: &str| ENCODINGS.iter().any(|(_, ending)| path.ends_with(ending));
    Files::iter().map(String::from).filter(move |path| path != PAGE && !is_compressed(path))
}

/// The file at a path.
pub fn file(path: &str, headers: &HeaderMap) -> Response {
    serve(path.trim_start_matches('/'), headers).unwrap_or_else(not_found)
}

fn serve(path: &str, headers: &HeaderMap) -> Option<Response> {
    let plain = Files::get(path)?;
    let kind = plain.metadata.mimetype().to_owned();
    let (encoding, file) = encoded(path, headers).unwrap_or(("identity", plain));
    // Each encoding is a file of its own, with a tag of its own.
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

/// The file in the best encoding that the browser accepts.
fn encoded(path: &str, headers: &HeaderMap) -> Option<(&'static str, EmbeddedFile)> {
    let mut encodings = ENCODINGS.into_iter().filter(|(encoding, _)| negotiation::accepts(headers, encoding));
    encodings.find_map(|(encoding, ending)| Some((encoding, Files::get(&format!("{path}{ending}"))?)))
}

/// The host name that the browser uses for this server, if it can be part of a policy.
fn host(headers: &HeaderMap) -> Option<&str> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let is_plain = host.chars().all(|c| c.is_ascii_alphanumeric() || "-.:[]".contains(c));
    Some(host).filter(|host| is_plain && !host.is_empty())
}
