//! A large group: how fast members are added, and what sending to it costs while some of them are connected.

use anyhow::{Result, ensure};
use clap::{Args, value_parser};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use serde_json::json;
use tokio::{sync::oneshot, task::JoinSet};
use uuid::Uuid;

use crate::{
    accounts::{Account, Run},
    client::Client,
    delivery::{self, Clock},
    http::Server,
    latencies::Latencies,
    limits,
    process::Meter,
    report::{Kind, Report, count},
};

/// The types of the requests.
pub(crate) const ADD: &str = "addUserInGroup";
pub(crate) const SEND: &str = "messageInGroup";
/// Concurrent handshakes.
const AT_ONCE: usize = 16;

#[derive(Args, Serialize)]
pub(crate) struct Options {
    /// Members, including the owner
    #[arg(long, default_value_t = 10_000, value_parser = value_parser!(u32).range(2..=20_000))]
    members: u32,

    /// Members who are connected while the owner sends messages
    #[arg(long, default_value_t = 200, value_parser = value_parser!(u32).range(1..=1000))]
    connected: u32,

    /// Messages
    #[arg(long, default_value_t = 200, value_parser = value_parser!(u32).range(1..=10_000))]
    messages: u32,

    /// Requests in flight, while adding members and while sending
    #[arg(long, default_value_t = 8, value_parser = value_parser!(u16).range(1..=64))]
    in_flight: u16,
}

/// Adds the members, sends messages and checks.
pub(crate) async fn run(server: Server, options: Options) -> Result<Report> {
    let Options { members, connected, messages, in_flight } = options;
    ensure!(connected < members, "cannot connect {connected} of {members} members: the owner is one of them");
    let run = Run::new(server);
    let signing_up = Clock::start();
    run.sign_up(0..members).await?;
    let signed_up = signing_up.elapsed();
    let mut accounts = run.log_in(0..connected + 1).await?;
    let owner = accounts.remove(0);
    let group = create(server, &owner).await?;
    let ids = run.ids(&owner, members).await?;
    let mut sender = Client::connect(server, &owner.token).await?;

    let adding = Clock::start();
    let requests = ids.iter().map(|id| add(&group, id));
    let adds = sender.pipeline(ADD, in_flight.into(), requests).await?;
    let added = adding.elapsed();

    let connect = accounts.iter().map(|account| Client::connect(server, &account.token));
    let receivers: Vec<_> = stream::iter(connect).buffer_unordered(AT_ONCE).try_collect().await?;
    let (meter, clock) = (Meter::start(server)?, Clock::start());
    let mut receiving = JoinSet::new();
    for mut receiver in receivers {
        let (total, told) = oneshot::channel();
        receiving.spawn(async move {
            let delivered = delivery::receive(&mut receiver, SEND, clock, told).await?;
            anyhow::Ok((delivered, receiver.received()))
        });
        // A receiver that has stopped reports its own error.
        let _ = total.send(messages as usize);
    }
    let requests = (0..messages as usize).map(|number| message(&group, &clock.text(number)));
    let sends = sender.pipeline(SEND, in_flight.into(), requests).await?;
    let sent = clock.elapsed();
    let mut deliveries = Vec::new();
    let (mut last, mut bytes) = (sent, 0);
    while let Some(delivered) = receiving.join_next().await {
        let (delivered, received) = delivered??;
        bytes += received;
        last = last.max(delivered.finished);
        deliveries.extend(delivered.latencies);
    }

    let cost = meter.read()?;
    let bytes = bytes / deliveries.len();
    let bare = limits::fan_out(connected as usize, bytes, messages as usize).await?;

    let title = format_args!("group: {members} members, {connected} connected, {in_flight} in flight");
    let mut report = Report::new(title);
    report.rate("signed up", members as usize, signed_up);
    report.rate("added", adds.len(), added);
    report.latencies(Kind::Figure, "adding", &Latencies::from_iter(adds));
    report.rate("acknowledged", sends.len(), sent);
    report.rate("delivered", deliveries.len(), last);
    report.latencies(Kind::Figure, "acknowledgement", &Latencies::from_iter(sends));
    report.latencies(Kind::Figure, "delivery", &deliveries.iter().copied().collect());
    report.value(Kind::Limit, &format!("bare writes, {bytes} bytes"), bare.writes_per_second, "/s");
    report.value(Kind::Limit, "CPU per bare write", bare.cpu_micros, "µs");
    report.ratio("delivered / writes", report.last("delivered"), bare.writes_per_second);
    let micros = cost.cpu.as_secs_f64() * 1e6 / count(deliveries.len());
    report.ratio("CPU, delivery / write", micros, bare.cpu_micros);
    report.cost(&cost, "delivery", deliveries.len());
    report.line("checked", "no request failed; every message delivered to everyone exactly once, in order");
    Ok(report)
}

/// The id of a new group.
pub(crate) async fn create(server: Server, owner: &Account) -> Result<String> {
    let group = Uuid::new_v4().to_string();
    let body = json!({
        "groupId": group, "groupName": "bench", "notificationMessage": "made", "messageId": Uuid::now_v7(),
    });
    server.post("/api/use-cases/create-group", Some(&owner.token), &body).await?;
    Ok(group)
}

fn add(group: &str, user: &str) -> String {
    let params = json!({ "groupId": group, "userId": user, "messageId": Uuid::now_v7(), "message": "added" });
    json!({ "type": ADD, "params": params }).to_string()
}

fn message(group: &str, content: &str) -> String {
    let params = json!({ "groupId": group, "messageId": Uuid::now_v7(), "content": content });
    json!({ "type": SEND, "params": params }).to_string()
}
