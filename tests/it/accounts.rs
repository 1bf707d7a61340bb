//! Sign-up, login, and the user's own profile.

use futures_util::{FutureExt, future::join_all};
use serde_json::{Value, json};

use crate::support::{PASSWORD, TestServer};

const SIGN_UP: &str = "/api/auth/sing-up";
const LOG_IN: &str = "/api/auth/login";
const UPDATE: &str = "/api/profile/update";
const CHANGE: &str = "/api/profile/change-password";

const NO_SUCH_USER: &str = "No such user exists or wrong password";

fn person(email: &str) -> Value {
    json!({ "firstName": "Ann", "lastName": "Lee", "email": email, "password": PASSWORD })
}

#[tokio::test]
async fn sign_up_returns_201_at_both_spellings_of_its_path() {
    let server = TestServer::start().await;
    for (path, email) in [(SIGN_UP, "ann@example.org"), ("/api/auth/sign-up", "bob@example.org")] {
        let body = server.api().post(path, person(email)).await.expect(201);
        assert_eq!(body, json!({ "message": "User registered!" }));
    }
}

#[tokio::test]
async fn login_returns_the_user_and_a_token() {
    let server = TestServer::start().await;
    server.api().post(SIGN_UP, person("ann@example.org")).await.expect(201);
    let login = json!({ "email": "ann@example.org", "password": PASSWORD });
    let body = server.api().post(LOG_IN, login).await.expect(201);
    let expected = json!({
        "id": body["id"], "email": "ann@example.org", "message": "User is authorized", "token": body["token"],
        "firstName": "Ann", "lastName": "Lee",
    });
    assert_eq!(body, expected);
    let id = body["id"].as_str().expect("an id");
    assert_eq!(uuid::Uuid::try_parse(id).expect("a UUID").hyphenated().to_string(), id);
    assert!(body["token"].as_str().is_some_and(|token| !token.is_empty()));
}

#[tokio::test]
async fn an_email_has_one_account_in_any_case_and_script() {
    let server = TestServer::start().await;
    for (first, other) in [("ann@example.org", "ANN@Example.Org"), ("ännchen@пример.рф", "ÄNNCHEN@ПРИМЕР.РФ")]
    {
        server.api().post(SIGN_UP, person(first)).await.expect(201);
        for email in [first, other] {
            let refusal = server.api().post(SIGN_UP, person(email)).await.refused(409);
            assert_eq!(refusal, "User with this email already exists!");
        }
    }
}

#[tokio::test]
async fn login_accepts_the_email_in_any_case_and_returns_it_as_written() {
    let server = TestServer::start().await;
    server.api().post(SIGN_UP, person("Ännchen@Example.org")).await.expect(201);
    for email in ["ÄNNCHEN@EXAMPLE.ORG", "ännchen@example.org"] {
        let user = server.api().log_in(email, PASSWORD).await;
        assert_eq!(user.email, "Ännchen@Example.org");
    }
}

#[tokio::test]
async fn exactly_one_of_concurrent_sign_ups_with_one_email_succeeds() {
    let server = TestServer::start().await;
    let emails = ["ann@example.org", "Ann@example.org", "ANN@example.org", "ann@EXAMPLE.org"];
    let sign_ups = emails.iter().chain(&emails).map(|email| server.api().post(SIGN_UP, person(email)));
    let mut statuses: Vec<_> = join_all(sign_ups).await.into_iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
}

#[tokio::test]
async fn names_are_trimmed_and_the_last_name_may_be_missing() {
    let server = TestServer::start().await;
    let missing = json!({ "firstName": " \u{a0}Ann Mary\t", "email": "a@b", "password": PASSWORD, "age": 3 });
    let nothing = json!({ "firstName": "Ann", "lastName": null, "email": "c@b", "password": PASSWORD });
    let spaces = json!({ "firstName": "Ann", "lastName": "  ", "email": "d@b", "password": PASSWORD });
    for (new, first) in [(missing, "Ann Mary"), (nothing, "Ann"), (spaces, "Ann")] {
        let login = json!({ "email": new["email"], "password": PASSWORD });
        server.api().post(SIGN_UP, new).await.expect(201);
        let body = server.api().post(LOG_IN, login).await.expect(201);
        assert_eq!((&body["firstName"], &body["lastName"]), (&json!(first), &json!("")));
    }
}

#[tokio::test]
async fn a_wrong_email_and_a_wrong_password_get_the_same_error() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let wrong_password = json!({ "email": ann.email, "password": "wrong horse" });
    let wrong_email = json!({ "email": "nobody@example.org", "password": PASSWORD });
    let first = server.api().post(LOG_IN, wrong_password).await.expect(400);
    assert_eq!(first, json!({ "message": NO_SUCH_USER, "code": "wrong_credentials" }));
    assert_eq!(server.api().post(LOG_IN, wrong_email).await.expect(400), first);
}

#[tokio::test]
async fn a_login_of_any_wrong_shape_gets_the_same_error() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let long = "x".repeat(100 * 1024 - 100);
    let odd = [json!(8), json!(null), json!([PASSWORD]), json!({}), json!("nul\0"), json!(long), json!("")];
    let passwords = odd.iter().map(|odd| json!({ "email": ann.email, "password": odd }));
    let emails = odd.iter().map(|odd| json!({ "email": odd, "password": PASSWORD }));
    for login in passwords.chain(emails).chain([json!({}), json!({ "password": PASSWORD })]) {
        let reply = server.api().post(LOG_IN, login).await.expect(400);
        assert_eq!(reply, json!({ "message": NO_SUCH_USER, "code": "wrong_credentials" }));
    }
}

#[tokio::test]
async fn a_common_password_is_rejected_unless_the_operator_allows_it() {
    let server = TestServer::start().await;
    let new = |password: &str| json!({ "firstName": "Ann", "email": "Marigold@example.org", "password": password });
    let guessed = ["password1", "PASSWORD123", "1q2w3e4r5t", "MARIGOLD@example.org", "marigold"];
    for password in guessed {
        assert_eq!(server.api().post(SIGN_UP, new(password)).await.faults(), ["password"], "{password}");
    }
    server.api().post(SIGN_UP, new(PASSWORD)).await.expect(201);
    let ann = server.api().log_in("marigold@example.org", PASSWORD).await;
    for password in guessed {
        let change = json!({ "oldPassword": PASSWORD, "newPassword": password });
        assert_eq!(ann.patch(CHANGE, change).await.faults(), ["newPassword"], "{password}");
    }
    let allowing = |config: &mut hearth::config::Config| {
        config.auth.common_passwords = hearth::config::CommonPasswords::Allow;
    };
    let server = TestServer::start_with(allowing).await;
    server.api().post(SIGN_UP, new("marigold")).await.expect(201);
}

#[tokio::test]
async fn the_name_of_deleted_accounts_is_reserved() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    for (first, last) in [("Deleted account", ""), ("deleted", "ACCOUNT"), ("Удалённый", "аккаунт"), ("Unnamed", "")]
    {
        let new = json!({ "firstName": first, "lastName": last, "email": "new@example.org", "password": PASSWORD });
        assert_eq!(server.api().post(SIGN_UP, new).await.faults(), ["firstName"]);
        let names = json!({ "firstName": first, "lastName": last });
        assert_eq!(ann.patch(UPDATE, names).await.faults(), ["firstName"]);
    }
    ann.patch(UPDATE, json!({ "lastName": "Account" })).await.expect(201);
    assert_eq!(ann.patch(UPDATE, json!({ "firstName": "Deleted" })).await.faults(), ["firstName"]);
    ann.patch(UPDATE, json!({ "firstName": "Undeleted" })).await.expect(201);
}

#[tokio::test]
async fn two_concurrent_changes_cannot_combine_to_a_reserved_name() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let held = server.database.hold("users").await;
    let second = ann.patch(UPDATE, json!({ "lastName": "account" }));
    let (first, second) =
        held.in_turn(ann.patch(UPDATE, json!({ "firstName": "Deleted" })), vec![second.boxed()]).await;
    let mut replies = [first, second.into_iter().next().expect("one")];
    replies.sort_by_key(|reply| reply.status);
    let [renamed, refused] = replies;
    renamed.expect(201);
    assert_eq!(refused.faults(), ["firstName"]);
}

#[tokio::test]
async fn passwords_are_used_exactly_as_given() {
    let server = TestServer::start().await;
    let password = " пароль 🐎 ";
    let new = json!({ "firstName": "Ann", "email": "ann@example.org", "password": password });
    server.api().post(SIGN_UP, new).await.expect(201);
    server.api().log_in("ann@example.org", password).await;
    for wrong in [password.trim(), " ПАРОЛЬ 🐎 "] {
        let login = json!({ "email": "ann@example.org", "password": wrong });
        assert_eq!(server.api().post(LOG_IN, login).await.refused(400), NO_SUCH_USER);
    }
}

#[tokio::test]
async fn an_update_changes_only_the_given_fields() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let names = async || {
        let body = server.api().post(LOG_IN, json!({ "email": ann.email, "password": PASSWORD })).await.expect(201);
        format!("{}|{}", body["firstName"].as_str().expect("a name"), body["lastName"].as_str().expect("a name"))
    };
    for (update, expected) in [
        (json!({}), "Ann|"),
        (json!({ "lastName": " O'Neil " }), "Ann|O'Neil"),
        (json!({ "firstName": "Анна", "lastName": null, "email": "x", "id": 1 }), "Анна|O'Neil"),
        (json!({ "firstName": "A B", "lastName": "" }), "A B|"),
    ] {
        assert_eq!(ann.patch(UPDATE, update).await.expect(201), json!({ "message": "User updated." }));
        assert_eq!(names().await, expected);
    }
}

#[tokio::test]
async fn a_rejected_update_changes_nothing() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let half_right = json!({ "firstName": "Anna", "lastName": "x".repeat(65) });
    assert_eq!(ann.patch(UPDATE, half_right).await.faults(), ["lastName"]);
    assert_eq!(ann.log_in_again().await.name, "Ann");
}

#[tokio::test]
async fn a_new_name_shows_at_once_in_history_list_search_and_broadcasts() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (mut anns, mut bobs) = (ann.connect().await, bob.connect().await);
    anns.write_to(&bob, "before").await;
    assert_eq!(bobs.hears("privateMessage").await["senderName"], "Ann");

    ann.patch(UPDATE, json!({ "firstName": "Anna", "lastName": "Lee" })).await.expect(201);
    anns.write_to(&bob, "after").await;
    let heard = bobs.hears("privateMessage").await;
    assert_eq!((&heard["senderName"], &heard["senderLastName"]), (&json!("Anna"), &json!("Lee")));
    for row in bobs.dialog_page(&ann, 10, None).await {
        assert_eq!(row["senderName"], "Anna");
    }
    assert_eq!(bobs.list_page(10, None).await[0]["senderLastName"], "Lee");
    let found = bob.get("/api/use-cases/search?searchText=anna").await.expect(200);
    assert_eq!(found["data"][0]["firstName"], "Anna");
}

#[tokio::test]
async fn a_new_name_shows_at_once_in_groups_and_on_the_receiving_side() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let (mut anns, mut bobs) = (ann.connect().await, bob.connect().await);
    anns.write_to(&bob, "to Bob").await;
    anns.write_in(&group, "to all").await;
    ann.patch(UPDATE, json!({ "firstName": "Anna" })).await.expect(201);
    bob.patch(UPDATE, json!({ "firstName": "Robert", "lastName": "Fox" })).await.expect(201);

    for row in bobs.group_page(&group, 10, None).await {
        assert_eq!(row["senderName"], "Anna", "notices, too: {row}");
    }
    assert_eq!(anns.dialog_page(&bob, 10, None).await[0]["receiverName"], "Robert");
    let listed = anns.list_page(10, None).await;
    let dialog = listed.iter().find(|row| row["groupId"].is_null()).expect("the dialog is listed");
    assert_eq!((&dialog["receiverName"], &dialog["receiverLastName"]), (&json!("Robert"), &json!("Fox")));
    bobs.leave(&group).await;
    assert_eq!(anns.hears("leaveGroup").await["senderName"], "Robert");
}

#[tokio::test]
async fn after_a_password_change_the_new_one_works_and_the_old_one_does_not() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let change = json!({ "oldPassword": PASSWORD, "newPassword": "battery staple", "mode": 1 });
    let body = ann.patch(CHANGE, change).await.expect(201);
    assert_eq!(body, json!({ "message": "Password changed successfully." }));
    let login = json!({ "email": ann.email, "password": PASSWORD });
    assert_eq!(server.api().post(LOG_IN, login).await.refused(400), NO_SUCH_USER);
    server.api().log_in(&ann.email, "battery staple").await;
}

#[tokio::test]
async fn a_wrong_old_password_of_any_shape_gets_the_same_error_and_changes_nothing() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let odd = [json!("wrong horse"), json!(7), json!(null), json!([]), json!("nul\0"), json!("x".repeat(100_000))];
    let mut changes: Vec<_> =
        odd.iter().map(|odd| json!({ "oldPassword": odd, "newPassword": "battery staple" })).collect();
    changes.push(json!({ "newPassword": "battery staple" }));
    for change in changes {
        let body = ann.patch(CHANGE, change).await.expect(400);
        assert_eq!(body, json!({ "message": "Wrong password or email", "code": "wrong_password" }));
    }
    ann.log_in_again().await;
}
