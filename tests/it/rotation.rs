//! Token rotation: who stays logged in, and what ends a session.

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{Api, PASSWORD, TestServer, User, new_id};

const RENEW: &str = "/api/auth/renew";
const SESSIONS: &str = "/api/sessions";
const CHANGE: &str = "/api/profile/change-password";

/// The same calls with the next token.
async fn renewed(api: &Api) -> Api {
    let body = api.post(RENEW, json!({})).await.expect(200);
    api.with_token(body["token"].as_str().expect("a token"))
}

async fn is_good(api: &Api) -> bool {
    let status = api.get(SESSIONS).await.status;
    assert!([200, 401].contains(&status), "{status}");
    status == 200
}

/// Moves the first use of the newest token of all sessions a minute into the past, and clears the server's cache.
async fn a_minute_passes(server: &mut TestServer) {
    server.database.run("UPDATE sessions SET used_at = used_at - 60000").await;
    server.restart().await;
}

async fn rows(user: &Api) -> Vec<Value> {
    user.get(SESSIONS).await.expect(200)["data"].as_array().expect("rows").clone()
}

#[tokio::test]
async fn a_token_is_valid_until_a_minute_after_its_successor_was_used() {
    let mut server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let next = renewed(&ann).await;
    a_minute_passes(&mut server).await;
    assert!(is_good(&ann).await, "nobody has used the successor");
    assert!(is_good(&next).await && is_good(&ann).await, "within the minute");
    a_minute_passes(&mut server).await;
    assert!(!is_good(&ann).await && is_good(&next).await);
    ann.post(RENEW, json!({})).await.refused(401);
    assert!(is_good(&next).await, "a predecessor ends no session");
}

#[tokio::test]
async fn a_lost_response_and_a_second_tab_do_not_log_out() {
    let mut server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    for _ in 0..3 {
        cut_the_answer(&ann).await;
    }
    a_minute_passes(&mut server).await;
    let (one, other) = (renewed(&ann).await, renewed(&ann).await);
    assert!(is_good(&one).await && is_good(&other).await && is_good(&ann).await);
    // The second tab was asleep while the first one renewed, and renews with the old token.
    let late = renewed(&ann).await;
    a_minute_passes(&mut server).await;
    assert!(is_good(&one).await && is_good(&late).await && is_good(&renewed(&late).await).await);
}

/// Renews the token, and disconnects when the response starts to arrive.
async fn cut_the_answer(user: &User) {
    let mut line = TcpStream::connect(user.base()).await.expect("the server listens");
    let (host, token) = (user.base(), &user.token);
    let request =
        format!("POST {RENEW} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\n\r\n");
    line.write_all(request.as_bytes()).await.expect("the server reads");
    line.read_u8().await.expect("the server answers");
}

#[tokio::test]
async fn a_token_that_was_replaced_twice_ends_the_session_when_it_is_renewed() {
    let server = TestServer::start().await;
    let [stolen] = server.people(["Ann"]).await;
    let elsewhere = stolen.log_in_again().await;
    let socket = stolen.connect().await;
    let last = renewed(&renewed(&stolen).await).await;
    assert!(!is_good(&stolen).await && is_good(&last).await, "a mere request ends nothing");
    stolen.post(RENEW, json!({})).await.refused(401);
    assert_eq!(socket.closed().await, 4001);
    assert!(!is_good(&last).await);
    last.post(RENEW, json!({})).await.refused(401);
    let ended: Vec<_> = rows(&elsewhere).await.into_iter().filter(|row| row["endedAt"].is_string()).collect();
    assert_eq!(ended.len(), 1, "its owner sees what happened");
    let path = format!("{SESSIONS}/{}", ended[0]["sessionId"].as_str().expect("an id"));
    elsewhere.delete(&path).await.expect(200);
    assert_eq!(rows(&elsewhere).await.len(), 1);
}

#[tokio::test]
async fn an_ended_session_stays_ended_after_a_restart() {
    let mut server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let last = renewed(&renewed(&ann).await).await;
    ann.post(RENEW, json!({})).await.refused(401);
    server.restart().await;
    assert!(!is_good(&last).await);
    assert_eq!(server.connect("/api/ws", &["auth", &ann.token]).await.closed().await, 4001);
}

#[tokio::test]
async fn a_password_change_replaces_the_token_on_request() {
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let change = |rotate: Value| json!({ "oldPassword": PASSWORD, "newPassword": "battery staple", "rotate": rotate });
    let kept = bob.patch(CHANGE, json!({ "oldPassword": PASSWORD, "newPassword": "battery staple" })).await;
    assert_eq!(kept.expect(201), json!({ "message": "Password changed successfully." }));
    assert_eq!(ann.patch(CHANGE, change(json!("yes"))).await.faults(), ["rotate"]);
    let body = ann.patch(CHANGE, change(json!(true))).await.expect(201);
    let next = ann.with_token(body["token"].as_str().expect("a token"));
    assert!(is_good(&next).await && is_good(&ann).await);
    a_minute_passes(&mut server).await;
    assert!(is_good(&next).await && !is_good(&ann).await && is_good(&bob).await);
}

#[tokio::test]
async fn a_session_ends_after_its_maximum_age_even_if_renewed() {
    let server = TestServer::start_with(|config| config.auth.session_max_days = 2).await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let hours = |hours: i64| hours * 3_600_000;
    server.database.run(&format!("UPDATE sessions SET created_at = created_at - {}", hours(36))).await;
    let body = ann.post(RENEW, json!({})).await.expect(200);
    let row = rows(&ann.with_token(body["token"].as_str().expect("a token"))).await.remove(0);
    let seconds = |value: &Value| value.as_str().expect("a time")[..19].to_owned();
    assert_eq!(seconds(&body["expiresAt"]), seconds(&row["expiresAt"]), "the token ends with its session");
    let begun: chrono::DateTime<chrono::Utc> = row["createdAt"].as_str().expect("a time").parse().expect("RFC 3339");
    let ends: chrono::DateTime<chrono::Utc> = row["expiresAt"].as_str().expect("a time").parse().expect("RFC 3339");
    assert_eq!((ends - begun).num_days(), 2);
    server.database.run(&format!("UPDATE sessions SET created_at = created_at - {}", hours(13))).await;
    bob.post(RENEW, json!({})).await.refused(401);
}

#[tokio::test]
async fn all_sessions_are_listed_page_by_page_and_ended_at_once() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let elsewhere = ann.log_in_again().await;
    let socket = elsewhere.connect().await;
    for _ in 0..204 {
        server.begins_session(&ann).await;
    }
    let (mut listed, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = ann.get(&format!("{SESSIONS}{cursor}")).await.expect(200);
        let ids = page["data"].as_array().expect("rows").iter().map(|row| row["sessionId"].as_str().expect("an id"));
        listed.extend(ids.map(str::to_owned));
        let Some(last) = page["data"].as_array().and_then(|rows| rows.last()) else { break };
        cursor = format!("?cursor={}", last["sessionId"].as_str().expect("an id"));
    }
    assert!(listed.len() == 206 && listed.is_sorted_by(|a, b| a > b), "{}", listed.len());
    assert_eq!(ann.get(&format!("{SESSIONS}?cursor=1")).await.faults(), ["cursor"]);
    assert!(rows(&bob).await.len() == 1 && ann.get(&format!("{SESSIONS}?cursor={}", new_id())).await.status == 200);

    assert_eq!(ann.delete(SESSIONS).await.expect(200), json!({ "message": "Sessions ended" }));
    assert_eq!(socket.closed().await, 4001);
    assert!(!is_good(&elsewhere).await && is_good(&bob).await);
    assert_eq!(rows(&ann).await.len(), 1);
}

#[tokio::test]
async fn a_new_login_is_announced_to_the_users_other_devices() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (mut anns, mut bobs, mut reference) = (ann.hearth().await, bob.hearth().await, ann.connect().await);
    let log_in = server.api().request(reqwest::Method::POST, "/api/auth/login").header("user-agent", "Phone/1.0");
    let log_in = log_in.json(&json!({ "email": ann.email, "password": PASSWORD }));
    server.api().finish(log_in).await.expect(201);
    let told = anns.hears_only("sessionBegan").await;
    let row = rows(&ann).await.remove(0);
    assert_eq!(told, json!({ "sessionId": row["sessionId"], "userAgent": "Phone/1.0", "createdAt": row["createdAt"] }));
    bobs.hears_nothing().await;
    reference.hears_nothing().await;
}
