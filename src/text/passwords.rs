//! How passwords are compared, and the most common ones.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

use super::fold::identity;

/// Source and licence, an empty line, and the passwords: sorted, one per line.
const COMMON: &str = include_str!("common_passwords.txt");

/// A password in NFC, the form in which it is hashed (RFC 8265). Devices differ in how they compose accents.
pub fn password(given: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(given).into_owned()
}

/// The forms in which a password may have been hashed before all were hashed in NFC: each once, NFC first.
pub fn spellings(given: &str) -> Vec<String> {
    let mut spellings = vec![password(given)];
    for other in [given.to_owned(), DecomposingNormalizerBorrowed::new_nfd().normalize(given).into_owned()] {
        if !spellings.contains(&other) {
            spellings.push(other);
        }
    }
    spellings
}

/// Whether a password is one of the 10,000 most common ones, ignoring case.
pub fn is_common(password: &str) -> bool {
    let (folded, list) = (identity(password), listed());
    // Binary search over the text; each position moves to the start of its line.
    let (mut low, mut high) = (0, list.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let begin = list.as_bytes()[..middle].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let end = list[begin..].find('\n').map_or(list.len(), |length| begin + length);
        match list[begin..end].cmp(folded.as_str()) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = begin,
        }
    }
    false
}

fn listed() -> &'static str {
    COMMON.split_once("\n\n").map_or("", |(_, list)| list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_password_is_common_and_others_are_not() {
        assert_eq!(listed().lines().count(), 10_000);
        for password in listed().lines() {
            assert!(is_common(password), "{password}");
        }
        assert!(is_common("PassWord123") && is_common("ｑｗｅｒｔｙ"));
        for password in ["", "correct horse", "password12345678901", "# Licence", "zzzzzzzzzzz", "\u{10ffff}"] {
            assert!(!is_common(password), "{password}");
        }
    }

    #[test]
    fn a_password_has_as_many_spellings_as_differ() {
        assert_eq!(spellings("plain"), ["plain"]);
        assert_eq!(spellings("é"), ["é", "e\u{301}"]);
        assert_eq!(spellings("e\u{301}"), ["é", "e\u{301}"]);
        assert_eq!(spellings("éo\u{308}").len(), 3);
    }
}
