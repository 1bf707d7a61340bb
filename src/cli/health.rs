//! `hearth health`: asks the running server.

use std::{
    io::Write,
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::config::Config;

/// How long `hearth health` waits for the response.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(5);

/// Prints the word that the server answers at this path. Fails with the word unless the status is 200.
pub(super) async fn ask(config: &Config, path: &str) -> anyhow::Result<()> {
    let listen = &config.server.listen;
    let work = async {
        let mut addresses = tokio::net::lookup_host(listen).await?;
        let mut address = addresses.next().with_context(|| format!("{listen} does not resolve to an address"))?;
        if address.ip().is_unspecified() {
            address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
        }
        let mut stream = TcpStream::connect(address).await.with_context(|| format!("nothing listens on {address}"))?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {listen}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        anyhow::Ok(answer)
    };
    let answer = tokio::time::timeout(HEALTH_TIMEOUT, work).await.context("no answer in time")??;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let word = body.lines().next().unwrap_or_default();
    if status != "200" {
        bail!("not ready: {word}");
    }
    writeln!(std::io::stdout(), "{word}")?;
    Ok(())
}
