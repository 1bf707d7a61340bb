//! Data stored under older rules: accounts whose emails have become equal, names that would be rejected today, and
//! passwords that were hashed as they were given.

use hearth::{
    auth::{Passwords, Source, Verdict},
    model::{Person, Timestamp, UserId},
    store::Account,
};
use serde_json::{Value, json};

use crate::support::{Hearth, PASSWORD, TestDatabase, TestServer, User};

const LOG_IN: &str = "/api/auth/login";

/// Changes the data to what older rules stored.
async fn age(server: &TestServer, users: &[(&User, &str, i64)]) {
    for (user, email, created_at) in users {
        let (old, folded) = (&user.email, email.to_lowercase());
        let set = format!("email = '{email}', email_folded = '{folded}', email_search = '', created_at = {created_at}");
        server.database.run(&format!("UPDATE users SET {set} WHERE email = '{old}'")).await;
    }
    server.database.run("DELETE FROM settings WHERE key = 'folds'").await;
}

async fn who_logs_in(server: &TestServer, email: &str) -> Value {
    let login = json!({ "email": email, "password": PASSWORD });
    server.api().post(LOG_IN, login).await.expect(201)["id"].clone()
}

#[tokio::test]
async fn accounts_whose_emails_have_become_equal_keep_their_spellings() {
    let mut server = TestServer::start().await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    let emails = ["sam@example.org", "ｓam@example.org", "SAM\u{ad}@example.org"];
    age(&server, &[(&ann, emails[0], 3), (&bob, emails[1], 1), (&cy, emails[2], 2)]).await;
    for _ in 0..2 {
        server.restart().await;
        for (user, email) in [(&ann, emails[0]), (&bob, emails[1]), (&cy, emails[2]), (&bob, "Sam@EXAMPLE.org")] {
            assert_eq!(who_logs_in(&server, email).await, user.id, "{email}");
        }
    }
    // Deleting the oldest account frees its email, but not another account's spelling.
    bob.delete("/api/profile/destroy").await.expect(200);
    let new = |email: &str| json!({ "firstName": "Dan", "email": email, "password": PASSWORD });
    server.api().post("/api/auth/sing-up", new(emails[0])).await.refused(409);
    server.api().post("/api/auth/sing-up", new("Sam@example.org")).await.expect(201);
    assert_eq!(who_logs_in(&server, emails[0]).await, ann.id);
    ann.delete("/api/profile/destroy").await.expect(200);
    assert_ne!(who_logs_in(&server, emails[0]).await, ann.id);
}

#[tokio::test]
async fn old_names_are_shown_cleaned_and_found_by_the_new_rules() {
    let mut server = TestServer::start().await;
    let [ann, bob, zoe] = server.people(["Ann", "Bob", "Zoe"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    ann.write_to(&bob, "hello").await;
    for (email, first, last) in [(&ann.email, "\u{3164}", "\u{202e}Lee"), (&zoe.email, "Zoë", "Й")] {
        let names =
            format!("first_name = '{first}', last_name = '{last}', first_name_folded = '', last_name_folded = ''");
        server.database.run(&format!("UPDATE users SET {names} WHERE email = '{email}'")).await;
    }
    server.database.run("UPDATE chats SET name = 'Caf\u{e9}\u{202e}', name_folded = '' WHERE name = 'tea'").await;
    server.database.run("DELETE FROM settings WHERE key = 'folds'").await;
    server.restart().await;
    assert_eq!(bob.finds("cafe").await, ["#Café"]);
    assert_eq!(bob.finds("zoe").await, ["Zoë Й"]);
    assert_eq!(bob.finds("и").await, [""; 0]);
    let row = &bob.connect().await.dialog_page(&ann, 1, None).await[0];
    assert_eq!(row["senderName"], "Unnamed");
    let row = &bob.connect().await.group_page(&group, 1, None).await[0];
    assert_eq!(
        (&row["senderName"], &row["senderLastName"], &row["groupName"]),
        (&json!("Unnamed"), &json!("Lee"), &json!("Café"))
    );
    // Fields that are not given are not checked.
    ann.patch("/api/profile/update", json!({ "lastName": "Fox" })).await.expect(201);
}

#[tokio::test]
async fn a_password_works_in_every_normal_form_and_an_older_hash_is_replaced() {
    let server = TestServer::start().await;
    // Older versions hashed the password as given, here in NFD.
    let given = "e\u{301}te\u{301} a\u{300} la mer";
    let hash = argon2::password_hash::PasswordHasher::hash_password(&argon2::Argon2::default(), given.as_bytes());
    let person = Person { id: UserId(uuid::Uuid::now_v7()), first_name: "Ann".into(), last_name: String::new() };
    let password_hash = hash.expect("a hash").to_string();
    let account = Account { person, email: "ann@example.org".into(), password_hash };
    server.store().add_user(&account, Timestamp::now()).await.expect("the email is free");
    for spelling in ["\u{e9}t\u{e9} \u{e0} la mer", given, "\u{e9}te\u{301} a\u{300} la mer"] {
        server.api().log_in("ann@example.org", spelling).await;
        let kept = server.store().account_by_email("ann@example.org").await.expect("it answers").expect("an account");
        assert_ne!(kept.password_hash, account.password_hash);
        let (passwords, nfc) = (Passwords::start(), "\u{e9}t\u{e9} \u{e0} la mer".to_owned());
        let verdict = passwords.compare(nfc, Some(kept.password_hash), Source::Program).await;
        assert_eq!(verdict.expect("it is compared"), Verdict::Right);
    }
    let login = json!({ "email": "ann@example.org", "password": "ete a la mer" });
    server.api().post(LOG_IN, login).await.refused(400);
}

#[tokio::test]
async fn folding_that_is_killed_is_continued_by_the_next_start() {
    const PEOPLE: i64 = 12_000;
    let database = TestDatabase::create().await;
    let hearth = Hearth::with_database(&database.url);
    hearth.prints(&["migrate"]);
    database.add_unfolded_people(PEOPLE.unsigned_abs()).await;
    let mut kills = 0;
    while !database.folding().await.is_some_and(|progress| progress.ends_with("done")) {
        let before = database.folding().await;
        let mut migration = hearth.begin(&["migrate"]);
        let mut status = None;
        while status.is_none() && database.folding().await == before {
            status = migration.try_wait().expect("it can be asked");
        }
        kills += i32::from(status.is_none());
        migration.kill().expect("it can be killed");
        assert!(status.is_none_or(|status| status.success()), "it fails");
        migration.wait().expect("it ends");
    }
    assert!(kills > 1, "it is killed between two steps");
    assert_eq!(database.folded_people().await, PEOPLE);
}
