//! The WebSocket handshake: who is admitted, who is closed with 4001 after the upgrade, who is rejected before it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    PASSWORD, Reply, Socket, TestServer,
    token::{self, SECRET},
};

const WS: &str = "/api/ws";
const PROTOCOL: &str = "sec-websocket-protocol";

fn bearer(token: &str) -> (&'static str, String) {
    ("authorization", format!("Bearer {token}"))
}

/// A handshake by hand: headers may be missing or wrong.
async fn shake(server: &TestServer, method: Method, path: &str, headers: &[(&str, &str)]) -> Reply {
    let request = server.api().request(method, path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    server.api().finish(request).await
}

const UPGRADE: [(&str, &str); 4] = [
    ("connection", "upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

async fn turned_away(socket: Socket) {
    assert_eq!(socket.last_words().await, (vec![], 4001, "Unauthorized".into()));
}

#[tokio::test]
async fn both_paths_open_the_socket_with_any_query() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    for path in [WS, "/", "/api/ws?v=1&x", "/?token=none", "/api/ws?"] {
        let mut socket = server.connect(path, &["auth", &ann.token]).await;
        assert_eq!(socket.list_page(5, None).await, Vec::<Value>::new());
    }
    for path in ["/ws", "/api/ws/", "/api", "/socket"] {
        let headers = [(PROTOCOL, format!("auth, {}", ann.token))];
        assert_eq!(Socket::open_with(server.api().base(), path, &headers).await.err(), Some(404), "{path}");
    }
}

#[tokio::test]
async fn the_first_protocol_that_is_offered_is_selected() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    for offered in [vec!["auth", &ann.token], vec!["chat.v2", &ann.token], vec!["auth", &ann.token, "more"]] {
        let mut socket = server.connect(WS, &offered).await;
        assert_eq!(socket.protocol.as_deref(), Some(offered[0]));
        socket.hears_nothing().await;
    }
    let headers = [(PROTOCOL, format!("auth,{}", ann.token))];
    let mut unspaced = Socket::open_with(server.api().base(), WS, &headers).await.expect("the handshake succeeds");
    assert_eq!(unspaced.protocol.as_deref(), Some("auth"));
    unspaced.hears_nothing().await;
}

#[tokio::test]
async fn the_token_may_come_in_the_header_without_any_protocol() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let headers = [("authorization", format!("{scheme} {}", ann.token))];
        let mut socket = Socket::open_with(server.api().base(), WS, &headers).await.expect("the handshake succeeds");
        assert_eq!(socket.protocol, None);
        socket.hears_nothing().await;
    }
}

#[tokio::test]
async fn the_header_comes_before_the_protocol() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let open = async |header: &str, protocols: String| {
        let headers = [bearer(header), (PROTOCOL, protocols)];
        Socket::open_with(server.api().base(), WS, &headers).await.expect("the handshake succeeds")
    };
    open(&ann.token, "auth".into()).await.hears_nothing().await;
    open(&ann.token, "auth, none".into()).await.hears_nothing().await;
    turned_away(open("none", format!("auth, {}", ann.token)).await).await;
}

#[tokio::test]
async fn without_a_valid_token_the_handshake_succeeds_and_only_4001_follows() {
    let server = TestServer::start_with(|config| config.auth.secret = SECRET.into()).await;
    let [ann] = server.people(["Ann"]).await;
    let expired = token::sign(&token::altered(&ann.token, "exp", json!(token::now() - 1)));
    let mut cut = ann.token.clone();
    cut.pop();
    for offered in [vec![], vec!["auth"], vec!["auth", "none"], vec!["auth", &cut], vec!["auth", &expired]] {
        let socket = server.connect(WS, &offered).await;
        assert_eq!(socket.protocol.as_deref(), offered.first().copied());
        turned_away(socket).await;
    }
    for header in ["", "Bearer", "Basic YW5uOmFubg==", &format!("Token {}", ann.token)] {
        let headers = [("authorization", header.to_owned())];
        turned_away(Socket::open_with(server.api().base(), WS, &headers).await.expect("an upgrade")).await;
    }
}

#[tokio::test]
async fn a_revoked_token_is_closed_with_4001() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let there = ann.log_in_again().await;
    let change = json!({ "oldPassword": PASSWORD, "newPassword": "battery staple" });
    ann.patch("/api/profile/change-password", change).await.expect(201);
    bob.delete("/api/profile/destroy").await.expect(200);
    for token in [&there.token, &bob.token] {
        turned_away(server.connect(WS, &["auth", token]).await).await;
        turned_away(server.connect("/", &["auth", token]).await).await;
    }
}

#[tokio::test]
async fn a_rejected_clients_requests_are_not_answered() {
    let server = TestServer::start().await;
    let mut socket = server.connect(WS, &["auth", "none"]).await;
    socket.send("listLastMessage", json!({ "limit": 5 })).await;
    turned_away(socket).await;
}

#[tokio::test]
async fn nothing_is_sent_unprompted() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "while Bob was away").await;
    let mut socket = bob.connect().await;
    socket.send("listLastMessage", json!({ "limit": 0 })).await;
    let first = r#"{"type":"listLastMessage","success":true,"params":{"item":null,"data":[],"isBroadcast":false}}"#;
    assert_eq!(socket.text().await, first);
}

#[tokio::test]
async fn requests_sent_with_the_handshake_are_answered() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut head = format!("GET /api/ws HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n", ann.token);
    for (name, value) in UPGRADE {
        head.extend([name, ": ", value, "\r\n"]);
    }
    let request = br#"{"type":"listLastMessage","params":{"limit":0}}"#;
    // A text frame and a close frame, masked with zeros.
    let frames = [&b"\x81\xaf\0\0\0\0"[..], request, b"\x88\x80\0\0\0\0"].concat();
    let answer = server.api().raw(&[head.as_bytes(), b"\r\n", &frames].concat()).await;
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    assert!(answer.contains(r#""data":[],"isBroadcast":false}}"#), "{answer}");
}

#[tokio::test]
async fn a_full_server_rejects_before_the_upgrade_until_a_place_is_free() {
    let server = TestServer::start_with(|config| config.limits.connections = 2).await;
    let [ann] = server.people(["Ann"]).await;
    let (first, second) = (ann.connect().await, ann.connect().await);
    let authorization = bearer(&ann.token).1;
    let headers: Vec<_> = UPGRADE.into_iter().chain([("authorization", &*authorization)]).collect();
    for path in [WS, "/"] {
        let reply = shake(&server, Method::GET, path, &headers).await;
        let wait = reply.headers["retry-after"].to_str().expect("a text").parse::<u32>();
        assert!(wait.is_ok_and(|seconds| seconds > 0));
        assert_eq!(reply.body["code"], "unavailable");
        reply.refused(503);
    }
    first.close().await;
    let third = ann.connect().await;
    assert_eq!(Socket::open_with(server.api().base(), WS, &[bearer(&ann.token)]).await.err(), Some(503));
    drop((second, third));
}

#[tokio::test]
async fn a_full_server_displaces_a_connection_of_the_user_with_the_most() {
    let server = TestServer::start_alone_with(|config| config.limits.connections = 4).await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut anns = Vec::new();
    for _ in 0..4 {
        anns.push(ann.connect().await);
    }
    let mut bobs = bob.connect().await;
    let (frames, code, _) = anns.remove(0).last_words().await;
    assert_eq!((frames.len(), code), (0, 1013));
    let authorization = bearer(&ann.token).1;
    let headers: Vec<_> = UPGRADE.into_iter().chain([("authorization", &*authorization)]).collect();
    let reply = shake(&server, Method::GET, WS, &headers).await;
    let wait = reply.headers["retry-after"].to_str().expect("a text").parse::<u32>();
    assert!(wait.is_ok_and(|seconds| (1..=60).contains(&seconds)));
    reply.refused(429);

    // Ann has three connections and Bob would have two; another session of Ann's would have even more.
    for token in [&bob.token, &ann.log_in_again().await.token] {
        assert_eq!(Socket::open_with(server.api().base(), WS, &[bearer(token)]).await.err(), Some(503));
    }
    bobs.write_to(&ann, "who is there?").await;
    assert_eq!(anns[0].hears("privateMessage").await["message"], "who is there?");
}

#[tokio::test]
async fn rejected_clients_displace_nobody() {
    let server = TestServer::start_with(|config| config.limits.connections = 1).await;
    let [ann] = server.people(["Ann"]).await;
    let strangers = [server.connect(WS, &[]).await, server.connect(WS, &["auth", "none"]).await];
    ann.connect().await.hears_nothing().await;
    drop(strangers);
}

#[tokio::test]
async fn a_broken_connection_frees_its_place() {
    let server = TestServer::start_with(|config| config.limits.connections = 1).await;
    let [ann] = server.people(["Ann"]).await;
    drop(ann.connect().await);
    // The server notices when the system reports it: there is no event to wait for.
    for attempt in 0.. {
        match Socket::open_with(server.api().base(), WS, &[bearer(&ann.token)]).await {
            Ok(mut socket) => return socket.hears_nothing().await,
            Err(status) => assert!(status == 503 && attempt < 1000, "{status}"),
        }
    }
}

#[tokio::test]
async fn only_the_configured_origins_may_connect() {
    let origin = "https://chat.example.org";
    let server = TestServer::start_with(|config| config.server.origins = vec![origin.into()]).await;
    let [ann] = server.people(["Ann"]).await;
    for path in [WS, "/"] {
        let open = async |origin: &str| {
            let headers = [bearer(&ann.token), ("origin", origin.to_owned())];
            Socket::open_with(server.api().base(), path, &headers).await
        };
        open(origin).await.expect("this origin is allowed").hears_nothing().await;
        for stranger in ["https://evil.example.org", "http://chat.example.org", "https://chat.example.org.evil", "null"]
        {
            assert_eq!(open(stranger).await.err(), Some(403), "{stranger}");
        }
        let without = Socket::open_with(server.api().base(), path, &[bearer(&ann.token)]).await;
        without.expect("programs send no origin").hears_nothing().await;
    }
    let headers: Vec<_> = UPGRADE.into_iter().chain([("origin", "https://evil.example.org")]).collect();
    let reply = shake(&server, Method::GET, WS, &headers).await;
    assert_eq!(reply.body["code"], "origin_not_allowed");
    assert!(reply.refused(403).contains("origin"));
}

#[tokio::test]
async fn by_default_every_origin_may_connect() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let headers = [bearer(&ann.token), ("origin", "https://anywhere.example.org".to_owned())];
    let socket = Socket::open_with(server.api().base(), WS, &headers).await;
    socket.expect("the handshake succeeds").hears_nothing().await;
}

#[tokio::test]
async fn an_invalid_handshake_is_400() {
    let server = TestServer::start().await;
    let without = |name: &str| UPGRADE.into_iter().filter(|header| header.0 != name).collect::<Vec<_>>();
    let with =
        |name: &'static str, value: &'static str| without(name).into_iter().chain([(name, value)]).collect::<Vec<_>>();
    for (headers, fault) in [
        (vec![], "Upgrade"),
        (without("upgrade"), "Upgrade"),
        (without("connection"), "Upgrade"),
        (with("upgrade", "h2c"), "Upgrade"),
        (without("sec-websocket-version"), "Sec-WebSocket-Version"),
        (with("sec-websocket-version", "8"), "Sec-WebSocket-Version"),
        (without("sec-websocket-key"), "Sec-WebSocket-Key"),
        (with("sec-websocket-key", "short"), "Sec-WebSocket-Key"),
    ] {
        let reply = shake(&server, Method::GET, WS, &headers).await;
        assert_eq!(reply.faults(), [fault], "{headers:?}");
    }
    let reply = shake(&server, Method::POST, WS, &UPGRADE).await;
    assert_eq!((reply.status, &reply.headers["allow"]), (405, &"GET".parse().expect("a header")));
    let reply = shake(&server, Method::GET, "/", &without("upgrade")).await;
    assert_eq!(reply.status, 200, "without an upgrade / is a page");
}
