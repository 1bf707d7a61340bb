//! Private messages from N senders to a receiver each, as fast as the server acknowledges them with K in flight.

use std::time::Duration;

use anyhow::Result;
use clap::{Args, value_parser};
use serde::Serialize;
use serde_json::json;
use tokio::{sync::oneshot, task::JoinSet};
use uuid::Uuid;

use crate::{
    accounts::{Account, Run},
    client::Client,
    delivery::{self, Clock, Delivered},
    http::Server,
    process::Meter,
    report::{Kind, Report},
};

/// The type of the messages.
pub(crate) const KIND: &str = "privateMessage";

#[derive(Args, Clone, Copy, Serialize)]
pub(crate) struct Options {
    /// Senders, with one receiver each
    #[arg(long, default_value_t = 16, value_parser = value_parser!(u32).range(1..=512))]
    senders: u32,

    /// Messages in flight per sender
    #[arg(long, default_value_t = 8, value_parser = value_parser!(u16).range(1..=64))]
    in_flight: u16,

    /// Seconds to send
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u64).range(1..=300))]
    seconds: u64,
}

/// A sender and its receiver.
struct Pair {
    sender: Client,
    receiver: Client,
    receiver_id: String,
}

/// What a sender measured.
struct Sent {
    latencies: Vec<Duration>,
    finished: Duration,
}

/// Sends and checks.
pub(crate) async fn run(server: Server, options: Options) -> Result<Report> {
    let people = Run::new(server).people(options.senders * 2).await?;
    let mut pairs = Vec::new();
    for pair in people.chunks_exact(2) {
        pairs.push(Pair::connect(server, &pair[0], &pair[1]).await?);
    }

    let (meter, clock, end) = (Meter::start(server)?, Clock::start(), Duration::from_secs(options.seconds));
    let mut tasks = JoinSet::new();
    for pair in pairs {
        tasks.spawn(pair.exchange(clock, options.in_flight.into(), end));
    }
    let mut done = Vec::new();
    while let Some(sent) = tasks.join_next().await {
        done.push(sent??);
    }
    let cost = meter.read()?;

    let last = |times: &mut dyn Iterator<Item = Duration>| times.max().unwrap_or_default();
    let counts = done.iter().map(|(sent, _)| sent.latencies.len());
    let (total, least, most) = (counts.clone().sum(), counts.clone().min(), counts.max());
    let Options { senders, in_flight, seconds } = options;
    let mut report = Report::new(format_args!("send: {senders} senders, {in_flight} in flight each, {seconds} s"));
    report.rate("acknowledged", total, last(&mut done.iter().map(|(sent, _)| sent.finished)));
    report.rate("delivered", total, last(&mut done.iter().map(|(_, delivered)| delivered.finished)));
    let acknowledgements = done.iter().flat_map(|(sent, _)| sent.latencies.iter().copied()).collect();
    report.latencies(Kind::Figure, "acknowledgement", &acknowledgements);
    let deliveries = done.iter().flat_map(|(_, delivered)| delivered.latencies.iter().copied()).collect();
    report.latencies(Kind::Figure, "delivery", &deliveries);
    report.line("of one sender", format_args!("{} to {}", least.unwrap_or_default(), most.unwrap_or_default()));
    report.cost(&cost, "message", total);
    report.line("checked", "no request failed; every message delivered exactly once, in order");
    Ok(report)
}

/// A private message.
pub(crate) fn request(receiver: &str, content: &str) -> String {
    let params = json!({ "messageId": Uuid::now_v7(), "receiverId": receiver, "content": content });
    json!({ "type": KIND, "params": params }).to_string()
}

impl Pair {
    async fn connect(server: Server, sender: &Account, receiver: &Account) -> Result<Self> {
        Ok(Self {
            sender: Client::connect(server, &sender.token).await?,
            receiver: Client::connect(server, &receiver.token).await?,
            receiver_id: receiver.id.clone(),
        })
    }

    async fn exchange(mut self, clock: Clock, in_flight: usize, end: Duration) -> Result<(Sent, Delivered)> {
        let (total, told) = oneshot::channel();
        let sending = async {
            let numbers = (0..).take_while(|_| clock.elapsed() < end);
            let requests = numbers.map(|number| request(&self.receiver_id, &clock.text(number)));
            let latencies = self.sender.pipeline(KIND, in_flight, requests).await?;
            let sent = Sent { latencies, finished: clock.elapsed() };
            // A receiver that has stopped reports its own error.
            let _ = total.send(sent.latencies.len());
            Ok(sent)
        };
        let receiving = delivery::receive(&mut self.receiver, KIND, clock, told);
        tokio::try_join!(sending, receiving)
    }
}
