//! One WebSocket as a client of the `auth` protocol: requests out, answers and broadcasts in.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use futures_util::{FutureExt, SinkExt, StreamExt};
use serde::Deserialize;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{ClientRequestBuilder, Message, protocol::WebSocketConfig},
};

use crate::http::Server;

/// A server that says nothing for so long, though it should, has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// Small, for thousands of connections fit in one process.
const READ_BUFFER: usize = 4096;

/// A connection of somebody who is logged in.
pub(crate) struct Client {
    socket: WebSocketStream<TcpStream>,
}

/// What the server sends, as far as a measurement looks at it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Frame {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    success: bool,
    #[serde(default)]
    message: String,
    #[serde(default)]
    params: Params,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Params {
    is_broadcast: bool,
    item: Option<Item>,
}

#[derive(Debug, Deserialize)]
struct Item {
    #[serde(default)]
    message: String,
}

impl Frame {
    /// Succeeds if this answers a request of this type that was carried out.
    pub(crate) fn acknowledged(&self, kind: &str) -> Result<()> {
        ensure!(self.success, "{} was refused: {}", self.kind, self.message);
        ensure!(self.kind == kind && !self.params.is_broadcast, "this is no answer to {kind}: {self:?}");
        Ok(())
    }

    /// The text of a broadcast of this type.
    pub(crate) fn told(self, kind: &str) -> Result<String> {
        let Self { params: Params { is_broadcast: true, item: Some(item) }, .. } = self else {
            bail!("this is no broadcast: {self:?}");
        };
        ensure!(self.kind == kind, "{} came instead of {kind}", self.kind);
        Ok(item.message)
    }
}

impl Client {
    /// Connects as the reference client does, with the token among the subprotocols.
    pub(crate) async fn connect(server: Server, token: &str) -> Result<Self> {
        let work = async {
            let stream = TcpStream::connect(server.address()).await?;
            stream.set_nodelay(true)?;
            let url = format!("ws://{}/api/ws", server.address()).parse()?;
            let request = ClientRequestBuilder::new(url).with_sub_protocol("auth").with_sub_protocol(token);
            let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
            let (socket, _) = client_async_with_config(request, stream, Some(config)).await?;
            anyhow::Ok(Self { socket })
        };
        timeout(PATIENCE, work).await.context("no handshake in time")?.context("connecting a WebSocket")
    }

    /// Sends one request.
    pub(crate) async fn send(&mut self, request: String) -> Result<()> {
        Ok(self.socket.send(Message::text(request)).await?)
    }

    /// The next frame, which should come soon. Nothing is lost if this is given up.
    pub(crate) async fn next(&mut self) -> Result<Frame> {
        timeout(PATIENCE, self.read()).await.with_context(|| format!("the server sent nothing for {PATIENCE:?}"))?
    }

    /// The next frame, whenever it comes; pings are answered meanwhile.
    pub(crate) async fn read(&mut self) -> Result<Frame> {
        loop {
            match self.socket.next().await.context("the connection was cut off")?? {
                Message::Text(text) => return serde_json::from_str(&text).with_context(|| format!("odd: {text}")),
                Message::Close(reason) => bail!("the server closed the connection: {reason:?}"),
                _ => {}
            }
        }
    }

    /// Sends requests of one type with at most `in_flight` unanswered, until there are no more and all are
    /// acknowledged. The time from each request to its answer.
    pub(crate) async fn pipeline(
        &mut self,
        kind: &str,
        in_flight: usize,
        mut requests: impl Iterator<Item = String>,
    ) -> Result<Vec<Duration>> {
        let mut waiting = VecDeque::new();
        let mut latencies = Vec::new();
        loop {
            while waiting.len() < in_flight
                && let Some(request) = requests.next()
            {
                waiting.push_back(Instant::now());
                self.socket.feed(Message::text(request)).await?;
            }
            if waiting.is_empty() {
                return Ok(latencies);
            }
            self.socket.flush().await?;
            // Answers come in bunches, as the server commits them: the room that they make is filled at once.
            let mut frame = Some(self.next().await);
            while let Some(answer) = frame {
                answer?.acknowledged(kind)?;
                let sent = waiting.pop_front().with_context(|| format!("{kind} was answered twice"))?;
                latencies.push(sent.elapsed());
                frame = self.read().now_or_never();
            }
        }
    }
}
