//! WebSocket requests with ids chosen by the test, pipelines, and reading all pages.

use serde_json::{Value, json};

use super::{Socket, User, new_id};

/// A request that can be sent more than once.
#[derive(Debug, Clone)]
pub struct Request {
    pub kind: &'static str,
    pub params: Value,
}

impl Request {
    pub fn new(kind: &'static str, params: Value) -> Self {
        Self { kind, params }
    }

    /// A message to a user.
    pub fn private(receiver: &str, content: &str) -> Self {
        Self::new("privateMessage", json!({ "messageId": new_id(), "receiverId": receiver, "content": content }))
    }

    /// A message in a group.
    pub fn message(group: &str, content: &str) -> Self {
        Self::new("messageInGroup", json!({ "messageId": new_id(), "groupId": group, "content": content }))
    }

    /// Adds a user to a group.
    pub fn add(group: &str, user: &str) -> Self {
        let params = json!({ "messageId": new_id(), "groupId": group, "userId": user, "message": "added" });
        Self::new("addUserInGroup", params)
    }

    /// Leaves a group.
    pub fn leave(group: &str) -> Self {
        Self::new("leaveGroup", json!({ "messageId": new_id(), "groupId": group, "message": "left" }))
    }

    /// Removes a user from a group.
    pub fn remove(group: &str, user: &str) -> Self {
        let params = json!({ "messageId": new_id(), "groupId": group, "userId": user, "message": "removed" });
        Self::new("removeUserFromGroup", params)
    }

    /// Deletes a group.
    pub fn drop(group: &str) -> Self {
        Self::new("dropGroup", json!({ "groupId": group }))
    }

    /// The chat list, 100 rows.
    pub fn list() -> Self {
        Self::new("listLastMessage", json!({ "limit": 100 }))
    }

    /// A dialog, 100 rows.
    pub fn dialog(companion: &str) -> Self {
        Self::new("getlatestMessageDialog", json!({ "receiverId": companion, "limit": 100 }))
    }

    /// A group's history, 100 rows.
    pub fn history(group: &str) -> Self {
        Self::new("getlatestMessageGroup", json!({ "groupId": group, "limit": 100 }))
    }

    /// What only members may do in a group; `somebody` may be a member or not.
    pub fn of_members(group: &str, somebody: &str) -> [Self; 6] {
        [
            Self::history(group),
            Self::message(group, "let me in"),
            Self::add(group, somebody),
            Self::leave(group),
            Self::drop(group),
            Self::remove(group, somebody),
        ]
    }

    /// The request with another value of one param.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.params[key] = value.into();
        self
    }

    /// The message's id.
    pub fn id(&self) -> &str {
        self.params["messageId"].as_str().expect("a request that stores something has an id")
    }
}

impl Socket {
    /// Sends a request that must succeed; returns the answer's `params`.
    pub async fn does(&mut self, request: &Request) -> Value {
        self.done(request.kind, request.params.clone()).await
    }

    /// Sends a request that must be rejected; returns the message.
    pub async fn may_not(&mut self, request: &Request) -> String {
        self.refused(request.kind, request.params.clone()).await
    }

    /// Sends requests at once, then returns all answers.
    pub async fn pipeline(&mut self, requests: &[Request]) -> Vec<Value> {
        for request in requests {
            self.send(request.kind, request.params.clone()).await;
        }
        let mut answers = Vec::new();
        for request in requests {
            answers.push(self.answer().await);
            assert_eq!(answers.last().expect("just put there")["type"], request.kind);
        }
        answers
    }

    /// The rows of a page.
    pub async fn rows(&mut self, reader: &Request) -> Vec<Value> {
        match self.does(reader).await["data"].take() {
            Value::Array(rows) => rows,
            other => panic!("a page is an array: {other}"),
        }
    }

    /// All pages, as clients read them: from the last row's instant until a page is empty.
    pub async fn all(&mut self, reader: &Request, limit: usize) -> Vec<Value> {
        let mut reader = reader.clone().with("limit", limit);
        let mut all = Vec::new();
        loop {
            let page = self.rows(&reader).await;
            let Some(last) = page.last() else { return all };
            reader = reader.with("cursorCreatedAt", last["createdAt"].clone());
            all.extend(page);
        }
    }

    /// The next broadcasts, of any type.
    pub async fn hears_many(&mut self, count: usize) -> Vec<Value> {
        let mut heard = Vec::new();
        for _ in 0..count {
            heard.push(self.heard().await);
        }
        heard
    }
}

/// A socket for each of these users, who may be named more than once.
pub async fn sockets<const N: usize>(people: [&User; N]) -> [Socket; N] {
    let sockets = futures_util::future::join_all(people.map(User::connect)).await;
    sockets.try_into().unwrap_or_else(|_| unreachable!("as many as people"))
}

/// Checks that no broadcast has arrived on any socket.
pub async fn all_quiet(sockets: &mut [Socket]) {
    for socket in sockets {
        socket.hears_nothing().await;
    }
}

/// What these users see of a group and in their chat lists, to be compared before and after.
pub async fn seen(people: &[&User], group: &str) -> Vec<Value> {
    let mut seen = Vec::new();
    for person in people {
        let mut socket = person.connect().await;
        for reader in [Request::list(), Request::history(group)] {
            seen.push(socket.ask(reader.kind, reader.params).await);
        }
    }
    seen
}

/// The values of one key of rows or items.
pub fn column(rows: &[Value], key: &str) -> Vec<String> {
    rows.iter().map(|row| row[key].as_str().unwrap_or_else(|| panic!("no {key} in {row}")).to_owned()).collect()
}

/// The `item`s of broadcasts or answers.
pub fn items(frames: &[Value]) -> Vec<Value> {
    frames.iter().map(|frame| frame["params"]["item"].clone()).collect()
}

/// Milliseconds since 1970 of every row's or item's `createdAt`, which must have its exact form.
pub fn instants(rows: &[Value]) -> Vec<i64> {
    let instant = |text: String| {
        let time = chrono::DateTime::parse_from_rfc3339(&text).expect("createdAt is RFC 3339").to_utc();
        assert_eq!(time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(), text);
        time.timestamp_millis()
    };
    column(rows, "createdAt").into_iter().map(instant).collect()
}

/// Whether the numbers strictly increase.
pub fn grows(numbers: &[i64]) -> bool {
    numbers.windows(2).all(|pair| pair[0] < pair[1])
}

/// Waits for the next millisecond, so that what is stored next in another chat has a later instant.
pub fn tick() {
    let now = chrono::Utc::now().timestamp_millis();
    while chrono::Utc::now().timestamp_millis() == now {
        std::hint::spin_loop();
    }
}
