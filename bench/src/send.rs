//! Private messages as fast as the server acknowledges them: N senders with K in flight each, and a receiver for each.

use std::time::Duration;

use anyhow::Result;
use clap::{Args, value_parser};
use serde_json::json;
use tokio::{sync::oneshot, task::JoinSet};
use uuid::Uuid;

use crate::{
    accounts::{Account, Run},
    client::Client,
    delivery::{self, Clock, Delivered},
    http::Server,
    report::Report,
};

/// The type of the messages.
pub(crate) const KIND: &str = "privateMessage";

#[derive(Args, Clone, Copy)]
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

struct Sent {
    latencies: Vec<Duration>,
    finished: Duration,
    delivered: Delivered,
}

/// Sends, checks and prints.
pub(crate) async fn run(server: Server, options: Options) -> Result<()> {
    let Options { senders, in_flight, seconds } = options;
    let people = Run::new(server).people(senders * 2).await?;
    let mut pairs = Vec::new();
    for pair in people.chunks_exact(2) {
        pairs.push(Pair::connect(server, &pair[0], &pair[1]).await?);
    }

    let clock = Clock::start();
    let mut tasks = JoinSet::new();
    for pair in pairs {
        tasks.spawn(pair.exchange(clock, options));
    }
    let mut done = Vec::new();
    while let Some(sent) = tasks.join_next().await {
        done.push(sent??);
    }

    let last = |times: &mut dyn Iterator<Item = Duration>| times.max().unwrap_or_default();
    let counts = done.iter().map(|sent| sent.latencies.len());
    let (total, least, most) = (counts.clone().sum(), counts.clone().min(), counts.max());
    let mut report = Report::new(format_args!("send: {senders} senders, {in_flight} in flight each, {seconds} s"));
    report.rate("acknowledged", total, last(&mut done.iter().map(|sent| sent.finished)));
    report.rate("delivered", total, last(&mut done.iter().map(|sent| sent.delivered.finished)));
    report.latencies("acknowledgement", &done.iter().flat_map(|sent| sent.latencies.iter().copied()).collect());
    report.latencies("delivery", &done.iter().flat_map(|sent| sent.delivered.latencies.iter().copied()).collect());
    report.line("of one sender", format_args!("{} to {}", least.unwrap_or_default(), most.unwrap_or_default()));
    report.line("checked", "no request failed; every message delivered exactly once, in order");
    Ok(report.print()?)
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

    async fn exchange(mut self, clock: Clock, options: Options) -> Result<Sent> {
        let (total, told) = oneshot::channel();
        let end = Duration::from_secs(options.seconds);
        let sending = async {
            let numbers = (0..).take_while(|_| clock.elapsed() < end);
            let requests = numbers.map(|number| request(&self.receiver_id, &clock.text(number)));
            let latencies = self.sender.pipeline(KIND, options.in_flight.into(), requests).await?;
            // A receiver that has stopped reports its own error.
            let _ = total.send(latencies.len());
            Ok((latencies, clock.elapsed()))
        };
        let receiving = delivery::receive(&mut self.receiver, KIND, clock, told);
        let ((latencies, finished), delivered) = tokio::try_join!(sending, receiving)?;
        Ok(Sent { latencies, finished, delivered })
    }
}
