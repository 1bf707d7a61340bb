//! One socket, one task: reads requests, writes answers and broadcasts, until either side closes. tungstenite reads;
//! frames to write are already encoded and are written as they are, several per write.

use std::{sync::Arc, time::Duration};

use futures_util::{FutureExt, SinkExt, StreamExt};
use poem::Upgraded;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Message,
        protocol::{Role, WebSocketConfig},
    },
};

use super::{gate::Gate, pipeline::Pipeline};
use crate::{
    live::Entered,
    protocol::{Close, Frame, limits::MAX_FRAME},
    service::{App, Caller},
};

/// Bytes per write: enough for a burst, few enough for a slow connection.
const MAX_WRITE: usize = 64 * 1024;
/// How long a peer may take nothing before its connection is closed.
const WRITE_TIMEOUT: Duration = Duration::from_secs(15);
/// How long to wait for the peer to close after us. What it sends until then is discarded: unread data would make the
/// system reset the connection, and the close frame could be lost.
const LINGER: Duration = Duration::from_secs(2);

type Socket = WebSocketStream<Upgraded>;

/// Serves a connection until it ends; `hello` is its first frame, if its protocol has one.
pub(super) async fn serve(app: Arc<App>, caller: Caller, io: Upgraded, connection: Entered, hello: Option<Frame>) {
    let mut socket = open(io).await;
    if write(&mut socket, hello.as_slice(), || connection.is_cut_off()).await.is_err() {
        return;
    }
    let mut gate = Gate::new(app.clone(), caller);
    let mut pipeline = Pipeline::new(app, caller);
    let close = loop {
        let mut answers = Vec::new();
        tokio::select! {
            () = connection.woken() => {}
            answer = pipeline.next() => answers.push(answer),
            message = gate.opened() => {
                if let Err(close) = gate.pass(message, &mut pipeline) {
                    break close;
                }
            }
            message = socket.next(), if gate.is_open() && pipeline.has_room() => {
                connection.peer_is_alive();
                if let Err(close) = read(message).and_then(|message| gate.pass(message, &mut pipeline)) {
                    break close;
                }
            }
        }
        while let Some(answer) = pipeline.next().now_or_never() {
            answers.push(answer);
        }
        // After the answers, so that it contains whatever was queued before one of them.
        let taken = connection.take();
        let close = taken.close;
        let frames = taken.merged_with(answers);
        if write(&mut socket, &frames, || connection.is_cut_off()).await.is_err() {
            return;
        }
        match close {
            // Complete and answer everything that was read first.
            Some(Close::GoingAway) => {
                let _ = write(&mut socket, &pipeline.finish().await, || false).await;
                break Close::GoingAway;
            }
            Some(close) => break close,
            None => {}
        }
    };
    // Leave the hub first: later frames are for other connections.
    drop(connection);
    finish(socket, close).await;
}

/// Completes a handshake whose token is invalid: sends only the close frame.
pub(super) async fn turn_away(io: Upgraded) {
    finish(open(io).await, Close::Unauthorized).await;
}

async fn open(io: Upgraded) -> Socket {
    // The default read buffer of 128 KiB would be most of a connection's memory.
    let config = WebSocketConfig::default()
        .read_buffer_size(2048)
        .write_buffer_size(0)
        .max_write_buffer_size(1024)
        .max_message_size(Some(MAX_FRAME))
        .max_frame_size(Some(MAX_FRAME));
    WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await
}

/// A request's text, `None` for a ping or pong, or why the connection ends.
fn read(message: Option<tungstenite::Result<Message>>) -> Result<Option<tungstenite::Bytes>, Close> {
    match message {
        Some(Ok(Message::Text(text))) => Ok(Some(text.into())),
        Some(Ok(Message::Binary(bytes))) => Ok(Some(bytes)),
        Some(Ok(Message::Close(_))) | None => Err(Close::Normal),
        Some(Ok(_)) => Ok(None),
        Some(Err(tungstenite::Error::Capacity(_))) => Err(Close::TooBig),
        Some(Err(tungstenite::Error::Utf8(_))) => Err(Close::InvalidData),
        Some(Err(_)) => Err(Close::Protocol),
    }
}

/// Writes frames as they are, until all are written or `in_vain` returns true.
async fn write(socket: &mut Socket, frames: &[Frame], in_vain: impl Fn() -> bool) -> Result<(), ()> {
    if frames.is_empty() {
        return Ok(());
    }
    let mut chunk = Vec::new();
    for frame in frames {
        if !chunk.is_empty() && chunk.len() + frame.bytes().len() > MAX_WRITE {
            write_bytes(socket, &chunk).await?;
            chunk.clear();
            if in_vain() {
                return Ok(());
            }
        }
        chunk.extend_from_slice(frame.bytes());
    }
    write_bytes(socket, &chunk).await
}

/// Flushes pongs that tungstenite holds back first: its bytes and ours must not mix.
async fn write_bytes(socket: &mut Socket, bytes: &[u8]) -> Result<(), ()> {
    let work = async {
        socket.flush().await.map_err(drop)?;
        socket.get_mut().write_all(bytes).await.map_err(drop)?;
        socket.get_mut().flush().await.map_err(drop)
    };
    timeout(WRITE_TIMEOUT, work).await.unwrap_or(Err(()))
}

/// Sends the close frame and waits for the peer to close.
async fn finish(mut socket: Socket, close: Close) {
    if close == Close::Normal {
        // tungstenite is already answering the peer's close frame.
        let _ = timeout(WRITE_TIMEOUT, socket.flush()).await;
    } else if write(&mut socket, &[Frame::close(close)], || false).await.is_err() {
        return;
    }
    let io = socket.get_mut();
    let drain = async {
        io.shutdown().await?;
        let mut scrap = [0; 1024];
        while io.read(&mut scrap).await? > 0 {}
        std::io::Result::Ok(())
    };
    let _ = timeout(LINGER, drain).await;
}
