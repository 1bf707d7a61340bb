//! The server's memory per idle connection: its resident set with and without connections.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use clap::{Args, value_parser};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    accounts::{Account, Run},
    client::{Client, Frame},
    delivery::Clock,
    http::Server,
    latencies::Latencies,
    process::{Meter, Process},
    report::{Kind, Report},
};

/// Accounts that share the connections.
const ACCOUNTS: u32 = 5;
/// Concurrent handshakes.
const AT_ONCE: usize = 64;
/// File descriptors that this process needs for other things.
const OTHER_FILES: u64 = 64;

#[derive(Args, Serialize)]
pub(crate) struct Options {
    /// Connections. For more than 10000, set the server's `HEARTH_LIMITS__CONNECTIONS`
    #[arg(long, default_value_t = 5000, value_parser = value_parser!(u32).range(1..=25_000))]
    connections: u32,

    /// Seconds to wait before measuring memory: the server's hashing threads keep 19 MiB each for 10 seconds
    #[arg(long, default_value_t = 12, value_parser = value_parser!(u64).range(1..=300))]
    settle: u64,
}

/// Connects and measures.
pub(crate) async fn run(server: Server, Options { connections, settle }: Options) -> Result<Report> {
    allow_files(connections)?;
    let (settle, process) = (Duration::from_secs(settle), Process::listening(server)?);

    let fresh = process.resident_kib()?;
    let people = Run::new(server).people(ACCOUNTS).await?;
    let mut idle = Idle { server, people, sockets: JoinSet::new() };
    sleep(settle).await;
    let before = process.resident_kib()?;

    let clock = Clock::start();
    let handshakes = idle.open(connections).await?;
    let time = clock.elapsed();
    let meter = Meter::start(server)?;
    idle.wait(settle).await?;
    let cost = meter.read()?;
    let after = process.resident_kib()?;
    drop(idle);
    sleep(settle).await;
    let closed = process.resident_kib()?;

    let each = (f64::from(after) - f64::from(before)) / f64::from(connections);
    let mut report = Report::new(format_args!("idle: {connections} connections of {ACCOUNTS} accounts"));
    report.rate("handshakes", handshakes.len(), time);
    report.latencies(Kind::Figure, "handshake", &Latencies::from_iter(handshakes));
    report.value(Kind::Figure, "server at first", f64::from(fresh), "KiB");
    report.value(Kind::Figure, "before", f64::from(before), "KiB");
    report.value(Kind::Figure, "with connections", f64::from(after), "KiB");
    report.value(Kind::Figure, "after closing", f64::from(closed), "KiB");
    report.value(Kind::Figure, "each", each, "KiB");
    report.server(&cost);
    Ok(report)
}

/// Lets this process open as many connections.
pub(crate) fn allow_files(connections: u32) -> Result<()> {
    let files = rlimit::increase_nofile_limit(u64::MAX)?;
    let needed = u64::from(connections) + OTHER_FILES;
    ensure!(files >= needed, "{connections} connections need {needed} open files, and this process may open {files}");
    Ok(())
}

/// Open connections without traffic.
struct Idle {
    server: Server,
    people: Vec<Account>,
    sockets: JoinSet<Result<Frame>>,
}

impl Idle {
    /// Opens this many more. Returns how long each handshake took.
    async fn open(&mut self, count: u32) -> Result<Vec<Duration>> {
        let server = self.server;
        let tokens = self.people.iter().map(|account| &account.token).cycle().take(count as usize);
        let connect = tokens.map(|token| async move {
            let start = Instant::now();
            anyhow::Ok((Client::connect(server, token).await?, start.elapsed()))
        });
        let connected: Vec<_> = stream::iter(connect).buffer_unordered(AT_ONCE).try_collect().await?;
        let (clients, times): (Vec<_>, _) = connected.into_iter().unzip();
        for mut client in clients {
            self.sockets.spawn(async move { client.read().await });
        }
        Ok(times)
    }

    /// Waits and answers pings. Fails if another frame arrives.
    async fn wait(&mut self, time: Duration) -> Result<()> {
        match timeout(time, self.sockets.join_next()).await {
            Ok(Some(ended)) => bail!("an idle connection received a frame: {:?}", ended?),
            Ok(None) | Err(_) => Ok(()),
        }
    }
}
