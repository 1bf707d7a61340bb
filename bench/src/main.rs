//! `bench`: puts load on a Hearth server on this machine, measures what clients notice, and fails if the server breaks
//! a promise. The server must run with `HEARTH_LIMITS__ENABLED=false`.

mod accounts;
mod client;
mod compare;
mod database;
mod delivery;
mod fill;
mod group;
mod http;
mod idle;
mod latencies;
mod latency;
mod limits;
mod login;
mod metronome;
mod pages;
mod plot;
mod process;
mod reconnect;
mod report;
mod results;
mod schema;
mod send;
mod soak;
mod storm;
mod target;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use database::Database;
use http::Server;
use report::Report;
use serde::Serialize;

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

    /// The server's database, `sqlite://FILE` or `postgres://…`: the machine's limit is measured beside it
    #[arg(long, global = true, value_name = "URL")]
    database: Option<Database>,

    /// Append the result to a file, as one JSON object
    #[arg(long, global = true, value_name = "FILE")]
    json: Option<PathBuf>,

    /// What is measured [default: what `git describe` says]
    #[arg(long, global = true)]
    label: Option<String>,
}

#[derive(Subcommand, Serialize)]
#[serde(rename_all = "lowercase")]
enum Command {
    /// Fill a database with people, dialogs and messages
    Fill(fill::Options),
    /// Send private messages as fast as the server acknowledges them, or at a fixed rate
    Send(send::Options),
    /// Send one message at a time to an idle server
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
    /// Write, type and read in many groups at once, a few of them large
    Storm(storm::Options),
    /// Draw a value of many runs against their size
    Plot(plot::Options),
    /// Run a scenario against two servers in turn, and compare what was measured
    Compare(compare::Options),
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
async fn run(Cli { command, url, database, json, label }: Cli) -> anyhow::Result<()> {
    let (scenario, options) = name(&command)?;
    let engine = database.as_ref().map_or("", Database::engine);
    let longest = match &command {
        Command::Soak(options) => options.longest(),
        Command::Compare(options) => options.longest(),
        _ => LONGEST,
    };
    let report = tokio::time::timeout(longest, measure(command, url, database.as_ref())).await;
    let report = report.with_context(|| format!("took longer than {longest:?}"))??;
    report.print()?;
    if let Some(file) = json {
        results::Run::new(&scenario, options, engine, label, &report).append(&file)?;
    }
    match report.fault {
        Some(fault) => bail!(fault),
        None => Ok(()),
    }
}

async fn measure(command: Command, url: Server, database: Option<&Database>) -> anyhow::Result<Report> {
    let place = database.cloned().unwrap_or_else(Database::beside);
    match command {
        Command::Fill(options) => fill::run(database, options).await,
        Command::Send(options) => send::run(url, &place, options).await,
        Command::Latency(options) => latency::run(url, &place, options).await,
        Command::Idle(options) => idle::run(url, options).await,
        Command::Login(options) => login::run(url, options).await,
        Command::Reconnect(options) => reconnect::run(url, options).await,
        Command::Pages(options) => pages::run(url, database, options).await,
        Command::Group(options) => group::run(url, options).await,
        Command::Plot(options) => plot::run(&options),
        Command::Compare(options) => compare::run(database, options).await,
        Command::Storm(options) => storm::run(url, options).await,
        Command::Soak(options) => soak::run(url, database, options).await,
    }
}

/// The name of a command, and its options.
fn name(command: &Command) -> anyhow::Result<(String, serde_json::Value)> {
    let serde_json::Value::Object(command) = serde_json::to_value(command)? else { bail!("a command has options") };
    command.into_iter().next().context("a command has a name")
}
