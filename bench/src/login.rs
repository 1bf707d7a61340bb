//! Log-ins as fast as the server allows, beside two people who chat: what the log-ins cost the others.

use std::time::{Duration, Instant};

use anyhow::Result;
use clap::{Args, value_parser};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    accounts::{self, Account, Run},
    client::Client,
    http::Server,
    report::{Latencies, Report, millis},
    send,
};

/// Time between two messages.
const PAUSE: Duration = Duration::from_millis(10);

#[derive(Args, Clone, Copy)]
pub(crate) struct Options {
    /// Log-ins at a time, each of another account
    #[arg(long, default_value_t = 8, value_parser = value_parser!(u32).range(1..=64))]
    at_once: u32,

    /// Seconds without log-ins, and with them
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u64).range(1..=300))]
    seconds: u64,
}

/// Measures and prints.
pub(crate) async fn run(server: Server, Options { at_once, seconds }: Options) -> Result<()> {
    let (run, time) = (Run::new(server), Duration::from_secs(seconds));
    let people = run.people(2).await?;
    run.sign_up(2..2 + at_once).await?;
    let mut sender = Client::connect(server, &people[0].token).await?;
    let quiet = chat(&mut sender, &people[1], Instant::now() + time).await?;

    let end = Instant::now() + time;
    let mut tasks = JoinSet::new();
    for number in 2..2 + at_once {
        tasks.spawn(log_in(server, run.email(number), end));
    }
    let busy = chat(&mut sender, &people[1], end).await?;
    let mut log_ins = Vec::new();
    while let Some(times) = tasks.join_next().await {
        log_ins.extend(times??);
    }

    let mut report = Report::new(format_args!("login: {at_once} at a time, {seconds} s"));
    report.rate("log-ins", log_ins.len(), time);
    report.latencies("log-in", &log_ins.into_iter().collect());
    compare(&mut report, &quiet, &busy);
    Ok(report.print()?)
}

/// Adds what two who chat notice of the others.
pub(crate) fn compare(report: &mut Report, quiet: &Latencies, busy: &Latencies) {
    report.latencies("message, alone", quiet);
    report.latencies("message, beside them", busy);
    let ratio = millis(busy.percentile(99)) / millis(quiet.percentile(99));
    report.line("p99, beside / alone", format_args!("{ratio:>8.2}"));
}

/// Sends one message after the other; returns the time until each was acknowledged.
pub(crate) async fn chat(sender: &mut Client, receiver: &Account, end: Instant) -> Result<Latencies> {
    let mut latencies = Vec::new();
    while Instant::now() < end {
        sleep(PAUSE).await;
        let began = Instant::now();
        sender.send(send::request(&receiver.id, "hello")).await?;
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
