//! Applies every step to the server and the model. `compare` compares the results.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    contract::{Chat, Contract, Heard, Row},
    steps::{Command, GROUPS, MEMBERS, PEOPLE, Step},
};
use crate::support::{Request, Socket, TestServer, User, grows, instants, is_sound};

pub struct World {
    server: TestServer,
    pub people: [User; PEOPLE],
    /// Two of every user: one that sends requests, and one that only receives.
    connections: BTreeMap<usize, [Socket; 2]>,
    pub contract: Contract,
    /// The current names.
    pub names: [String; PEOPLE],
    texts: usize,
    /// Every row's instant once it was seen: it must be the same in answers, broadcasts, histories and lists.
    pub instants: BTreeMap<String, Value>,
}

impl World {
    pub async fn new() -> Self {
        let server = TestServer::start_with(|config| config.limits.group_members = MEMBERS).await;
        let people = server.people(["Ann", "Bob", "Lea", "Rob"]).await;
        let names = people.each_ref().map(|person| person.name.clone());
        let (connections, contract, instants) = (BTreeMap::new(), Contract::default(), BTreeMap::new());
        let mut world = Self { server, people, connections, contract, names, texts: 0, instants };
        world.connect().await;
        world
    }

    /// Applies a step, unless its user was deleted.
    pub async fn does(&mut self, step: &Step) {
        if step.who().is_some_and(|who| self.contract.is_erased(who)) {
            return;
        }
        match step {
            Step::Burst { who, commands } => self.burst(*who, commands).await,
            Step::Create { who, group, id } => self.create(*who, *group, *id).await,
            Step::Hide { who, with } => self.hide(*who, *with).await,
            Step::Rename { who } => self.rename(*who).await,
            Step::Erase { who } => self.erase(*who).await,
            Step::Look { who, limit } => self.look(*who, *limit).await,
            Step::Promote { whom, group } => {
                if self.contract.promote(*whom, *group) {
                    self.server.database.make_admin(&self.people[*whom], &group_name(*group)).await;
                }
            }
            Step::Restart => {
                self.silence().await;
                // Closes the sockets, so that the server need not wait for them.
                self.connections.clear();
                self.server.restart().await;
                self.connect().await;
            }
        }
    }

    /// Compares everything that all users can see, and checks that no unexpected broadcast came.
    pub async fn ends(&mut self) {
        for who in (0..PEOPLE).filter(|who| self.connections.contains_key(who)).collect::<Vec<_>>() {
            self.look(who, 100).await;
            self.look(who, who + 1).await;
        }
        self.silence().await;
        is_sound(&self.server.database).await;
    }

    async fn connect(&mut self) {
        for (who, person) in self.people.iter().enumerate().filter(|(who, _)| !self.contract.is_erased(*who)) {
            self.connections.insert(who, [person.connect().await, person.connect().await]);
        }
    }

    async fn silence(&mut self) {
        for socket in self.connections.values_mut().flatten() {
            socket.hears_nothing().await;
        }
    }

    fn asking(&mut self, who: usize) -> &mut Socket {
        &mut self.connections.get_mut(&who).expect("who asks is connected")[0]
    }

    fn text(&mut self) -> String {
        self.texts += 1;
        format!("text {}", self.texts)
    }

    /// The id of a user, or an unknown one.
    pub fn person(&self, number: usize) -> String {
        self.people.get(number).map_or_else(|| Uuid::from_u128(1).to_string(), |person| person.id.clone())
    }

    async fn create(&mut self, who: usize, group: usize, id: usize) {
        let text = self.text();
        let body = json!({
            "groupId": group_id(group), "groupName": group_name(group), "messageId": message_id(id),
            "notificationMessage": text,
        });
        let reply = self.people[who].post("/api/use-cases/create-group", body).await;
        let expected = if self.contract.create(who, group, id, text) { 200 } else { 409 };
        assert_eq!(reply.status, expected, "{}", reply.body);
    }

    async fn hide(&mut self, who: usize, with: usize) {
        let body = json!({ "companionId": self.person(with) });
        self.people[who].post("/api/use-cases/mark-as-deleted", body).await.expect(200);
        self.contract.hide(who, with);
    }

    async fn rename(&mut self, who: usize) {
        self.names[who] = self.text();
        self.people[who].patch("/api/profile/update", json!({ "firstName": self.names[who] })).await.expect(201);
    }

    async fn erase(&mut self, who: usize) {
        self.silence().await;
        self.people[who].delete("/api/profile/destroy").await.expect(200);
        self.contract.erase(who);
        "Deleted account".clone_into(&mut self.names[who]);
        for socket in self.connections.remove(&who).into_iter().flatten() {
            assert_eq!(socket.closed().await, 4001);
        }
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
        let answers = self.asking(who).pipeline(&requests).await;
        for (request, (answer, reply)) in requests.iter().zip(answers.iter().zip(&replies)) {
            self.compare_answer(who, request, answer, reply);
        }
        for (person, expected) in heard.into_iter().enumerate() {
            for what in expected {
                let [asking, hearing] = self.connections.get_mut(&person).expect("the receiver is connected");
                for frame in [asking.heard().await, hearing.heard().await] {
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

    async fn look(&mut self, who: usize, limit: usize) {
        let mut newest = BTreeMap::new();
        for chat in (0..PEOPLE).map(Chat::Dialog).chain((0..GROUPS).map(Chat::Group)) {
            let reader = match chat {
                Chat::Dialog(with) => Request::dialog(&self.person(with)),
                Chat::Group(group) => Request::history(&group_id(group)),
            };
            let Some(rows) = self.contract.history(who, chat).map(<[Row]>::to_vec) else {
                let refusal = self.asking(who).may_not(&reader).await;
                assert_eq!(refusal, "User is not a member of this group");
                continue;
            };
            let mut read = self.asking(who).all(&reader, limit).await;
            self.compare_rows(who, chat, &read, rows.iter().rev());
            read.reverse();
            assert!(grows(&instants(&read)));
            newest.extend(rows.last().map(|row| (chat, row.clone())));
        }
        let list = self.asking(who).all(&Request::list(), limit).await;
        self.compare_list(who, &list, newest);
    }
}

pub fn group_name(group: usize) -> String {
    format!("group {group}")
}

pub fn group_id(group: usize) -> String {
    Uuid::from_u128(0x1000 + group as u128).to_string()
}

pub fn message_id(id: usize) -> String {
    Uuid::from_u128(0x2000 + id as u128).to_string()
}
