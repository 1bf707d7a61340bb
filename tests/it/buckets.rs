//! Backups in a bucket, with a real S3-compatible server. A separate binary: if `TEST_S3_URL` does not name one, such as
//! http://127.0.0.1:5055, these tests are counted as ignored, not as passed. `.ci/run buckets` starts one.

#![allow(
    clippy::pedantic,
    missing_docs,
    unreachable_pub,
    dead_code,
    unused_imports,
    reason = "tests are nobody's library"
)]

mod outside;
mod support;

use std::process::ExitCode;

use reqwest::Method;
use support::{Api, Hearth, PATIENCE, TestDatabase, new_id};

fn main() -> ExitCode {
    let tests: [(&str, fn()); _] = outside::tests! {
        a_backup_goes_to_a_bucket_and_comes_back
        the_server_keeps_the_newest_backups_in_a_bucket
        a_killed_upload_leaves_no_file
        a_bucket_that_cannot_be_reached_is_named
    };
    outside::run("S3", server().is_some(), tests)
}

fn server() -> Option<String> {
    std::env::var("TEST_S3_URL").ok()
}

/// A filled database and the program, which knows the store and a passphrase.
async fn filled() -> (TestDatabase, Hearth) {
    let database = TestDatabase::create().await;
    database.fill().await;
    let hearth = knows_the_store(Hearth::with_database(&database.url));
    (database, hearth)
}

fn knows_the_store(hearth: Hearth) -> Hearth {
    let hearth = hearth.set("AWS_ENDPOINT_URL", &server().expect("a store")).set("AWS_REGION", "us-east-1");
    hearth.set("AWS_ACCESS_KEY_ID", "test").set("AWS_SECRET_ACCESS_KEY", "test")
}

/// A new bucket.
async fn bucket() -> String {
    let name = new_id();
    ask(Method::PUT, &format!("/{name}")).await;
    name
}

/// The names of all objects of a bucket.
async fn objects(bucket: &str) -> Vec<String> {
    let text = ask(Method::GET, &format!("/{bucket}?list-type=2")).await;
    text.split("<Key>").skip(1).filter_map(|rest| rest.split_once('<')).map(|(name, _)| name.to_owned()).collect()
}

/// Asks the store, which does not check signatures.
async fn ask(method: Method, path: &str) -> String {
    let url = server().expect("a store");
    let api = Api::new(url.strip_prefix("http://").expect("a plain URL"));
    let who = "Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
    let request = api.request(method, path).header("authorization", format!("AWS4-HMAC-SHA256 {who}"));
    api.finish(request).await.expect(200).as_str().expect("a text").to_owned()
}

async fn a_backup_goes_to_a_bucket_and_comes_back() {
    let ((database, hearth), bucket) = (filled().await, bucket().await);
    let printed = hearth.prints(&["backup", &format!("s3://{bucket}/some/where")]);
    let file = printed.split(": ").next().expect("a place").to_owned();
    assert_eq!(objects(&bucket).await, [file.strip_prefix(&format!("s3://{bucket}/")).expect("its place")]);
    assert!(hearth.complains(&["backup", &file]).contains("is there already"));
    assert!(hearth.prints(&["verify", &file]).contains("opened: 100 chats"));

    let copy = TestDatabase::create().await;
    knows_the_store(Hearth::with_database(&copy.url)).prints(&["restore", &file]);
    assert_eq!(copy.contents().await.0["messages"], database.contents().await.0["messages"]);
}

async fn the_server_keeps_the_newest_backups_in_a_bucket() {
    let ((database, hearth), bucket) = (filled().await, bucket().await);
    let hearth = hearth.set("HEARTH_BACKUP__TO", &format!("s3://{bucket}/kept"));
    let hearth = hearth.set("HEARTH_BACKUP__EVERY", "1h").set("HEARTH_BACKUP__KEEP", "1");
    let mut last = Vec::new();
    for _ in 0..2 {
        let _serving = hearth.serve();
        let renewed = async {
            loop {
                let found = objects(&bucket).await;
                if found.len() == 1 && found[0].ends_with(".zip") && found != last {
                    return found;
                }
            }
        };
        last = tokio::time::timeout(PATIENCE, renewed).await.expect("a backup is made in time");
        database.run("DELETE FROM settings WHERE key = 'last_backup'").await;
    }
}

async fn a_killed_upload_leaves_no_file() {
    let ((_database, hearth), bucket) = (filled().await, bucket().await);
    let target = format!("s3://{bucket}/killed.zip");
    let mut backup = hearth.begin(&["backup", &target]);
    let begun = async { while objects(&bucket).await.is_empty() {} };
    tokio::time::timeout(PATIENCE, begun).await.expect("it begins in time");
    let _ = backup.kill();
    backup.wait().expect("it ends");
    // It may have been complete.
    if !objects(&bucket).await.contains(&"killed.zip".to_owned()) {
        hearth.prints(&["backup", &target]);
    }
    hearth.prints(&["verify", &target]);
}

async fn a_bucket_that_cannot_be_reached_is_named() {
    let (_database, hearth) = filled().await;
    let complaint = hearth.complains(&["backup", "s3://no-such-bucket/x"]);
    assert!(complaint.contains("s3://no-such-bucket/x") && complaint.contains("NoSuchBucket"), "{complaint}");
    assert!(hearth.complains(&["verify", "s3://no-such-bucket/x.zip"]).contains("s3://no-such-bucket/x.zip"));
    let hearth = hearth.set("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let complaint = hearth.complains(&["backup", "s3://bucket/x"]);
    assert!(complaint.contains("cannot begin the backup: s3://bucket/x"), "{complaint}");
}
