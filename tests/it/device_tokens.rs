//! Device tokens: a device with an earlier login is not locked out by others' failed attempts.

use serde_json::{Value, json};

use crate::support::{Api, PASSWORD, TestServer, User};

const LOG_IN: &str = "/api/auth/login";
const CHANGE: &str = "/api/profile/change-password";
/// The number of guesses: more than any limit allows.
const GUESSES: usize = 1_000;

/// A server that allows few logins per account and minute, and a user with the response of a login that returned a
/// device token.
async fn guarded() -> (TestServer, User, Value) {
    let server = TestServer::start_with(|config| {
        config.limits.enabled = true;
        config.limits.log_ins_per_minute = 10_000;
        config.limits.requests_per_second = 10_000;
        config.limits.log_ins_per_account_and_minute = 5;
    })
    .await;
    let ann = server.user("Ann").await;
    let known = log_in(&ann, &ann.email, PASSWORD, &Value::Null).await.expect(201);
    (server, ann, known)
}

async fn log_in(api: &Api, email: &str, password: &str, device_token: &Value) -> crate::support::Reply {
    let body = json!({ "email": email, "password": password, "client": "hearth", "deviceToken": device_token });
    api.post(LOG_IN, body).await
}

/// Guesses from another client at the same address.
async fn attack(api: &Api, email: &str) {
    for guess in 0..GUESSES {
        let answer = log_in(api, email, &format!("guess {guess}"), &Value::Null).await;
        assert!([400, 429].contains(&answer.status), "{}", answer.status);
    }
}

#[tokio::test]
async fn a_thousand_guesses_do_not_lock_out_the_owners_device() {
    let (_server, ann, known) = guarded().await;
    attack(&ann, &ann.email).await;
    log_in(&ann, &ann.email, PASSWORD, &Value::Null).await.refused(429);
    let again = log_in(&ann, &ann.email, PASSWORD, &known["deviceToken"]).await.expect(201);
    assert_ne!(again["deviceToken"], Value::Null);
}

#[tokio::test]
async fn only_the_accounts_device_tokens_of_the_current_password_count() {
    let (server, ann, known) = guarded().await;
    let bob = server.user("Bob").await;
    let of_bob = log_in(&bob, &bob.email, PASSWORD, &Value::Null).await.expect(201);
    let change = json!({ "oldPassword": PASSWORD, "newPassword": "battery staple", "rotate": true });
    let fresh = ann.patch(CHANGE, change).await.expect(201);
    attack(&ann, &ann.email).await;
    for token in [&known["deviceToken"], &of_bob["deviceToken"], &json!(ann.token), &json!("a.b.c"), &json!(7)] {
        log_in(&ann, &ann.email, "battery staple", token).await.refused(429);
    }
    log_in(&ann, &ann.email, "battery staple", &fresh["deviceToken"]).await.expect(201);
}

#[tokio::test]
async fn a_device_has_the_same_number_of_attempts_as_an_address() {
    let (_server, ann, known) = guarded().await;
    let mut guesses = 0;
    while log_in(&ann, &ann.email, "a guess", &known["deviceToken"]).await.status == 400 {
        guesses += 1;
    }
    assert!((5..50).contains(&guesses), "{guesses}");
    log_in(&ann, &ann.email, PASSWORD, &known["deviceToken"]).await.refused(429);
    // The attempts do not use up the account's own logins.
    log_in(&ann, &ann.email, PASSWORD, &Value::Null).await.expect(201);
}

#[tokio::test]
async fn ending_all_other_sessions_revokes_every_device_token() {
    let (_server, ann, known) = guarded().await;
    ann.delete("/api/sessions").await.expect(200);
    attack(&ann, &ann.email).await;
    log_in(&ann, &ann.email, PASSWORD, &known["deviceToken"]).await.refused(429);
}

#[tokio::test]
async fn only_a_new_device_is_announced_and_only_our_client_gets_a_token() {
    let (_server, ann, known) = guarded().await;
    let mut socket = ann.hearth().await;
    log_in(&ann, &ann.email, PASSWORD, &known["deviceToken"]).await.expect(201);
    let reference = json!({ "email": ann.email, "password": PASSWORD });
    assert_eq!(ann.post(LOG_IN, reference).await.expect(201).get("deviceToken"), None);
    let sessions = ann.get("/api/sessions").await.expect(200);
    assert_eq!(socket.hears_only("sessionBegan").await["sessionId"], sessions["data"][0]["sessionId"]);
}
