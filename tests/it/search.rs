//! Searching users and the caller's groups: what is found, in which order and shape.

use serde_json::{Value, json};

use hearth::config::Emails;

use crate::support::{Request, TestServer, User, labels, new_id};

/// A server whose users see each other's emails.
async fn start() -> TestServer {
    TestServer::start_with(|config| config.directory.emails = Emails::Shown).await
}

#[tokio::test]
async fn by_default_an_email_is_found_and_shown_only_by_the_full_address() {
    let server = TestServer::start().await;
    let [zoe, bob] = server.people(["Zoe", "Bob"]).await;
    let group = zoe.create_group("tea", &[]).await;
    for part in ["example.org", "bob@", "ob@example.org", "bob@example.or", "zoe bob@example.org"] {
        assert_eq!(zoe.finds(part).await, [""; 0], "{part}");
        assert_eq!(labels(&zoe.search_outside(&group, part).await.expect(200)), [""; 0], "{part}");
    }
    for (text, email) in [("bob", ""), ("BOB@Example.org", "bob@example.org"), (" bob@example.org ", "bob@example.org")]
    {
        for found in [zoe.search(text).await, zoe.search_outside(&group, text).await] {
            let found = &found.expect(200)["data"];
            assert_eq!((&found[0]["userId"], &found[0]["email"]), (&json!(bob.id), &json!(email)), "{text}");
        }
    }
}

#[tokio::test]
async fn people_and_groups_are_found_by_rank() {
    let server = start().await;
    let [zoe, _jan] = server.people(["Zoe", "Jan"]).await;
    server.people_called(&[("Carl", "Mann"), ("Hanna", "Smith"), ("Bob", "Andrews"), ("Anna", "Zimt")]).await;
    zoe.create_group("The fans", &[]).await;
    zoe.create_group("antics", &[]).await;
    let expected = ["Anna Zimt", "#antics", "Bob Andrews", "#The fans", "Hanna Smith", "Jan", "Carl Mann"];
    assert_eq!(zoe.finds("an").await, expected);
}

#[tokio::test]
async fn the_best_rank_of_a_person_counts() {
    let server = start().await;
    let [zoe] = server.people(["Zoe"]).await;
    let names = [("Lana", "Anders"), ("Ana", "Zander"), ("Uma", "Zanger"), ("Mara", "Pan"), ("Hans", "Anger")];
    server.people_called(&names).await;
    let expected = ["Ana Zander", "Hans Anger", "Lana Anders", "Mara Pan", "Uma Zanger"];
    assert_eq!(zoe.finds("an").await, expected);
}

#[tokio::test]
async fn a_match_only_in_the_email_comes_last() {
    let server = start().await;
    let [zoe, _abe, _gil] = server.people(["Zoe", "Abe", "Gil"]).await;
    server.people_called(&[("Yan", "Gilmore"), ("Xi", "Mogil"), ("Agil", "")]).await;
    assert_eq!(zoe.finds("gil").await, ["Gil", "Yan Gilmore", "Agil", "Xi Mogil"]);
    assert_eq!(zoe.finds("@example.org").await, ["Abe", "Gil"]);
    assert_eq!(zoe.finds("e").await, ["Abe", "Yan Gilmore", "Agil", "Gil", "Xi Mogil"]);
}

#[tokio::test]
async fn ties_follow_the_stored_names_by_code_point() {
    let server = start().await;
    let [zoe] = server.people(["Zoe"]).await;
    let names = [
        ("anna", "x"),
        ("Änna", "x"),
        ("Anna", "b"),
        ("Anna", ""),
        ("Anna", "é"),
        ("Anna", "B"),
        ("ANNA", "x"),
        ("Аnna", "x"),
    ];
    server.people_called(&names).await;
    for name in ["anna 2", "ANNA 1", "Änna 3", "Anna 4"] {
        zoe.create_group(name, &[]).await;
    }
    let people = [
        "ANNA x", "Anna", "Anna B", "Anna b", "Anna é", "anna x", "Änna x", "#ANNA 1", "#Anna 4", "#anna 2", "#Änna 3",
    ];
    assert_eq!(zoe.finds("anna").await, people);
    // The last one starts with a Cyrillic letter.
    let people = [
        "#ANNA 1", "#Anna 4", "#anna 2", "#Änna 3", "ANNA x", "Anna", "Anna B", "Anna b", "Anna é", "anna x", "Änna x",
        "Аnna x",
    ];
    assert_eq!(zoe.finds("nna").await, people);
}

#[tokio::test]
async fn every_word_must_be_found_and_the_first_decides_a_persons_rank() {
    let server = start().await;
    let [zoe] = server.people(["Zoe"]).await;
    server.people_called(&[("Ada", "Lovelace"), ("Love", "Adams"), ("Ada", "Byron")]).await;
    assert_eq!(zoe.finds("Ada Love").await, ["Ada Lovelace", "Love Adams"]);
    assert_eq!(zoe.finds("love ada").await, ["Love Adams", "Ada Lovelace"]);
    assert_eq!(zoe.finds("  ADA   lace ").await, ["Ada Lovelace"]);
    assert_eq!(zoe.finds("people.example ada").await, ["Ada Byron", "Ada Lovelace", "Love Adams"]);
    assert_eq!(zoe.finds("byron people").await, ["Ada Byron"]);
    assert_eq!(zoe.finds("ada byron lovelace").await, [""; 0]);
    assert_eq!(zoe.finds("adalove").await, [""; 0]);
}

#[tokio::test]
async fn every_word_must_be_found_and_the_whole_text_decides_a_groups_rank() {
    let server = start().await;
    let [zoe] = server.people(["Zoe"]).await;
    for name in ["A tea club", "Tea club", "Tea and club", "Club", "Club for tea"] {
        zoe.create_group(name, &[]).await;
    }
    assert_eq!(zoe.finds("TEA CLUB").await, ["#Tea club", "#A tea club", "#Club for tea", "#Tea and club"]);
    assert_eq!(zoe.finds(" club tea ").await, ["#A tea club", "#Club for tea", "#Tea and club", "#Tea club"]);
    assert_eq!(zoe.finds("club").await, ["#Club", "#Club for tea", "#A tea club", "#Tea and club", "#Tea club"]);
}

#[tokio::test]
async fn every_row_has_all_six_keys() {
    let server = start().await;
    let [zoe, bob] = server.people(["Zoe", "Bob"]).await;
    let group = zoe.create_group("Bobsleigh", &[]).await;
    let expected = json!({ "data": [
        { "userId": bob.id, "firstName": "Bob", "lastName": "", "email": "bob@example.org",
          "groupId": null, "groupName": null },
        { "userId": null, "firstName": null, "lastName": null, "email": null,
          "groupId": group, "groupName": "Bobsleigh" },
    ] });
    assert_eq!(zoe.search("bob").await.expect(200), expected);
}

#[tokio::test]
async fn search_finds_neither_yourself_nor_deleted_accounts() {
    let server = start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    ann.write_to(&eve, "hello").await;
    assert_eq!(ann.finds("eve").await, ["Eve"]);
    eve.delete("/api/profile/destroy").await.expect(200);
    for text in ["ann", "eve", "Deleted account", "deleted"] {
        assert_eq!(ann.finds(text).await, [""; 0], "{text}");
    }
    assert_eq!(ann.finds("example.org").await, ["Bob"]);
    assert_eq!(bob.finds("example.org").await, ["Ann"]);
}

#[tokio::test]
async fn users_are_found_by_their_current_names() {
    let server = start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    bob.patch("/api/profile/update", json!({ "firstName": "Robert", "lastName": "Stone" })).await.expect(201);
    assert_eq!(ann.finds("robert").await, ["Robert Stone"]);
    assert_eq!(ann.finds("stone rob").await, ["Robert Stone"]);
    bob.patch("/api/profile/update", json!({ "firstName": "Rex", "lastName": "" })).await.expect(201);
    assert_eq!(ann.finds("stone").await, [""; 0]);
    assert_eq!(ann.finds("robert").await, [""; 0]);
    assert_eq!(ann.finds("bob").await, ["Rex"]);
}

#[tokio::test]
async fn a_search_that_failed_loses_no_new_name() {
    let mut server = start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    assert_eq!(ann.finds("b").await, ["Bob"]);
    bob.patch("/api/profile/update", json!({ "firstName": "Robert" })).await.expect(201);
    server.database.hide("users").await;
    ann.search("rob").await.refused(500);
    server.database.show("users").await;
    assert_eq!(ann.finds("rob").await, ["Robert"]);
    server.restart().await;
    assert_eq!(ann.finds("rob").await, ["Robert"]);
}

#[tokio::test]
async fn search_finds_only_your_own_groups() {
    let server = start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    bob.create_group("tea of others", &[]).await;
    let dropped = bob.create_group("tea dropped", &[&ann]).await;
    let left = bob.create_group("tea left", &[&ann]).await;
    let removed = bob.create_group("tea removed", &[&ann]).await;
    bob.create_group("tea shared", &[&ann]).await;
    assert_eq!(ann.finds("tea").await.len(), 4);
    let mut bobs = bob.connect().await;
    bobs.does(&Request::drop(&dropped)).await;
    bobs.does(&Request::remove(&removed, &ann.id)).await;
    ann.connect().await.leave(&left).await;
    assert_eq!(ann.finds("tea").await, ["#tea shared"]);
    bobs.add(&left, &ann).await;
    assert_eq!(ann.finds("tea").await, ["#tea left", "#tea shared"]);
}

#[tokio::test]
async fn a_limit_cuts_the_results_at_the_end() {
    let server = start().await;
    let [zoe] = server.people(["Zoe"]).await;
    let names: Vec<_> = (0..60).map(|number| (format!("Sam {number:02}"), format!("Samson {number:02}"))).collect();
    let names: Vec<_> = names.iter().map(|(first, last)| (first.as_str(), last.as_str())).collect();
    server.people_called(&names).await;
    for number in 0..45 {
        zoe.create_group(&format!("Sam's {number:02}"), &[]).await;
    }
    let mut expected: Vec<_> = names.iter().map(|(first, last)| format!("{first} {last}")).collect();
    expected.extend((0..45).map(|number| format!("#Sam's {number:02}")));
    assert_eq!(zoe.finds("sam").await, expected[..50]);
    for (limit, rows) in [("0", 0), ("1", 1), ("49", 49), ("61", 61), ("100", 100), ("1000", 100)] {
        let body = zoe.get(&format!("/api/use-cases/search?searchText=sam&limit={limit}")).await.expect(200);
        assert_eq!(labels(&body), expected[..rows], "limit {limit}");
    }
    for limit in ["-1", "1.5", "ten", "%20"] {
        let reply = zoe.get(&format!("/api/use-cases/search?searchText=sam&limit={limit}")).await;
        assert_eq!(reply.faults(), ["limit"]);
    }
}

#[tokio::test]
async fn the_text_has_1_to_100_characters_and_a_blank_one_finds_nothing() {
    let server = start().await;
    let [ann, _bob] = server.people(["Ann", "Bob"]).await;
    for blank in [" ", "   ", "\t\n", &" ".repeat(100)] {
        assert_eq!(ann.search(blank).await.expect(200), json!({ "data": [] }));
    }
    assert_eq!(ann.finds("b").await, ["Bob"]);
    assert_eq!(ann.finds(&"\u{1F600}".repeat(100)).await, [""; 0]);
    for text in ["x".repeat(101), "\u{1F600}".repeat(101), String::new(), "a\0b".to_owned()] {
        assert_eq!(ann.search(&text).await.faults(), ["searchText"]);
    }
    assert_eq!(ann.get("/api/use-cases/search").await.faults(), ["searchText"]);
    assert_eq!(ann.get("/api/use-cases/search?limit=x").await.faults(), ["searchText", "limit"]);
}

#[tokio::test]
async fn a_search_needs_a_token() {
    let server = start().await;
    for path in ["search?searchText=a", "search-users?searchText=a&groupId=b", "search"] {
        let reply = server.api().get(&format!("/api/use-cases/{path}")).await;
        assert_eq!(reply.refused(401), "Not authorized");
    }
}

#[tokio::test]
async fn search_users_finds_users_who_are_not_in_the_group() {
    let server = start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let group = ann.create_group("Evening", &[&bob]).await;
    let row = |user: &User, name: &str| -> Value {
        json!({ "userId": user.id, "firstName": name, "lastName": "", "email": user.email })
    };
    let found = async |searcher: &User| searcher.search_outside(&group, "e").await.expect(200);
    assert_eq!(found(&ann).await, json!({ "data": [row(&eve, "Eve")] }));
    assert_eq!(found(&bob).await, json!({ "data": [row(&eve, "Eve")] }));
    bob.connect().await.leave(&group).await;
    assert_eq!(found(&ann).await, json!({ "data": [row(&eve, "Eve"), row(&bob, "Bob")] }));
    ann.connect().await.add(&group, &eve).await;
    assert_eq!(found(&eve).await, json!({ "data": [row(&bob, "Bob")] }));
}

#[tokio::test]
async fn search_users_ranks_as_search_does_without_groups() {
    let server = start().await;
    let [zoe, _jan] = server.people(["Zoe", "Jan"]).await;
    let group = zoe.create_group("antics", &[]).await;
    server.people_called(&[("Carl", "Mann"), ("Hanna", "Smith"), ("Bob", "Andrews"), ("Anna", "Zimt")]).await;
    let body = zoe.search_outside(&group, "AN").await.expect(200);
    assert_eq!(labels(&body), ["Anna Zimt", "Bob Andrews", "Hanna Smith", "Jan", "Carl Mann"]);
    assert_eq!(labels(&zoe.search_outside(&group, "smith han").await.expect(200)), ["Hanna Smith"]);
    assert_eq!(labels(&zoe.search_outside(&group, " ").await.expect(200)), [""; 0]);
    let path = format!("/api/use-cases/search-users?searchText=an&groupId={}&limit=2", group.to_uppercase());
    assert_eq!(labels(&zoe.get(&path).await.expect(200)), ["Anna Zimt", "Bob Andrews"]);
}

#[tokio::test]
async fn search_users_is_for_members() {
    let server = start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    bob.connect().await.leave(&group).await;
    for (searcher, group) in [(&bob, &group), (&eve, &group), (&ann, &new_id())] {
        let refusal = searcher.search_outside(group, "e").await.refused(403);
        assert_eq!(refusal, "User is not a member of this group");
    }
    assert_eq!(ann.search_outside("tea", "e").await.faults(), ["groupId"]);
    assert_eq!(ann.get("/api/use-cases/search-users").await.faults(), ["searchText", "groupId"]);
}
