//! `tests/samples/frames.json` and `hearth.json`: every request, answer, broadcast and error of both subprotocols, byte
//! by byte except for user and session ids, times and tokens. The documentation shows the same files. Each is one
//! conversation: `sockets` says who sends a request, or who gets any other frame.
//! `UPDATE_SNAPSHOTS=1 cargo test samples` replaces everything but the requests, for review.

mod cast;
mod elsewhere;

use std::path::Path;

use serde_json::{Value, json};

use cast::{Cast, Deed};
pub use elsewhere::{ALMOST_FULL, ALMOST_FULL_DISK, FULL_DISK, ROOM_AGAIN, frame};
use elsewhere::{OF_AUTH, OF_HEARTH};

use crate::support::TestServer;

/// A frame of a conversation.
#[derive(Clone)]
struct Sample {
    /// Ends with its form: request, answer, broadcast or refusal.
    name: String,
    sockets: Vec<String>,
    frame: Value,
}

impl Sample {
    fn new(name: String, sockets: Vec<String>, frame: Value) -> Self {
        Self { name, sockets, frame }
    }

    fn form(&self) -> &str {
        self.name.rsplit(' ').next().expect("a word")
    }

    /// A line of the file.
    fn line(&self) -> String {
        json!({ "name": self.name, "sockets": self.sockets, "frame": self.frame }).to_string()
    }
}

fn path(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(file)
}

fn samples(file: &str) -> Vec<Sample> {
    let text = std::fs::read_to_string(path(file)).expect("the file can be read");
    let samples: Vec<Value> = serde_json::from_str(&text).expect("the file is JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let read = |sample: &Value| {
        let sockets = sample["sockets"].as_array().expect("an array").iter().map(text).collect();
        Sample::new(text(&sample["name"]), sockets, sample["frame"].clone())
    };
    samples.iter().map(read).collect()
}

/// Plays a file's requests; the results must be the file's.
async fn play(file: &str, cast: &mut Cast) {
    let told = samples(file);
    let mut played = Vec::new();
    for sample in &told {
        match (sample.form(), &*sample.sockets) {
            // Samples that need other circumstances are listed, but not played.
            (_, []) => played.push(sample.clone()),
            ("request" | "call", [who]) => {
                let (story, _) = sample.name.rsplit_once(' ').expect("a name has several words");
                let deed = if sample.form() == "request" { Deed::Request } else { Deed::Call };
                played.push(sample.clone());
                played.extend(cast.play(story, who, deed, &sample.frame).await);
            }
            _ => {}
        }
    }
    let lines = |samples: &[Sample]| samples.iter().map(Sample::line).collect::<Vec<_>>();
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(path(file), format!("[\n{}\n]\n", lines(&played).join(",\n"))).expect("the file can be written");
        return;
    }
    for (played, told) in lines(&played).iter().zip(lines(&told)) {
        assert_eq!(*played, told);
    }
    assert_eq!(played.len(), told.len());
}

#[tokio::test]
async fn every_frame_of_auth_matches_its_sample() {
    let server = TestServer::start_with(|config| config.limits.group_members = 4).await;
    let mut cast = Cast::of_auth(&server).await;
    play("frames.json", &mut cast).await;
}

#[tokio::test]
async fn every_frame_of_hearth_matches_its_sample() {
    let server = TestServer::start().await;
    let mut cast = Cast::of_hearth(&server).await;
    play("hearth.json", &mut cast).await;
}

#[test]
fn every_sample_has_a_name_of_its_own_and_is_in_one_of_the_forms() {
    for (file, unplayed) in [("frames.json", &OF_AUTH[..]), ("hearth.json", &OF_HEARTH)] {
        let samples = samples(file);
        let elsewhere = samples.iter().filter(|sample| sample.sockets.is_empty()).map(|sample| &*sample.name);
        assert!(elsewhere.eq(unplayed.iter().copied()), "{file} has a sample that no test checks");
        let names: std::collections::HashSet<_> = samples.iter().map(|sample| &sample.name).collect();
        assert_eq!(names.len(), samples.len());
        for sample in samples {
            let form = match sample.form() {
                "request" | "call" => "",
                "refusal" => r#"{"error":true,"type":""#,
                "answer" | "broadcast" => r#"{"type":""#,
                _ => panic!("{}", sample.name),
            };
            assert!(sample.frame.to_string().starts_with(form), "{}", sample.name);
        }
    }
}
