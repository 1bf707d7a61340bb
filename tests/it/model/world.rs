//! The server beside the model: everything is done to both, and compared.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    contract::{Chat, Contract, Event, Heard, Reply, Row},
    steps::{Command, GROUPS, MEMBERS, PEOPLE, Step},
};
use crate::support::{Request, Socket, TestServer, User, grows, instants, sockets};

pub struct World {
    server: TestServer,
    people: [User; PEOPLE],
    /// Two connections of everybody: one that asks, and one that only hears.
    asking: Vec<Socket>,
    hearing: Vec<Socket>,
    contract: Contract,
    texts: usize,
    /// Every row's instant, once it was seen: the same in answers, broadcasts, histories and lists.
    instants: BTreeMap<String, Value>,
}

impl World {
    pub async fn new() -> Self {
        let server = TestServer::start_with(|config| config.limits.group_members = MEMBERS).await;
        let people = server.people(["Ann", "Bob", "Lea", "Rob"]).await;
        let everybody = people.each_ref();
        let (asking, hearing) = (sockets(everybody).await.into(), sockets(everybody).await.into());
        Self { server, asking, hearing, people, contract: Contract::default(), texts: 0, instants: BTreeMap::new() }
    }

    pub async fn does(&mut self, step: &Step) {
        match step {
            Step::Burst { who, commands } => self.burst(*who, commands).await,
            Step::Create { who, group, id } => self.create(*who, *group, *id).await,
            Step::Hide { who, with } => {
                let body = json!({ "companionId": self.person(*with) });
                self.people[*who].post("/api/use-cases/mark-as-deleted", body).await.expect(200);
                self.contract.hide(*who, *with);
            }
            Step::Promote { who, group } => {
                if self.contract.promote(*who, *group) {
                    self.server.database.make_admin(&self.people[*who], &name(*group)).await;
                }
            }
            Step::Look { who, limit } => self.look(*who, *limit).await,
            Step::Restart => {
                self.silence().await;
                // Their ends are closed: the server need not wait for them.
                (self.asking, self.hearing) = (Vec::new(), Vec::new());
                self.server.restart().await;
                let everybody = self.people.each_ref();
                (self.asking, self.hearing) = (sockets(everybody).await.into(), sockets(everybody).await.into());
            }
        }
    }

    /// Compares all that everybody can see, and that nobody has heard more than that.
    pub async fn ends(&mut self) {
        for who in 0..PEOPLE {
            self.look(who, 100).await;
            self.look(who, who + 1).await;
        }
        self.silence().await;
    }

    async fn silence(&mut self) {
        for socket in self.asking.iter_mut().chain(&mut self.hearing) {
            socket.hears_nothing().await;
        }
    }

    fn text(&mut self) -> String {
        self.texts += 1;
        format!("text {}", self.texts)
    }

    fn person(&self, number: usize) -> String {
        self.people.get(number).map_or_else(|| Uuid::from_u128(1).to_string(), |person| person.id.clone())
    }

    async fn create(&mut self, who: usize, group: usize, id: usize) {
        let text = self.text();
        let body = json!({
            "groupId": group_id(group), "groupName": name(group), "messageId": message_id(id),
            "notificationMessage": text,
        });
        let reply = self.people[who].post("/api/use-cases/create-group", body).await;
        let expected = if self.contract.create(who, group, id, text) { 200 } else { 409 };
        assert_eq!(reply.status, expected, "{}", reply.body);
    }

    async fn burst(&mut self, who: usize, commands: &[Command]) {
        let (mut requests, mut replies) = (Vec::new(), Vec::new());
        let mut heard: [VecDeque<Heard>; PEOPLE] = Default::default();
        for command in commands {
            let text = self.text();
            requests.push(self.request(command, &text));
            let (reply, told) = self.contract.apply(who, command, text);
            replies.push(reply);
            for (person, what) in told {
                heard[person].push_back(what);
            }
        }
        let answers = self.asking[who].pipeline(&requests).await;
        for ((answer, reply), command) in answers.iter().zip(&replies).zip(commands) {
            self.compare(who, command, answer, reply);
        }
        for (person, expected) in heard.into_iter().enumerate() {
            for what in expected {
                for frame in [self.asking[person].heard().await, self.hearing[person].heard().await] {
                    self.compare_heard(who, person, &frame, &what);
                }
            }
        }
    }

    fn request(&self, command: &Command, text: &str) -> Request {
        let (request, id, words) = match *command {
            Command::Write { to, id } => (Request::private(&self.person(to), text), id, "content"),
            Command::Say { group, id } => (Request::message(&group_id(group), text), id, "content"),
            Command::Add { group, whom, id } => (Request::add(&group_id(group), &self.person(whom)), id, "message"),
            Command::Leave { group, id } => (Request::leave(&group_id(group)), id, "message"),
            Command::Remove { group, whom, id } => {
                (Request::remove(&group_id(group), &self.person(whom)), id, "message")
            }
            Command::Drop { group } => return Request::drop(&group_id(group)),
            Command::ReadDialog { with, limit } => return Request::dialog(&self.person(with)).with("limit", limit),
            Command::ReadGroup { group, limit } => return Request::history(&group_id(group)).with("limit", limit),
        };
        request.with("messageId", message_id(id)).with(words, text)
    }

    fn compare(&mut self, who: usize, command: &Command, answer: &Value, reply: &Reply) {
        let (item, data) = (&answer["params"]["item"], &answer["params"]["data"]);
        let expected = match reply {
            Reply::Done => (Value::Null, Value::Null),
            Reply::Gone(group) => (json!({ "groupId": group_id(*group) }), Value::Null),
            Reply::Notice(group, row) => {
                self.same_instant(&json!(group_id(*group)), item);
                (self.notice(*group, row, &item["createdAt"]), Value::Null)
            }
            Reply::Rows(chat, rows) => {
                let read = data.as_array().expect("rows");
                return self.compare_rows(who, *chat, read, rows.iter());
            }
            Reply::Refused(text) => return assert_eq!(answer["message"], *text, "{command:?}"),
            Reply::Explained(words) => {
                let text = answer["message"].as_str().unwrap_or_else(|| panic!("{command:?} is refused: {answer}"));
                return assert!(text.contains(words), "{command:?}: {text}");
            }
        };
        assert_eq!((item, data), (&expected.0, &expected.1), "{command:?}: {answer}");
    }

    fn compare_heard(&mut self, from: usize, to: usize, frame: &Value, what: &Heard) {
        let item = &frame["params"]["item"];
        let at = &item["createdAt"];
        let (kind, expected) = match what {
            Heard::Dropped(group) => ("dropGroup", json!({ "groupId": group_id(*group) })),
            Heard::Added(group, row) => ("addUserInGroup", self.notice(*group, row, at)),
            Heard::Left(group, row) => ("leaveGroup", self.notice(*group, row, at)),
            Heard::Message(group, row) => ("messageInGroup", self.notice(*group, row, at)),
            Heard::Private(row) => {
                let mut expected = self.notice(0, row, at);
                let keys = expected.as_object_mut().expect("an item");
                keys.retain(|key, _| !key.starts_with("group") && key != "notification");
                ("privateMessage", expected)
            }
        };
        assert_eq!((&frame["type"], item), (&json!(kind), &expected));
        match what {
            Heard::Dropped(_) => {}
            Heard::Private(_) => self.same_instant(&pair(from, to), item),
            Heard::Added(group, _) | Heard::Left(group, _) | Heard::Message(group, _) => {
                self.same_instant(&json!(group_id(*group)), item);
            }
        }
    }

    /// An item of a group's message or notice.
    fn notice(&self, group: usize, row: &Row, at: &Value) -> Value {
        json!({
            "groupId": group_id(group), "groupName": name(group), "messageId": message_id(row.id),
            "message": row.text, "senderName": self.people[row.sender].name, "senderLastName": "",
            "senderId": self.people[row.sender].id, "notification": row.event != Event::Message, "createdAt": at,
        })
    }

    fn compare_rows<'a>(
        &mut self,
        who: usize,
        chat: Chat,
        read: &[Value],
        expected: impl ExactSizeIterator<Item = &'a Row>,
    ) {
        assert_eq!(read.len(), expected.len(), "{who} reads {chat:?}");
        for (read, row) in read.iter().zip(expected) {
            let Row { id, sender, text, event } = row;
            assert_eq!((&read["messageId"], &read["content"]), (&json!(message_id(*id)), &json!(text)));
            assert_eq!(
                (&read["senderId"], &read["senderName"]),
                (&json!(self.person(*sender)), &json!(self.people[*sender].name))
            );
            match chat {
                Chat::Dialog(with) => {
                    let receiver = if *sender == who { with } else { who };
                    assert_eq!(read["receiverId"], self.person(receiver));
                    self.same_instant(&pair(who, with), read);
                }
                Chat::Group(group) => {
                    assert_eq!(read["groupId"], group_id(group));
                    // Rows of the list have no such key.
                    assert!(read["notification"].is_null() || read["notification"] == (*event != Event::Message));
                    self.same_instant(&json!(group_id(group)), read);
                }
            }
        }
    }

    fn same_instant(&mut self, chat: &Value, row: &Value) {
        let text = if row["content"].is_null() { &row["message"] } else { &row["content"] };
        let key = format!("{chat} {} {text}", row["messageId"]);
        let known = self.instants.entry(key).or_insert_with(|| row["createdAt"].clone());
        assert_eq!(*known, row["createdAt"]);
    }

    async fn look(&mut self, who: usize, limit: usize) {
        let mut newest = BTreeMap::new();
        let chats = (0..PEOPLE).map(Chat::Dialog).chain((0..GROUPS).map(Chat::Group));
        for chat in chats {
            let reader = match chat {
                Chat::Dialog(with) => Request::dialog(&self.person(with)),
                Chat::Group(group) => Request::history(&group_id(group)),
            };
            let Some(rows) = self.contract.history(who, chat).map(<[Row]>::to_vec) else {
                let refusal = self.asking[who].may_not(&reader).await;
                assert_eq!(refusal, "User is not a member of this group");
                continue;
            };
            let mut read = self.asking[who].all(&reader, limit).await;
            self.compare_rows(who, chat, &read, rows.iter().rev());
            read.reverse();
            assert!(grows(&instants(&read)));
            newest.extend(rows.last().map(|row| (chat, row.clone())));
        }
        self.compare_list(who, limit, newest).await;
    }

    async fn compare_list(&mut self, who: usize, limit: usize, mut newest: BTreeMap<Chat, Row>) {
        let list = self.asking[who].all(&Request::list(), limit).await;
        assert!(instants(&list).is_sorted_by(|one, next| one >= next));
        for row in list {
            let chat = match row["groupId"].as_str() {
                Some(id) => Chat::Group((0..GROUPS).find(|group| group_id(*group) == id).expect("a known group")),
                None => {
                    let sides = [&row["senderId"], &row["receiverId"]];
                    let other = |number: &usize| *number != who && sides.contains(&&json!(self.person(*number)));
                    Chat::Dialog((0..PEOPLE).find(other).unwrap_or(who))
                }
            };
            let expected = newest.remove(&chat).unwrap_or_else(|| panic!("{chat:?} is to be in the list once"));
            self.compare_rows(who, chat, &[row], [expected].iter());
        }
        assert_eq!(newest, BTreeMap::new(), "these are missing in the list");
    }
}

fn name(group: usize) -> String {
    format!("group {group}")
}

fn group_id(group: usize) -> String {
    Uuid::from_u128(0x1000 + group as u128).to_string()
}

fn message_id(id: usize) -> String {
    Uuid::from_u128(0x2000 + id as u128).to_string()
}

fn pair(one: usize, other: usize) -> Value {
    json!([one.min(other), one.max(other)])
}
