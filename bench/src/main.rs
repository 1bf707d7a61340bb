//! `bench`: puts load on a Hearth server of this machine, measures what a client would notice, and fails if a promise
//! is broken. The server must run with `HEARTH_LIMITS__ENABLED=false`.

mod accounts;
mod client;
mod delivery;
mod group;
mod http;
mod idle;
mod latency;
mod report;
mod send;

use std::{process::ExitCode, time::Duration};

use anyhow::Context;
use clap::{Parser, Subcommand};
use http::Server;

/// No measurement takes longer: whatever hangs, it ends.
const LONGEST: Duration = Duration::from_mins(30);

/// Measures a Hearth server that runs on this machine with HEARTH_LIMITS__ENABLED=false.
///
/// Ends with 1 if a promise was broken: a message lost, doubled or out of order, a request refused.
#[derive(Parser)]
#[command(name = "bench", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Where the server listens: a loopback address, nothing else
    #[arg(long, global = true, default_value = "http://127.0.0.1:3001")]
    url: Server,
}

#[derive(Subcommand)]
enum Command {
    /// Private messages as fast as they are acknowledged
    Send(send::Options),
    /// One message at a time on an idle server, against the disk's raw sync
    Latency(latency::Options),
    /// What idle connections cost the server in memory
    Idle(idle::Options),
    /// A big group: adding its members, and writing to it
    Group(group::Options),
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// One thread: the server is to have the other cores.
#[tokio::main(flavor = "current_thread")]
async fn run(Cli { command, url }: Cli) -> anyhow::Result<()> {
    let work = async {
        match command {
            Command::Send(options) => send::run(url, options).await,
            Command::Latency(options) => latency::run(url, options).await,
            Command::Idle(options) => idle::run(url, options).await,
            Command::Group(options) => group::run(url, options).await,
        }
    };
    tokio::time::timeout(LONGEST, work).await.context("took longer than half an hour")?
}
