//! Two ways to fold text: `identity` tells whether two emails are the same, `search` whether a text is found.

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::{
    CodePointMapData,
    props::{GeneralCategory, GeneralCategoryGroup, Script},
};

use super::visible::is_default_ignorable;

/// The version of both folds. Raise it when their results change, for example with a new version of Unicode: the folded
/// texts in the database are then rebuilt at the next start.
pub const FOLD_VERSION: u32 = 1;

/// Folding is stable well before this many rounds: two are enough for every character of Unicode 17.
const ROUNDS: usize = 4;
const BREVE: char = '\u{306}';

/// Folds an email for comparison, with `NFKC_Casefold`. Ignores case, composition, compatibility forms (`ﬃ` is `ffi`)
/// and default-ignorable characters, but not marks.
pub fn identity(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = text.to_owned();
    for _ in 0..ROUNDS {
        let shown: String = folded.chars().filter(|c| !is_default_ignorable(*c)).collect();
        let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize(&shown).into_owned();
        let lower = CaseMapper::new().fold_string(&decomposed).into_owned();
        let next = ComposingNormalizerBorrowed::new_nfkc().normalize(&lower).into_owned();
        if next == folded {
            break;
        }
        folded = next;
    }
    folded
}

/// Folds a text for search: [`identity`] without marks on Latin, Greek and Cyrillic letters, Hebrew points and Arabic
/// harakat, so that `zoe` finds Zoë and `е` finds ё. But й differs from и, and marks of other scripts count.
pub fn search(text: &str) -> String {
    let folded = identity(text);
    if folded.is_ascii() {
        return folded;
    }
    let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize(&folded);
    let (mut kept, mut base) = (String::with_capacity(decomposed.len()), None);
    for c in decomposed.chars() {
        let is_short_i = c == BREVE && kept.ends_with('и');
        if is_short_i || !is_ignored_mark(c, base) {
            kept.push(c);
        }
        if !is_mark(c) {
            base = Some(c);
        }
    }
    ComposingNormalizerBorrowed::new_nfc().normalize(&kept).into_owned()
}

fn is_ignored_mark(c: char, base: Option<char>) -> bool {
    match c {
        '\u{300}'..='\u{36F}' => base.is_some_and(has_optional_marks),
        // Hebrew accents and points; the rest of the range is punctuation.
        '\u{591}'..='\u{5C7}' | '\u{FB1E}' => is_mark(c),
        // Arabic harakat. Hamza and madda are not included: they form other letters.
        '\u{64B}'..='\u{652}' | '\u{670}' => true,
        _ => false,
    }
}

fn has_optional_marks(base: char) -> bool {
    matches!(CodePointMapData::<Script>::new().get(base), Script::Latin | Script::Greek | Script::Cyrillic)
}

fn is_mark(c: char) -> bool {
    GeneralCategoryGroup::Mark.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}

#[cfg(test)]
mod tests {
    use super::{identity, search};

    #[test]
    fn case_composition_and_compatibility_forms_make_no_other_identity() {
        for (one, other) in [
            ("ÉLODIE", "e\u{301}lodie"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
            ("Weiß", "WEISS"),
            ("WEIẞ", "weiss"),
            ("oﬃce@example.org", "OFFICE@example.org"),
            ("ſam", "sam"),
            ("Ａda", "ada"),
            ("a\u{200b}da\u{feff}", "ada"),
            ("Ἀχιλλεύς", "ἈΧΙΛΛΕΎΣ"),
            ("ᾳ", "ΑΙ"),
            ("ꮳꮃꭹ", "ᏣᎳᎩ"),
        ] {
            assert_eq!(identity(one), identity(other), "{one} {other}");
        }
        assert_ne!(identity("zoë"), identity("zoe"));
        assert_ne!(identity("её"), identity("ее"));
    }

    #[test]
    fn folding_twice_changes_nothing() {
        // Beyond this range are only ideographs without case.
        for c in (0..0x2_0000).filter_map(char::from_u32) {
            let folded = identity(&c.to_string());
            assert_eq!(identity(&folded), folded, "U+{:04X}", u32::from(c));
            let found = search(&folded);
            assert_eq!(search(&found), found, "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn the_contracts_pairs_find_each_other_or_do_not() {
        for (one, other) in [
            ("ibrahim", "İBRAHİM"),
            ("İbrahim", "ibrahim"),
            ("zoe", "Zoë"),
            ("е", "ё"),
            ("Ё", "е"),
            ("ΣΑΣΑ", "σας\u{3b1}"),
            ("ὈΔΥΣΣΕΎΣ", "οδυσσευσ"),
            ("שָׁלוֹם", "שלום"),
            ("مُحَمَّد", "محمد"),
            ("ﷺ", "صلى الله عليه وسلم"),
            ("Nguyễn", "nguyen"),
            ("می\u{200c}خواهم", "میخواهم"),
            ("ｶﾞ", "ガ"),
        ] {
            assert_eq!(search(one), search(other), "{one} {other}");
        }
        for (one, other) in
            [("й", "и"), ("Й", "И"), ("が", "か"), ("कि", "क"), ("คือ", "คอ"), ("آ", "ا"), ("أ", "ا"), ("한", "하")]
        {
            assert_ne!(search(one), search(other), "{one} {other}");
        }
        assert_eq!(search("Й"), "й");
    }
}
