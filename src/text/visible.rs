//! Which characters are visible.

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{BidiControl, DefaultIgnorableCodePoint, GeneralCategory, PrependedConcatenationMark, WhiteSpace},
};

/// Characters that no Unicode property calls blank, but that every font draws as nothing: BRAILLE PATTERN BLANK, KHITAN
/// SMALL SCRIPT FILLER, two blank Egyptian hieroglyphs, MUSICAL SYMBOL NULL NOTEHEAD.
const BLANK: [char; 5] = ['\u{2800}', '\u{16FE4}', '\u{13441}', '\u{13442}', '\u{1D159}'];

/// Whether a text has a visible character.
pub fn has_visible(text: &str) -> bool {
    text.chars().any(|c| !is_invisible(c))
}

/// The first invisible character of a text; white space is invisible.
pub fn invisible(text: &str) -> Option<char> {
    text.chars().find(|c| is_invisible(*c))
}

/// A text without default-ignorable characters; its identity is the same.
pub fn without_ignorable(text: &str) -> String {
    text.chars().filter(|c| !is_default_ignorable(*c)).collect()
}

/// The first character of a text that changes the direction of what follows, even beyond this text.
pub fn bidi_control(text: &str) -> Option<char> {
    if text.is_ascii() {
        return None;
    }
    text.chars().find(|c| is_bidi_control(*c))
}

pub(super) fn is_bidi_control(c: char) -> bool {
    CodePointSetData::new::<BidiControl>().contains(c)
}

/// Whether removing a character does not change what is displayed: joiners, fillers, variation selectors.
pub(super) fn is_default_ignorable(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Unassigned characters count as visible: a later version of Unicode may make them emoji that clients know.
fn is_invisible(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_graphic();
    }
    let is_format = || match CodePointMapData::<GeneralCategory>::new().get(c) {
        // Such as ARABIC NUMBER SIGN, a format character with a shape.
        GeneralCategory::Format => !CodePointSetData::new::<PrependedConcatenationMark>().contains(c),
        GeneralCategory::Control => true,
        _ => false,
    };
    // The last two code points of each plane are never characters.
    let is_noncharacter = || u32::from(c) & 0xFFFE == 0xFFFE || ('\u{FDD0}'..='\u{FDEF}').contains(&c);
    is_default_ignorable(c)
        || CodePointSetData::new::<WhiteSpace>().contains(c)
        || BLANK.contains(&c)
        || is_format()
        || is_noncharacter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_draw_nothing_are_invisible() {
        let blanks = "\t\n \u{a0}\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{1680}\u{17b4}\u{180e}\u{200b}\u{200c}\u{200d}\
                      \u{200e}\u{202e}\u{2028}\u{2060}\u{2066}\u{2800}\u{3000}\u{3164}\u{fe0f}\u{feff}\u{ffa0}\u{fff9}\
                      \u{fffe}\u{1d159}\u{1d173}\u{e0001}\u{e0061}\u{10ffff}\u{0}\u{7f}\u{85}";
        for c in blanks.chars() {
            assert!(!has_visible(&c.to_string()), "U+{:04X}", u32::from(c));
        }
        assert!(!has_visible(blanks) && !has_visible(""));
    }

    #[test]
    fn drawn_characters_are_visible_even_if_unassigned() {
        for text in ["a", ".", "ж", "क", "คื", "字", "👍", "❤\u{fe0f}", "\u{600}", "\u{fffd}", "\u{1faff}", "\u{e000}"]
        {
            assert!(has_visible(text), "{text}");
        }
    }

    #[test]
    fn the_bidirectional_controls_are_those_of_the_contract() {
        let controls = (0..=0x10_FFFF).filter_map(char::from_u32).filter(|c| is_bidi_control(*c));
        let expected =
            "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
        assert_eq!(controls.collect::<String>(), expected);
        assert_eq!(bidi_control("a\u{200c}\u{200d}b"), None);
    }
}
