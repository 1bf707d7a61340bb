//! The program: its commands and signals, and that acknowledged messages survive it.

use std::{
    collections::HashSet,
    io::{Read, Write},
};

use hearth::cli::VERSION;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Hearth, Request, Socket, TestDatabase, texts};

async fn hearth() -> (TestDatabase, Hearth) {
    let database = TestDatabase::create().await;
    let hearth = Hearth::with_database(&database.url);
    (database, hearth)
}

#[tokio::test]
async fn it_prints_its_version_and_its_help() {
    let (_database, hearth) = hearth().await;
    assert_eq!(hearth.prints(&["--version"]), format!("hearth {VERSION}\n"));
    let (number, commit) = VERSION.split_once(' ').unwrap_or((VERSION, "(0000000)"));
    assert_eq!(number, env!("CARGO_PKG_VERSION"));
    let commit = commit.strip_prefix('(').and_then(|commit| commit.strip_suffix(')')).expect("it is in brackets");
    assert!(commit.len() >= 7 && commit.chars().all(|c| c.is_ascii_alphanumeric()), "{commit}");
    let help = hearth.prints(&["--help"]);
    for word in [
        "serve",
        "migrate",
        "demo",
        "import",
        "move",
        "config",
        "restored",
        "check",
        "health",
        "--listen",
        "--database-url",
        "config.toml",
        "HEARTH_",
    ] {
        assert!(help.contains(word), "{word} in {help}");
    }
    assert!(hearth.complains(&["surf"]).contains("surf"));
}

#[tokio::test]
async fn an_ignored_x_forwarded_for_is_logged_once() {
    for (trusted, entry, warning) in [
        ("192.0.2.1", "198.51.100.1", "not in server.trusted_proxies"),
        ("127.0.0.1", "unknown", "an entry that is not an address"),
    ] {
        let (_database, hearth) = hearth().await;
        let serving = hearth.set("HEARTH_SERVER__TRUSTED_PROXIES", trusted).serve();
        for _ in 0..3 {
            let request = serving.api.request(Method::POST, "/api/auth/login").json(&json!({}));
            serving.api.finish(request.header("x-forwarded-for", entry)).await.refused(400);
        }
        serving.terminate();
        let (code, log) = serving.ended();
        assert_eq!((code, log.matches(warning).count()), (Some(0), 1), "{log}");
    }
}

#[tokio::test]
async fn it_prints_the_effective_configuration_with_secrets_masked() {
    let hearth = Hearth::with_database("postgres://hearth:s3cret@db.example.org/hearth")
        .set("HEARTH_AUTH__SECRET", "thirty-two bytes that nobody sees")
        .set("HEARTH_AUTH__TOKEN_HOURS", "2")
        .file("[auth]\ntoken_hours = 1\npassword_min_length = 9\n[server]\nlisten = \"127.0.0.1:1\"");
    let shown = hearth.prints(&["config", "--listen", "127.0.0.1:9"]);
    for line in ["listen = \"127.0.0.1:9\"", "token_hours = 2", "password_min_length = 9", "level = \"info\""] {
        assert!(shown.lines().any(|shown| shown == line), "{line} in {shown}");
    }
    assert!(shown.contains("hearth:********@db.example.org"), "{shown}");
    assert!(!shown.contains("s3cret") && !shown.contains("nobody sees"), "{shown}");
}

#[tokio::test]
async fn what_it_prints_is_a_configuration_file() {
    let first = Hearth::with_database("sqlite://elsewhere.db").prints(&["config"]);
    assert_eq!(Hearth::with_database("sqlite://elsewhere.db").file(&first).prints(&["config"]), first);
}

#[tokio::test]
async fn it_rejects_unknown_settings_and_names_them() {
    let (_database, hearth) = hearth().await;
    let hearth = hearth.file("[server]\nlisten_on = \"x\"");
    for command in [&[][..], &["serve"], &["config"], &["migrate"], &["health"]] {
        let complaint = hearth.complains(command);
        assert!(complaint.contains("listen_on"), "{complaint}");
    }
    let hearth = hearth.file("[auth]\ntoken_hours = 0");
    assert!(hearth.complains(&[]).contains("auth.token_hours"));
    let hearth = hearth.file("").set("HEARTH_SERVER__COLOUR", "red");
    assert!(hearth.complains(&[]).contains("HEARTH_SERVER__COLOUR"));
    assert!(hearth.complains(&["--config", "nowhere.toml"]).contains("nowhere.toml"));
}

#[tokio::test]
async fn migrations_can_be_repeated_and_run_twice_at_once() {
    let (database, hearth) = hearth().await;
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| assert!(hearth.prints(&["migrate"]).contains("is up to date")));
        }
    });
    hearth.prints(&["migrate"]);
    assert!(database.answers().await);
    hearth.serve().api.sign_up("Ann").await;
}

#[tokio::test]
async fn health_reports_whether_the_server_works_and_is_ready() {
    let (_database, hearth) = hearth().await;
    let serving = hearth.serve();
    let hearth = hearth.set("HEARTH_SERVER__LISTEN", serving.api.base());
    assert_eq!(hearth.prints(&["health"]), "ok\n");
    assert_eq!(hearth.prints(&["health", "--ready"]), "ready\n");
    drop(serving);
    assert!(hearth.complains(&["health"]).contains("nothing listens"));
}

#[tokio::test]
async fn a_server_that_is_not_ready_is_reported_with_its_reason() {
    let (_database, hearth) = hearth().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let hearth = hearth.set("HEARTH_SERVER__LISTEN", &listener.local_addr().expect("an address").to_string());
    let unready = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("it asks");
        let mut question = [0; 1024];
        let length = stream.read(&mut question).expect("it asks");
        stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\n\r\ndisk_full\n").expect("it listens");
        String::from_utf8_lossy(&question[..length]).into_owned()
    });
    assert!(hearth.complains(&["health", "--ready"]).contains("not ready: disk_full"));
    assert!(unready.join().expect("it was asked").starts_with("GET /readyz HTTP/1.1\r\n"));
}

#[tokio::test]
async fn it_prints_its_address_and_its_database_without_credentials() {
    let (database, hearth) = hearth().await;
    let serving = hearth.serve();
    let base = serving.api.base();
    for line in [format!("http://{base}/"), format!("http://{base}/doc"), format!("ws://{base}/api/ws")] {
        assert!(serving.announcement.split_whitespace().any(|word| word == line), "{}", serving.announcement);
    }
    let place = database.url.rsplit('@').next().and_then(|place| place.split('?').next()).expect("a place");
    assert!(serving.announcement.contains(place), "{}", serving.announcement);
    assert!(!serving.announcement.contains('@'));
    assert_eq!(serving.api.get("/doc/openapi.json").await.status, 200);
}

#[tokio::test]
async fn on_sigterm_it_closes_sockets_with_1001_exits_with_0_and_keeps_everything() {
    let (_database, hearth) = hearth().await;
    let serving = hearth.serve();
    let (ann, bob) = (serving.api.sign_up("Ann").await, serving.api.sign_up("Bob").await);
    let mut socket = ann.connect().await;
    socket.write_to(&bob, "before").await;
    serving.terminate();
    assert_eq!(socket.closed().await, 1001);
    assert_eq!(serving.ended().0, Some(0));

    let _serving = hearth.set("HEARTH_SERVER__LISTEN", ann.base()).serve();
    ann.write_to(&bob, "after").await;
    assert_eq!(bob.texts_with(&ann).await, ["after", "before"]);
}

/// Sends messages, some at a time, until the connection breaks. Returns how many were acknowledged.
async fn write_until_the_end(socket: &mut Socket, messages: &[Request]) -> usize {
    let mut acknowledged = 0;
    for (number, message) in messages.iter().enumerate() {
        let sent = socket.try_send(message).await;
        if sent.is_none() || (number >= 32 && socket.try_answer().await.is_none()) {
            break;
        }
        acknowledged += usize::from(number >= 32);
    }
    while socket.try_answer().await.is_some() {
        acknowledged += 1;
    }
    acknowledged
}

#[tokio::test]
async fn a_kill_at_any_moment_loses_no_acknowledged_message_and_duplicates_no_retry() {
    let (_database, hearth) = hearth().await;
    let mut serving = hearth.serve();
    let (ann, bob) = (serving.api.sign_up("Ann").await, serving.api.sign_up("Bob").await);
    let messages: Vec<_> = (0..2000).map(|number: u16| Request::private(&bob.id, &number.to_string())).collect();
    let (mut anns, mut bobs) = (ann.connect().await, bob.connect().await);
    let kill = async {
        bobs.hears_many(100).await;
        serving.kill();
    };
    let (acknowledged, ()) = tokio::join!(write_until_the_end(&mut anns, &messages), kill);

    let _serving = hearth.set("HEARTH_SERVER__LISTEN", ann.base()).serve();
    let (mut socket, dialog) = (ann.connect().await, Request::dialog(&bob.id));
    let stored = socket.all(&dialog, 100).await.len();
    assert!(stored >= acknowledged && stored < 2000, "{acknowledged} acknowledged, {stored} stored");
    for message in &messages[stored.saturating_sub(50)..stored + 50] {
        socket.does(message).await;
    }
    let expected: Vec<_> = (0..stored + 50).rev().map(|number| number.to_string()).collect();
    assert_eq!(texts(&socket.all(&dialog, 100).await), expected);
}

#[tokio::test]
async fn a_killed_server_does_not_lock_its_database() {
    let (_database, hearth) = hearth().await;
    let mut serving = hearth.serve();
    let complaint = hearth.complains(&["serve"]);
    assert!(complaint.contains("another Hearth already serves"), "{complaint}");
    serving.kill();
    hearth.serve().api.sign_up("Ann").await;
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let ((_first, hearth), (_second, other)) = (hearth().await, self::hearth().await);
    let serving = hearth.serve();
    let complaint = other.set("HEARTH_SERVER__LISTEN", serving.api.base()).complains(&[]);
    assert!(complaint.contains(&format!("cannot listen on {}", serving.api.base())), "{complaint}");
}

#[tokio::test]
async fn its_log_is_one_json_object_per_line_without_secrets() {
    let (_database, hearth) = hearth().await;
    let serving = hearth.set("HEARTH_LOG__FORMAT", "json").set("HEARTH_LOG__LEVEL", "debug").serve();
    let (ann, bob) = (serving.api.sign_up("Ann").await, serving.api.sign_up("Bob").await);
    ann.get("/api/use-cases/search?searchText=whatiseek").await.expect(200);
    ann.write_to(&bob, "what I write").await;
    serving.api.post("/api/auth/login", json!({ "email": ann.email, "password": "my guess" })).await.refused(400);
    serving.terminate();
    let (code, log) = serving.ended();
    assert_eq!(code, Some(0));
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let paths: HashSet<_> = lines.iter().filter_map(|line| line["path"].as_str()).collect();
    assert!(paths.contains("/api/auth/login") && lines.iter().any(|line| line["status"] == 400), "{log}");
    for secret in [&*ann.email, &ann.token, "correct horse", "my guess", "what I write", "whatiseek"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[tokio::test]
async fn an_import_takes_its_source_from_an_argument_a_file_or_the_environment() {
    let (_database, hearth) = hearth().await;
    let complaint = hearth.complains(&["import"]);
    assert!(["IMPORT_URL", "--url-file"].iter().all(|way| complaint.contains(way)), "{complaint}");
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let file = folder.path().join("url");
    let file = file.to_str().expect("a text");
    assert!(hearth.complains(&["import", "--url-file", file]).contains("cannot read"));
    let read = "the source must be a database of the reference messenger";
    std::fs::write(file, "mysql://of-a-file\n").expect("the folder can be written to");
    assert!(hearth.complains(&["import", "--url-file", file]).contains(read));
    assert!(hearth.complains(&["import", "mysql://argument"]).contains(read));
    assert!(hearth.set("IMPORT_URL", "mysql://environment").complains(&["import"]).contains(read));
}

#[tokio::test]
async fn failed_logins_are_logged_with_the_address_and_without_what_was_typed() {
    let (_database, hearth) = hearth().await;
    let hearth = hearth.set("HEARTH_LIMITS__ENABLED", "true").set("HEARTH_LIMITS__LOG_INS_PER_ACCOUNT_AND_MINUTE", "1");
    let serving = hearth.serve();
    serving.api.sign_up("Ann").await;
    for (password, status) in [("a wrong guess", 400), ("another guess", 429)] {
        let body = json!({ "email": "zoe@example.org", "password": password });
        serving.api.post("/api/auth/login", body).await.expect(status);
    }
    serving.terminate();
    let (code, log) = serving.ended();
    assert_eq!(code, Some(0));
    for reason in ["wrong_credentials", "too_many"] {
        let line = format!("login_failed reason=\"{reason}\" address=127.0.0.1");
        assert_eq!(log.lines().filter(|logged| logged.ends_with(&line)).count(), 1, "{reason}: {log}");
    }
    assert!(!log.contains("guess") && !log.contains("example.org"), "{log}");
}
