//! WebSocket frames, encoded once and written to every socket as they are (a server's frames are not masked).

use bytes::Bytes;
use serde::Serialize;
use tokio_tungstenite::tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Control, Data, OpCode},
};

use super::{
    answers::{Answer, Item, Rows},
    envelope::{Kind, RequestId},
};
use crate::error::Error;

/// A frame's bytes, header included. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Frame(Bytes);

macro_rules! closes {
    ($(#[doc = $doc:literal] $name:ident: $code:literal, $reason:literal;)*) => {
        /// Why the server closes a connection. The reference client logs out on 4001 and reconnects on everything else.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Close { $(#[doc = $doc] $name,)* }

        impl Close {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The code on the wire.
            pub fn code(self) -> u16 {
                match self { $(Self::$name => $code,)* }
            }

            /// The reason on the wire.
            pub fn reason(self) -> &'static str {
                match self { $(Self::$name => $reason,)* }
            }

            /// What happened, and whether to come back; for the documentation.
            pub fn about(self) -> &'static str {
                match self { $(Self::$name => $doc.trim_ascii(),)* }
            }
        }
    };
}

closes! {
    /// The client closed the connection.
    Normal: 1000, "";
    /// The server is stopping: reconnect in a moment.
    GoingAway: 1001, "The server is restarting";
    /// The client violated RFC 6455: fix the client before you reconnect.
    Protocol: 1002, "Not a WebSocket message";
    /// You sent a text frame that is not UTF-8: reconnect, and do not send it again.
    InvalidData: 1007, "A text must be UTF-8";
    /// The server received nothing for two heartbeats: reconnect.
    Silent: 1008, "No answer to pings";
    /// 1,000 requests in a row exceeded the rate limit: reconnect after a minute, and send more slowly.
    Flood: 1008, "Too many requests over the limit";
    /// You sent a frame above the size limit: reconnect, and do not send it again.
    TooBig: 1009, "A message has at most 64 KiB";
    /// The client reads too slowly: reconnect and read the history.
    SlowReader: 1013, "Too slow a reader";
    /// The server was full, and you had the most connections: reconnect after a minute.
    Displaced: 1013, "Others needed a place: you have many connections";
    /// The session has ended or the token is invalid: log in, and reconnect with the new token.
    Unauthorized: 4001, "Unauthorized";
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
    data: Option<&'a Rows>,
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

    /// What others are sent.
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
