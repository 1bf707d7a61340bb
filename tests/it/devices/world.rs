//! Plays a story on a real server and in the model, and compares them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    chat::Chat,
    device::Device,
    model::{EMOJI, Key, Model},
    steps::{Act, GROUPS, PEOPLE, Place, Step},
};
use crate::support::{TestServer, User, is_sound, new_id};

/// The users, their devices, and the model.
pub struct World {
    server: TestServer,
    users: Vec<User>,
    groups: Vec<String>,
    /// The first user's second device comes last.
    devices: Vec<Device>,
    model: Model,
    /// Makes every text unique.
    texts: usize,
}

impl World {
    pub async fn new() -> Self {
        let server = TestServer::start().await;
        let (mut users, mut devices) = (Vec::new(), Vec::new());
        for who in 0..PEOPLE {
            users.push(server.user(&format!("Person{who}")).await);
        }
        for user in users.iter().chain([&users[0]]) {
            devices.push(Device::start(user).await);
        }
        let groups = (0..GROUPS).map(|_| new_id()).collect();
        Self { server, users, groups, devices, model: Model::default(), texts: 0 }
    }

    pub async fn does(&mut self, step: &Step) {
        match step {
            Step::Do { who, device, act } => {
                let second = *who == 0 && *device == 1 && self.devices[PEOPLE].is_connected();
                self.act(*who, if second { PEOPLE } else { *who }, act).await;
            }
            Step::Away => self.devices[PEOPLE].go_away(),
            Step::Back => {
                if !self.devices[PEOPLE].is_connected() {
                    self.devices[PEOPLE].come_back().await;
                }
            }
            Step::BackDuring { acts } => self.back_during(acts).await,
            Step::Restart => self.restart().await,
        }
    }

    /// At the end all devices are connected and up to date, including a new one.
    pub async fn ends(&mut self) {
        if !self.devices[PEOPLE].is_connected() {
            self.devices[PEOPLE].come_back().await;
        }
        self.compare().await;
        for who in 0..PEOPLE {
            let fresh = Device::start(&self.users[who]).await;
            agree(&format!("a new device of person {who}"), &self.seen(&fresh), &self.expected(who));
        }
        is_sound(&self.server.database).await;
    }

    /// Asserts that every connected device shows what the model says.
    pub async fn compare(&mut self) {
        for place in 0..self.devices.len() {
            if self.devices[place].is_connected() {
                self.devices[place].settle().await;
                let who = place % PEOPLE;
                agree(&format!("device {place}"), &self.seen(&self.devices[place]), &self.expected(who));
            }
        }
    }

    async fn act(&mut self, who: usize, device: usize, act: &Act) {
        let request = self.request(who, act);
        let done = match request {
            Request::Frame(kind, params) => self.devices[device].ask(kind, params).await,
            Request::Rest(path, body) => self.users[who].post(path, body).await.status == 200,
            Request::Nothing => return,
        };
        assert_eq!(done, self.told(who, act), "person {who}: {act:?}");
    }

    /// The second device catches up while others act.
    async fn back_during(&mut self, acts: &[(usize, Act)]) {
        let mut second = self.devices.pop().expect("the second device");
        let back = async {
            if !second.is_connected() {
                second.come_back().await;
            }
        };
        let others = async {
            for (who, act) in acts {
                self.act(*who, *who, act).await;
            }
        };
        tokio::join!(back, others);
        self.devices.push(second);
        self.compare().await;
    }

    async fn restart(&mut self) {
        let connected: Vec<_> = self.devices.iter().map(Device::is_connected).collect();
        self.devices.iter_mut().for_each(Device::go_away);
        self.server.restart().await;
        for (device, connected) in self.devices.iter_mut().zip(connected) {
            if connected {
                device.come_back().await;
            }
        }
        self.compare().await;
    }

    /// Applies an action to the model; returns whether it is allowed.
    fn told(&mut self, who: usize, act: &Act) -> bool {
        let (id, text) = (self.last_id(), format!("text {}", self.texts));
        self.model.does(who, act, &id, &text)
    }

    fn last_id(&self) -> String {
        uuid::Uuid::from_u128(self.texts as u128).to_string()
    }

    fn request(&mut self, who: usize, act: &Act) -> Request {
        self.texts += 1;
        let (id, text) = (self.last_id(), format!("text {}", self.texts));
        let chat = |place: Place| match place {
            Place::With(other) => json!({ "receiverId": self.users[other].id }),
            Place::In(group) => json!({ "groupId": self.groups[group] }),
        };
        let named = |place: Place, nth: usize| {
            let mut params = chat(place);
            params["messageId"] = self.model.id(Key::of(who, place), nth).unwrap_or_else(new_id).into();
            params
        };
        let notice = |group: usize| json!({ "groupId": self.groups[group], "messageId": id, "message": text });
        let with = |mut params: Value, key: &str, value: Value| {
            params[key] = value;
            params
        };
        match *act {
            Act::Send { place, reply_to } => {
                let kind = if matches!(place, Place::With(_)) { "privateMessage" } else { "messageInGroup" };
                let mut params = with(with(chat(place), "messageId", id.into()), "content", text.into());
                if let Some(nth) = reply_to {
                    params["replyTo"] = named(place, nth)["messageId"].take();
                }
                Request::Frame(kind, params)
            }
            Act::Edit { place, nth } => Request::Frame("editMessage", with(named(place, nth), "content", text.into())),
            Act::Delete { place, nth } => Request::Frame("deleteMessage", named(place, nth)),
            Act::React { place, nth, emoji, on } => {
                let params = with(named(place, nth), "emoji", EMOJI[emoji].into());
                Request::Frame("react", with(params, "on", on.into()))
            }
            Act::Read { place, nth } => {
                let seq = self.model.seq(Key::of(who, place), nth);
                Request::Frame("markRead", with(chat(place), "seq", seq.into()))
            }
            Act::Mute { place, on } => {
                let until = if on { json!("2999-01-01T00:00:00.000Z") } else { Value::Null };
                Request::Frame("muteChat", with(chat(place), "until", until))
            }
            Act::Hide { with } => {
                let body = json!({ "companionId": self.users[with].id });
                Request::Rest("/api/use-cases/mark-as-deleted", body)
            }
            Act::Block { whom, on } => Request::Frame("blockUser", json!({ "userId": self.users[whom].id, "on": on })),
            Act::Create { group } => Request::Rest(
                "/api/use-cases/create-group",
                json!({ "groupId": self.groups[group], "groupName": format!("group {group}"), "messageId": id,
                    "notificationMessage": text }),
            ),
            Act::Add { whom, .. } if whom == who => Request::Nothing,
            Act::Add { group, whom } => {
                Request::Frame("addUserInGroup", with(notice(group), "userId", json!(self.users[whom].id)))
            }
            Act::Remove { group, whom } => {
                Request::Frame("removeUserFromGroup", with(notice(group), "userId", json!(self.users[whom].id)))
            }
            Act::Leave { group } => Request::Frame("leaveGroup", notice(group)),
            Act::Rename { group } => {
                Request::Frame("renameGroup", with(notice(group), "groupName", text.clone().into()))
            }
            Act::SetRole { group, whom, role } => {
                let params = with(notice(group), "userId", json!(self.users[whom].id));
                Request::Frame("setRole", with(params, "role", role.into()))
            }
            Act::Drop { group } => Request::Frame("dropGroup", json!({ "groupId": self.groups[group] })),
        }
    }

    fn expected(&self, who: usize) -> BTreeMap<String, Value> {
        let named = |(key, chat): (Key, Value)| {
            let name = match key {
                Key::Group(group) => json!({ "groupId": self.groups[group] }),
                Key::Dialog(low, high) => json!({ "userId": self.users[if who == low { high } else { low }].id }),
            };
            (name.to_string(), chat)
        };
        self.model.seen_by(who).into_iter().map(named).collect()
    }

    fn seen(&self, device: &Device) -> BTreeMap<String, Value> {
        device.chats.iter().map(|(name, chat)| (name.clone(), self.chat(device, chat))).collect()
    }

    /// A chat in the model's terms.
    fn chat(&self, device: &Device, Chat { list, rows }: &Chat) -> Value {
        let number = |key: &str| list[key].as_i64().expect("a number");
        let rows: Vec<_> = rows.values().map(|row| self.row(row)).collect();
        let unread = number("lastSeq") - number("readUpTo").max(number("hiddenUpTo"));
        let mut value = json!({
            "lastSeq": list["lastSeq"], "readUpTo": list["readUpTo"], "hiddenUpTo": list["hiddenUpTo"],
            "muted": !list["mutedUntil"].is_null(), "unread": unread, "rows": rows,
        });
        if list["groupId"].is_null() {
            let place = |id: &str| self.users.iter().position(|user| user.id == id).expect("one of the people");
            let (other, who) = (place(list["partnerId"].as_str().expect("an id")), place(&device.user));
            let is_shown = other != who && !self.model.receipts_ended.contains(&(other, who));
            let read = Some(&list["partnerReadUpTo"]).filter(|_| is_shown);
            value["dialog"] = json!([read, list["blocked"]]);
        } else {
            value["group"] = json!([list["groupName"], list["role"], list["memberCount"]]);
        }
        value
    }

    fn row(&self, row: &Value) -> Value {
        let person = |id: &Value| self.users.iter().position(|user| *id == user.id.as_str());
        let event = &row["event"];
        let reactions = row["reactions"].as_array().expect("an array").iter();
        let reactions: Vec<_> =
            reactions.map(|reaction| json!([reaction["emoji"], reaction["count"], reaction["mine"]])).collect();
        json!({
            "seq": row["seq"], "id": row["messageId"], "sender": person(&row["senderId"]), "text": row["content"],
            "edited": !row["editedAt"].is_null(), "deleted": !row["deletedAt"].is_null(),
            "quote": row["replyTo"].get("seq").map(|seq| json!([seq, row["replyTo"]["content"]])),
            "event": event.get("kind").map(|kind| json!([kind, person(&event["userId"]), event["groupName"], event["role"]])),
            "reactions": reactions,
        })
    }
}

/// Asserts that both are the same, and names the differences.
fn agree(whose: &str, seen: &BTreeMap<String, Value>, expected: &BTreeMap<String, Value>) {
    let lines = |chats: &BTreeMap<String, Value>| -> std::collections::BTreeSet<String> {
        let lines = chats.iter().flat_map(|(name, chat)| {
            let facts = chat.as_object().expect("an object").iter().filter(|(key, _)| *key != "rows");
            let facts = facts.map(move |(key, value)| format!("{name} {key} {value}"));
            facts.chain(chat["rows"].as_array().expect("an array").iter().map(move |row| format!("{name} {row}")))
        });
        lines.collect()
    };
    let (seen, expected) = (lines(seen), lines(expected));
    let (more, less): (Vec<_>, Vec<_>) = (seen.difference(&expected).collect(), expected.difference(&seen).collect());
    assert!(more.is_empty() && less.is_empty(), "{whose} shows\n{more:#?}\ninstead of\n{less:#?}");
}

enum Request {
    Frame(&'static str, Value),
    Rest(&'static str, Value),
    Nothing,
}
