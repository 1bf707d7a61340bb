//! What idle connections cost the server in memory: its resident set with them and without.

use std::{fs, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, value_parser};
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    accounts::Run,
    client::Client,
    delivery::Clock,
    http::Server,
    report::{Latencies, Report},
};

/// Accounts that share the connections.
const ACCOUNTS: u32 = 5;
/// Handshakes at a time.
const AT_ONCE: usize = 64;
/// Descriptors that this process needs besides.
const OTHER_FILES: u64 = 64;

#[derive(Args)]
pub(crate) struct Options {
    /// Connections; above 10000 the server needs `HEARTH_LIMITS__CONNECTIONS`
    #[arg(long, default_value_t = 5000, value_parser = value_parser!(u32).range(1..=25_000))]
    connections: u32,

    /// The server's process
    #[arg(long)]
    pid: u32,

    /// Seconds to wait before memory is looked at
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u64).range(1..=300))]
    settle: u64,
}

/// Connects, looks and prints.
pub(crate) async fn run(server: Server, Options { connections, pid, settle }: Options) -> Result<()> {
    let files = rlimit::increase_nofile_limit(u64::MAX)?;
    let needed = u64::from(connections) + OTHER_FILES;
    ensure!(files >= needed, "this process may open {files} files, and {connections} connections need {needed}");
    let settle = Duration::from_secs(settle);

    let fresh = resident_kib(pid)?;
    let people = Run::new(server).people(ACCOUNTS).await?;
    sleep(settle).await;
    let before = resident_kib(pid)?;

    let clock = Clock::start();
    let tokens = people.iter().map(|account| account.token.as_str()).cycle().take(connections as usize);
    let handshakes = stream::iter(tokens.map(|token| async move {
        let start = clock.elapsed();
        let client = Client::connect(server, token).await?;
        anyhow::Ok((client, clock.elapsed().saturating_sub(start)))
    }));
    let connected: Vec<_> = handshakes.buffer_unordered(AT_ONCE).try_collect().await?;
    let time = clock.elapsed();
    let (clients, handshakes): (Vec<_>, Vec<_>) = connected.into_iter().unzip();
    let mut idle = JoinSet::new();
    for mut client in clients {
        idle.spawn(async move { client.read().await });
    }
    tokio::select! {
        () = sleep(settle) => {}
        Some(ended) = idle.join_next() => bail!("an idle connection was not left alone: {:?}", ended?),
    }
    let after = resident_kib(pid)?;
    idle.shutdown().await;
    sleep(settle).await;
    let closed = resident_kib(pid)?;

    let each = (f64::from(after) - f64::from(before)) / f64::from(connections);
    let mut report = Report::new(format_args!("idle: {connections} connections of {ACCOUNTS} accounts"));
    report.rate("handshakes", connections as usize, time);
    report.latencies("handshake", &Latencies::from_iter(handshakes));
    report.line("server at first", format_args!("{fresh:>9} KiB"));
    report.line("before", format_args!("{before:>9} KiB"));
    report.line("with connections", format_args!("{after:>9} KiB"));
    report.line("after closing", format_args!("{closed:>9} KiB"));
    report.line("each", format_args!("{each:>9.2} KiB"));
    Ok(report.print()?)
}

/// The resident set of a process.
fn resident_kib(pid: u32) -> Result<u32> {
    let path = format!("/proc/{pid}/status");
    let status = fs::read_to_string(&path).with_context(|| format!("process {pid}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kib.with_context(|| format!("{path} has no VmRSS"))
}
