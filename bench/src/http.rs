//! Just enough HTTP/1.1 for the calls before a measurement: one request per connection.

use std::{net::SocketAddr, str::FromStr, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Long, because sign-ups wait for each other.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server on this machine. Cheap to copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Server(SocketAddr);

impl FromStr for Server {
    type Err = anyhow::Error;

    /// Such as `http://127.0.0.1:3001`. Rejects hosts that are not loopback.
    fn from_str(url: &str) -> Result<Self> {
        let address = url.strip_prefix("http://").with_context(|| format!("{url} does not start with http://"))?;
        let address = address.trim_end_matches('/').replacen("localhost:", "127.0.0.1:", 1);
        let address: SocketAddr = address.parse().with_context(|| format!("{url} is not http://ADDRESS:PORT"))?;
        ensure!(address.ip().is_loopback(), "{url} is not on this machine: use a loopback address");
        Ok(Self(address))
    }
}

impl Server {
    /// The address to connect to.
    pub(crate) fn address(self) -> SocketAddr {
        self.0
    }

    /// The JSON response of a GET. Fails if the status is not 2xx.
    pub(crate) async fn get(self, path: &str, token: &str) -> Result<Value> {
        self.call("GET", path, Some(token), "").await
    }

    /// The JSON response of a POST. Fails if the status is not 2xx.
    pub(crate) async fn post(self, path: &str, token: Option<&str>, body: &Value) -> Result<Value> {
        self.call("POST", path, token, &body.to_string()).await
    }

    async fn call(self, method: &str, path: &str, token: Option<&str>, body: &str) -> Result<Value> {
        let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{authorization}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.0,
            body.len()
        );
        let answer = timeout(PATIENCE, self.exchange(&request)).await;
        let answer = answer.with_context(|| format!("{method} {path}: no response in {PATIENCE:?}"))??;
        parse(&answer).with_context(|| format!("{method} {path}"))
    }

    async fn exchange(self, request: &str) -> Result<String> {
        let stream = TcpStream::connect(self.0).await;
        let mut stream = stream.with_context(|| format!("nothing listens on {}", self.0))?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }
}

fn parse(answer: &str) -> Result<Value> {
    let (head, body) = answer.split_once("\r\n\r\n").context("the response is not HTTP")?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    if status == "429" {
        bail!("the server's limits are on: start it with HEARTH_LIMITS__ENABLED=false");
    }
    ensure!(status.starts_with('2'), "status {status}: {body}");
    serde_json::from_str(body).with_context(|| format!("the body is not JSON: {body:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_are_taken() {
        for url in ["http://127.0.0.1:3001", "http://localhost:3001/", "http://[::1]:3001", "http://127.8.9.1:80"] {
            assert!(url.parse::<Server>().is_ok(), "{url}");
        }
        for url in ["http://192.0.2.1:3001", "http://0.0.0.0:3001", "http://example.org:80", "127.0.0.1:3001"] {
            assert!(url.parse::<Server>().is_err(), "{url}");
        }
    }
}
