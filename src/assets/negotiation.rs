//! Reads a browser's headers: the encodings that it accepts, and the version that it has cached.

use poem::http::{HeaderMap, header};

/// Whether the browser accepts a content coding such as `gzip`.
pub(super) fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let mut accepted = listed(headers, header::ACCEPT_ENCODING).filter(|item| !is_refused(item));
    accepted.any(|item| item.split(';').next() == Some(coding))
}

/// Whether the browser has cached the version with this tag, so that 304 is enough.
pub(super) fn has(headers: &HeaderMap, tag: &str) -> bool {
    listed(headers, header::IF_NONE_MATCH).any(|known| known == "*" || known.trim_start_matches("w/") == tag)
}

/// The tag of the content with this SHA-256 hash.
pub(super) fn tag(hash: &[u8]) -> String {
    let digits: Vec<_> = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{}\"", digits.concat())
}

/// Whether an item's weight is zero: `br;q=0.0`.
fn is_refused(item: &str) -> bool {
    item.split_once(";q=").is_some_and(|(_, weight)| weight.parse() == Ok(0.0))
}

/// The items of a list header, in lower case.
fn listed(headers: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = String> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|item| item.trim().to_lowercase().replace(' ', ""))
}
