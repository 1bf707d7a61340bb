//! REST in general: the failure body, paths, methods, bodies, origins, request ids.

use reqwest::{Method, header::HeaderValue};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Reply, Socket, TestServer, new_id};

const SIGN_UP: &str = "/api/auth/sing-up";
const UPDATE: &str = "/api/profile/update";

/// Every path below `/api` with its one method.
const PATHS: [(&str, Method); 10] = [
    (SIGN_UP, Method::POST),
    ("/api/auth/sign-up", Method::POST),
    ("/api/auth/login", Method::POST),
    (UPDATE, Method::PATCH),
    ("/api/profile/change-password", Method::PATCH),
    ("/api/profile/destroy", Method::DELETE),
    ("/api/use-cases/search", Method::GET),
    ("/api/use-cases/search-users", Method::GET),
    ("/api/use-cases/mark-as-deleted", Method::POST),
    ("/api/use-cases/create-group", Method::POST),
];

/// A failure's body has these keys and no others.
#[track_caller]
fn is_failure(reply: Reply, status: u16, code: &str) -> String {
    assert_eq!(reply.headers["content-type"], "application/json; charset=utf-8");
    let body = reply.expect(status);
    let message = body["message"].as_str().expect("a text").to_owned();
    assert_eq!(body, json!({ "message": message, "code": code }));
    message
}

async fn post_raw(
    server: &TestServer,
    path: &str,
    content_type: Option<&str>,
    body: impl Into<reqwest::Body>,
) -> Reply {
    let request = server.api().request(Method::POST, path).body(body);
    let request = content_type.into_iter().fold(request, |request, value| request.header("content-type", value));
    server.api().finish(request).await
}

#[tokio::test]
async fn an_invalid_request_returns_all_faults_by_field() {
    let server = TestServer::start().await;
    let new = json!({ "firstName": "x".repeat(65), "email": "ann@example.org" });
    let reply = server.api().post(SIGN_UP, new).await;
    assert_eq!(reply.headers["content-type"], "application/json; charset=utf-8");
    let expected = json!({
        "message":
            "Invalid request: firstName must be 1 to 64 characters long, not 65; password is required",
        "code": "invalid",
        "errors": [
            { "path": "firstName", "message": "must be 1 to 64 characters long, not 65" },
            { "path": "password", "message": "is required" },
        ],
    });
    assert_eq!(reply.expect(400), expected);
}

#[tokio::test]
async fn an_unknown_path_is_404_with_the_failure_body() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    for path in
        ["/api/nothing", "/api/", "/api", "/api/hard-code/migrate", "/api/auth", "/api/auth/login/", "/api//auth/login"]
    {
        for reply in [server.api().get(path).await, ann.post(path, json!({})).await] {
            is_failure(reply, 404, "not_found");
        }
    }
}

#[tokio::test]
async fn the_wrong_method_is_405_with_the_right_one_in_allow() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    for (path, right) in PATHS {
        for wrong in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            if wrong != right {
                let reply = ann.finish(ann.request(wrong, path).json(&json!({}))).await;
                assert_eq!(reply.headers["allow"], right.as_str(), "{path}");
                let message = is_failure(reply, 405, "method_not_allowed");
                assert!(message.contains(right.as_str()), "{message}");
            }
        }
    }
}

#[tokio::test]
async fn a_body_has_at_most_100_kib() {
    let server = TestServer::start().await;
    let body = |bytes: usize| {
        let around = r#"{"email":"","password":""}"#.len();
        format!(r#"{{"email":"","password":"{}"}}"#, "x".repeat(bytes - around))
    };
    let json = Some("application/json");
    post_raw(&server, "/api/auth/login", json, body(100 * 1024)).await.refused(400);
    let message = is_failure(post_raw(&server, "/api/auth/login", json, body(100 * 1024 + 1)).await, 413, "too_large");
    assert!(message.contains("100 KiB"), "{message}");
    // The same without a declared length: one chunk, and no end.
    let head = "POST /api/auth/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("{head}{:x}\r\n{}", 100 * 1024 + 1, body(100 * 1024 + 1));
    let answer = server.api().raw(chunk.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn a_body_whose_type_is_not_json_is_415() {
    let server = TestServer::start().await;
    for content_type in
        [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/xml"), Some("x")]
    {
        let reply = post_raw(&server, "/api/auth/login", content_type, "{}").await;
        is_failure(reply, 415, "not_json");
    }
    for content_type in ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"] {
        post_raw(&server, "/api/auth/login", Some(content_type), "{}").await.refused(400);
    }
}

#[tokio::test]
async fn a_body_that_is_not_a_json_object_is_400() {
    let server = TestServer::start().await;
    let deep = "[".repeat(50_000);
    let nested = format!("{{\"a\":{}{}}}", "[".repeat(40_000), "]".repeat(40_000));
    for body in [
        "",
        " ",
        "{",
        "x",
        "[]",
        "null",
        "5",
        "\"text\"",
        "{}x",
        "{\"a\":1,}",
        "\u{feff}\u{feff}{}",
        &deep,
        &nested,
        "{\"a\":NaN}",
    ] {
        let reply = post_raw(&server, SIGN_UP, Some("application/json"), body.to_owned()).await;
        assert_eq!(reply.faults(), ["body"], "{body:.80}");
    }
    let reply = post_raw(&server, SIGN_UP, Some("application/json"), &b"{\"firstName\":\"\xff\"}"[..]).await;
    assert_eq!(reply.faults(), ["body"], "no UTF-8");
}

#[tokio::test]
async fn a_pair_of_surrogates_is_a_character() {
    let server = TestServer::start().await;
    let person = |name: &str| format!(r#"{{"firstName":"{name}","email":"a@b","password":"{PASSWORD}"}}"#);
    post_raw(&server, SIGN_UP, Some("application/json"), person("\\ud83d\\ude00")).await.expect(201);
    assert_eq!(server.api().log_in("a@b", PASSWORD).await.name, "😀");
}

#[tokio::test]
async fn u_0000_is_rejected_in_every_string() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let group = json!({ "groupId": new_id(), "groupName": "t", "notificationMessage": "n", "messageId": new_id() });
    let person = json!({ "firstName": "Bob", "lastName": "Fox", "email": "bob@example.org", "password": PASSWORD });
    let companion = json!({ "companionId": new_id() });
    let requests =
        [(SIGN_UP, person), ("/api/use-cases/create-group", group), ("/api/use-cases/mark-as-deleted", companion)];
    for (path, request) in requests {
        for (key, value) in request.as_object().expect("an object") {
            let mut with_nul = request.clone();
            with_nul[key] = json!(format!("{}\0", value.as_str().expect("a text")));
            assert_eq!(ann.post(path, with_nul).await.faults(), [&**key], "{path}");
        }
    }
    assert_eq!(ann.get("/api/use-cases/search?searchText=a%00b").await.faults(), ["searchText"]);
}

#[tokio::test]
async fn an_invalid_query_is_400_and_names_the_parameter() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let long = "я".repeat(101);
    for text in ["", &long, "%00"] {
        let reply = ann.get(&format!("/api/use-cases/search?searchText={text}")).await;
        assert_eq!(reply.faults(), ["searchText"], "{text:.20}");
    }
    for limit in ["-1", "x", "1.5", "", "%00", "1e999"] {
        let reply = ann.get(&format!("/api/use-cases/search?searchText=a&limit={limit}")).await;
        assert_eq!(reply.faults(), ["limit"], "{limit}");
    }
    let fits = ann.get(&format!("/api/use-cases/search?searchText={}&other=1", "я".repeat(100))).await;
    assert_eq!(fits.expect(200), json!({ "data": [] }));
    let broken = ann.get("/api/use-cases/search?searchText=%ff%fe").await;
    assert!([200, 400].contains(&broken.status), "no UTF-8: {broken:?}");
}

#[tokio::test]
async fn any_origin_may_call_by_default() {
    let server = TestServer::start().await;
    let preflight = server.api().request(Method::OPTIONS, UPDATE);
    let preflight = preflight
        .header("origin", "https://anywhere.example.org")
        .header("access-control-request-method", "PATCH")
        .header("access-control-request-headers", "authorization,content-type");
    let reply = server.api().finish(preflight).await;
    let text = |name: &str| reply.headers[name].to_str().expect("a text").to_lowercase();
    assert_eq!(reply.status, 200);
    assert!(["*", "https://anywhere.example.org"].contains(&&*text("access-control-allow-origin")));
    assert!(text("access-control-allow-methods").contains("patch"));
    for header in ["authorization", "content-type"] {
        assert!(text("access-control-allow-headers").contains(header), "{reply:?}");
    }
    assert!(!reply.headers.contains_key("access-control-allow-credentials"), "there are no cookies");
}

#[tokio::test]
async fn failures_can_be_read_by_pages_of_other_origins_too() {
    let server = TestServer::start().await;
    for (method, path, status) in [
        (Method::POST, "/api/auth/login", 400),
        (Method::PATCH, UPDATE, 401),
        (Method::GET, "/api/nothing", 404),
        (Method::PUT, UPDATE, 405),
    ] {
        let request = server.api().request(method, path).json(&json!({})).header("origin", "https://a.example.org");
        let reply = server.api().finish(request).await;
        assert!(reply.headers.contains_key("access-control-allow-origin"), "{path}: {reply:?}");
        let exposed = reply.headers["access-control-expose-headers"].to_str().expect("a text").to_lowercase();
        assert!(exposed.contains("retry-after"), "{exposed}");
        reply.refused(status);
    }
}

#[tokio::test]
async fn only_the_configured_origins_may_call() {
    let configured = ["https://chat.example.org", "http://localhost:5173"];
    let server = TestServer::start_with(|config| config.server.origins = configured.map(String::from).to_vec()).await;
    let call = async |origin: &str| {
        let request = server.api().request(Method::POST, "/api/auth/login").json(&json!({}));
        server.api().finish(request.header("origin", origin)).await
    };
    for origin in configured {
        let reply = call(origin).await;
        assert_eq!(reply.headers["access-control-allow-origin"], origin);
        reply.refused(400);
    }
    for stranger in ["https://evil.example.org", "https://chat.example.org:8443", "null"] {
        let reply = call(stranger).await;
        assert!(!reply.headers.contains_key("access-control-allow-origin"), "{stranger}: {reply:?}");
        is_failure(reply, 403, "origin_not_allowed");
    }
    server.api().post("/api/auth/login", json!({})).await.refused(400);
    // Origins are compared as browsers do, and the server's own pages may always call.
    call("https://CHAT.example.org:443").await.refused(400);
    let own = format!("http://{}", server.api().base());
    assert_eq!(call(&own).await.headers["access-control-allow-origin"], own);
    let [ann] = server.people(["Ann"]).await;
    let connect = async |origin: String| {
        let headers = [("origin", origin), ("authorization", format!("Bearer {}", ann.token))];
        Socket::open_with(server.api().base(), "/api/ws", &headers).await.map(drop)
    };
    assert_eq!(connect(own).await, Ok(()));
    assert_eq!(connect("https://evil.example.org".into()).await, Err(403));
}

#[tokio::test]
async fn every_response_has_a_request_id_the_clients_own_if_valid() {
    let server = TestServer::start().await;
    for path in ["/api/nothing", "/api/use-cases/search", "/", "/doc/openapi.json", "/nothing"] {
        let (first, second) = (server.api().get(path).await, server.api().get(path).await);
        assert_ne!(first.headers["x-request-id"], second.headers["x-request-id"], "{path}");
    }
    let ask = async |id: &[u8]| {
        let value = HeaderValue::from_bytes(id).expect("fit for a header");
        let reply = server.api().finish(server.api().request(Method::GET, "/").header("x-request-id", value)).await;
        reply.headers["x-request-id"].as_bytes().to_vec()
    };
    for decent in [&b"a"[..], b"trace-7/3:x", &[b'x'; 64]] {
        assert_eq!(ask(decent).await, decent);
    }
    for odd in [&b""[..], b"two words", "имя".as_bytes(), &[b'x'; 65]] {
        assert_ne!(ask(odd).await, odd);
    }
}

#[tokio::test]
async fn numbers_and_keys_of_any_kind_do_no_harm() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    for body in [
        r#"{"a":1e308,"b":-0.0,"c":123456789012345678901234567890}"#,
        r#"{"":"","\u0000":1,"firstName":null}"#,
        r#"{"lastName":"a","lastName":"b"}"#,
    ] {
        let request = ann.request(Method::PATCH, UPDATE).header("content-type", "application/json").body(body);
        assert_eq!(ann.finish(request).await.expect(201), json!({ "message": "User updated." }), "{body}");
    }
    let nothing: Value = ann.get("/api/use-cases/search?searchText=zzz").await.expect(200);
    assert_eq!(nothing, json!({ "data": [] }));
}
