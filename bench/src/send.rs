//! Private messages from N senders to a receiver each: as fast as the server acknowledges them with K in flight (closed
//! loop), or at a fixed rate (open loop).

mod open;

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
    database::Database,
    delivery::{self, Clock, Delivered},
    http::Server,
    limits::{BATCH, Table},
    metronome::Metronome,
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

    /// Messages per second in all, sent on a fixed schedule whether earlier ones are acknowledged or not
    #[arg(long, conflicts_with = "in_flight", value_parser = value_parser!(u32).range(1..=200_000))]
    rate: Option<u32>,

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
#[derive(Default)]
struct Sent {
    /// From each request, or the time at which it was due, to its answer.
    latencies: Vec<Duration>,
    /// How long after they were due requests were sent, because this program was late.
    late: Vec<Duration>,
    finished: Duration,
}

/// Sends and checks.
pub(crate) async fn run(server: Server, database: &Database, options: Options) -> Result<Report> {
    let mut table = Table::create(database).await?;
    let before = table.batches().await?;
    let people = Run::new(server).people(options.senders * 2).await?;
    let mut pairs = Vec::new();
    for pair in people.chunks_exact(2) {
        pairs.push(Pair::connect(server, &pair[0], &pair[1]).await?);
    }

    let (meter, clock, end) = (Meter::start(server)?, Clock::start(), Duration::from_secs(options.seconds));
    let mut tasks = JoinSet::new();
    if let Some(rate) = options.rate {
        let (times, thread) = Metronome::start(clock, rate, pairs.len(), end).split();
        for (pair, times) in pairs.into_iter().zip(times) {
            tasks.spawn(pair.exchange(clock, Pace::At(times)));
        }
        Metronome::finish(thread).await?;
    } else {
        for pair in pairs {
            tasks.spawn(pair.exchange(clock, Pace::InFlight(options.in_flight.into(), end)));
        }
    }
    let mut done = Vec::new();
    while let Some(sent) = tasks.join_next().await {
        done.push(sent??);
    }
    let cost = meter.read()?;
    // Other work on this machine comes and goes.
    let inserts = f64::midpoint(before, table.batches().await?);
    table.remove().await?;

    let last = |times: &mut dyn Iterator<Item = Duration>| times.max().unwrap_or_default();
    let counts = done.iter().map(|(sent, _)| sent.latencies.len());
    let (total, least, most) = (counts.clone().sum(), counts.clone().min(), counts.max());
    let mut report = Report::new(options.title());
    report.rate("acknowledged", total, last(&mut done.iter().map(|(sent, _)| sent.finished)));
    report.rate("delivered", total, last(&mut done.iter().map(|(_, delivered)| delivered.finished)));
    let acknowledgements = done.iter().flat_map(|(sent, _)| sent.latencies.iter().copied()).collect();
    report.latencies(Kind::Figure, "acknowledgement", &acknowledgements);
    let deliveries = done.iter().flat_map(|(_, delivered)| delivered.latencies.iter().copied()).collect();
    report.latencies(Kind::Figure, "delivery", &deliveries);
    report.line("of one sender", format_args!("{} to {}", least.unwrap_or_default(), most.unwrap_or_default()));
    report.value(Kind::Limit, &format!("bare inserts, {BATCH} a commit"), inserts, "/s");
    report.ratio("acknowledged / inserts", report.last("acknowledged"), inserts);
    report.cost(&cost, "message", total);
    if let Some(rate) = options.rate {
        let late: Vec<_> = done.iter().flat_map(|(sent, _)| sent.late.iter().copied()).collect();
        report.ratio("acknowledged / wanted", report.last("acknowledged"), f64::from(rate));
        open::judge(&mut report, &late);
    }
    report.line("checked", "no request failed; every message delivered exactly once, in order");
    Ok(report)
}

impl Options {
    fn title(&self) -> String {
        let Self { senders, in_flight, rate, seconds } = self;
        match rate {
            Some(rate) => format!("send: {senders} senders, {rate} messages per second, {seconds} s"),
            None => format!("send: {senders} senders, {in_flight} in flight each, {seconds} s"),
        }
    }
}

/// A private message.
pub(crate) fn request(receiver: &str, content: &str) -> String {
    let params = json!({ "messageId": Uuid::now_v7(), "receiverId": receiver, "content": content });
    json!({ "type": KIND, "params": params }).to_string()
}

/// When to send.
enum Pace {
    /// Whenever fewer than this many are unanswered, until then.
    InFlight(usize, Duration),
    /// When it is due.
    At(tokio::sync::mpsc::Receiver<Duration>),
}

impl Pair {
    async fn connect(server: Server, sender: &Account, receiver: &Account) -> Result<Self> {
        Ok(Self {
            sender: Client::connect(server, &sender.token).await?,
            receiver: Client::connect(server, &receiver.token).await?,
            receiver_id: receiver.id.clone(),
        })
    }

    async fn exchange(mut self, clock: Clock, pace: Pace) -> Result<(Sent, Delivered)> {
        let (total, told) = oneshot::channel();
        let sending = async {
            let mut sent = Sent::default();
            match pace {
                Pace::InFlight(in_flight, end) => {
                    let numbers = (0..).take_while(|_| clock.elapsed() < end);
                    let requests = numbers.map(|number| request(&self.receiver_id, &clock.text(number)));
                    sent.latencies = self.sender.pipeline(KIND, in_flight, requests).await?;
                }
                Pace::At(times) => open::send(&mut self.sender, &self.receiver_id, clock, times, &mut sent).await?,
            }
            sent.finished = clock.elapsed();
            // A receiver that has stopped reports its own error.
            let _ = total.send(sent.latencies.len());
            Ok(sent)
        };
        let receiving = delivery::receive(&mut self.receiver, KIND, clock, told);
        tokio::try_join!(sending, receiving)
    }
}
