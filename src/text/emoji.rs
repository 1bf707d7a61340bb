//! Recognises emoji.

use icu_properties::{
    CodePointSetData,
    props::{Emoji, EmojiComponent},
};
use unicode_segmentation::UnicodeSegmentation;

/// Whether a text is one grapheme that is displayed as an emoji, by default or because of U+FE0F. A digit or letter is
/// not.
pub fn is_emoji(text: &str) -> bool {
    let mut graphemes = text.graphemes(true);
    let (Some(grapheme), None) = (graphemes.next(), graphemes.next()) else { return false };
    let (emoji, component) = (CodePointSetData::new::<Emoji>(), CodePointSetData::new::<EmojiComponent>());
    let allowed = |c: char| emoji.contains(c) || component.contains(c);
    let shown = |c: char| emoji.contains(c) && !c.is_ascii() && !component.contains(c);
    let is_flag = grapheme.chars().count() == 2 && grapheme.chars().all(|c| ('\u{1F1E6}'..='\u{1F1FF}').contains(&c));
    let is_keycap = grapheme.len() > 6 && grapheme.ends_with("\u{FE0F}\u{20E3}");
    grapheme.chars().all(allowed) && (is_flag || is_keycap || grapheme.chars().any(shown))
}

#[cfg(test)]
mod tests {
    use super::is_emoji;

    #[test]
    fn an_emoji_is_one_character_to_a_reader() {
        for emoji in ["👍", "👍🏽", "❤️", "🇫🇮", "👨‍👩‍👧‍👦", "1️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "☺️", "🫠", "🏳️‍🌈"]
        {
            assert!(is_emoji(emoji), "{emoji}");
        }
        for text in ["", "a", "1", "#", "👍👍", "👍a", " 👍", "\u{200D}", "\u{FE0F}", "é", "字", "🇫", "️⃣"]
        {
            assert!(!is_emoji(text), "{text:?}");
        }
    }
}
