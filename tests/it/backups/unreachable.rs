//! Backups that cannot be read or written now: that says nothing about whether they are good.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
};

use super::{back_up, conversation};
use crate::support::{Hearth, TestDatabase};

const EMPTY: &str = "<ListBucketResult><Name>b</Name><Prefix/><KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys>\
     <IsTruncated>false</IsTruncated></ListBucketResult>";
const BEGUN: &str = "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><UploadId>7</UploadId>\
     </InitiateMultipartUploadResult>";

/// A store that has nothing and begins uploads, but lets nobody write an object.
struct Store {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Store {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let (address, asked) = (listener.local_addr().expect("an address").to_string(), Arc::default());
        let seen: Arc<Mutex<Vec<String>>> = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                answer(BufReader::new(stream), &seen);
            }
        });
        Self { address, asked }
    }

    fn known_by(&self, hearth: Hearth) -> Hearth {
        let hearth = hearth.set("AWS_ENDPOINT_URL", &format!("http://{}", self.address)).set("AWS_REGION", "us-east-1");
        hearth.set("AWS_ACCESS_KEY_ID", "test").set("AWS_SECRET_ACCESS_KEY", "test")
    }
}

fn answer(mut stream: BufReader<std::net::TcpStream>, seen: &Mutex<Vec<String>>) {
    let (mut head, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).unwrap_or(0) <= 2 {
            break;
        }
        let line = line.to_lowercase();
        length =
            line.strip_prefix("content-length: ").map_or(length, |length| length.trim().parse().expect("a length"));
        head.push(line);
    }
    let Some(request) = head.first() else { return };
    let _ = stream.read_exact(&mut vec![0; length]);
    let (status, body) = match request.split(' ').next().unwrap_or_default() {
        "get" if request.contains("list-type") => ("200 OK", EMPTY),
        "post" => ("200 OK", BEGUN),
        "put" => ("403 Forbidden", ""),
        "delete" => ("204 No Content", ""),
        _ => ("404 Not Found", ""),
    };
    seen.lock().expect("no panic").push(request.clone());
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.get_mut().write_all(format!("{head}{body}").as_bytes());
}

#[tokio::test]
async fn a_bucket_that_cannot_be_written_gets_no_upload() {
    let database = TestDatabase::create().await;
    database.fill().await;
    let store = Store::start();
    let hearth = store.known_by(Hearth::with_database(&database.url));
    let complaint = hearth.complains(&["backup", "s3://b/x"]);
    assert!(complaint.contains("cannot begin the backup: s3://b/x/hearth-"), "{complaint}");
    let asked = store.asked.lock().expect("no panic");
    assert!(asked.iter().any(|request| request.starts_with("delete ") && request.contains("uploadid=7")), "{asked:?}");
}

#[tokio::test]
async fn a_backup_that_cannot_be_checked_is_not_called_bad() {
    let (database, hearth, _serving, ..) = conversation().await;
    let (folder, store) = (hearth.folder().display().to_string(), Store::start());
    fs::write(hearth.folder().join("right"), "kettle on").expect("it can be written");
    fs::write(hearth.folder().join("wrong"), "kettle off").expect("it can be written");
    hearth.prints(&["backup", "sealed.zip.age", "--passphrase-file", "right"]);
    let file = back_up(&hearth, "open.zip");
    let hearth = store.known_by(hearth);
    let full = Hearth::with_database(&database.url).set("TMPDIR", &folder);
    let full = full.set("HEARTH_STORAGE__WATCH", &folder).set("HEARTH_STORAGE__STOP_MB", "1000000000");
    for (hearth, arguments, reason) in [
        (&hearth, &["verify", "typo.zip"][..], "No such file"),
        (&hearth, &["verify", "."], "names no file"),
        (&hearth, &["verify", &folder], "not a file"),
        (&hearth, &["verify", "s3://b/gone.zip"], "there is no such file"),
        (&hearth, &["verify", "sealed.zip.age"], "give its passphrase"),
        (&hearth, &["verify", "sealed.zip.age", "--passphrase-file", "wrong"], "another passphrase"),
        (&hearth, &["verify", "sealed.zip.age", "--passphrase-file", "nowhere"], "cannot read the passphrase file"),
        (&full, &["verify", &file], "kept for the server (storage.stop_mb)"),
    ] {
        let output = hearth.run(arguments);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(complaint.contains(reason) && output.status.code() == Some(2), "{arguments:?}: {complaint}");
    }
    assert!(hearth.prints(&["stats"]).contains("last verified  never"));

    fs::write(hearth.folder().join("open.zip"), "PK\x03\x04 and no more").expect("it can be written");
    assert_eq!(hearth.run(&["verify", &file]).status.code(), Some(1));
    assert!(hearth.prints(&["stats"]).contains(", BAD: "));
}
