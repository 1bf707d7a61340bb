//! Running a server: probes, pages, the graceful stop, and what prevents a start.

use futures_util::future::{FutureExt, join_all, select_all};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{PASSWORD, PATIENCE, Request, Socket, TestServer, new_id, texts};

/// A page's text and type.
async fn page(server: &TestServer, path: &str) -> (String, String) {
    let reply = server.api().get(path).await;
    let content_type = reply.headers["content-type"].to_str().expect("a text").to_owned();
    match reply.expect(200) {
        Value::String(text) => (text, content_type),
        json => (json.to_string(), content_type),
    }
}

#[tokio::test]
async fn probes_need_no_token_and_have_no_limits() {
    let server = TestServer::start().await;
    assert_eq!(server.api().get("/healthz").await.expect(200), "ok\n");
    assert_eq!(server.api().readiness(200).await, "ready");
}

#[tokio::test]
async fn the_front_page_is_the_web_client_and_links_to_the_documentation() {
    let server = TestServer::start().await;
    let (text, content_type) = page(&server, "/").await;
    assert_eq!(content_type, "text/html; charset=utf-8");
    assert!(text.contains("Hearth") && text.contains("href=\"/doc\""), "{text}");
    let head = server.api().finish(server.api().request(Method::HEAD, "/")).await;
    assert_eq!((head.status, head.body), (200, json!("")));
    for path in ["/", "/doc", "/doc/", "/doc/openapi.json", "/doc/websocket", "/doc/asyncapi.json"] {
        let reply = server.api().post(path, json!({})).await;
        assert_eq!(reply.headers["allow"], "GET, HEAD", "{path}");
        assert_eq!(reply.status, 405, "{path}");
    }
}

#[tokio::test]
async fn without_the_web_client_everything_else_works() {
    let server = TestServer::start_with(|config| config.web.enabled = false).await;
    assert_eq!(server.api().get("/").await.status, 404);
    let [ann] = server.people(["Ann"]).await;
    server.connect("/", &["auth", &ann.token]).await.hears_nothing().await;
    ann.connect().await.hears_nothing().await;
    assert!(page(&server, "/doc").await.0.contains("swagger-ui"));
    page(&server, "/doc/openapi.json").await;
}

#[tokio::test]
async fn the_documentation_is_one_page_that_needs_no_other_server() {
    let server = TestServer::start().await;
    let (text, content_type) = page(&server, "/doc").await;
    assert_eq!(content_type, "text/html; charset=utf-8");
    assert!(text.contains("swagger-ui") && text.contains("/use-cases/create-group"));
    for elsewhere in ["src=\"http", "src=\"//", "href=\"http", "href=\"//", "@import url(http"] {
        assert!(!text.contains(elsewhere), "{elsewhere}");
    }
    assert_eq!(page(&server, "/doc/").await, (text, content_type));
}

#[tokio::test]
async fn the_document_is_served_and_lists_every_endpoint() {
    let server = TestServer::start().await;
    let (text, content_type) = page(&server, "/doc/openapi.json").await;
    assert_eq!(content_type, "application/json; charset=utf-8");
    let served: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(served, serde_json::from_str::<Value>(&hearth::api::document()).expect("JSON"));
    assert_eq!(served["servers"][0]["url"], "/api");
    for (path, method) in [
        ("/auth/sing-up", "post"),
        ("/auth/sign-up", "post"),
        ("/auth/login", "post"),
        ("/profile/update", "patch"),
        ("/profile/change-password", "patch"),
        ("/profile/destroy", "delete"),
        ("/use-cases/search", "get"),
        ("/use-cases/search-users", "get"),
        ("/use-cases/mark-as-deleted", "post"),
        ("/use-cases/create-group", "post"),
    ] {
        assert!(served["paths"][path][method].is_object(), "{method} {path}");
    }
}

#[tokio::test]
async fn pages_may_not_be_framed_or_sniffed() {
    let server = TestServer::start().await;
    for path in ["/", "/doc", "/doc/websocket"] {
        let headers = server.api().get(path).await.headers;
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["x-frame-options"], "DENY", "{path}");
    }
}

#[tokio::test]
async fn an_unknown_path_outside_the_api_is_404_and_says_where_to_look() {
    let server = TestServer::start().await;
    for path in ["/nothing", "/doc/nothing", "/index.html", "/.git/config"] {
        let body = server.api().get(path).await.expect(404);
        assert!(body.as_str().is_some_and(|text| text.contains("/doc")), "{path}: {body}");
    }
}

#[tokio::test]
async fn stopping_closes_sockets_with_1001_and_accepts_no_connections() {
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let sockets = (ann.connect().await, bob.connect().await);
    let ((), first, second) = tokio::join!(server.stop(), sockets.0.last_words(), sockets.1.last_words());
    for end in [first, second] {
        assert_eq!(end, (vec![], 1001, "The server is restarting".into()));
    }
    assert!(TcpStream::connect(server.api().base()).await.is_err());
}

#[tokio::test]
async fn requests_read_before_the_stop_are_answered_and_kept() {
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut anns = ann.connect().await;
    for number in 0..200 {
        let params = json!({ "messageId": new_id(), "receiverId": bob.id, "content": number.to_string() });
        anns.send("privateMessage", params).await;
    }
    assert_eq!(anns.answer().await["success"], true);
    let ((), (answers, code, _)) = tokio::join!(server.restart(), anns.last_words());
    assert_eq!(code, 1001);
    assert!(answers.iter().all(|answer| answer.contains("\"success\":true")), "{answers:?}");
    let stored = bob.connect().await.all(&Request::dialog(&ann.id), 100).await;
    let answered: Vec<_> = (0..=answers.len()).rev().map(|number| number.to_string()).collect();
    assert_eq!(texts(&stored), answered);
}

#[tokio::test]
async fn a_request_in_progress_is_answered_before_the_end() {
    let mut server = TestServer::start().await;
    let body = json!({ "firstName": "Ann", "email": "ann@example.org", "password": PASSWORD }).to_string();
    let head = "POST /api/auth/sing-up HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    let mut stream = TcpStream::connect(server.api().base()).await.expect("the server listens");
    let head = format!("{head}expect: 100-continue\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.expect("the server reads");
    let mut asked_for_the_body = [0; 25];
    stream.read_exact(&mut asked_for_the_body).await.expect("the server answers");
    assert_eq!(&asked_for_the_body, b"HTTP/1.1 100 Continue\r\n\r\n");

    let mut answer = String::new();
    let finish = async {
        stream.write_all(body.as_bytes()).await.expect("the server reads");
        stream.read_to_string(&mut answer).await.expect("the server answers and closes");
    };
    tokio::join!(server.restart(), finish);
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    server.api().log_in("ann@example.org", PASSWORD).await;
}

#[tokio::test]
async fn a_server_that_stops_is_not_ready() {
    let mut server = TestServer::start().await;
    let mut probe = TcpStream::connect(server.api().base()).await.expect("the server listens");
    probe.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\n").await.expect("the server reads");
    // This response shows that earlier requests on other connections have been read.
    server.api().get("/healthz").await.expect(200);
    let mut answer = String::new();
    let finish = async {
        // The sockets' end shows that stopping has started.
        probe.write_all(b"\r\n").await.expect("the server reads");
        probe.read_to_string(&mut answer).await.expect("the server answers and closes");
    };
    let [ann] = server.people(["Ann"]).await;
    let socket = ann.connect().await;
    let finish = async {
        socket.closed().await;
        finish.await;
    };
    tokio::join!(server.stop(), finish);
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("\r\n\r\nstopping\n"), "{answer}");
}

#[tokio::test]
async fn a_server_that_drains_closes_its_sockets_one_by_one_and_takes_no_new_ones() {
    let mut server = TestServer::start_with(|config| config.shutdown.drain_seconds = 2).await;
    let [ann] = server.people(["Ann"]).await;
    let mut sockets = Vec::new();
    for _ in 0..4 {
        sockets.push(ann.connect().await.closed().boxed());
    }
    let watch = async {
        let (code, _, others) = select_all(sockets).await;
        assert_eq!(code, 1001);
        assert_eq!(ann.readiness(503).await, "stopping");
        let headers = [("sec-websocket-protocol", format!("auth, {}", ann.token))];
        assert_eq!(Socket::open_with(ann.base(), "/api/ws", &headers).await.err(), Some(503));
        // Requests are still answered.
        ann.get("/healthz").await.expect(200);
        assert_eq!(join_all(others).await, [1001; 3]);
    };
    tokio::join!(server.stop(), watch);
}

#[tokio::test]
async fn idle_connections_are_closed_at_the_end() {
    let mut server = TestServer::start().await;
    let mut silent = TcpStream::connect(server.api().base()).await.expect("the server listens");
    let mut idle = TcpStream::connect(server.api().base()).await.expect("the server listens");
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("the server reads");
    let mut answer = [0; 12];
    idle.read_exact(&mut answer).await.expect("the server answers");
    let ended = async {
        for stream in [&mut silent, &mut idle] {
            let mut rest = Vec::new();
            let read = stream.read_to_end(&mut rest);
            tokio::time::timeout(PATIENCE, read).await.expect("closed").expect("and not broken off");
        }
    };
    tokio::join!(ended, server.stop());
}

#[tokio::test]
async fn a_request_has_exactly_one_host() {
    let server = TestServer::start().await;
    for (version, hosts, status) in [
        ("1.1", "", "400"),
        ("1.1", "host: x\r\n", "200"),
        ("1.1", "host: x\r\nhost: y\r\n", "400"),
        ("1.1", "host: x\r\nHost: x\r\n", "400"),
        ("1.0", "", "200"),
    ] {
        let mut stream = TcpStream::connect(server.api().base()).await.expect("the server listens");
        let request = format!("GET /healthz HTTP/{version}\r\n{hosts}connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("the server reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("the server answers and closes");
        assert_eq!(answer.split(' ').nth(1), Some(status), "HTTP/{version} {hosts:?}: {answer}");
        assert!(status == "200" || answer.contains(r#""path":"Host""#), "{answer}");
    }
}
