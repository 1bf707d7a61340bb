//! A database file that cannot be written for a while: requests are rejected with the reason, no acknowledged message
//! is lost, and writes work again as soon as they can, without a restart.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use rlimit::{INFINITY, Resource, prlimit};
use serde_json::{Value, json};

use crate::{
    samples,
    support::{Hearth, PASSWORD, Reply, Request, Serving, Socket, User},
};

/// How often each disk fails: one recovery proves nothing about the next.
const ROUNDS: usize = 3;
/// How many messages a log may still have room for when its disk is full.
const LAST_ROOM: usize = 64;

fn hearth() -> Hearth {
    Hearth::with_database("sqlite://data/hearth.db")
}

/// Sends notes until one is rejected; returns it and the error.
async fn until_refused(ann: &User, socket: &mut Socket) -> (Request, Value) {
    for number in 0..LAST_ROOM {
        let request = Request::private(&ann.id, &format!("{number} {}", "x".repeat(4000)));
        let answer = socket.ask(request.kind, request.params.clone()).await;
        if answer["success"] != true {
            return (request, answer);
        }
    }
    panic!("nothing was refused");
}

async fn log_in(ann: &User) -> Reply {
    ann.post("/api/auth/login", json!({ "email": ann.email, "password": PASSWORD })).await
}

/// Asserts that the rejected message can be retried and is stored once, and that everything else works.
async fn all_is_well(ann: &User, socket: &mut Socket, refused: &Request) {
    socket.does(refused).await;
    socket.does(refused).await;
    log_in(ann).await.expect(201);
    ann.patch("/api/profile/update", json!({ "firstName": "Ann" })).await.expect(201);
    let rows = socket.all(&Request::dialog(&ann.id), 100).await;
    assert_eq!(rows.iter().filter(|row| row["messageId"] == refused.id()).count(), 1);
}

/// A disk of this size that only the server sees; `None` if the system does not allow mounting.
fn on_a_disk_of(size: &str, hearth: Hearth) -> Option<(Hearth, Serving, PathBuf)> {
    let mount = format!("mount -t tmpfs -o size={size} none data && exec \"$0\" \"$@\"");
    for rights in [&["--mount"][..], &["--mount", "--user", "--map-root-user"]] {
        let launcher = [&["unshare"], rights, &["sh", "-c"]].concat();
        if Command::new(launcher[0])
            .args(rights)
            .args(["mount", "-t", "tmpfs", "none", "/mnt"])
            .status()
            .ok()?
            .success()
        {
            let hearth = hearth.launched_by(&[&launcher[..], &[&mount]].concat());
            std::fs::create_dir(hearth.folder().join("data")).expect("the folder can be written to");
            let serving = hearth.serve();
            let inside = hearth.folder().strip_prefix("/").expect("a path from the root");
            let disk = PathBuf::from(format!("/proc/{}/root", serving.id())).join(inside).join("data");
            return Some((hearth, serving, disk));
        }
    }
    None
}

#[tokio::test]
async fn a_full_disk_is_reported_and_writes_work_again_once_there_is_room() {
    // Another disk is watched, so that nothing is rejected before this one is full.
    let Some((_hearth, serving, disk)) = on_a_disk_of("2m", hearth().set("HEARTH_STORAGE__WATCH", "/")) else {
        return eprintln!("no file system can be mounted here: the limit of a file's size is tried instead");
    };
    let ann = serving.api.sign_up("Ann").await;
    let mut socket = ann.connect().await;
    for _ in 0..ROUNDS {
        let filler = disk.join("filler");
        let full = std::io::copy(&mut std::io::repeat(0), &mut File::create(&filler).expect("there is room"));
        assert_eq!(full.expect_err("the disk is small").kind(), std::io::ErrorKind::StorageFull);
        let (refused, answer) = until_refused(&ann, &mut socket).await;
        assert_eq!(answer.to_string(), samples::frame(samples::FULL_DISK));
        let reply = log_in(&ann).await;
        assert_eq!((reply.status, &reply.body["code"]), (503, &answer["code"]), "{reply:?}");
        let probe = serving.api.get("/readyz").await;
        assert_eq!((probe.status, &probe.body), (503, &json!("disk_full\n")));
        serving.api.get("/healthz").await.expect(200);
        std::fs::remove_file(filler).expect("it is there");
        all_is_well(&ann, &mut socket, &refused).await;
        assert_eq!(serving.api.get("/readyz").await.expect(200), "ready\n");
    }
}

#[tokio::test]
async fn a_disk_that_fills_up_is_noticed_before_it_is_full_and_when_it_has_room_again() {
    let hearth = hearth().set("HEARTH_STORAGE__WARN_PERCENT", "50").set("HEARTH_STORAGE__STOP_MB", "5");
    let Some((_hearth, serving, disk)) = on_a_disk_of("24m", hearth) else {
        return eprintln!("no file system can be mounted here");
    };
    let ann = serving.api.sign_up("Ann").await;
    let mut socket = ann.hearth().await;
    let filler =
        |name: &str, mb: usize| std::fs::write(disk.join(name), vec![0; mb * 1_000_000]).expect("there is room");
    for _ in 0..ROUNDS {
        filler("first", 13);
        assert_eq!(socket.hears("serverNotice").await["serverNotice"]["kind"], "disk_low");
        let note = Request::private(&ann.id, "a note");
        socket.does(&note).await;
        assert_eq!(serving.api.get("/readyz").await.expect(200), "ready\n");
        filler("second", 8);
        assert_eq!(socket.hears("serverNotice").await["serverNotice"]["kind"], "read_only");
        assert_eq!(socket.code(&Request::private(&ann.id, "another")).await, "disk_full");
        assert_eq!(serving.api.get("/readyz").await.expect(200), "read_only\n");
        log_in(&ann).await.expect(201);
        socket.hears("sessionBegan").await;
        std::fs::remove_file(disk.join("second")).expect("it is there");
        assert_eq!(socket.hears("serverNotice").await["serverNotice"]["kind"], "disk_low");
        std::fs::remove_file(disk.join("first")).expect("it is there");
        assert_eq!(socket.hears("serverNotice").await["serverNotice"], json!(null));
        assert_eq!(serving.api.get("/readyz").await.expect(200), "ready\n");
    }
}

#[tokio::test]
async fn a_file_that_may_not_grow_fails_writes_but_not_the_server() {
    let hearth = hearth();
    let serving = hearth.serve();
    let ann = serving.api.sign_up("Ann").await;
    let mut socket = ann.connect().await;
    let pid = i32::try_from(serving.id()).expect("a process");
    let limit = |size| prlimit(pid, Resource::FSIZE, Some((size, INFINITY)), None).expect("it is our process");
    for _ in 0..ROUNDS {
        limit(std::fs::metadata(hearth.folder().join("data/hearth.db-wal")).expect("the log").len());
        let (refused, answer) = until_refused(&ann, &mut socket).await;
        assert_eq!(answer["code"], "unavailable", "{answer}");
        log_in(&ann).await.refused(503);
        limit(INFINITY);
        all_is_well(&ann, &mut socket, &refused).await;
    }
}

/// `strace`, which makes some system calls of a process fail until this is dropped.
struct Fault(Child);

impl Fault {
    /// `None` if `strace` is missing or may not trace other processes.
    fn inject(serving: &Serving, calls: &str, error: &str) -> Option<Self> {
        let inject = format!("inject={calls}:error={error}");
        let trace = ["-f", "-e", &format!("trace={calls}"), "-e", &inject, "-p", &serving.id().to_string()];
        let mut child = Command::new("strace").args(trace).stderr(Stdio::piped()).spawn().ok()?;
        let mut errors = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut line = String::new();
        errors.read_line(&mut line).expect("a text");
        std::thread::spawn(move || errors.read_to_end(&mut Vec::new()));
        if line.contains("attached") { Some(Self(child)) } else { None }
    }
}

impl Drop for Fault {
    fn drop(&mut self) {
        let interrupt = Command::new("kill").arg("-INT").arg(self.0.id().to_string()).status();
        interrupt.expect("`kill` runs");
        self.0.wait().expect("it lets the process go");
    }
}

async fn survives(calls: &str, error: &str, code: &str) {
    let hearth = hearth();
    let mut serving = hearth.serve();
    let ann = serving.api.sign_up("Ann").await;
    let mut socket = ann.connect().await;
    let mut sent = Vec::new();
    for _ in 0..ROUNDS {
        let Some(fault) = Fault::inject(&serving, calls, error) else {
            return writeln!(std::io::stderr(), "strace cannot be used here").expect("it can be said");
        };
        let (refused, answer) = until_refused(&ann, &mut socket).await;
        assert_eq!(answer["code"], code, "{answer}");
        drop(fault);
        all_is_well(&ann, &mut socket, &refused).await;
        sent.push(refused.id().to_owned());
    }
    serving.kill();
    let serving = hearth.serve();
    let mut socket = serving.api.log_in(&ann.email, PASSWORD).await.connect().await;
    let rows = socket.all(&Request::dialog(&ann.id), 100).await;
    for id in sent {
        assert_eq!(rows.iter().filter(|row| row["messageId"] == id).count(), 1, "acknowledged, so on disk, once");
    }
}

#[tokio::test]
async fn writes_that_found_no_room_can_be_retried() {
    survives("pwrite64", "ENOSPC", "disk_full").await;
}

#[tokio::test]
async fn writes_that_failed_can_be_retried() {
    survives("pwrite64", "EIO", "unavailable").await;
}

#[tokio::test]
async fn messages_acknowledged_after_a_failed_sync_are_on_disk() {
    survives("fsync,fdatasync", "EIO", "unavailable").await;
}
