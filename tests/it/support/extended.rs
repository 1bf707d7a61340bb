//! The Hearth protocol: sockets, requests, and the keys of chats.

use serde_json::{Value, json};

use super::{Request, Socket, User, new_id};

/// A dialog's key in requests.
pub fn dialog(with: &User) -> Value {
    json!({ "receiverId": with.id })
}

/// A group's key in requests.
pub fn group(id: &str) -> Value {
    json!({ "groupId": id })
}

/// A dialog's key in rows and broadcasts.
pub fn with_user(user: &User) -> Value {
    json!({ "userId": user.id })
}

/// A group's key in rows and broadcasts.
pub fn of_group(id: &str) -> Value {
    json!({ "groupId": id })
}

/// A Hearth socket for each of these users, who may be named more than once.
pub async fn hearths<const N: usize>(people: [&User; N]) -> [Socket; N] {
    let sockets = futures_util::future::join_all(people.map(User::hearth)).await;
    sockets.try_into().unwrap_or_else(|_| unreachable!("as many as people"))
}

/// Lets both write to each other.
pub async fn acquaint(one: &User, other: &User) {
    one.write_to(other, "hello").await;
    other.write_to(one, "hello").await;
}

/// Lets each of these users write in a group.
pub async fn all_write(group: &str, people: &[&User]) {
    for person in people {
        person.write_in(group, "hello").await;
    }
}

impl User {
    /// Opens a Hearth socket and reads `hello`.
    pub async fn hearth(&self) -> Socket {
        let mut socket = Socket::open(self.base(), "/api/ws", &["hearth", &self.token]).await;
        socket.hello = socket.hears("hello").await;
        socket
    }

    /// Hides all messages of the dialog with a user.
    pub async fn hide(&self, companion: &User) {
        let hide = json!({ "companionId": companion.id });
        self.post("/api/use-cases/mark-as-deleted", hide).await.expect(200);
    }
}

impl Request {
    /// A request about a chat, with more params.
    pub fn about(kind: &'static str, chat: &Value, more: Value) -> Self {
        let mut params = chat.clone();
        let more = more.as_object().expect("params are an object").clone();
        params.as_object_mut().expect("a chat is an object").extend(more);
        Self::new(kind, params)
    }

    /// A message in a chat.
    pub fn write(chat: &Value, content: &str) -> Self {
        let kind = if chat["groupId"].is_null() { "privateMessage" } else { "messageInGroup" };
        Self::about(kind, chat, json!({ "messageId": new_id(), "content": content }))
    }

    /// The newest 100 rows of a chat's history.
    pub fn page(chat: &Value) -> Self {
        let kind = if chat["groupId"].is_null() { "getlatestMessageDialog" } else { "getlatestMessageGroup" };
        Self::about(kind, chat, json!({ "limit": 100 }))
    }

    pub fn edit(chat: &Value, message: &str, content: &str) -> Self {
        Self::about("editMessage", chat, json!({ "messageId": message, "content": content }))
    }

    pub fn delete(chat: &Value, message: &str) -> Self {
        Self::about("deleteMessage", chat, json!({ "messageId": message }))
    }

    pub fn react(chat: &Value, message: &str, emoji: &str) -> Self {
        Self::about("react", chat, json!({ "messageId": message, "emoji": emoji, "on": true }))
    }

    pub fn read(chat: &Value, seq: i64) -> Self {
        Self::about("markRead", chat, json!({ "seq": seq }))
    }

    pub fn mute(chat: &Value, until: Option<&str>) -> Self {
        Self::about("muteChat", chat, json!({ "until": until }))
    }

    pub fn typing(chat: &Value) -> Self {
        Self::new("typing", chat.clone())
    }

    pub fn rename(group: &str, name: &str) -> Self {
        let params = json!({ "groupId": group, "groupName": name, "messageId": new_id(), "message": "renamed" });
        Self::new("renameGroup", params)
    }

    pub fn role(group: &str, user: &User, role: &str) -> Self {
        let params = json!({
            "groupId": group, "userId": user.id, "role": role, "messageId": new_id(), "message": "a role",
        });
        Self::new("setRole", params)
    }

    pub fn block(user: &User) -> Self {
        Self::new("blockUser", json!({ "userId": user.id, "on": true }))
    }

    pub fn unblock(user: &User) -> Self {
        Self::block(user).with("on", false)
    }

    pub fn watch(users: &[&User]) -> Self {
        Self::new("watchPresence", json!({ "userIds": users.iter().map(|user| &user.id).collect::<Vec<_>>() }))
    }

    pub fn members(group: &str) -> Self {
        Self::new("groupMembers", json!({ "groupId": group, "limit": 100 }))
    }

    /// A request for what happened in a chat after these counters.
    pub fn changes(chat: &Value, seq: i64, revision: i64) -> Self {
        Self::about("getChanges", chat, json!({ "afterSeq": seq, "afterRevision": revision, "limit": 100 }))
    }
}

impl Socket {
    /// The `item` of a request that must succeed.
    pub async fn item(&mut self, request: &Request) -> Value {
        self.does(request).await["item"].take()
    }

    /// Writes in a chat; returns the stored row.
    pub async fn writes(&mut self, chat: &Value, content: &str) -> Value {
        self.item(&Request::write(chat, content)).await
    }

    /// Writes in a chat; returns the message's id.
    pub async fn id_of(&mut self, chat: &Value, content: &str) -> String {
        self.writes(chat, content).await["messageId"].as_str().expect("a row has an id").to_owned()
    }

    /// The code of the request's error.
    pub async fn code(&mut self, request: &Request) -> String {
        let answer = self.ask(request.kind, request.params.clone()).await;
        answer["code"].as_str().unwrap_or_else(|| panic!("not refused: {answer}")).to_owned()
    }

    /// All texts received so far, unparsed.
    pub async fn everything_said(&mut self) -> Vec<String> {
        let mut said = Vec::new();
        for _ in 0..2 {
            self.send("listLastMessage", json!({ "limit": 0 })).await;
            loop {
                let text = self.text().await;
                if text.starts_with(r#"{"type":"listLastMessage""#) {
                    break;
                }
                said.push(text);
            }
        }
        said
    }

    /// Expects this broadcast and no other; returns its item.
    pub async fn hears_only(&mut self, kind: &str) -> Value {
        let [item] = self.hears_all([kind]).await;
        item
    }

    /// Expects broadcasts of these types, in this order, and no other; returns their items.
    pub async fn hears_all<const N: usize>(&mut self, kinds: [&str; N]) -> [Value; N] {
        let mut heard = Vec::new();
        for kind in kinds {
            heard.push(self.hears(kind).await);
        }
        self.hears_nothing().await;
        heard.try_into().unwrap_or_else(|_| unreachable!("as many as kinds"))
    }
}
