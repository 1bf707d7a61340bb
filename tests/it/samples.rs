//! `tests/samples/frames.json`: every request, answer, broadcast and refusal, byte by byte but for the ids of people
//! and the times. The web client's tests and the documentation read the same file, in which one conversation is told:
//! `sockets` says who sends a request and who is sent anything else.

use std::collections::HashMap;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Socket, TestServer, User, new_id};

const FILE: &str = include_str!("../samples/frames.json");

/// The one time of all samples.
const TIME: &str = "2026-01-31T18:30:00.000Z";
const GROUP: &str = "5b0e3c0a-54a1-4f0e-8a4e-0f5f5d0f9c11";
const PEOPLE: [(&str, &str); 5] = [
    ("Ann", "0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a01"),
    ("Bob", "0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a02"),
    ("Cy", "0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a03"),
    ("Dan", "0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a04"),
    ("Eve", "0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a05"),
];

/// What the conversation does not show: it takes other circumstances.
const ELSEWHERE: [&str; 2] = ["listLastMessage too often refusal", "privateMessage without database refusal"];

struct Sample {
    name: String,
    sockets: Vec<String>,
    /// As it stands in the file: the order of keys counts.
    frame: String,
}

/// A sample a line.
fn samples() -> Vec<Sample> {
    let read = |line: &str| {
        let line = line.trim_end_matches(',');
        let sample: Value = serde_json::from_str(line).expect("a line of the file is a sample");
        let (_, frame) = line.split_once(r#","frame":"#).expect("a sample ends with its frame");
        let frame = frame.strip_suffix('}').expect("a sample is an object").to_owned();
        let sockets = sample["sockets"].as_array().expect("an array").iter();
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        Sample { name: text(&sample["name"]), sockets: sockets.map(text).collect(), frame }
    };
    let lines = FILE.trim().lines();
    lines.filter(|line| !["[", "]"].contains(line)).map(read).collect()
}

fn frame(name: &str) -> String {
    samples().into_iter().find(|sample| sample.name == name).expect("a sample has this name").frame
}

/// The conversation's people, with a socket each.
struct Cast {
    users: Vec<User>,
    sockets: HashMap<String, Socket>,
}

impl Cast {
    async fn gather(server: &TestServer) -> Self {
        let mut users = Vec::new();
        for (name, _) in PEOPLE {
            users.push(server.user(name).await);
        }
        for (user, last_name) in users.iter().zip(["Lee", "Fox"]) {
            user.patch("/api/profile/update", json!({ "lastName": last_name })).await.expect(201);
        }
        let new = json!({
            "groupId": GROUP, "groupName": "Tea club", "messageId": new_id(), "notificationMessage": "new",
        });
        users[0].post("/api/use-cases/create-group", new).await.expect(200);
        users[0].connect().await.add(GROUP, &users[3]).await;
        let mut sockets = HashMap::new();
        for user in &users {
            sockets.insert(user.name.to_lowercase(), user.connect().await);
        }
        Self { users, sockets }
    }

    /// A sample's request with the ids of this server's people. What is no JSON stands in the file as a string.
    fn real(&self, sample: &str) -> String {
        let raw = if sample.starts_with('"') { serde_json::from_str(sample).expect("a string") } else { sample.into() };
        let ids = PEOPLE.iter().zip(&self.users);
        ids.fold(raw, |text: String, ((_, sample), user)| text.replace(sample, &user.id))
    }

    /// What the server sent, with the ids and the time of the samples.
    fn sampled(&self, real: &str) -> String {
        let ids = PEOPLE.iter().zip(&self.users);
        let text = ids.fold(real.to_owned(), |text, ((_, sample), user)| text.replace(&user.id, sample));
        let mut parts = text.split("At\":\"");
        let mut sampled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (time, rest) = part.split_at(TIME.len());
            assert!(is_time(time), "{time}");
            sampled.extend(["At\":\"", TIME, rest]);
        }
        sampled
    }
}

/// Whether this has the form of [`TIME`].
fn is_time(text: &str) -> bool {
    text.chars().zip(TIME.chars()).all(|(c, form)| if form.is_ascii_digit() { c.is_ascii_digit() } else { c == form })
}

#[tokio::test]
async fn every_frame_is_as_its_sample_shows() {
    let server = TestServer::start_with(|config| config.limits.group_members = 4).await;
    let mut cast = Cast::gather(&server).await;
    for Sample { name, sockets, frame } in samples().iter().filter(|sample| !ELSEWHERE.contains(&&*sample.name)) {
        let request = cast.real(frame);
        for who in sockets {
            let socket = cast.sockets.get_mut(who).expect("somebody of the conversation");
            if name.ends_with(" request") {
                socket.send_raw(Message::text(request.clone())).await;
            } else {
                let sent = socket.text().await;
                assert_eq!(cast.sampled(&sent), *frame, "{name}, to {who}");
            }
        }
    }
    for socket in cast.sockets.values_mut() {
        socket.hears_nothing().await;
    }
}

#[tokio::test]
async fn requests_that_come_too_often_are_refused_as_the_sample_shows() {
    let server = TestServer::start_with(|config| {
        config.limits.enabled = true;
        config.limits.frames_per_second = 1;
    });
    let server = server.await;
    let mut socket = server.user("Ann").await.connect().await;
    for _ in 0..64 {
        socket.send("listLastMessage", json!({ "limit": 0 })).await;
    }
    let mut answers = Vec::new();
    for _ in 0..64 {
        answers.push(socket.text().await);
    }
    assert!(answers.contains(&frame(ELSEWHERE[0])), "{answers:?}");
}

#[tokio::test]
async fn without_the_database_a_message_is_refused_as_the_sample_shows() {
    let mut server = TestServer::start_breakable().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.connect().await;
    server.database.gone().await;
    let params = json!({ "messageId": new_id(), "receiverId": ann.id, "content": "Anybody?" });
    socket.send("privateMessage", params).await;
    assert_eq!(socket.text().await, frame(ELSEWHERE[1]));
}

#[test]
fn every_sample_has_a_name_of_its_own_and_is_in_one_of_the_forms() {
    let all: Vec<Value> = serde_json::from_str(FILE).expect("the file is JSON");
    let names: std::collections::HashSet<_> = all.iter().map(|sample| sample["name"].as_str()).collect();
    assert_eq!(names.len(), all.len());
    for sample in samples() {
        let last = sample.name.rsplit(' ').next().expect("a word");
        assert!(sample.sockets.is_empty() == ELSEWHERE.contains(&&*sample.name), "{}", sample.name);
        let form = match last {
            "request" => "",
            "refusal" => r#"{"error":true,"type":""#,
            "answer" | "broadcast" => r#"{"type":""#,
            _ => panic!("{}", sample.name),
        };
        assert!(sample.frame.starts_with(form), "{}", sample.name);
    }
}
