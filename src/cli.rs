//! The command line.

mod arguments;
mod backup;
mod bar;
mod check;
mod demo;
mod doctor;
mod health;
mod import;
mod repair;
mod transfer;
mod url;

use std::{io::Write, net::SocketAddr, process::ExitCode};

use clap::Parser;
use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
};

use crate::{
    backup::before_migration,
    config::{Config, Overrides},
    model::Timestamp,
    server::{Manager, Server},
    store::{self, ServingGuard, Store},
    telemetry,
};
use arguments::{Cli, Clock, Command};

/// The version from `Cargo.toml`, with the commit if it is known: `0.1.0 (6c18c7a)`.
pub const VERSION: &str = env!("VERSION_WITH_COMMIT");

/// SIGXFSZ, which has this number on every system that Hearth runs on.
const FILE_TOO_LARGE: SignalKind = SignalKind::from_raw(25);

/// Parses the command line and runs the command. Prints why it failed.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let failure = cli.command.as_ref().map_or(ExitCode::FAILURE, Command::failure);
    execute(cli).unwrap_or_else(|error| {
        eprintln!("hearth: {error:#}");
        failure
    })
}

fn execute(cli: Cli) -> anyhow::Result<ExitCode> {
    let passphrase_file = cli.command.as_ref().and_then(Command::passphrase_file);
    if let Some(Command::Import { .. } | Command::Move { .. }) = cli.command {
        url::check_flag(cli.database_url.as_deref())?;
    }
    let overrides = Overrides {
        listen: cli.listen,
        database_url: cli.database_url,
        without_backup: cli.without_backup,
        passphrase_file,
    };
    let clock = if cli.accept_clock { Clock::Accepted } else { Clock::Checked };
    let config = Config::load(cli.config.as_deref(), &overrides)?;
    let runtime = Runtime::new()?;
    let done = perform(&runtime, cli.command, config, clock);
    // Does not wait for threads that still compute: a backup that the server was verifying.
    runtime.shutdown_background();
    done
}

fn perform(runtime: &Runtime, command: Option<Command>, config: Config, clock: Clock) -> anyhow::Result<ExitCode> {
    match command {
        None | Some(Command::Serve) => runtime.block_on(serve(config, clock)),
        Some(Command::Migrate) => runtime.block_on(migrate(&config)),
        Some(Command::Demo { lang, force }) => runtime.block_on(demo::run(&config, lang, force)),
        Some(Command::Import { source, url_file }) => {
            let source = url::given(source, url_file.as_deref(), import::VARIABLE)?;
            runtime.block_on(import::run(&config, &source))
        }
        Some(Command::Move { abandon: true, .. }) => runtime.block_on(transfer::abandon(&config)),
        Some(Command::Move { target, url_file, abandon: false }) => {
            let target = url::given(target, url_file.as_deref(), transfer::VARIABLE)?;
            runtime.block_on(transfer::run(&config, target))
        }
        Some(Command::Restored) => runtime.block_on(restored(&config)),
        Some(Command::Backup { target, .. }) => runtime.block_on(backup::make(&config, target.as_deref())),
        Some(Command::Restore { file, .. }) => runtime.block_on(backup::restore(&config, &file)),
        Some(Command::Verify { file, .. }) => return runtime.block_on(backup::verify(&config, &file)),
        Some(Command::Stats) => runtime.block_on(backup::stats(&config)),
        Some(Command::Doctor) => return runtime.block_on(doctor::run(&config)),
        Some(Command::Check) => return runtime.block_on(check::run(&config)),
        Some(Command::Repair { what }) => runtime.block_on(repair::run(&config, what, clock)),
        Some(Command::Health { ready }) => {
            runtime.block_on(health::ask(&config, if ready { "/readyz" } else { "/healthz" }))
        }
        Some(Command::Config) => Ok(write!(std::io::stdout(), "{}", config.masked())?),
    }?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(config: Config, clock: Clock) -> anyhow::Result<()> {
    telemetry::init(&config.log);
    // Each socket needs a file descriptor.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    // With this handler, a write beyond the file size limit fails like on a full disk, instead of killing the process.
    let _ = signal(FILE_TOO_LARGE)?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;

    let manager = Manager::of_this_process()?;
    let database = store::place(&config.database.url).to_owned();
    tracing::info!(version = VERSION, database, "starting");
    let server = Box::pin(Server::start(config)).await?;
    if clock == Clock::Checked {
        server.check_clock(Timestamp::now()).await?;
    }
    announce(server.address()?, &database)?;
    let stop = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    };
    server.run(manager, stop).await
}

fn announce(address: SocketAddr, database: &str) -> std::io::Result<()> {
    let base = format!("http://{}", reachable(address));
    let mut out = std::io::stdout().lock();
    writeln!(out, "Hearth {VERSION} listens on {address}")?;
    writeln!(out, "  open           {base}/")?;
    writeln!(out, "  documentation  {base}/doc")?;
    writeln!(out, "  WebSocket      {}/api/ws", base.replacen("http", "ws", 1))?;
    writeln!(out, "  database       {database}")?;
    out.flush()
}

/// An address that a client on this machine can connect to: 0.0.0.0 is not one.
fn reachable(address: SocketAddr) -> String {
    match address.ip() {
        ip if ip.is_unspecified() => format!("localhost:{}", address.port()),
        _ => address.to_string(),
    }
}

/// Runs `work` on the database while no server uses it.
async fn with_database(config: &Config, work: impl AsyncFnOnce(&Store) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let guard = ServingGuard::take(&config.database.url).await?;
    before_migration(config).await?;
    let store = Store::open_to_write(&config.database, &guard).await?;
    let done = work(&store).await;
    store.close().await;
    guard.release().await;
    done
}

async fn migrate(config: &Config) -> anyhow::Result<()> {
    telemetry::init(&config.log);
    before_migration(config).await?;
    Store::open(&config.database).await?.close().await;
    writeln!(std::io::stdout(), "{} is up to date", store::place(&config.database.url))?;
    Ok(())
}

async fn restored(config: &Config) -> anyhow::Result<()> {
    telemetry::init(&config.log);
    let work = async |store: &Store| {
        let ended = store.restored().await?;
        let noun = if ended == 1 { "session" } else { "sessions" };
        Ok(writeln!(std::io::stdout(), "{ended} {noun} ended; clients will load everything again")?)
    };
    with_database(config, work).await
}
