//! The users of the conversations, and the frames that they get.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::Sample;
use crate::support::{Socket, TestServer, User, new_id};

/// The time in all samples, except those that clients send.
const TIME: &str = "2026-01-31T18:30:00.000Z";
const GROUP: &str = "5b0e3c0a-54a1-4f0e-8a4e-0f5f5d0f9c11";
const PEOPLE: [(&str, &str); 5] = [
    ("Ann", "0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a01"),
    ("Bob", "0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a02"),
    ("Cy", "0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a03"),
    ("Dan", "0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a04"),
    ("Eve", "0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a05"),
];
/// Stands for a token of the sender's session.
const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IjAxOTIifQ.c2lnbmF0dXJl";
/// Values that the server generates, by key.
const MADE_UP: [(&str, &str); 2] =
    [("sessionId", "0192f0c4-8e4b-7d22-8b66-1d7a3a8b4b02"), ("epoch", "1f0c9a7b5d3e8642")];

/// What a user does.
pub(super) enum Deed {
    /// Sends a frame.
    Request,
    /// Calls REST or, with the frame `"connect"`, connects.
    Call,
}

/// The conversation's users with their sockets: `ann`, `ann's phone`.
pub(super) struct Cast {
    protocol: &'static str,
    users: Vec<User>,
    sockets: Vec<(String, Socket)>,
    /// Who is notified when a user connects.
    watches: Vec<(String, String)>,
}

impl Cast {
    /// Everyone is connected; Ann's group has Dan as an admin.
    pub(super) async fn of_auth(server: &TestServer) -> Self {
        let mut cast = Self::gather(server, "auth").await;
        let new = json!({
            "groupId": GROUP, "groupName": "Tea club", "messageId": new_id(), "notificationMessage": "new",
        });
        cast.users[0].post("/api/use-cases/create-group", new).await.expect(200);
        cast.users[0].connect().await.add(GROUP, &cast.users[3]).await;
        server.database.make_admin(&cast.users[3], "Tea club").await;
        for (name, _) in PEOPLE {
            cast.connect(&name.to_lowercase()).await;
        }
        cast
    }

    /// Everyone except Cy is connected, and there is no group yet.
    pub(super) async fn of_hearth(server: &TestServer) -> Self {
        let mut cast = Self::gather(server, "hearth").await;
        for name in ["ann", "bob", "dan", "eve"] {
            cast.connect(name).await;
            cast.sockets.last_mut().expect("just connected").1.hears("hello").await;
        }
        cast
    }

    async fn gather(server: &TestServer, protocol: &'static str) -> Self {
        let mut users = Vec::new();
        for (name, _) in PEOPLE {
            users.push(server.user(name).await);
        }
        for (user, last_name) in users.iter().zip(["Lee", "Fox"]) {
            user.patch("/api/profile/update", json!({ "lastName": last_name })).await.expect(201);
        }
        Self { protocol, users, sockets: Vec::new(), watches: Vec::new() }
    }

    /// Does what a sample shows; returns the samples of all results.
    pub(super) async fn play(&mut self, story: &str, who: &str, deed: Deed, frame: &Value) -> Vec<Sample> {
        let (mut outcome, mut heard) = (Vec::new(), Vec::new());
        match deed {
            Deed::Request => {
                let request = self.real(who, frame).await;
                let socket = self.socket(who);
                socket.send_raw(Message::text(request)).await;
                let answer = socket.answer().await;
                for user in frame["params"]["userIds"].as_array().into_iter().flatten() {
                    let (name, _) = PEOPLE.iter().find(|(_, id)| user == id).expect("a user of the conversation");
                    self.watches.push((who.to_owned(), name.to_lowercase()));
                }
                let form = if answer["error"] == true { "refusal" } else { "answer" };
                let answer = self.sampled(answer, frame);
                outcome.push(Sample::new(format!("{story} {form}"), vec![who.to_owned()], answer));
            }
            Deed::Call if frame == "connect" => {
                self.connect(who).await;
                heard = self.presence(who).await;
            }
            Deed::Call => {
                let call: Value = serde_json::from_str(&self.real(who, frame).await).expect("a call is JSON");
                let text = |key: &str| call[key].as_str().expect("a text");
                let user = self.user(who);
                let request = user.request(text("method").parse().expect("a method"), text("path"));
                let reply = user.finish(request.json(&call["body"])).await;
                assert!([200, 201].contains(&reply.status), "{story}: {}", reply.body);
                if call["method"] == "DELETE" {
                    // The server closes the sockets of a deleted account.
                    self.sockets.retain(|(name, _)| !name.starts_with(who));
                }
            }
        }
        heard.extend(self.heard().await);
        for (who, heard) in heard {
            let heard = self.sampled(heard, frame);
            let is_first = outcome.iter().all(|sample| sample.form() != "broadcast");
            match outcome.iter_mut().find(|sample| sample.form() == "broadcast" && sample.frame == heard) {
                Some(sample) => sample.sockets.push(who),
                None if is_first => outcome.push(Sample::new(format!("{story} broadcast"), vec![who], heard)),
                None => {
                    let kind = heard["type"].as_str().expect("a text");
                    outcome.push(Sample::new(format!("{story} as {kind} to {who} broadcast"), vec![who], heard));
                }
            }
        }
        outcome
    }

    /// What watchers get when a user connects: within a second or so.
    async fn presence(&mut self, who: &str) -> Vec<(String, Value)> {
        let mut heard = Vec::new();
        for (watcher, watched) in self.watches.clone() {
            if watched == who {
                heard.push((watcher.clone(), self.socket(&watcher).heard().await));
            }
        }
        heard
    }

    /// What everyone got since the last call.
    async fn heard(&mut self) -> Vec<(String, Value)> {
        let mut heard = Vec::new();
        for (who, socket) in &mut self.sockets {
            heard.extend(socket.settle().await.into_iter().map(|frame| (who.clone(), frame)));
        }
        heard
    }

    async fn connect(&mut self, who: &str) {
        let user = self.user(who);
        let socket = Socket::open(user.base(), "/api/ws", &[self.protocol, &user.token]).await;
        self.sockets.push((who.to_owned(), socket));
    }

    fn user(&self, who: &str) -> &User {
        let person = who.split('\'').next().expect("a name");
        self.users.iter().find(|user| user.name.to_lowercase() == person).expect("a user of the conversation")
    }

    fn socket(&mut self, who: &str) -> &mut Socket {
        &mut self.sockets.iter_mut().find(|(name, _)| name == who).expect("a connected user").1
    }

    /// A sample with the ids of this server's users. What is not JSON is a string in the file.
    async fn real(&self, who: &str, sample: &Value) -> String {
        let raw = sample.as_str().map_or_else(|| sample.to_string(), str::to_owned);
        let ids = PEOPLE.iter().zip(&self.users);
        let text = ids.fold(raw, |text, ((_, sample), user)| text.replace(sample, &user.id));
        if !text.contains(TOKEN) {
            return text;
        }
        let renewed = self.user(who).post("/api/auth/renew", json!({})).await.expect(200);
        text.replace(TOKEN, renewed["token"].as_str().expect("a token"))
    }

    /// A server's frame with the ids and the time of the samples, except for times in the request itself.
    fn sampled(&self, real: Value, deed: &Value) -> Value {
        let ids = PEOPLE.iter().zip(&self.users);
        let text = ids.fold(real.to_string(), |text, ((_, sample), user)| text.replace(&user.id, sample));
        let mut value = serde_json::from_str(&text).expect("ids are only in strings");
        sample(&mut value, &deed.to_string());
        value
    }
}

fn sample(value: &mut Value, deed: &str) {
    match value {
        Value::Object(members) => {
            for (key, value) in members.iter_mut() {
                match MADE_UP.iter().find(|(known, _)| known == key) {
                    Some((_, made_up)) => *value = json!(made_up),
                    None => sample(value, deed),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| sample(item, deed)),
        Value::String(text) if is_time(text) && !deed.contains(&**text) => *text = TIME.into(),
        _ => {}
    }
}

/// Whether this has the form of [`TIME`].
fn is_time(text: &str) -> bool {
    let is_like = |(c, form): (char, char)| if form.is_ascii_digit() { c.is_ascii_digit() } else { c == form };
    text.len() == TIME.len() && text.chars().zip(TIME.chars()).all(is_like)
}
