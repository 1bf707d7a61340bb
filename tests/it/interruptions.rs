//! Clients that disconnect during a request: the request still completes.

use serde_json::json;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::support::{PASSWORD, TestServer, User};

/// Sends a request and disconnects before the response.
async fn ask_and_hang_up(user: &User, method: &str, path: &str, body: &str) {
    let mut stream = TcpStream::connect(user.base()).await.expect("the server listens");
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        user.token,
        body.len()
    );
    stream.write_all(request.as_bytes()).await.expect("the request is sent");
}

#[tokio::test]
async fn a_deletion_whose_client_disconnects_still_closes_the_sockets() {
    let server = TestServer::start().await;
    let ann = server.user("Ann").await;
    let socket = ann.connect().await;
    ask_and_hang_up(&ann, "DELETE", "/api/profile/destroy", "").await;
    assert_eq!(socket.closed().await, 4001);
    ann.patch("/api/profile/update", json!({})).await.refused(401);
}

#[tokio::test]
async fn a_password_change_whose_client_disconnects_still_ends_the_other_sessions() {
    let server = TestServer::start().await;
    let ann = server.user("Ann").await;
    let other = ann.log_in_again().await;
    let socket = other.connect().await;
    let change = json!({ "oldPassword": PASSWORD, "newPassword": "battery staple" }).to_string();
    ask_and_hang_up(&ann, "PATCH", "/api/profile/change-password", &change).await;
    assert_eq!(socket.closed().await, 4001);
    other.patch("/api/profile/update", json!({})).await.refused(401);
}
