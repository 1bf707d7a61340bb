//! `bench`: puts load on a Hearth server on this machine, measures what clients notice, and fails if the server breaks
//! a promise. The server must run with `HEARTH_LIMITS__ENABLED=false`.

mod accounts;
mod client;
mod delivery;
mod fill;
mod group;
mod http;
mod idle;
mod latency;
mod login;
mod pages;
mod reconnect;
mod report;
mod send;
mod soak;

use std::{process::ExitCode, time::Duration};

use anyhow::Context;
use clap::{Parser, Subcommand};
use http::Server;

/// The timeout of a short measurement.
const LONGEST: Duration = Duration::from_mins(30);

/// Measures a Hearth server that runs on this machine with HEARTH_LIMITS__ENABLED=false.
///
/// Exits with 1 if a message is lost, duplicated or out of order, or if a request fails.
#[derive(Parser)]
#[command(name = "bench", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// The server's URL, with a loopback address
    #[arg(long, global = true, default_value = "http://127.0.0.1:3001")]
    url: Server,
}

#[derive(Subcommand)]
enum Command {
    /// Fill a database with people, dialogs and messages
    Fill(fill::Options),
    /// Send private messages as fast as the server acknowledges them
    Send(send::Options),
    /// Send one message at a time to an idle server, and compare with a sync of the disk
    Latency(latency::Options),
    /// Let thousands of clients come back at once
    Reconnect(reconnect::Options),
    /// Measure the server's memory per idle connection
    Idle(idle::Options),
    /// Log in as fast as the server allows, beside people who chat
    Login(login::Options),
    /// Read histories, the chat list and search results, one request at a time
    Pages(pages::Options),
    /// Put mixed load on a server for an hour, and see whether it grows
    Soak(soak::Options),
    /// Add members to a large group, and send messages to it
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

/// One thread, to leave the other cores to the server.
#[tokio::main(flavor = "current_thread")]
async fn run(Cli { command, url }: Cli) -> anyhow::Result<()> {
    let longest = match &command {
        Command::Soak(options) => options.longest(),
        _ => LONGEST,
    };
    let work = async {
        match command {
            Command::Fill(options) => fill::run(options).await,
            Command::Send(options) => send::run(url, options).await,
            Command::Latency(options) => latency::run(url, options).await,
            Command::Idle(options) => idle::run(url, options).await,
            Command::Login(options) => login::run(url, options).await,
            Command::Reconnect(options) => reconnect::run(url, options).await,
            Command::Pages(options) => pages::run(url, options).await,
            Command::Group(options) => group::run(url, options).await,
            Command::Soak(options) => soak::run(url, options).await,
        }
    };
    tokio::time::timeout(longest, work).await.with_context(|| format!("took longer than {longest:?}"))?
}
