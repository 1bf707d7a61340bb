//! JSON as clients send it: a byte order mark before it is skipped, and an escape that is half of a character becomes
//! U+FFFD, as in JavaScript's own encoders.

use std::borrow::Cow;

use memchr::memmem;
use serde_json::Value;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// Bytes of `\uXXXX`.
const ESCAPE: usize = 6;

/// Reads a body or a frame.
pub fn parse(text: &[u8]) -> serde_json::Result<Value> {
    serde_json::from_slice(&mended(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)))
}

/// The same text with every lone surrogate written as U+FFFD. No longer and no shorter: places in it stay the same.
fn mended(text: &[u8]) -> Cow<'_, [u8]> {
    let mut mended = Cow::Borrowed(text);
    if memmem::find(text, b"\\u").is_none() {
        return mended;
    }
    let mut place = 0;
    // A backslash stands only in strings, before what it escapes.
    while let Some(found) = memchr::memchr(b'\\', text.get(place..).unwrap_or_default()) {
        place += found;
        place += match (unit(text, place), unit(text, place + ESCAPE)) {
            (None, _) => 2,
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 2 * ESCAPE,
            (Some(0xD800..=0xDFFF), _) => {
                mended.to_mut()[place + 2..place + ESCAPE].copy_from_slice(b"FFFD");
                ESCAPE
            }
            _ => ESCAPE,
        };
    }
    mended
}

/// The number that an escape at this place gives.
fn unit(text: &[u8], place: usize) -> Option<u16> {
    let digits = text.get(place..place + ESCAPE)?.strip_prefix(b"\\u")?;
    let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|c| c.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn lone_surrogates_become_the_replacement_character_and_pairs_stay() {
        for (json, expected) in [
            (r#""\ud83d\ude00""#, "😀"),
            (r#""\uD83D""#, "\u{fffd}"),
            (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""a\ud83dA\ude00b""#, "a\u{fffd}A\u{fffd}b"),
            (r#""\\ud83d \\\ud83d \"\udfff\"""#, "\\ud83d \\\u{fffd} \"\u{fffd}\""),
            (r#""\u0041\n\ud800""#, "A\n\u{fffd}"),
        ] {
            assert_eq!(parse(json.as_bytes()).unwrap(), expected, "{json}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_skipped_once_and_what_is_no_json_stays_none() {
        assert_eq!(parse("\u{feff}\"a\"".as_bytes()).unwrap(), "a");
        for bad in ["\u{feff}\u{feff}1", r#""\ud8""#, r#""\u"#, r#""\ud83d\"#, r#""\ud83d\u+123""#, r"\ud83d", ""] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
