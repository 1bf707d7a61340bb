//! What all responses below `/api` have in common, even to malformed requests: the failure body and the headers.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestServer;

const UPDATE: &str = "/api/profile/update";

#[tokio::test]
async fn a_compressed_body_is_415() {
    let server = TestServer::start().await;
    for (encoding, status) in [("gzip", 415), ("br", 415), ("identity, gzip", 415), ("Identity", 400), ("", 400)] {
        let request = server.api().request(Method::POST, "/api/auth/login").json(&json!({}));
        let reply = server.api().finish(request.header("content-encoding", encoding)).await;
        if status == 415 {
            assert_eq!(reply.body["code"], "encoded");
            let message = reply.refused(415);
            assert!(message.contains("Content-Encoding"), "{message}");
        } else {
            reply.refused(400);
        }
    }
}

#[tokio::test]
async fn malformed_chunks_are_400_with_our_own_message() {
    let server = TestServer::start().await;
    let head = "POST /api/auth/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
                transfer-encoding: chunked\r\n\r\n";
    for chunks in ["zz\r\n{}\r\n0\r\n\r\n", "-1\r\n", "ffffffffffffffffff\r\n", "2\r\n{}junk\r\n0\r\n\r\n"] {
        let answer = server.api().raw(format!("{head}{chunks}").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{chunks:?}: {answer}");
        let (_, body) = answer.split_once("\r\n\r\n").expect("an answer");
        let body: Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(body["errors"][0]["path"], "body", "{chunks:?}: {body}");
        assert!(body["message"].as_str().is_some_and(|text| text.contains("malformed")), "{chunks:?}: {body}");
    }
}

#[tokio::test]
async fn the_token_is_checked_before_the_body() {
    let server = TestServer::start().await;
    for (method, path) in [
        (Method::PATCH, UPDATE),
        (Method::PATCH, "/api/profile/change-password"),
        (Method::DELETE, "/api/profile/destroy"),
        (Method::POST, "/api/use-cases/create-group"),
        (Method::POST, "/api/use-cases/mark-as-deleted"),
        (Method::POST, "/api/auth/logout"),
        (Method::POST, "/api/auth/renew"),
        (Method::DELETE, "/api/sessions/x"),
    ] {
        // The body never comes: a server that waited for it would not respond.
        let head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-encoding: gzip\r\n");
        let answer = server.api().raw(format!("{head}content-length: 204800\r\n\r\n").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{method} {path}: {answer}");
        assert!(answer.contains("Not authorized"), "{method} {path}: {answer}");
    }
}

#[tokio::test]
async fn every_failure_below_api_has_the_failure_body() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    for (method, path) in [
        (Method::GET, "/api/%00"),
        (Method::GET, "/api/%ff"),
        (Method::POST, "/api/auth/%ff"),
        (Method::GET, "/api/auth/%2e%2e/login"),
        (Method::DELETE, "/api/sessions/x"),
        (Method::POST, "/api/ws"),
        (Method::GET, "/api/ws"),
        (Method::GET, "/api/ws/"),
        (Method::OPTIONS, UPDATE),
        (Method::TRACE, UPDATE),
        (Method::from_bytes(b"PURGE").expect("a method"), UPDATE),
    ] {
        let reply = ann.finish(ann.request(method.clone(), path)).await;
        assert_eq!(reply.headers["cache-control"], "no-store", "{method} {path}");
        assert_eq!(reply.headers["x-content-type-options"], "nosniff", "{method} {path}");
        let status = reply.status;
        assert!((400..500).contains(&status) && !reply.refused(status).is_empty(), "{method} {path}");
    }
    let preflight = server.api().request(Method::OPTIONS, UPDATE).header("origin", "https://a.example");
    let reply = server.api().finish(preflight).await;
    assert_eq!(reply.body["code"], "preflight");
    assert!(reply.refused(403).contains("not allowed"));
}

#[tokio::test]
async fn behind_https_responses_set_strict_transport_security() {
    let server = TestServer::start_with(|config| config.server.trusted_proxies = vec!["127.0.0.0/8".into()]).await;
    let https = async |server: &TestServer, scheme: &str| {
        let request = server.api().request(Method::GET, "/").header("x-forwarded-proto", scheme.to_owned());
        let headers = server.api().finish(request).await.headers;
        for header in ["permissions-policy", "cross-origin-opener-policy", "x-content-type-options"] {
            assert!(headers.contains_key(header), "{header}");
        }
        headers.contains_key("strict-transport-security")
    };
    assert!(https(&server, "https").await);
    assert!(!https(&server, "http").await);
    assert!(!https(&TestServer::start().await, "https").await, "nobody trusts the peer");
}
