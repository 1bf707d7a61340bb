//! Many groups at once, a few of them large and busy and most of them small and quiet: messages beside typing indicators and
//! read receipts, and some people who read slowly.

mod law;
mod log;
mod person;

use std::{collections::HashMap, sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};
use clap::{Args, value_parser};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use serde_json::json;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};
use uuid::Uuid;

use crate::{
    accounts::{Account, Run},
    client::{Client, HEARTH},
    delivery::Clock,
    group,
    http::Server,
    limits,
    process::{Cost, Meter},
    report::{Kind, Report, count},
};
use law::Law;
use person::{Person, Received, Role};

/// Concurrent set-ups of groups.
const AT_ONCE: usize = 8;

#[derive(Args, Clone, Copy, Serialize)]
pub(crate) struct Options {
    /// People, each with one connection
    #[arg(long, default_value_t = 200, value_parser = value_parser!(u32).range(4..=5_000))]
    people: u32,

    /// Those who write, one request at a time; all others read
    #[arg(long, default_value_t = 32, value_parser = value_parser!(u32).range(1..=1_000))]
    writers: u32,

    /// Those who read 256 frames per second at most
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u32).range(0..=1_000))]
    slow: u32,

    /// Groups
    #[arg(long, default_value_t = 100, value_parser = value_parser!(u32).range(1..=10_000))]
    groups: u32,

    /// Members of the largest group; the n-th has an n-th of them, and two at least
    #[arg(long, default_value_t = 100, value_parser = value_parser!(u32).range(2..=5_000))]
    largest: u32,

    /// Seconds to write
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u64).range(1..=300))]
    seconds: u64,

    /// Chooses the members
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// A group with its members, as places in the list of people.
struct Group {
    id: String,
    members: Vec<usize>,
    /// The seq of the last notice; the first message has the next one.
    base: i64,
}

/// Sends and checks.
pub(crate) async fn run(server: Server, options: Options) -> Result<Report> {
    let Options { people, writers, slow, groups, largest, seconds, seed } = options;
    ensure!(writers + slow < people, "{writers} writers and {slow} slow readers are not fewer than {people} people");
    ensure!(largest <= people, "a group of {largest} needs as many --people");
    let accounts = Run::new(server).people(people).await?;
    let plan = Law { people, writers, largest, seed }.groups(groups);
    let set_up = plan.into_iter().map(|members| set_up(server, &accounts, members));
    let groups: Vec<_> = stream::iter(set_up).buffered(AT_ONCE).try_collect().await?;
    let groups = Arc::new(Groups::new(groups));

    let (totals, told) = watch::channel(None);
    let (written, mut writing) = mpsc::channel(people as usize);
    let clock = Clock::start();
    let mut seats = Vec::new();
    for (place, account) in accounts.iter().enumerate() {
        let role = Role::of(u32::try_from(place)?, writers, slow);
        let client = Client::connect_with(server, HEARTH, &account.token).await?;
        seats.push(Person::new(place, role, client, groups.clone(), seed));
    }
    let (meter, start) = (Meter::start(server)?, clock.elapsed());
    let end = start + Duration::from_secs(seconds);
    let mut tasks = JoinSet::new();
    for person in seats {
        tasks.spawn(person.run(clock, end, written.clone(), told.clone()));
    }
    drop((written, told));
    let mut last: Vec<_> = groups.all.iter().map(|group| group.base).collect();
    // A task that has failed drops its sender.
    while let Some(counts) = writing.recv().await {
        for (last, count) in last.iter_mut().zip(counts) {
            *last += i64::try_from(count)?;
        }
    }
    let _ = totals.send(Some(Arc::new(last)));
    let mut all = Vec::new();
    while let Some(received) = tasks.join_next().await {
        all.push(received??);
    }
    let cost = meter.read()?;
    let finished = all.iter().map(|received| received.finished).max().unwrap_or_default().saturating_sub(start);
    report(options, &all, &cost, finished).await
}

/// All groups.
struct Groups {
    all: Vec<Group>,
    /// By id.
    places: HashMap<String, usize>,
}

impl Groups {
    fn new(all: Vec<Group>) -> Self {
        let places = all.iter().enumerate().map(|(place, group)| (group.id.clone(), place)).collect();
        Self { all, places }
    }
}

async fn report(options: Options, all: &[Received], cost: &Cost, finished: Duration) -> Result<Report> {
    let Options { people, groups, slow, seconds, .. } = options;
    let sum = |number: fn(&Received) -> usize| all.iter().map(number).sum::<usize>();
    let (messages, others) = (sum(|one| one.acknowledgements.len()), sum(|one| one.others));
    let deliveries = sum(|one| one.messages);
    ensure!(messages > 0, "nobody is in a group: use more --groups or --writers");
    let mut report = Report::new(format_args!("storm: {people} people in {groups} groups, {seconds} s"));
    report.rate("acknowledged", messages, finished);
    report.rate("delivered", deliveries, finished);
    report.rate("typing and read", others, finished);
    let acknowledgements = all.iter().flat_map(|one| one.acknowledgements.iter().copied()).collect();
    report.latencies(Kind::Figure, "acknowledgement", &acknowledgements);
    report.latencies(Kind::Figure, "delivery", &all.iter().flat_map(|one| one.deliveries.iter().copied()).collect());
    report.value(Kind::Figure, "deliveries per message", count(deliveries) / count(messages), "");
    let closed = all.iter().filter(|one| one.closed).count();
    report.line("slow readers", format_args!("{closed} of {slow} disconnected, after messages without a gap"));
    let bytes = sum(|one| one.bytes) / (deliveries + others + messages);
    let bare = limits::fan_out(people as usize, bytes, (deliveries + others) / people as usize + 1).await?;
    report.value(Kind::Limit, &format!("bare writes, {bytes} bytes"), bare.writes_per_second, "/s");
    let rate = report.last("delivered") + report.last("typing and read");
    report.ratio("all deliveries / writes", rate, bare.writes_per_second);
    report.cost(cost, "delivery", deliveries + others);
    report.line("checked", "no request failed; every message delivered to everyone exactly once, in order");
    Ok(report)
}

/// Creates a group whose owner is the first member.
async fn set_up(server: Server, accounts: &[Account], members: Vec<usize>) -> Result<Group> {
    let owner = &accounts[members[0]];
    let id = group::create(server, owner).await?;
    let mut client = Client::connect_with(server, HEARTH, &owner.token).await?;
    let mut base = None;
    for member in &members[1..] {
        let user = &accounts[*member].id;
        let params = json!({ "groupId": id, "userId": user, "messageId": Uuid::now_v7(), "message": "added" });
        base = client.ask(group::ADD, params).await?;
    }
    Ok(Group { id, members, base: base.context("a notice has a seq")? })
}
