//! A client's socket.

use std::{collections::VecDeque, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        Message, Utf8Bytes,
        client::IntoClientRequest,
        http::HeaderValue,
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};

use super::{Request, User, new_id};

/// Longer than anything takes: a test that waits this long has failed.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A connected client. Keeps broadcasts that come before an awaited answer for [`Socket::heard`].
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
    /// The subprotocol that the server selected.
    pub protocol: Option<String>,
    /// The first frame, for Hearth clients.
    pub hello: Value,
    broadcasts: VecDeque<Value>,
    /// The address, the path and the headers of its handshake.
    opened_with: (String, String, Vec<(&'static str, String)>),
}

impl Socket {
    /// Connects to `base` (host and port), offering subprotocols.
    pub async fn open(base: &str, path: &str, protocols: &[&str]) -> Self {
        let mut headers = Vec::new();
        if !protocols.is_empty() {
            headers.push(("sec-websocket-protocol", protocols.join(", ")));
        }
        Self::open_with(base, path, &headers).await.expect("the handshake succeeds")
    }

    /// Connects with the test's headers, or returns the HTTP status of a rejected handshake.
    pub async fn open_with(base: &str, path: &str, headers: &[(&'static str, String)]) -> Result<Self, u16> {
        let mut request = format!("ws://{base}{path}").into_client_request().expect("an address");
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).expect("a header's value"));
        }
        let tcp = TcpStream::connect(base).await.expect("the server listens");
        // As browsers do: otherwise the second of two small frames waits until the first is acknowledged.
        tcp.set_nodelay(true).expect("an option of every socket");
        match client_async(request, tcp).await {
            Ok((stream, response)) => {
                let protocol = response.headers().get("sec-websocket-protocol");
                let protocol = protocol.map(|name| name.to_str().expect("a name").to_owned());
                let opened_with = (base.to_owned(), path.to_owned(), headers.to_vec());
                Ok(Self { stream, protocol, hello: Value::Null, broadcasts: VecDeque::new(), opened_with })
            }
            Err(tokio_tungstenite::tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("no handshake: {error}"),
        }
    }

    /// Sends a request without waiting for its answer.
    pub async fn send(&mut self, kind: &str, params: Value) {
        self.send_raw(Message::text(json!({ "type": kind, "params": params }).to_string())).await;
    }

    /// Sends any frame.
    pub async fn send_raw(&mut self, message: Message) {
        self.stream.send(message).await.expect("the connection is open");
    }

    /// The next answer, success or error.
    pub async fn answer(&mut self) -> Value {
        loop {
            let frame = self.frame().await;
            if frame["params"]["isBroadcast"] != true {
                return frame;
            }
            self.broadcasts.push_back(frame);
        }
    }

    /// Sends a request and returns its answer, success or error.
    pub async fn ask(&mut self, kind: &str, params: Value) -> Value {
        self.send(kind, params).await;
        let answer = self.answer().await;
        assert_eq!(answer["type"], kind, "{answer}");
        answer
    }

    /// Sends a request that must succeed; returns the answer's `params`.
    pub async fn done(&mut self, kind: &str, params: Value) -> Value {
        let mut answer = self.ask(kind, params).await;
        assert_eq!(answer["success"], true, "{answer}");
        answer["params"].take()
    }

    /// Sends a request that must be rejected; returns the message.
    pub async fn refused(&mut self, kind: &str, params: Value) -> String {
        let answer = self.ask(kind, params).await;
        assert_eq!(answer["error"], true, "{answer}");
        answer["message"].as_str().expect("a refusal has a message").to_owned()
    }

    /// The next broadcast, complete.
    pub async fn heard(&mut self) -> Value {
        if let Some(frame) = self.broadcasts.pop_front() {
            return frame;
        }
        let frame = self.frame().await;
        assert_eq!(frame["params"]["isBroadcast"], true, "{frame}");
        frame
    }

    /// A broadcast that came before an awaited answer.
    pub fn kept(&mut self) -> Option<Value> {
        self.broadcasts.pop_front()
    }

    /// The next broadcast's `item`, if it is of this type.
    pub async fn hears(&mut self, kind: &str) -> Value {
        let mut frame = self.heard().await;
        assert_eq!(frame["type"], kind, "{frame}");
        frame["params"]["item"].take()
    }

    /// Checks that no broadcast has come so far.
    pub async fn hears_nothing(&mut self) {
        assert_eq!(self.settle().await, Vec::<Value>::new());
    }

    /// All broadcasts that have come so far. Frames pushed before a request was read are written with its answer at the
    /// latest, so two round trips leave nothing behind.
    pub async fn settle(&mut self) -> Vec<Value> {
        self.catch_up().await;
        for _ in 0..2 {
            self.done("listLastMessage", json!({ "limit": 0 })).await;
        }
        self.broadcasts.drain(..).collect()
    }

    /// In a cluster: waits until everything that other servers have committed was delivered here. A handshake waits for it.
    pub async fn catch_up(&self) {
        if std::env::var_os("TEST_NODES").is_some() {
            let (base, path, headers) = &self.opened_with;
            // The session may have ended since.
            drop(Self::open_with(base, path, headers).await);
        }
    }

    /// Closes as browsers do, and waits until the server has closed; returns the server's close code.
    pub async fn close(mut self) -> u16 {
        let close = CloseFrame { code: CloseCode::Normal, reason: Utf8Bytes::default() };
        self.send_raw(Message::Close(Some(close))).await;
        self.closed().await
    }

    /// Waits for the server to close; returns the close code.
    pub async fn closed(mut self) -> u16 {
        loop {
            match tokio::time::timeout(PATIENCE, self.stream.next()).await.expect("the server closes") {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                other => panic!("closed without a close frame: {other:?}"),
            }
        }
    }

    /// The next text frame, parsed; the library answers pings.
    pub async fn frame(&mut self) -> Value {
        serde_json::from_str(&self.text().await).expect("frames are JSON")
    }

    /// The next text frame, unparsed.
    pub async fn text(&mut self) -> String {
        loop {
            match self.message().await {
                Message::Text(text) => return text.to_string(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("no frame: {other:?}"),
            }
        }
    }

    /// The next frame of any kind.
    pub async fn message(&mut self) -> Message {
        let message = tokio::time::timeout(PATIENCE, self.stream.next()).await.expect("a frame comes in time");
        message.expect("the connection is open").expect("a well-formed frame")
    }

    /// Sends a request, if the connection is still open.
    pub async fn try_send(&mut self, request: &Request) -> Option<()> {
        let frame = json!({ "type": request.kind, "params": request.params });
        self.stream.send(Message::text(frame.to_string())).await.ok()
    }

    /// The next answer, which must be a success; `None` if the connection has ended in any way.
    pub async fn try_answer(&mut self) -> Option<()> {
        let text = self.try_text().await?;
        assert!(text.contains("\"success\":true"), "{text}");
        Some(())
    }

    /// The next text frame; `None` if the connection has ended in any way.
    pub async fn try_text(&mut self) -> Option<String> {
        loop {
            match tokio::time::timeout(PATIENCE, self.stream.next()).await.expect("an answer or the end")?.ok()? {
                Message::Text(text) => return Some(text.to_string()),
                Message::Ping(_) | Message::Pong(_) => {}
                _ => return None,
            }
        }
    }

    /// Writes bytes directly: frames that the library would not make.
    pub async fn send_bytes(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).await.expect("the connection is open");
    }

    /// Waits for the server to close; returns the texts before the close frame, its code and its reason.
    pub async fn last_words(mut self) -> (Vec<String>, u16, String) {
        let mut texts = Vec::new();
        loop {
            match self.message().await {
                Message::Text(text) => texts.push(text.to_string()),
                Message::Close(Some(close)) => return (texts, close.code.into(), close.reason.to_string()),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("closed without a reason: {other:?}"),
            }
        }
    }

    /// Sends a message to a user; returns its id.
    pub async fn write_to(&mut self, receiver: &User, content: &str) -> String {
        let id = new_id();
        let params = json!({ "messageId": id, "receiverId": receiver.id, "content": content });
        self.done("privateMessage", params).await;
        id
    }

    /// Sends a message to a group; returns its id.
    pub async fn write_in(&mut self, group: &str, content: &str) -> String {
        let id = new_id();
        self.done("messageInGroup", json!({ "messageId": id, "groupId": group, "content": content })).await;
        id
    }

    /// Adds a user to a group; returns the item.
    pub async fn add(&mut self, group: &str, user: &User) -> Value {
        let params = json!({ "groupId": group, "userId": user.id, "messageId": new_id(), "message": "added" });
        self.done("addUserInGroup", params).await["item"].take()
    }

    /// Leaves a group.
    pub async fn leave(&mut self, group: &str) -> Value {
        let params = json!({ "groupId": group, "messageId": new_id(), "message": "left" });
        self.done("leaveGroup", params).await["item"].take()
    }

    /// Removes a user from a group; returns the item.
    pub async fn remove(&mut self, group: &str, user: &User) -> Value {
        let params = json!({ "groupId": group, "userId": user.id, "messageId": new_id(), "message": "removed" });
        self.done("removeUserFromGroup", params).await["item"].take()
    }

    /// A page of a dialog.
    pub async fn dialog_page(&mut self, companion: &User, limit: i64, cursor: Option<&str>) -> Vec<Value> {
        let params = json!({ "receiverId": companion.id, "limit": limit, "cursorCreatedAt": cursor });
        rows(self.done("getlatestMessageDialog", params).await)
    }

    /// A page of a group's history.
    pub async fn group_page(&mut self, group: &str, limit: i64, cursor: Option<&str>) -> Vec<Value> {
        let params = json!({ "groupId": group, "limit": limit, "cursorCreatedAt": cursor });
        rows(self.done("getlatestMessageGroup", params).await)
    }

    /// A page of the chat list.
    pub async fn list_page(&mut self, limit: i64, cursor: Option<&str>) -> Vec<Value> {
        rows(self.done("listLastMessage", json!({ "limit": limit, "cursorCreatedAt": cursor })).await)
    }
}

fn rows(mut params: Value) -> Vec<Value> {
    match params["data"].take() {
        Value::Array(rows) => rows,
        other => panic!("a page is an array: {other}"),
    }
}
