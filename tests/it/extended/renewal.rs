//! Sockets and their sessions: renewed, they outlive their token; ended, they are closed.

use serde_json::json;

use crate::support::{
    Request, Socket, TestServer, User,
    token::{self, SECRET},
};

fn renew(token: &str) -> Request {
    Request::new("renew", json!({ "token": token }))
}

/// A token of the user's session that expires in this many seconds.
fn ending(person: &User, seconds: i64) -> String {
    token::sign(&token::altered(&person.token, "exp", json!(token::now() + seconds)))
}

async fn greeted(server: &TestServer, token: &str) -> Socket {
    let mut socket = server.connect("/api/ws", &["hearth", token]).await;
    socket.hello = socket.hears("hello").await;
    socket
}

#[tokio::test]
async fn a_renewed_socket_outlives_its_first_token() {
    let server = TestServer::start_with(|config| config.auth.secret = SECRET.into()).await;
    let [ann] = server.people(["Ann"]).await;
    let short = ending(&ann, 3);
    let (mut renewed, expiring) = (greeted(&server, &short).await, greeted(&server, &short).await);
    let item = renewed.item(&renew(&ann.token)).await;
    assert!(item["expiresAt"].as_str() > renewed.hello["expiresAt"].as_str(), "{item}");
    assert_eq!(expiring.last_words().await, (vec![], 4001, "Unauthorized".into()));
    renewed.hears_nothing().await;
}

#[tokio::test]
async fn only_a_token_of_the_same_session_renews() {
    let server = TestServer::start_with(|config| config.auth.secret = SECRET.into()).await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let elsewhere = ann.log_in_again().await;
    let mut anns = ann.hearth().await;
    for token in [&bob.token, &elsewhere.token] {
        let message = anns.may_not(&renew(token)).await;
        assert!(message.contains("token must be of the session that opened this connection"), "{message}");
    }
    for token in ["x.y.z", "nonsense", &ending(&ann, -10), &token::unsigned(&ann.token)] {
        assert_eq!(anns.code(&renew(token)).await, "unauthorized");
    }
    let long = "x".repeat(5000);
    for token in [json!(""), json!(long), json!(7), json!(null)] {
        assert_eq!(anns.code(&Request::new("renew", json!({ "token": token }))).await, "invalid");
    }
}

#[tokio::test]
async fn a_token_renewed_over_rest_is_accepted() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let renewed = ann.post("/api/auth/renew", json!({})).await.expect(200);
    let item = ann.hearth().await.item(&renew(renewed["token"].as_str().expect("a token"))).await;
    assert_eq!(item["expiresAt"], renewed["expiresAt"]);
}

#[tokio::test]
async fn an_ended_session_closes_its_sockets_and_no_others() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let elsewhere = ann.log_in_again().await;
    let (mut staying, going) = (ann.hearth().await, elsewhere.hearth().await);
    let session = going.hello["sessionId"].as_str().expect("an id").to_owned();
    ann.delete(&format!("/api/sessions/{session}")).await.expect(200);
    assert_eq!(going.last_words().await, (vec![], 4001, "Unauthorized".into()));
    staying.hears_nothing().await;
    ann.post("/api/auth/logout", json!({})).await.expect(200);
    assert_eq!(staying.last_words().await, (vec![], 4001, "Unauthorized".into()));
}

#[tokio::test]
async fn a_deleted_account_closes_its_sockets() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let socket = ann.hearth().await;
    ann.delete("/api/profile/destroy").await.expect(200);
    assert_eq!(socket.closed().await, 4001);
}
