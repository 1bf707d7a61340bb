//! One WebSocket that speaks the `auth` protocol: sends requests, reads answers and broadcasts.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use futures_util::{FutureExt, SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{ClientRequestBuilder, Message, protocol::WebSocketConfig},
};

use crate::http::Server;

/// The run fails if an expected frame takes longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// The subprotocol that has request ids, searches and presence.
pub(crate) const HEARTH: &str = "hearth";
/// Small, so that thousands of connections fit in one process.
const READ_BUFFER: usize = 4096;

/// A connection of a user who is logged in.
pub(crate) struct Client {
    socket: WebSocketStream<TcpStream>,
    /// The id of the last request of [`Self::ask`].
    asked: u64,
    /// Bytes of all frames received.
    received: usize,
}

/// The parts of a server frame that measurements use.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Frame {
    #[serde(rename = "type")]
    kind: String,
    /// Of the request that this answers. Only in the `hearth` protocol.
    id: Option<u64>,
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
    #[serde(default)]
    data: Option<Vec<Value>>,
}

#[derive(Debug, Deserialize)]
struct Item {
    #[serde(default)]
    message: String,
    #[serde(default)]
    content: String,
    #[serde(default)]
    chat: Chat,
    seq: Option<i64>,
    #[serde(default)]
    cursor: Value,
    /// There is nothing after the cursor.
    #[serde(default)]
    complete: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chat {
    group_id: Option<String>,
}

impl Frame {
    /// Fails unless this is a success of a request of this type.
    pub(crate) fn acknowledged(&self, kind: &str) -> Result<()> {
        self.succeeded()?;
        ensure!(self.kind == kind && !self.params.is_broadcast, "this is not an answer to {kind}: {self:?}");
        Ok(())
    }

    /// Fails unless this is a success.
    pub(crate) fn succeeded(&self) -> Result<()> {
        ensure!(self.success, "{} failed: {}", self.kind, self.message);
        Ok(())
    }

    /// Its type.
    pub(crate) fn kind(&self) -> &str {
        &self.kind
    }

    /// The id of the request that this answers.
    pub(crate) fn id(&self) -> Option<u64> {
        self.id
    }

    /// The seq of its row.
    pub(crate) fn seq(&self) -> Option<i64> {
        self.params.item.as_ref()?.seq
    }

    /// The group of its row.
    pub(crate) fn group(&self) -> Option<&str> {
        self.params.item.as_ref()?.chat.group_id.as_deref()
    }

    /// The text of its row, in the `hearth` protocol.
    pub(crate) fn content(&self) -> &str {
        self.params.item.as_ref().map_or("", |item| &item.content)
    }

    /// The text of this broadcast. Fails if it has another type.
    pub(crate) fn broadcast_text(self, kind: &str) -> Result<String> {
        let Self { params: Params { is_broadcast: true, item: Some(item), .. }, .. } = self else {
            bail!("this is not a broadcast: {self:?}");
        };
        ensure!(self.kind == kind, "received {} instead of {kind}", self.kind);
        Ok(item.message)
    }
}

impl Client {
    /// Connects as the reference client does, with the token in the subprotocols.
    pub(crate) async fn connect(server: Server, token: &str) -> Result<Self> {
        Self::connect_with(server, "auth", token).await
    }

    /// Connects with this subprotocol.
    pub(crate) async fn connect_with(server: Server, protocol: &'static str, token: &str) -> Result<Self> {
        let work = async {
            let stream = TcpStream::connect(server.address()).await?;
            stream.set_nodelay(true)?;
            let url = format!("ws://{}/api/ws", server.address()).parse()?;
            let request = ClientRequestBuilder::new(url).with_sub_protocol(protocol).with_sub_protocol(token);
            let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
            let (socket, _) = client_async_with_config(request, stream, Some(config)).await?;
            anyhow::Ok(Self { socket, asked: 0, received: 0 })
        };
        timeout(PATIENCE, work).await.context("the handshake timed out")?.context("connecting a WebSocket")
    }

    pub(crate) async fn send(&mut self, request: String) -> Result<()> {
        Ok(self.socket.send(Message::text(request)).await?)
    }

    /// The bytes of all frames that were received.
    pub(crate) fn received(&self) -> usize {
        self.received
    }

    /// Prepares a request for [`Self::flush`].
    pub(crate) async fn feed(&mut self, request: String) -> Result<()> {
        Ok(self.socket.feed(Message::text(request)).await?)
    }

    /// Sends what [`Self::feed`] has prepared.
    pub(crate) async fn flush(&mut self) -> Result<()> {
        Ok(self.socket.flush().await?)
    }

    /// Sends a request of the `hearth` protocol and waits for its success; drops broadcasts. Returns the `seq` of its row,
    /// if it has one.
    pub(crate) async fn ask(&mut self, kind: &str, params: Value) -> Result<Option<i64>> {
        Ok(self.answer(kind, params).await?.item.and_then(|item| item.seq))
    }

    /// Like [`Self::ask`]; returns the rows of the answer.
    pub(crate) async fn rows(&mut self, kind: &str, params: Value) -> Result<Vec<Value>> {
        self.answer(kind, params).await?.data.with_context(|| format!("{kind} was answered without rows"))
    }

    /// Like [`Self::rows`]; also returns the cursor of the next page; `None` after the last one.
    pub(crate) async fn page(&mut self, kind: &str, params: Value) -> Result<(Vec<Value>, Option<Value>)> {
        let Params { data, item, .. } = self.answer(kind, params).await?;
        let rows = data.with_context(|| format!("{kind} was answered without rows"))?;
        Ok((rows, item.filter(|item| !item.complete).map(|item| item.cursor)))
    }

    async fn answer(&mut self, kind: &str, params: Value) -> Result<Params> {
        self.asked += 1;
        self.send(json!({ "type": kind, "id": self.asked, "params": params }).to_string()).await?;
        loop {
            let frame = self.next().await?;
            if frame.id == Some(self.asked) {
                ensure!(frame.success, "{kind} failed: {}", frame.message);
                return Ok(frame.params);
            }
        }
    }

    /// The next frame, with a timeout. Cancelling it loses no frame.
    pub(crate) async fn next(&mut self) -> Result<Frame> {
        timeout(PATIENCE, self.read()).await.with_context(|| format!("the server sent nothing for {PATIENCE:?}"))?
    }

    /// The next frame, without a timeout. Answers pings meanwhile.
    pub(crate) async fn read(&mut self) -> Result<Frame> {
        loop {
            match self.socket.next().await.context("the connection was lost")?? {
                Message::Text(text) => {
                    self.received += text.len();
                    return serde_json::from_str(&text).with_context(|| format!("invalid frame: {text}"));
                }
                Message::Close(reason) => bail!("the server closed the connection: {reason:?}"),
                _ => {}
            }
        }
    }

    /// Sends requests of one type with at most `in_flight` unanswered, until there are no more and all are
    /// acknowledged. Returns the time from each request to its answer.
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
                self.feed(request).await?;
            }
            if waiting.is_empty() {
                return Ok(latencies);
            }
            self.flush().await?;
            // Answers come in batches, as the server commits them. Send as many new requests at once.
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
