//! WebSocket frames, encoded once and written to every socket as they are (a server's frames are not masked).

use bytes::Bytes;
use serde::Serialize;
use tokio_tungstenite::tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Control, Data, OpCode},
};

use super::{
    envelope::{Kind, RequestId},
    rows::{Answer, Item},
};
use crate::error::Error;

/// A frame's bytes, header included. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Frame(Bytes);

/// Why the server closes a connection. The reference client logs out on 4001 and reconnects on everything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close {
    /// 1000: the client closed; come back at will.
    Normal,
    /// 1001: the server stops; come back in a moment.
    GoingAway,
    /// 1002: the client broke RFC 6455; a client without that defect may come back.
    Protocol,
    /// 1007: a text that is not UTF-8.
    InvalidData,
    /// 1008: nothing was heard for two heartbeats; come back.
    Silent,
    /// 1009: a message above the limit; come back without it.
    TooBig,
    /// 1013: the client reads too slowly for what it is sent; come back and read the history.
    SlowReader,
    /// 4001: there is no live session; come back with a new token.
    Unauthorized,
}

impl Close {
    /// The code on the wire.
    pub fn code(self) -> u16 {
        self.row().0
    }

    /// The reason on the wire.
    pub fn reason(self) -> &'static str {
        self.row().1
    }

    fn row(self) -> (u16, &'static str) {
        match self {
            Self::Normal => (1000, ""),
            Self::GoingAway => (1001, "The server is restarting"),
            Self::Protocol => (1002, "Not a WebSocket message"),
            Self::InvalidData => (1007, "A text must be UTF-8"),
            Self::Silent => (1008, "No answer to pings"),
            Self::TooBig => (1009, "A message has at most 64 KiB"),
            Self::SlowReader => (1013, "Too slow a reader"),
            Self::Unauthorized => (4001, "Unauthorized"),
        }
    }
}

#[derive(Serialize)]
struct Success<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RequestId>,
    success: bool,
    params: Params<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Params<'a> {
    item: Option<&'a Item>,
    data: Option<&'a super::rows::Rows>,
    is_broadcast: bool,
}

#[derive(Serialize)]
struct Failure<'a> {
    error: bool,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RequestId>,
    message: &'a str,
    code: &'a str,
}

impl Frame {
    /// The answer to a request that succeeded.
    pub fn answer(kind: Kind, id: Option<&RequestId>, answer: &Answer) -> Self {
        let params = Params { item: answer.item.as_ref(), data: answer.data.as_ref(), is_broadcast: false };
        Self::json(&Success { kind: kind.name(), id, success: true, params })
    }

    /// What others hear of it.
    pub fn broadcast(kind: Kind, item: &Item) -> Self {
        let params = Params { item: Some(item), data: None, is_broadcast: true };
        Self::json(&Success { kind: kind.name(), id: None, success: true, params })
    }

    /// The answer to a request that failed, under the type of the request.
    pub fn failure(kind: &str, id: Option<&RequestId>, error: &Error) -> Self {
        error.log();
        Self::json(&Failure { error: true, kind, id, message: &error.to_string(), code: error.code() })
    }

    /// Asks the peer whether it is there.
    pub fn ping() -> Self {
        Self::encode(OpCode::Control(Control::Ping), &[])
    }

    /// The last frame of a connection.
    pub fn close(close: Close) -> Self {
        let mut payload = close.code().to_be_bytes().to_vec();
        payload.extend_from_slice(close.reason().as_bytes());
        Self::encode(OpCode::Control(Control::Close), &payload)
    }

    /// What is written to the socket.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn json(body: &impl Serialize) -> Self {
        let text = serde_json::to_vec(body).expect("rows are plain data");
        Self::encode(OpCode::Data(Data::Text), &text)
    }

    fn encode(opcode: OpCode, payload: &[u8]) -> Self {
        let header = FrameHeader { opcode, ..FrameHeader::default() };
        let mut bytes = Vec::with_capacity(payload.len() + 10);
        header.format(payload.len() as u64, &mut bytes).expect("writing to memory does not fail");
        bytes.extend_from_slice(payload);
        Self(bytes.into())
    }
}
