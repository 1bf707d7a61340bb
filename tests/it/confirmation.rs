//! Confirming the password before the account is deleted or other sessions are ended.

use hearth::config::Confirm;
use serde_json::{Value, json};

use crate::support::{Api, PASSWORD, TestServer, User};

const LOG_IN: &str = "/api/auth/login";
const CONFIRM: &str = "/api/auth/confirm";
const SESSIONS: &str = "/api/sessions";
const DESTROY: &str = "/api/profile/destroy";

/// Logs in as our client does.
async fn own_client(user: &User) -> Api {
    let log_in = json!({ "email": user.email, "password": PASSWORD, "client": "hearth" });
    let body = user.post(LOG_IN, log_in).await.expect(201);
    user.with_token(body["token"].as_str().expect("a token"))
}

/// Moves every confirmation this many minutes into the past, or into the future if negative.
async fn minutes_pass(server: &TestServer, minutes: i64) {
    server.database.run(&format!("UPDATE sessions SET confirmed_at = confirmed_at - {}", minutes * 60_000)).await;
}

async fn wants_confirmation(api: &Api, path: &str) {
    assert_eq!(api.delete(path).await.expect(403)["code"], "confirm_required");
}

async fn confirm(api: &Api, password: &str, status: u16) -> Value {
    api.post(CONFIRM, json!({ "password": password })).await.expect(status)
}

#[tokio::test]
async fn a_login_and_a_confirmation_are_valid_for_five_minutes() {
    let server = TestServer::start().await;
    let ann = server.user("Ann").await;
    let client = own_client(&ann).await;
    client.delete(SESSIONS).await.expect(200);
    for minutes in [6, -12] {
        minutes_pass(&server, minutes).await;
        wants_confirmation(&client, SESSIONS).await;
    }
    assert_eq!(confirm(&client, "not this one", 400).await["code"], "wrong_password");
    wants_confirmation(&client, SESSIONS).await;
    let confirmed = confirm(&client, PASSWORD, 200).await;
    assert!(confirmed["confirmedUntil"].as_str().is_some_and(|end| end.ends_with('Z')), "{confirmed}");
    client.delete(SESSIONS).await.expect(200);
    client.delete(DESTROY).await.expect(200);
}

#[tokio::test]
async fn deleting_the_account_and_ending_other_sessions_need_a_confirmation() {
    let mut server = TestServer::start().await;
    let ann = server.user("Ann").await;
    let client = own_client(&ann).await;
    let own = client.get(SESSIONS).await.expect(200)["data"][0]["sessionId"].clone();
    let other = client.get(SESSIONS).await.expect(200)["data"][1]["sessionId"].clone();
    minutes_pass(&server, 6).await;
    server.restart().await;
    let path = |id: &Value| format!("{SESSIONS}/{}", id.as_str().expect("an id"));
    for path in [SESSIONS, DESTROY, &path(&other)] {
        wants_confirmation(&client, path).await;
    }
    assert_eq!(client.get(SESSIONS).await.expect(200)["data"].as_array().map(Vec::len), Some(2));
    client.patch("/api/profile/update", json!({ "firstName": "Anna" })).await.expect(201);
    // A session can end itself without a confirmation.
    client.delete(&path(&own)).await.expect(200);
    client.delete(SESSIONS).await.refused(401);
}

#[tokio::test]
async fn a_confirmation_belongs_to_one_session_and_survives_a_restart() {
    let mut server = TestServer::start().await;
    let ann = server.user("Ann").await;
    let (one, other) = (own_client(&ann).await, own_client(&ann).await);
    minutes_pass(&server, 6).await;
    confirm(&one, PASSWORD, 200).await;
    server.restart().await;
    wants_confirmation(&other, DESTROY).await;
    one.delete(SESSIONS).await.expect(200);
    other.post(CONFIRM, json!({ "password": PASSWORD })).await.refused(401);
}

#[tokio::test]
async fn the_operator_chooses_which_sessions_must_confirm() {
    for (confirm, reference, own) in
        [(Confirm::Hearth, 200, 403), (Confirm::Always, 403, 403), (Confirm::Never, 200, 200)]
    {
        let server = TestServer::start_with(|config| config.auth.confirm = confirm).await;
        let (ann, bob) = (server.user("Ann").await, server.user("Bob").await);
        let client = own_client(&bob).await;
        minutes_pass(&server, 6).await;
        assert_eq!(ann.delete(DESTROY).await.status, reference, "{confirm:?}");
        assert_eq!(client.delete(DESTROY).await.status, own, "{confirm:?}");
    }
}

#[tokio::test]
async fn guesses_at_a_confirmation_count_as_guesses_at_the_old_password() {
    let server = TestServer::start_with(|config| {
        config.limits.enabled = true;
        config.limits.log_ins_per_account_and_minute = 3;
    })
    .await;
    let ann = server.user("Ann").await;
    let mut guesses = 0;
    while ann.post(CONFIRM, json!({ "password": "a guess" })).await.status == 400 {
        guesses += 1;
    }
    assert!((3..50).contains(&guesses), "{guesses}");
    ann.post(CONFIRM, json!({ "password": PASSWORD })).await.refused(429);
    let change = json!({ "oldPassword": PASSWORD, "newPassword": "battery staple" });
    ann.patch("/api/profile/change-password", change).await.refused(429);
}
