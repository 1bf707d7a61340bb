//! REST calls, one connection each.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Duration, timeout},
};

const PATIENCE: Duration = Duration::from_secs(30);
const PASSWORD: &str = "correct horse battery";

/// A user with a session.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) token: String,
}

/// Signs up a user with a unique address, and logs in.
pub(crate) async fn sign_up(server: SocketAddr, name: &str) -> Result<Person> {
    let email = format!("{name}-{}@crash.example", uuid::Uuid::new_v4().simple());
    let account = json!({ "firstName": name, "email": email, "password": PASSWORD });
    post(server, "", "/api/auth/sing-up", &account).await?;
    let session = post(server, "", "/api/auth/login", &account).await?;
    let text = |key: &str| session[key].as_str().map(str::to_owned).with_context(|| format!("no {key} in {session}"));
    Ok(Person { id: text("id")?, token: text("token")? })
}

/// Creates a group of this person.
pub(crate) async fn create_group(server: SocketAddr, owner: &Person, group: &str) -> Result<()> {
    let id = uuid::Uuid::new_v4();
    let new = json!({ "groupId": group, "groupName": "crash", "messageId": id, "notificationMessage": "created" });
    post(server, &owner.token, "/api/use-cases/create-group", &new).await.map(drop)
}

/// The body of a success.
async fn post(server: SocketAddr, token: &str, path: &str, body: &Value) -> Result<Value> {
    let (is_success, reply) = call(server, token, ("POST", path), body).await?;
    ensure!(is_success, "POST {path}: {reply}");
    Ok(reply)
}

/// Whether a call succeeded, and the body of the reply.
pub(crate) async fn call(
    server: SocketAddr,
    token: &str,
    (method, path): (&str, &str),
    body: &Value,
) -> Result<(bool, Value)> {
    let body = body.to_string();
    let head =
        format!("{method} {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\nAuthorization: Bearer {token}");
    let request = format!("{head}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let call = async {
        let mut stream = TcpStream::connect(server).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await?;
        anyhow::Ok(reply)
    };
    let reply = timeout(PATIENCE, call).await.with_context(|| format!("no reply to {method} {path}"))??;
    let (_, body) = reply.split_once("\r\n\r\n").context("a reply has a body")?;
    Ok((reply.starts_with("HTTP/1.1 2"), serde_json::from_str(body)?))
}
