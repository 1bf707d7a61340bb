//! How long each hot path takes.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use hearth::{protocol::Protocol, text};
use micro::{
    chats::Chats,
    frames::{Group, SendRequest},
    rows::Messages,
};
use tokio::runtime::Builder;

fn frames(criterion: &mut Criterion) {
    let request = SendRequest::new();
    criterion.bench_function("decode a send request", |bencher| bencher.iter(|| request.decode()));
    for (name, protocol, members) in [
        ("encode a message for `auth`", Protocol::Reference, 1),
        ("encode a message for `hearth`", Protocol::Hearth, 1),
        ("publish to 200 outboxes", Protocol::Hearth, 200),
        ("publish to 1,000 outboxes", Protocol::Hearth, 1000),
    ] {
        let group = Group::new(protocol, members);
        criterion.bench_function(name, |bencher| bencher.iter(|| group.publish()));
    }
}

fn texts(criterion: &mut Criterion) {
    for (script, name) in [("Latin", "Maria Lee"), ("accented", "Zoë Strauß"), ("Cyrillic", "Фёдор Ильич")]
    {
        let title = format!("fold a name, {script}");
        criterion.bench_function(&title, |bencher| bencher.iter(|| text::search(black_box(name))));
    }
}

fn database(criterion: &mut Criterion) {
    let messages = Messages::new();
    criterion.bench_function("JSON of 100 messages", |bencher| bencher.iter(|| messages.to_json()));

    let folder = tempfile::tempdir().expect("a temporary folder");
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut chats = runtime.block_on(Chats::new(folder.path())).expect("a database");
    criterion.bench_function("history page of 50 on SQLite", |bencher| {
        bencher.iter(|| runtime.block_on(chats.read_page()).expect("a page"));
    });
    criterion.bench_function("batch of 100 sends on SQLite", |bencher| {
        bencher.iter(|| runtime.block_on(chats.send_batch()).expect("a batch"));
    });
    runtime.block_on(chats.close()).expect("the writer stops");
}

criterion_group!(paths, frames, texts, database);
criterion_main!(paths);
