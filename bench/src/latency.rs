//! One message at a time on an idle server: the time until it is acknowledged and delivered, compared with a sync of
//! the disk, an insert and an echo.

use std::time::{Duration, Instant};

use anyhow::Result;
use clap::{Args, value_parser};
use serde::Serialize;

use crate::{
    accounts::Run,
    client::Client,
    database::Database,
    delivery::Clock,
    http::Server,
    latencies::Latencies,
    limits::{Disk, Echo, Table},
    process::Meter,
    report::{Kind, Report, millis},
    send,
};

/// Bytes of a message's request, and of its answer.
const REQUEST: usize = 250;
const ANSWER: usize = 600;

#[derive(Args, Serialize)]
pub(crate) struct Options {
    /// Messages
    #[arg(long, default_value_t = 500, value_parser = value_parser!(u32).range(1..=10_000))]
    messages: u32,

    /// Milliseconds before each message, and before each measurement of the machine in between
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u64).range(0..=1000))]
    pause_ms: u64,
}

/// Measures.
pub(crate) async fn run(server: Server, database: &Database, options: Options) -> Result<Report> {
    let Options { messages, pause_ms } = options;
    let pause = Duration::from_millis(pause_ms);
    let people = Run::new(server).people(2).await?;
    let mut sender = Client::connect(server, &people[0].token).await?;
    let mut receiver = Client::connect(server, &people[1].token).await?;
    let (disk, mut table) = (Disk::create(database.folder())?, Table::create(database).await?);
    // An empty log grows before it is written again and again, and each growth costs a sync more.
    table.batches().await?;
    let mut echo = Echo::connect(REQUEST, ANSWER).await?;

    let (meter, clock) = (Meter::start(server)?, Clock::start());
    let (mut acknowledged, mut delivered) = (Latencies::default(), Latencies::default());
    let (mut syncs, mut inserts, mut echoes) = (Latencies::default(), Latencies::default(), Latencies::default());
    for number in 0..messages as usize {
        tokio::time::sleep(pause).await;
        let text = clock.text(number);
        let request = send::request(&people[1].id, &text);
        let start = Instant::now();
        sender.send(request).await?;
        let acknowledgement = async {
            let frame = sender.next().await?;
            let time = start.elapsed();
            frame.acknowledged(send::KIND).map(|()| time)
        };
        let delivery = async {
            let frame = receiver.next().await?;
            let time = start.elapsed();
            anyhow::ensure!(frame.broadcast_text(send::KIND)? == text, "the message delivered is not message {number}");
            Ok(time)
        };
        let (acknowledgement, delivery) = tokio::try_join!(acknowledgement, delivery)?;
        acknowledged.add(acknowledgement);
        delivered.add(delivery);
        // In turn with the messages, and after the same pause, because other work comes and goes, and a pause slows disks.
        tokio::time::sleep(pause).await;
        syncs.add(disk.sync()?);
        tokio::time::sleep(pause).await;
        inserts.add(table.single().await?);
        tokio::time::sleep(pause).await;
        echoes.add(echo.ask().await?);
    }

    let cost = meter.read()?;
    table.remove().await?;

    let mut report = Report::new(format_args!("latency: {messages} messages, {pause_ms} ms apart"));
    report.latencies(Kind::Figure, "acknowledgement", &acknowledged);
    report.latencies(Kind::Figure, "delivery", &delivered);
    report.latencies(Kind::Limit, "bare sync", &syncs);
    report.latencies(Kind::Limit, "bare insert", &inserts);
    report.latencies(Kind::Limit, "bare echo", &echoes);
    for (name, limit) in [("sync", &syncs), ("insert", &inserts), ("echo", &echoes)] {
        report.ratio(&format!("p50, acknowledgement / {name}"), millis(acknowledged.median()), millis(limit.median()));
    }
    report.cost(&cost, "message", messages as usize);
    Ok(report)
}
