//! All clients come back at once, as after a restart of the server: each connects, asks which chats have changed, and reads
//! the message that it has missed.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use clap::{Args, value_parser};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    accounts::{self, Account, Run},
    client::{Client, HEARTH},
    fill,
    http::Server,
    idle::allow_files,
    latencies::Latencies,
    login::{chat, compare},
    process::Meter,
    report::{Kind, Report},
};

/// How long to measure the two who chat before the others come back.
const QUIET: Duration = Duration::from_secs(5);
/// The two chat at least this long after that.
const LEAST: Duration = Duration::from_secs(5);

#[derive(Args, Clone, Copy, Serialize)]
pub(crate) struct Options {
    /// Clients. For more than 10000, set the server's `HEARTH_LIMITS__CONNECTIONS`
    #[arg(long, default_value_t = 10_000, value_parser = value_parser!(u32).range(1..=25_000))]
    clients: u32,

    /// The people whose clients they are, of a database that `fill` has filled
    #[arg(long, default_value_t = 500, value_parser = value_parser!(u32).range(1..=10_000))]
    people: u32,
}

/// A person, and what the clients knew of the chats when they lost their connections.
struct Person {
    account: Account,
    known: Value,
}

/// Measures.
pub(crate) async fn run(server: Server, Options { clients, people }: Options) -> Result<Report> {
    allow_files(clients)?;
    let accounts = accounts::log_in_all(server, (0..people).map(fill::email)).await?;
    let people: Vec<_> = stream::iter(accounts).then(|account| leave(server, account)).try_collect().await?;
    let people: Vec<_> = people.into_iter().map(Arc::new).collect();

    let two = Run::new(server).people(2).await?;
    let quiet = chat(server, &two, Instant::now() + QUIET).await?;

    let (meter, began) = (Meter::start(server)?, Instant::now());
    let mut tasks = JoinSet::new();
    for person in people.iter().cycle().take(clients as usize) {
        tasks.spawn(come_back(server, person.clone(), began));
    }
    let others = tokio::spawn(async move {
        let mut times = Vec::new();
        while let Some(back) = tasks.join_next().await {
            times.push(back??);
        }
        anyhow::Ok(times)
    });
    let busy = chat(server, &two, began + LEAST).await?;
    let times: Latencies = others.await??.into_iter().collect();
    let cost = meter.read()?;

    let mut report = Report::new(format_args!("reconnect: {clients} clients of {} people", people.len()));
    report.latencies(Kind::Figure, "served", &times);
    compare(&mut report, &quiet, &busy);
    report.cost(&cost, "client", clients as usize);
    Ok(report)
}

/// Reads which chats there are; then a message is written that the other clients miss.
async fn leave(server: Server, account: Account) -> Result<Person> {
    let mut client = Client::connect_with(server, HEARTH, &account.token).await?;
    let rows = client.rows("getChangedChats", json!({ "known": [], "cursor": null })).await?;
    let partner = rows.first().map(|row| row["chat"]["userId"].clone()).context("no chats: run `fill`")?;
    let known = rows.iter().map(|row| {
        json!({ "chat": row["chat"], "lastSeq": row["lastSeq"], "revision": row["revision"], "state": row["state"] })
    });
    let known = known.collect();
    let message = json!({ "receiverId": partner, "messageId": Uuid::now_v7(), "content": "you missed this" });
    client.ask("privateMessage", message).await?;
    Ok(Person { account, known })
}

/// Returns how long it took until everything is known.
async fn come_back(server: Server, person: Arc<Person>, began: Instant) -> Result<Duration> {
    let mut client = Client::connect_with(server, HEARTH, &person.account.token).await?;
    let changed = client.rows("getChangedChats", json!({ "known": person.known, "cursor": null })).await?;
    ensure!(!changed.is_empty(), "the missed message does not show");
    for row in changed {
        let after = row["lastSeq"].as_i64().context("a chat has a lastSeq")? - 1;
        let since = json!({ "receiverId": row["chat"]["userId"], "afterSeq": after,
            "afterRevision": row["revision"], "limit": 100 });
        ensure!(!client.rows("getChanges", since).await?.is_empty(), "the missed message is not there");
    }
    Ok(began.elapsed())
}
