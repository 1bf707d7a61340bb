//! A WebSocket that records the frames that it receives.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{ClientRequestBuilder, Message},
};

use super::{http::Person, log::Log};
use crate::{
    record::{Heard, Protocol},
    wire::{CHANGED_ROWS, Chat, Frame, NEW_ROWS, OWN},
};

/// How long the server may take to answer while it is not stopped.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// How long a handshake may take: the server may be stopped for a while.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// The code with which the server closes the connections of a session that has ended.
const LOGGED_OUT: u16 = 4001;

/// The session has ended.
#[derive(Debug)]
pub(crate) struct LoggedOut;

impl std::fmt::Display for LoggedOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the server closed the connection with {LOGGED_OUT}")
    }
}

impl std::error::Error for LoggedOut {}

/// An open connection.
pub(crate) struct Socket {
    stream: WebSocketStream<TcpStream>,
    pub(crate) user: String,
    pub(crate) protocol: Protocol,
    log: Arc<Log>,
    /// Its number in the log.
    pub(crate) line: usize,
    requests: u64,
}

impl Socket {
    /// Connects; with `hearth`, waits for `hello`.
    pub(crate) async fn open(
        server: SocketAddr,
        (number, person): (usize, &Person),
        protocol: Protocol,
        log: &Arc<Log>,
    ) -> Result<Self> {
        let handshake = async {
            let stream = TcpStream::connect(server).await?;
            stream.set_nodelay(true)?;
            let request = ClientRequestBuilder::new(format!("ws://{server}/api/ws").parse()?);
            let request = request.with_sub_protocol(protocol.name()).with_sub_protocol(&person.token);
            anyhow::Ok(client_async(request, stream).await?.0)
        };
        let stream = timeout(HANDSHAKE, handshake).await.context("the handshake timed out")??;
        let (user, line) = (person.id.clone(), log.line(number, protocol));
        let mut socket = Self { stream, user, protocol, log: log.clone(), line, requests: 0 };
        if protocol == Protocol::Hearth {
            let hello = timeout(HANDSHAKE, socket.next()).await.context("no hello")??;
            ensure!(hello.kind == "hello", "the first frame is {hello:?}");
        }
        Ok(socket)
    }

    /// The id of the request that is sent next.
    pub(crate) fn next_request(&self) -> u64 {
        self.requests + 1
    }

    /// Sends a request; returns its id, which only answers of `hearth` repeat.
    pub(crate) async fn send(&mut self, kind: &str, params: &Value) -> Result<u64> {
        self.requests += 1;
        let request = json!({ "type": kind, "id": self.requests, "params": params });
        self.stream.send(Message::text(request.to_string())).await?;
        Ok(self.requests)
    }

    /// Sends the beginning of a frame and closes the connection.
    pub(crate) async fn break_off(mut self) {
        // A masked text frame of 100 bytes, of which only a few follow.
        let beginning = [0x81, 0x80 | 0x64, 1, 2, 3, 4, b'{', b'"', b't'];
        let _ = self.stream.get_mut().write_all(&beginning).await;
    }

    /// The next frame. Cancelling it loses no frame.
    pub(crate) async fn next(&mut self) -> Result<Frame> {
        loop {
            match self.stream.next().await.context("the connection was lost")?? {
                Message::Text(text) => {
                    let frame = serde_json::from_str(&text).with_context(|| format!("not a frame: {text}"))?;
                    self.record(&frame);
                    return Ok(frame);
                }
                Message::Close(Some(frame)) if u16::from(frame.code) == LOGGED_OUT => {
                    self.log.logged_out(self.line);
                    bail!(LoggedOut);
                }
                Message::Close(reason) => bail!("the server closed the connection: {reason:?}"),
                _ => {}
            }
        }
    }

    /// Sends a request and waits for its answer; keeps other frames in `others`. Only with `hearth`.
    pub(crate) async fn ask(&mut self, kind: &str, params: &Value, others: &mut Vec<Frame>) -> Result<Frame> {
        let id = self.send(kind, params).await?;
        loop {
            let frame = timeout(PATIENCE, self.next()).await.with_context(|| format!("no answer to {kind}"))??;
            if frame.id == Some(id) {
                return Ok(frame);
            }
            others.push(frame);
        }
    }

    fn record(&self, frame: &Frame) {
        let item = &frame.params.item;
        if self.protocol == Protocol::Auth && frame.params.is_broadcast && !KNOWN_TO_AUTH.contains(&frame.kind.as_str())
        {
            self.log.surprise(format!("a frame that clients of auth do not know: {frame:?}"));
        }
        let has_row = NEW_ROWS.contains(&frame.kind.as_str());
        let is_change = CHANGED_ROWS.contains(&frame.kind.as_str()) || CHANGES.contains(&frame.kind.as_str());
        let mut others = ENDS.into_iter().chain(NOTICES).chain(OWN).chain(["personDeleted"]);
        if !(has_row || is_change || others.any(|kind| kind == frame.kind)) {
            return;
        }
        let chat = match self.protocol {
            Protocol::Hearth => Chat::of_frame(&self.user, &frame.kind, item),
            Protocol::Auth if frame.kind == "privateMessage" => {
                item["senderId"].as_str().map(|sender| Chat::dialog(&self.user, sender))
            }
            Protocol::Auth => item["groupId"].as_str().map(Chat::group),
        };
        let Some(chat) = chat else { return };
        let heard = Heard {
            kind: frame.kind.clone(),
            chat,
            is_answer: !frame.params.is_broadcast,
            message: item["messageId"].as_str().map(str::to_owned),
            seq: item["seq"].as_i64().filter(|_| !is_change),
            last_seq: item["lastSeq"].as_i64(),
            revision: item["revision"].as_i64(),
        };
        self.log.heard(self.line, heard);
    }
}

/// The only broadcasts of `auth`.
const KNOWN_TO_AUTH: [&str; 5] = ["privateMessage", "messageInGroup", "addUserInGroup", "leaveGroup", "dropGroup"];
/// Answers to these requests are changed rows.
const CHANGES: [&str; 3] = ["editMessage", "deleteMessage", "react"];
/// Answers to these requests are notices.
const NOTICES: [&str; 2] = ["renameGroup", "setRole"];
/// The chat is no longer the reader's.
const ENDS: [&str; 2] = ["removedFromGroup", "dropGroup"];
