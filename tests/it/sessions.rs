//! Tokens and sessions: what is accepted, what ends them, and what happens to their sockets.

use futures_util::future::{FutureExt, join};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::support::{
    PASSWORD, TestServer, User,
    token::{self, SECRET},
};

const UPDATE: &str = "/api/profile/update";
const CHANGE: &str = "/api/profile/change-password";
const SESSIONS: &str = "/api/sessions";
const LOG_IN: &str = "/api/auth/login";

/// A server whose tokens can be made by hand.
async fn server_of_known_secret() -> TestServer {
    TestServer::start_with(|config| config.auth.secret = SECRET.into()).await
}

async fn is_authorized(user: &User) -> bool {
    let reply = user.patch(UPDATE, json!({})).await;
    if reply.status == 201 {
        return true;
    }
    assert_eq!(reply.expect(401), json!({ "message": "Not authorized", "code": "unauthorized" }));
    false
}

#[tokio::test]
async fn a_token_is_valid_for_24_hours_and_can_be_sent_as_a_subprotocol() {
    let server = TestServer::start().await;
    let ann = server.user("Ännchen").await;
    assert!(ann.token.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)), "{}", ann.token);
    let claims = token::claims(&ann.token);
    let issued = claims["iat"].as_i64().expect("a time");
    assert!((token::now() - issued).abs() < 60, "{claims}");
    let expected = json!({
        "id": ann.id, "email": "ännchen@example.org", "firstName": "Ännchen", "lastName": "",
        "iat": issued, "exp": issued + 24 * 3600, "sid": claims["sid"], "gen": 0,
    });
    assert_eq!(claims, expected);
}

#[tokio::test]
async fn a_token_lives_as_long_as_configured() {
    let server = TestServer::start_with(|config| config.auth.token_hours = 2).await;
    let claims = token::claims(&server.user("Ann").await.token);
    assert_eq!(claims["exp"].as_i64(), claims["iat"].as_i64().map(|issued| issued + 2 * 3600));
}

#[tokio::test]
async fn the_scheme_may_be_in_any_case() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        let request = server.api().request(reqwest::Method::PATCH, UPDATE).json(&json!({}));
        let request = request.header("authorization", format!("{scheme} {}", ann.token));
        server.api().finish(request).await.expect(201);
    }
}

#[tokio::test]
async fn a_missing_or_foreign_token_is_rejected() {
    let server = TestServer::start().await;
    let token = server.user("Ann").await.token;
    let cut = &token[..token.len() - 1];
    for header in ["", "Bearer", "Bearer ", "Bearer x.y.z", "Bearer null", &token, &format!("Basic {token}")]
        .into_iter()
        .chain([&*format!("Bearer {cut}"), &format!("Bearer {token}x"), &format!("Bearer {token} {token}"), "\u{a0}"])
    {
        let request = server.api().request(reqwest::Method::PATCH, UPDATE).json(&json!({}));
        let reply = server.api().finish(request.header("authorization", header)).await;
        assert_eq!(reply.headers["www-authenticate"], "Bearer", "{header:?}");
        assert_eq!(reply.refused(401), "Not authorized", "{header:?}");
    }
}

#[tokio::test]
async fn every_endpoint_except_sign_up_and_login_needs_a_token() {
    let server = TestServer::start().await;
    let api = server.api();
    for path in [UPDATE, CHANGE] {
        assert_eq!(api.patch(path, json!({})).await.refused(401), "Not authorized");
    }
    for path in ["/api/use-cases/mark-as-deleted", "/api/use-cases/create-group"] {
        assert_eq!(api.post(path, json!({})).await.refused(401), "Not authorized");
    }
    for path in ["/api/use-cases/search?searchText=a", "/api/use-cases/search-users?searchText=a"] {
        assert_eq!(api.get(path).await.refused(401), "Not authorized");
    }
    for path in ["/api/auth/logout", "/api/auth/renew"] {
        assert_eq!(api.post(path, json!({})).await.refused(401), "Not authorized");
    }
    assert_eq!(api.get(SESSIONS).await.refused(401), "Not authorized");
    for path in [SESSIONS, "/api/profile/destroy", "/api/sessions/0192f0c4-8e4b-7d22-8b66-1d7a3a8b4b02"] {
        assert_eq!(api.delete(path).await.refused(401), "Not authorized");
    }
}

#[tokio::test]
async fn a_token_made_in_any_other_way_is_rejected() {
    let server = server_of_known_secret().await;
    let [ann] = server.people(["Ann"]).await;
    let claims = token::claims(&ann.token);
    let made = |token: String| server.api().with_token(&token);
    let same = made(token::sign(&claims)).patch(UPDATE, json!({})).await;
    same.expect(201);
    let another_session = json!(uuid::Uuid::new_v4().to_string());
    let made_otherwise = [
        token::unsigned(&ann.token),
        token::sign_with(&claims, Algorithm::HS384, SECRET),
        token::sign_with(&claims, Algorithm::HS512, SECRET),
        token::sign_with(&claims, Algorithm::HS256, "another secret of thirty-two bytes"),
        // An empty secret: HMAC pads keys with zeros.
        token::sign_with(&claims, Algorithm::HS256, "\0"),
        token::sign(&token::altered(&ann.token, "exp", Value::Null)),
        token::sign(&token::altered(&ann.token, "exp", json!(token::now() - 1))),
        token::sign(&token::altered(&ann.token, "exp", json!("never"))),
        token::sign(&token::altered(&ann.token, "sid", Value::Null)),
        token::sign(&token::altered(&ann.token, "sid", another_session.clone())),
        token::sign(&token::altered(&ann.token, "id", another_session)),
    ];
    for token in made_otherwise {
        assert_eq!(made(token.clone()).patch(UPDATE, json!({})).await.refused(401), "Not authorized", "{token}");
        let socket = server.connect("/api/ws", &["auth", &token]).await;
        assert_eq!(socket.last_words().await, (vec![], 4001, "Unauthorized".into()), "{token}");
    }
}

#[tokio::test]
async fn a_session_is_valid_only_for_its_owner() {
    let server = server_of_known_secret().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    // The server has not cached this session yet, because it was never used.
    let stolen = token::sign(&token::altered(&ann.token, "id", json!(bob.id)));
    server.api().with_token(&stolen).patch(UPDATE, json!({})).await.refused(401);
    assert_eq!(server.connect("/api/ws", &["auth", &stolen]).await.closed().await, 4001);
    assert!(is_authorized(&ann).await && is_authorized(&bob).await);
    server.api().with_token(&stolen).patch(UPDATE, json!({})).await.refused(401);
}

#[tokio::test]
async fn a_token_of_another_server_is_rejected_even_with_the_same_secret() {
    let (here, there) = (server_of_known_secret().await, server_of_known_secret().await);
    let (ann, also_ann) = (here.user("Ann").await, there.user("Ann").await);
    here.api().with_token(&also_ann.token).patch(UPDATE, json!({})).await.refused(401);
    there.api().with_token(&ann.token).patch(UPDATE, json!({})).await.refused(401);
    assert!(is_authorized(&ann).await && is_authorized(&also_ann).await);
}

#[tokio::test]
async fn installations_do_not_share_a_secret() {
    let (here, there) = (TestServer::start().await, TestServer::start().await);
    let ann = here.user("Ann").await;
    there.api().with_token(&ann.token).patch(UPDATE, json!({})).await.refused(401);
    let known = token::sign(&token::claims(&ann.token));
    here.api().with_token(&known).patch(UPDATE, json!({})).await.refused(401);
}

#[tokio::test]
async fn changing_the_password_ends_the_other_sessions_and_keeps_this_one() {
    let server = TestServer::start().await;
    let [here, bob] = server.people(["Ann", "Bob"]).await;
    let there = here.log_in_again().await;
    let (mut anns, mut bobs) = (here.connect().await, bob.connect().await);
    let closing = [there.connect().await, there.connect().await];
    let change = json!({ "oldPassword": PASSWORD, "newPassword": "battery staple" });
    here.patch(CHANGE, change).await.expect(201);

    for socket in closing {
        assert_eq!(socket.last_words().await, (vec![], 4001, "Unauthorized".into()));
    }
    assert!(!is_authorized(&there).await);
    assert_eq!(there.connect().await.closed().await, 4001);
    assert!(is_authorized(&here).await);
    anns.write_to(&bob, "still here").await;
    assert_eq!(bobs.hears("privateMessage").await["message"], "still here");
}

#[tokio::test]
async fn a_rejected_password_change_ends_no_session() {
    let server = TestServer::start().await;
    let [here] = server.people(["Ann"]).await;
    let there = here.log_in_again().await;
    let mut socket = there.connect().await;
    here.patch(CHANGE, json!({ "oldPassword": "wrong", "newPassword": "battery staple" })).await.expect(400);
    assert!(is_authorized(&there).await);
    socket.hears_nothing().await;
}

#[tokio::test]
async fn no_session_started_with_the_old_password_survives_its_change() {
    let server = TestServer::start_with(|config| config.database.connections = 10).await;
    let [ann] = server.people(["Ann"]).await;
    let login = json!({ "email": ann.email, "password": PASSWORD });
    let held = server.database.hold("sessions").await;
    let change = ann.patch(CHANGE, json!({ "oldPassword": PASSWORD, "newPassword": "battery staple" }));
    let log_ins = (0..3).map(|_| server.api().post(LOG_IN, login.clone()).boxed());
    // The logins have verified the old password, but start their sessions after its change.
    let (changed, replies) = held.in_turn(change, log_ins.collect()).await;
    changed.expect(201);
    for reply in replies {
        match reply.body["token"].as_str() {
            Some(token) => drop(server.api().with_token(token).patch(UPDATE, json!({})).await.refused(401)),
            None => assert_eq!(reply.refused(400), "No such user exists or wrong password"),
        }
    }
    assert!(is_authorized(&ann).await);
}

#[tokio::test]
async fn one_of_two_concurrent_password_changes_succeeds_and_ends_the_other_session() {
    let server = TestServer::start().await;
    let [one] = server.people(["Ann"]).await;
    let other = one.log_in_again().await;
    let change = |to: &str| json!({ "oldPassword": PASSWORD, "newPassword": to });
    let (first, second) =
        join(one.patch(CHANGE, change("battery staple")), other.patch(CHANGE, change("another one"))).await;
    let winner_is_one = first.status == 201;
    let (won, lost) = if winner_is_one { (first, second) } else { (second, first) };
    assert_eq!(won.status, 201);
    assert!([400, 401].contains(&lost.status), "{lost:?}");
    assert_eq!((is_authorized(&one).await, is_authorized(&other).await), (winner_is_one, !winner_is_one));
}

#[tokio::test]
async fn an_expired_token_closes_its_socket_and_is_rejected() {
    let server = server_of_known_secret().await;
    let [ann] = server.people(["Ann"]).await;
    let short = token::sign(&token::altered(&ann.token, "exp", json!(token::now() + 2)));
    let mut lasting = ann.connect().await;
    let expiring = server.connect("/api/ws", &["auth", &short]).await;
    assert_eq!(expiring.last_words().await, (vec![], 4001, "Unauthorized".into()));
    server.api().with_token(&short).patch(UPDATE, json!({})).await.refused(401);
    lasting.hears_nothing().await;
    assert!(is_authorized(&ann).await);
}
