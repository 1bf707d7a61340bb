//! One message at a time on an idle server: the time until it is acknowledged and delivered, compared with a sync of
//! the disk.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use clap::{Args, value_parser};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    accounts::Run,
    client::Client,
    database::Database,
    delivery::Clock,
    http::Server,
    latencies::Latencies,
    process::Meter,
    report::{Kind, Report, millis},
    send,
};

/// How many syncs to measure.
const SYNCS: usize = 200;
/// What to append before each sync.
const BLOCK: [u8; 4096] = [7; 4096];

#[derive(Args, Serialize)]
pub(crate) struct Options {
    /// Messages
    #[arg(long, default_value_t = 500, value_parser = value_parser!(u32).range(1..=10_000))]
    messages: u32,

    /// Milliseconds between two messages
    #[arg(long, default_value_t = 20, value_parser = value_parser!(u64).range(0..=1000))]
    pause_ms: u64,
}

/// Measures.
pub(crate) async fn run(server: Server, database: Option<&Database>, options: Options) -> Result<Report> {
    let Options { messages, pause_ms } = options;
    let dir = database.map_or(PathBuf::from("."), |database| database.folder().to_owned());
    let pause = Duration::from_millis(pause_ms);
    let people = Run::new(server).people(2).await?;
    let mut sender = Client::connect(server, &people[0].token).await?;
    let mut receiver = Client::connect(server, &people[1].token).await?;
    let syncs = tokio::task::spawn_blocking(move || syncs(&dir, pause)).await??;

    let (meter, clock) = (Meter::start(server)?, Clock::start());
    let (mut acknowledged, mut delivered) = (Vec::new(), Vec::new());
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
        acknowledged.push(acknowledgement);
        delivered.push(delivery);
    }

    let cost = meter.read()?;

    let [acknowledged, delivered] = [acknowledged, delivered].map(Latencies::from_iter);
    let mut report = Report::new(format_args!("latency: {messages} messages, {pause_ms} ms apart"));
    report.latencies(Kind::Figure, "acknowledgement", &acknowledged);
    report.latencies(Kind::Figure, "delivery", &delivered);
    report.latencies(Kind::Limit, "bare sync", &syncs);
    report.ratio("p50, delivery / sync", millis(delivered.median()), millis(syncs.median()));
    report.cost(&cost, "message", messages as usize);
    Ok(report)
}

/// Appends and syncs at the pace of the messages, because a disk is slower after a pause.
fn syncs(folder: &Path, pause: Duration) -> Result<Latencies> {
    let path = folder.join(format!("bench-sync-{}", Uuid::new_v4().simple()));
    let file = File::create_new(&path).with_context(|| format!("file {}", path.display()))?;
    let times = (0..SYNCS).map(|_| append(&file, pause)).collect::<std::io::Result<_>>();
    fs::remove_file(&path)?;
    Ok(times?)
}

fn append(mut file: &File, pause: Duration) -> std::io::Result<Duration> {
    std::thread::sleep(pause);
    let start = Instant::now();
    file.write_all(&BLOCK)?;
    file.sync_data()?;
    Ok(start.elapsed())
}
