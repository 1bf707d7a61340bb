//! Which texts match: case in every script, composition, and special characters.

use crate::support::{TestServer, labels};

/// The same name twice, in different case.
const CASES: [(&str, &str); 11] = [
    ("Ёлка", "ЁЛКА"),
    ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
    ("Ἀχιλλεύς", "ἈΧΙΛΛΕΎΣ"),
    ("İpek", "i\u{307}PEK"),
    ("ÉLODIE", "élodie"),
    ("Straẞe", "straße"),
    ("Ǆemal", "ǆEMAL"),
    ("Արմեն", "ԱՐՄԵՆ"),
    ("გიორგი", "ᲒᲘᲝᲠᲒᲘ"),
    ("ᏣᎳᎩ", "ꮳꮃꭹ"),
    ("\u{10400}\u{10401}", "\u{10428}\u{10429}"),
];

#[tokio::test]
async fn case_is_ignored_in_every_script() {
    let server = TestServer::start().await;
    let [zoe] = server.people(["Zoe"]).await;
    for (one, other) in CASES {
        server.people_called(&[(one, ""), (other, "")]).await;
        for text in [one, other] {
            assert_eq!(zoe.finds(text).await.len(), 2, "{text}");
        }
    }
}

#[tokio::test]
async fn a_name_is_found_by_its_capitals_even_if_they_are_more_letters() {
    let server = TestServer::start().await;
    let [zoe] = server.people(["Zoe"]).await;
    for name in ["Weiß", "Πᾳς"] {
        server.people_called(&[(name, "")]).await;
        assert_eq!(zoe.finds(&name.to_uppercase()).await, [name]);
    }
}

#[tokio::test]
async fn a_sigma_is_found_at_any_position() {
    let server = TestServer::start().await;
    let [zoe] = server.people(["Zoe"]).await;
    server.people_called(&[("Οδυσσεύς", "Σωτήρης"), ("ΣΑΣΑ", "")]).await;
    for text in ["οδυς", "ΟΔΥΣ", "οδυσσεύσ", "σωτήρησ", "ΣΩΤΉΡΗΣ"] {
        assert_eq!(zoe.finds(text).await, ["Οδυσσεύς Σωτήρης"], "{text}");
    }
    assert_eq!(zoe.finds("σας").await, ["ΣΑΣΑ"]);
}

#[tokio::test]
async fn composed_and_decomposed_letters_are_the_same() {
    let server = TestServer::start().await;
    let [zoe] = server.people(["Zoe"]).await;
    server.people_called(&[("\u{c9}lodie", "composed"), ("E\u{301}lodie", "decomposed"), ("Elodie", "plain")]).await;
    zoe.create_group("Cafe\u{301}", &[]).await;
    for text in ["\u{e9}lo", "e\u{301}lo", "\u{c9}LO", "E\u{301}LO", "elo"] {
        let found = ["Elodie plain", "E\u{301}lodie decomposed", "\u{c9}lodie composed"];
        assert_eq!(zoe.finds(text).await, found);
    }
    assert_eq!(zoe.finds("caf\u{e9}").await, ["#Cafe\u{301}"]);
    assert_eq!(zoe.finds("cafe").await, ["#Cafe\u{301}"]);
}

/// A name and a text, and whether the text finds the name.
const PAIRS: [(&str, &str, bool); 12] = [
    ("İBRAHİM", "ibrahim", true),
    ("İbrahim", "İBRAHİM", true),
    ("Zoë", "zoe", true),
    ("Алёна", "алена", true),
    ("Сергей", "сергеи", false),
    ("Ирина", "йрина", false),
    ("がく", "かく", false),
    ("कवि", "कव\u{940}", false),
    ("कि", "क\u{940}", false),
    ("คือ", "คอ", false),
    ("مُحَمَّد", "محمد", true),
    ("שָׁלוֹם", "שלום", true),
];

#[tokio::test]
async fn marks_are_ignored_only_where_people_leave_them_out() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    for (name, text, is_found) in PAIRS {
        let [person] = &server.people_called(&[(name, "")]).await[..] else { panic!("one person") };
        let found = ann.finds(text).await;
        assert_eq!(found.contains(&person.name), is_found, "{text} and {name}: {found:?}");
    }
}

/// Texts, and which of the users with odd names they find.
const ODD: [(&str, &[&str]); 21] = [
    ("%", &["100%"]),
    ("100%", &["100%"]),
    ("_", &["a_b"]),
    ("A_B", &["a_b"]),
    ("\\", &["a\\b"]),
    ("a\\b", &["a\\b"]),
    ("!", &["wow!"]),
    ("'", &["O'Neil"]),
    ("'' OR 1=1 --", &[]),
    ("\"", &["quo\"te"]),
    (";", &["semi;colon"]),
    ("[b]", &["a[b]"]),
    ("*", &["*a*"]),
    ("^", &["a^b"]),
    ("\u{1F600}", &["smile\u{1F600}"]),
    ("!%", &[]),
    ("%%", &[]),
    ("a%b", &[]),
    ("__", &[]),
    ("\\%", &[]),
    ("!!", &[]),
];

#[tokio::test]
async fn no_character_is_a_wildcard_or_a_quote() {
    let server = TestServer::start().await;
    let [zoe] = server.people(["Zoe"]).await;
    let odd =
        ["100%", "a_b", "a\\b", "wow!", "O'Neil", "quo\"te", "semi;colon", "a[b]", "*a*", "a^b", "smile\u{1F600}"];
    server.people_called(&odd.map(|name| (name, ""))).await;
    for (text, found) in ODD {
        assert_eq!(zoe.finds(text).await, found, "{text}");
    }
}

#[tokio::test]
async fn groups_have_no_wildcards_either() {
    let server = TestServer::start().await;
    let [zoe] = server.people(["Zoe"]).await;
    for name in ["50% off", "snake_case", "back\\slash", "it's!"] {
        zoe.create_group(name, &[]).await;
    }
    for (text, found) in [
        ("%", vec!["#50% off"]),
        ("_", vec!["#snake_case"]),
        ("\\", vec!["#back\\slash"]),
        ("!", vec!["#it's!"]),
        ("it's", vec!["#it's!"]),
        ("50%o", vec![]),
    ] {
        assert_eq!(zoe.finds(text).await, found, "{text}");
    }
}

#[tokio::test]
async fn a_space_arrives_as_plus_or_percent_20() {
    let server = TestServer::start().await;
    let [zoe] = server.people(["Zoe"]).await;
    server.people_called(&[("Ada", "Lovelace"), ("C++", "Stroustrup")]).await;
    for text in ["ada+love", "ada%20love", "+ada++love+"] {
        let body = zoe.get_raw(&format!("/api/use-cases/search?searchText={text}")).await;
        assert_eq!(labels(&body), ["Ada Lovelace"], "{text}");
    }
    let body = zoe.get_raw("/api/use-cases/search?searchText=C%2B%2B").await;
    assert_eq!(labels(&body), ["C++ Stroustrup"]);
}

#[tokio::test]
async fn characters_that_browsers_leave_unescaped_arrive_unchanged() {
    let server = TestServer::start().await;
    let [zoe] = server.people(["Zoe"]).await;
    server.people_called(&[("Odd", ":$,[]'()!*"), ("Plain", "")]).await;
    for text in [":", "$", ",", "[", "]", "'", "(", ")", "!", "*", ":$,[]'()!*"] {
        let body = zoe.get_raw(&format!("/api/use-cases/search?searchText={text}")).await;
        assert_eq!(labels(&body), ["Odd :$,[]'()!*"], "{text}");
    }
}
