//! The limits of connections, and that a full server still answers local probes.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{PATIENCE, TestServer};

const PROBE: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
/// Places reserved for requests from this machine.
const RESERVED: usize = 8;

async fn open(server: &TestServer) -> TcpStream {
    TcpStream::connect(server.api().base()).await.expect("the server listens")
}

/// What the server sends until it closes.
async fn last_words(mut stream: TcpStream) -> String {
    let mut words = Vec::new();
    let reading = stream.read_to_end(&mut words);
    // Closing a connection before its whole request was read may reset it.
    let _ = tokio::time::timeout(PATIENCE, reading).await.expect("the server closes");
    String::from_utf8_lossy(&words).into_owned()
}

#[tokio::test]
async fn a_full_server_answers_local_probes_and_rejects_other_connections() {
    let server = TestServer::start_with(|config| {
        (config.limits.connections, config.limits.http_connections) = (1, 2);
    })
    .await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(open(&server).await);
    }
    let answer = server.api().raw(PROBE).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");

    for _ in 0..RESERVED {
        held.push(open(&server).await);
    }
    let refused = last_words(open(&server).await).await;
    assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains("\r\nretry-after: "), "{refused}");
    let (head, body) = refused.split_once("\r\n\r\n").expect("an answer");
    assert!(head.contains(&format!("content-length: {}", body.len())), "{refused}");
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body["code"], "unavailable");

    // Freed places can be taken.
    held.clear();
    loop {
        let mut stream = open(&server).await;
        stream.write_all(PROBE).await.expect("an open connection");
        if last_words(stream).await.starts_with("HTTP/1.1 200 ") {
            return;
        }
    }
}

#[tokio::test]
async fn a_place_reserved_for_probes_is_freed_after_a_timeout() {
    let server = TestServer::start_with(|config| {
        (config.limits.connections, config.limits.http_connections) = (1, 1);
    })
    .await;
    let _held = [open(&server).await, open(&server).await];
    let silent = open(&server).await;
    assert_eq!(last_words(silent).await, "", "nothing was asked, and the two that have a place stay");
}
