//! Names as they are shown: names stored under older rules are cleaned, and names that the server uses are reserved.

use super::{
    fold::search,
    visible::{has_visible, is_bidi_control},
};

/// The name of users who deleted their account.
pub const DELETED_ACCOUNT: &str = "Deleted account";
/// Replaces a stored name without visible characters.
pub const UNNAMED: &str = "Unnamed";

/// [`DELETED_ACCOUNT`] in the languages of the web client, and [`UNNAMED`].
const RESERVED: [&str; 3] = [DELETED_ACCOUNT, "Удалённый аккаунт", UNNAMED];

/// Whether a full name is one that the server itself uses. Names that match in a search count as the same.
pub fn is_reserved(name: &str) -> bool {
    let plain = |text: &str| {
        let folded = search(text);
        folded.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let name = plain(name);
    RESERVED.iter().any(|reserved| plain(reserved) == name)
}

/// A user's first and last name as others see them.
pub fn shown_person(first_name: String, last_name: String) -> (String, String) {
    (cleaned(first_name, UNNAMED), cleaned(last_name, ""))
}

/// A group's name as its members see it.
pub fn shown_group(name: String) -> String {
    cleaned(name, UNNAMED)
}

/// A name without bidirectional controls, or `instead` if nothing of it is visible.
fn cleaned(name: String, instead: &str) -> String {
    // Fast path for nearly every name.
    if name.is_ascii() && name.bytes().any(|byte| byte.is_ascii_graphic()) {
        return name;
    }
    if !has_visible(&name) {
        return instead.to_owned();
    }
    if name.chars().any(is_bidi_control) { name.chars().filter(|c| !is_bidi_control(*c)).collect() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_names_are_recognised_however_they_are_written() {
        for name in ["Deleted account", "DELETED  Áccount", "deleted\u{200b} account", "удаленный АККАУНТ", "Unnamed"]
        {
            assert!(is_reserved(name), "{name}");
        }
        for name in ["Deleted", "Deleted accounts", "My deleted account", "Unnamed Star", ""] {
            assert!(!is_reserved(name), "{name}");
        }
    }

    #[test]
    fn old_names_are_shown_without_what_is_rejected_today() {
        let shown = |first: &str, last: &str| shown_person(first.into(), last.into());
        assert_eq!(shown("Ann", ""), ("Ann".into(), String::new()));
        assert_eq!(shown("\u{202e}Ann", "\u{2067}Lee"), ("Ann".into(), "Lee".into()));
        assert_eq!(shown("\u{3164}", "\u{200b}"), (UNNAMED.into(), String::new()));
        assert_eq!(shown("علی\u{200c}رضا", "👨\u{200d}👩"), ("علی\u{200c}رضا".into(), "👨\u{200d}👩".into()));
        assert_eq!(shown_group("\u{2800}".into()), UNNAMED);
    }
}
