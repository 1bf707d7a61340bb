//! Log-ins as fast as the server allows, beside two people who chat: what the log-ins cost the others.

use std::time::{Duration, Instant};

use anyhow::Result;
use clap::{Args, value_parser};
use serde::Serialize;
use tokio::{
    runtime::Builder,
    task::{JoinSet, spawn_blocking},
    time::sleep,
};

use crate::{
    accounts::{self, Account, Run},
    client::Client,
    http::Server,
    latencies::Latencies,
    process::Meter,
    report::{Kind, Report, millis},
    send,
};

/// Time between two messages.
const PAUSE: Duration = Duration::from_millis(10);

#[derive(Args, Clone, Copy, Serialize)]
pub(crate) struct Options {
    /// Log-ins at a time, each of another account
    #[arg(long, default_value_t = 8, value_parser = value_parser!(u32).range(1..=64))]
    at_once: u32,

    /// Seconds without log-ins, and with them
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u64).range(1..=300))]
    seconds: u64,
}

/// Measures.
pub(crate) async fn run(server: Server, Options { at_once, seconds }: Options) -> Result<Report> {
    let (run, time) = (Run::new(server), Duration::from_secs(seconds));
    let people = run.people(2).await?;
    run.sign_up(2..2 + at_once).await?;
    let quiet = chat(server, &people, Instant::now() + time).await?;

    let (meter, end) = (Meter::start(server)?, Instant::now() + time);
    let mut tasks = JoinSet::new();
    for number in 2..2 + at_once {
        tasks.spawn(log_in(server, run.email(number), end));
    }
    let busy = chat(server, &people, end).await?;
    let mut log_ins = Vec::new();
    while let Some(times) = tasks.join_next().await {
        log_ins.extend(times??);
    }

    let cost = meter.read()?;

    let mut report = Report::new(format_args!("login: {at_once} at a time, {seconds} s"));
    report.rate("log-ins", log_ins.len(), time);
    report.latencies(Kind::Figure, "log-in", &log_ins.iter().copied().collect());
    compare(&mut report, &quiet, &busy);
    report.cost(&cost, "log-in", log_ins.len());
    Ok(report)
}

/// Adds what two who chat notice of the others.
pub(crate) fn compare(report: &mut Report, quiet: &Latencies, busy: &Latencies) {
    report.latencies(Kind::Figure, "message, alone", quiet);
    report.latencies(Kind::Figure, "message, beside them", busy);
    report.ratio("p99, beside / alone", millis(busy.percentile(99.0)), millis(quiet.percentile(99.0)));
}

/// Lets the first of these people send one message after the other to the second; returns the time until each was
/// acknowledged. On a thread of its own: the other clients of this process must not delay the measurement.
pub(crate) async fn chat(server: Server, people: &[Account], end: Instant) -> Result<Latencies> {
    let people = people.to_vec();
    spawn_blocking(move || {
        Builder::new_current_thread().enable_all().build()?.block_on(send_until(server, people, end))
    })
    .await?
}

async fn send_until(server: Server, people: Vec<Account>, end: Instant) -> Result<Latencies> {
    let mut sender = Client::connect(server, &people[0].token).await?;
    let mut latencies = Vec::new();
    while Instant::now() < end {
        sleep(PAUSE).await;
        let began = Instant::now();
        sender.send(send::request(&people[1].id, "hello")).await?;
        sender.next().await?.acknowledged(send::KIND)?;
        latencies.push(began.elapsed());
    }
    Ok(latencies.into_iter().collect())
}

async fn log_in(server: Server, email: String, end: Instant) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    while Instant::now() < end {
        let began = Instant::now();
        accounts::log_in(server, &email).await?;
        times.push(began.elapsed());
    }
    Ok(times)
}
