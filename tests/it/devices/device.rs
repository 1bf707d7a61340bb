//! A client of the Hearth protocol: it keeps chats and histories, applies broadcasts, and catches up after an absence.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::chat::{Chat, number};
use crate::support::{Socket, User};

/// A client, connected or not.
pub struct Device {
    pub user: String,
    token: String,
    base: String,
    socket: Option<Socket>,
    epoch: Value,
    /// By the chat's key in frames.
    pub chats: BTreeMap<String, Chat>,
}

/// Rows per page: few, so that many pages are needed.
const PAGE: i64 = 7;

impl Device {
    /// A new client of a user: connects and loads everything.
    pub async fn start(user: &User) -> Self {
        let (base, token) = (user.base().to_owned(), user.token.clone());
        let chats = BTreeMap::new();
        let mut device = Self { user: user.id.clone(), token, base, socket: None, epoch: Value::Null, chats };
        device.come_back().await;
        device
    }

    /// What it shows: each chat's progress, unread count and rows.
    pub fn known(&self) -> BTreeMap<&String, (i64, i64, Vec<&Value>)> {
        let known = self.chats.iter().map(|(name, chat)| {
            let (last, read) = (number(&chat.list["lastSeq"]), number(&chat.list["readUpTo"]));
            (name, (last, last - read, chat.rows.values().collect()))
        });
        known.collect()
    }

    pub fn is_connected(&self) -> bool {
        self.socket.is_some()
    }

    /// Drops the connection.
    pub fn go_away(&mut self) {
        self.socket = None;
    }

    /// Connects and catches up.
    pub async fn come_back(&mut self) {
        let mut socket = Socket::open(&self.base, "/api/ws", &["hearth", &self.token]).await;
        let hello = socket.hears("hello").await;
        assert!(self.epoch.is_null() || self.epoch == hello["epoch"], "the epoch stays: {hello}");
        self.epoch = hello["epoch"].clone();
        self.socket = Some(socket);
        self.catch_up().await;
        self.settle().await;
    }

    /// Sends a request; returns whether it succeeded.
    pub async fn ask(&mut self, kind: &str, params: Value) -> bool {
        let answer = self.socket().ask(kind, params).await;
        // In order: broadcasts before the answer are applied first.
        self.listen().await;
        if answer["success"] == true {
            self.acknowledged(kind, &answer["params"]["item"]).await;
        }
        answer["success"] == true
    }

    /// Applies everything that was sent so far.
    pub async fn settle(&mut self) {
        self.socket().catch_up().await;
        for _ in 0..2 {
            self.socket().done("listLastMessage", json!({ "limit": 0 })).await;
        }
        self.listen().await;
    }

    async fn listen(&mut self) {
        while let Some(mut frame) = self.socket().kept() {
            let kind = frame["type"].as_str().expect("a frame has a type").to_owned();
            self.heard(&kind, frame["params"]["item"].take()).await;
        }
    }

    fn socket(&mut self) -> &mut Socket {
        self.socket.as_mut().expect("the device is connected")
    }

    async fn catch_up(&mut self) {
        let mut cursor = Value::Null;
        loop {
            let after = rank(&cursor);
            let mut known: Vec<_> = self.chats.values().map(|chat| &chat.list).collect();
            known.sort_by_key(|list| rank(&list["chat"]));
            known.retain(|list| rank(&list["chat"]) > after);
            known.truncate(500);
            let known: Vec<_> = known
                .into_iter()
                .map(|list| {
                    json!({ "chat": list["chat"], "lastSeq": list["lastSeq"], "revision": list["revision"],
                        "state": list["state"] })
                })
                .collect();
            let params = json!({ "known": known, "cursor": cursor });
            let mut answer = self.socket().done("getChangedChats", params).await;
            for gone in answer["item"]["gone"].as_array().expect("an array") {
                self.chats.remove(&gone.to_string());
            }
            let Value::Array(rows) = answer["data"].take() else { panic!("no rows: {answer}") };
            for row in rows {
                self.refresh(row).await;
            }
            cursor = answer["item"]["cursor"].take();
            if answer["item"]["complete"] == true {
                return;
            }
        }
    }

    /// Applies a new row of the chat list, and fetches the changes that it shows.
    async fn refresh(&mut self, row: Value) {
        let name = row["chat"].to_string();
        let hidden = number(&row["hiddenUpTo"]);
        let chat = self.chats.entry(name.clone()).or_insert_with(|| Chat {
            list: json!({ "lastSeq": hidden, "revision": row["revision"] }),
            rows: BTreeMap::new(),
        });
        let (last_seq, revision) = (number(&chat.list["lastSeq"]), number(&chat.list["revision"]));
        chat.rows.retain(|seq, _| *seq > hidden);
        chat.list = row;
        self.read_changes(&name, last_seq.max(hidden), revision).await;
    }

    async fn read_changes(&mut self, name: &str, mut after_seq: i64, mut after_revision: i64) {
        loop {
            let mut params = request(name);
            params["afterSeq"] = after_seq.into();
            params["afterRevision"] = after_revision.into();
            params["limit"] = PAGE.into();
            let mut answer = self.socket().ask("getChanges", params).await;
            if answer["error"] == true {
                // Removed in the meantime: the broadcast is on its way.
                return;
            }
            let mut answer = answer["params"].take();
            let item = answer["item"].take();
            assert_eq!(item["reset"], false, "nobody is that far behind: {item}");
            let user = self.user.clone();
            let Some(chat) = self.chats.get_mut(name) else { return };
            let Value::Array(rows) = answer["data"].take() else { panic!("no rows") };
            for row in rows {
                chat.follow(&row, &user);
                chat.put(row);
            }
            (after_seq, after_revision) = (number(&item["afterSeq"]), number(&item["afterRevision"]));
            if item["complete"] == true {
                chat.forward("lastSeq", &item["lastSeq"]);
                chat.forward("revision", &item["revision"]);
                return;
            }
        }
    }

    /// Applies the answer to an own request as others apply the broadcast.
    async fn acknowledged(&mut self, kind: &str, item: &Value) {
        let told = match kind {
            "editMessage" | "deleteMessage" | "react" => "messageEdited",
            "renameGroup" | "setRole" => "groupChanged",
            "leaveGroup" => "removedFromGroup",
            "markRead" => "messagesRead",
            other => other,
        };
        self.heard(told, item.clone()).await;
    }

    async fn heard(&mut self, kind: &str, item: Value) {
        let name = item["chat"].to_string();
        match kind {
            "privateMessage"
            | "messageInGroup"
            | "addUserInGroup"
            | "leaveGroup"
            | "removeUserFromGroup"
            | "groupChanged" => self.written(&name, item).await,
            "messageEdited" | "messageDeleted" | "messageReactions" => self.changed(&name, item).await,
            "removedFromGroup" | "dropGroup" | "dialogHidden" => {
                self.chats.remove(&name);
            }
            "blockUser" => {
                let name = json!({ "userId": item["userId"] }).to_string();
                self.set(&name, "blocked", &item["on"]);
            }
            "messagesRead" if item["userId"] == self.user.as_str() => {
                self.forward(&name, "readUpTo", &item["readUpTo"]);
                self.set(&name, "state", &item["state"]);
            }
            "messagesRead" => {
                if item.get("state").is_some() {
                    self.forward(&name, "partnerReadUpTo", &item["readUpTo"]);
                    self.set(&name, "state", &item["state"]);
                }
            }
            "muteChat" => {
                self.set(&name, "mutedUntil", &item["mutedUntil"]);
                self.set(&name, "state", &item["state"]);
            }
            "roleChanged" => {
                self.set(&name, "role", &item["role"]);
                self.set(&name, "state", &item["state"]);
            }
            "typing" | "presence" => {}
            other => panic!("a frame that clients do not know: {other} {item}"),
        }
    }

    fn set(&mut self, name: &str, key: &str, value: &Value) {
        if let Some(chat) = self.chats.get_mut(name) {
            chat.list[key] = value.clone();
        }
    }

    fn forward(&mut self, name: &str, key: &str, value: &Value) {
        if let Some(chat) = self.chats.get_mut(name) {
            chat.forward(key, value);
        }
    }

    /// Applies a new message. If it does not follow the known ones, fetches the gap.
    async fn written(&mut self, name: &str, row: Value) {
        let seq = number(&row["seq"]);
        let Some(chat) = self.chats.get_mut(name) else { return self.catch_up().await };
        let last_seq = number(&chat.list["lastSeq"]);
        if seq > last_seq + 1 {
            let revision = number(&chat.list["revision"]);
            return self.read_changes(name, last_seq, revision).await;
        }
        if seq == last_seq + 1 {
            chat.follow(&row, &self.user);
            chat.put(row);
        }
    }

    /// Applies a change of a message.
    async fn changed(&mut self, name: &str, item: Value) {
        let Some(chat) = self.chats.get_mut(name) else { return };
        let (revision, known) = (number(&item["revision"]), number(&chat.list["revision"]));
        if revision > known + 1 || number(&item["lastSeq"]) > number(&chat.list["lastSeq"]) {
            let last_seq = number(&chat.list["lastSeq"]);
            return self.read_changes(name, last_seq, known).await;
        }
        if revision == known + 1 {
            chat.list["revision"] = revision.into();
            if item.get("emoji").is_some() {
                chat.react(item, &self.user);
            } else {
                chat.put(item);
            }
        }
    }
}

/// The params that name a chat.
pub fn request(name: &str) -> Value {
    let chat: Value = serde_json::from_str(name).expect("a name is JSON");
    match chat.get("userId") {
        Some(user) => json!({ "receiverId": user }),
        None => json!({ "groupId": chat["groupId"] }),
    }
}

/// The sort key of chats: by id, dialogs first; `None` sorts before all.
fn rank(chat: &Value) -> Option<(String, bool)> {
    let id = chat.get("userId").or(chat.get("groupId"))?;
    Some((id.as_str().expect("an id").to_owned(), chat.get("groupId").is_some()))
}
