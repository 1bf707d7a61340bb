//! The user's own sessions: renewing, listing and ending them.

use serde_json::{Value, json};

use crate::support::{
    PASSWORD, TestServer, User, new_id,
    token::{self, SECRET},
};

const RENEW: &str = "/api/auth/renew";
const LOG_OUT: &str = "/api/auth/logout";
const SESSIONS: &str = "/api/sessions";

async fn is_logged_in(user: &User) -> bool {
    user.get(SESSIONS).await.status == 200
}

/// The list's row of the user's current session.
async fn own_row(user: &User) -> Value {
    let list = user.get(SESSIONS).await.expect(200);
    let rows: Vec<_> = list["data"].as_array().expect("rows").iter().filter(|row| row["current"] == true).collect();
    assert_eq!(rows.len(), 1, "{list}");
    rows[0].clone()
}

#[tokio::test]
async fn a_renewed_token_has_the_same_session_and_the_current_names() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    ann.patch("/api/profile/update", json!({ "firstName": "Anna" })).await.expect(201);
    let renewed = ann.post(RENEW, json!({})).await.expect(200);
    let (old, new) = (token::claims(&ann.token), token::claims(renewed["token"].as_str().expect("a token")));
    assert_eq!((&new["sid"], &new["id"], &new["firstName"]), (&old["sid"], &old["id"], &json!("Anna")));
    assert!(new["exp"].as_i64() >= old["exp"].as_i64(), "{new}");
    let keys: Vec<_> = renewed.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["message", "token", "expiresAt"]);
}

#[tokio::test]
async fn an_expired_token_can_only_be_renewed() {
    let server = TestServer::start_with(|config| config.auth.secret = SECRET.into()).await;
    let [ann] = server.people(["Ann"]).await;
    let expired = token::sign(&token::altered(&ann.token, "exp", json!(token::now() - 3600)));
    let late = server.api().with_token(&expired);
    late.get(SESSIONS).await.refused(401);
    let renewed = late.post(RENEW, json!({})).await.expect(200);
    server.api().with_token(renewed["token"].as_str().expect("a token")).get(SESSIONS).await.expect(200);
}

#[tokio::test]
async fn a_token_of_an_ended_session_cannot_be_renewed() {
    let server = TestServer::start_with(|config| config.auth.secret = SECRET.into()).await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let stolen = token::sign(&token::altered(&ann.token, "id", json!(bob.id)));
    server.api().with_token(&stolen).post(RENEW, json!({})).await.refused(401);
    ann.post(LOG_OUT, json!({})).await.expect(200);
    ann.post(RENEW, json!({})).await.refused(401);
    server.api().with_token("x.y.z").post(RENEW, json!({})).await.refused(401);
}

#[tokio::test]
async fn a_session_ends_if_it_is_not_renewed() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    server.database.run("UPDATE sessions SET expires_at = 1").await;
    for person in [&ann, &bob] {
        person.post(RENEW, json!({})).await.refused(401);
        person.get(SESSIONS).await.refused(401);
    }
}

#[tokio::test]
async fn logging_out_ends_only_this_session_at_once() {
    let server = TestServer::start().await;
    let ann = server.user("Ann").await;
    let phone = server.api().log_in(&ann.email, PASSWORD).await;
    let (socket, phones) = (ann.connect().await, phone.connect().await);
    assert_eq!(ann.post(LOG_OUT, json!({})).await.expect(200), json!({ "message": "Logged out" }));
    assert_eq!(socket.closed().await, 4001);
    assert!(!is_logged_in(&ann).await);
    ann.post(LOG_OUT, json!({})).await.refused(401);
    assert!(is_logged_in(&phone).await);
    assert_eq!(phones.close().await, 1000);
}

#[tokio::test]
async fn the_list_has_all_sessions_of_the_user() {
    let server = TestServer::start().await;
    let ann = server.user("Ann").await;
    let log_in = server.api().request(reqwest::Method::POST, "/api/auth/login").header("user-agent", "Phone/1.0");
    let log_in = log_in.json(&json!({ "email": ann.email, "password": PASSWORD }));
    server.api().finish(log_in).await.expect(201);
    let _socket = ann.connect().await;
    let list = ann.get(SESSIONS).await.expect(200);
    let keys: Vec<_> = list["data"][0].as_object().expect("a row").keys().collect();
    let expected =
        ["sessionId", "userAgent", "createdAt", "lastSeenAt", "expiresAt", "endedAt", "current", "connected"];
    assert_eq!(keys, expected);
    let told = |row: &Value| (row["userAgent"].clone(), row["current"].clone(), row["connected"].clone());
    let phone = (json!("Phone/1.0"), json!(false), json!(false));
    assert_eq!(told(&list["data"][0]), phone, "the newest comes first");
    assert_eq!(told(&list["data"][1]), (json!(""), json!(true), json!(true)));
    assert_eq!(list["data"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn users_can_end_only_their_own_sessions() {
    let server = TestServer::start().await;
    let (ann, bob) = (server.user("Ann").await, server.user("Bob").await);
    let phone = server.api().log_in(&ann.email, PASSWORD).await;
    let socket = phone.connect().await;
    let id = own_row(&phone).await["sessionId"].as_str().expect("an id").to_owned();
    let path = format!("{SESSIONS}/{id}");
    assert_eq!(bob.delete(&path).await.refused(404), "Session not found");
    assert!(is_logged_in(&phone).await);
    assert_eq!(ann.delete(&path).await.expect(200), json!({ "message": "Session ended" }));
    assert_eq!(socket.closed().await, 4001);
    assert!(!is_logged_in(&phone).await);
    ann.delete(&path).await.refused(404);
    ann.delete(&format!("{SESSIONS}/{}", new_id())).await.refused(404);
    assert!(is_logged_in(&ann).await);
}

#[tokio::test]
async fn a_sessions_id_is_a_uuid_and_a_path_knows_its_methods() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    assert_eq!(ann.delete(&format!("{SESSIONS}/1")).await.faults(), ["id"]);
    let reply = ann.get(&format!("{SESSIONS}/{}", new_id())).await;
    assert_eq!(reply.headers["allow"], "DELETE");
    reply.refused(405);
}
