//! The command line.

mod demo;
mod import;
mod repair;

use std::{
    io::Write,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    signal::unix::{SignalKind, signal},
};

use crate::{
    config::{Config, Overrides},
    model::Timestamp,
    server::{Manager, Server},
    store::{self, ServingGuard, Store},
    telemetry,
};

/// The version, which stands in `Cargo.toml`, and the commit where it is known: `0.1.0 (6c18c7a)`.
pub const VERSION: &str = env!("VERSION_WITH_COMMIT");

/// How long `hearth health` waits for its answer.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(5);

/// SIGXFSZ, on every system that Hearth runs on.
const FILE_TOO_LARGE: SignalKind = SignalKind::from_raw(25);

/// Hearth, a messenger that people host with one command.
///
/// Without a command it serves: the web client, REST, WebSocket and documentation on port 3001, everything kept in
/// data/hearth.db. Every key of the configuration stands in config.toml, and can be set as HEARTH_SECTION__KEY in the
/// environment.
#[derive(Parser)]
#[command(name = "hearth", version = VERSION)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    /// The configuration file [default: config.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Address and port to listen on, such as 127.0.0.1:3001
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    listen: Option<String>,

    /// The database that keeps everything: sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,

    /// Go on even if this machine's clock is behind the newest message or the program's commit
    #[arg(long, global = true)]
    accept_clock: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Serve, until SIGTERM or Ctrl-C; what happens without a command
    Serve,
    /// Bring the database's schema up to date
    ///
    /// `hearth serve` does so by itself when it starts. A database that a newer version has written is refused.
    Migrate,
    /// Fill an empty database with people who talk, to look at
    ///
    /// Twenty people in as many places, thirty groups, some thousand messages from the past weeks and today. All of
    /// them have the same password, which is printed: this is for trying Hearth out, not for a server that others can
    /// reach. No server may serve the database meanwhile. A database that has users is left alone, unless --force is
    /// given.
    Demo {
        /// The language that they write in
        #[arg(long, value_enum, default_value_t = demo::Lang::En)]
        lang: demo::Lang,

        /// Add them even if the database has users
        #[arg(long)]
        force: bool,
    },
    /// Take over a database of the reference messenger
    ///
    /// Copies people, groups, memberships and messages into the configured database, which no server may serve
    /// meanwhile. The source is only read. People keep their ids and passwords. What was imported before stays as it
    /// is: after an interruption, or for newer messages, run it again. At the end it tells what could not be taken over,
    /// and why.
    Import {
        /// The reference messenger's database: postgres://USER:PASSWORD@HOST/DATABASE [default: $IMPORT_URL]
        ///
        /// Other users of this machine can read arguments with `ps`. If the URL has a password, put it into the
        /// variable IMPORT_URL or into a file.
        #[arg(value_name = "URL")]
        source: Option<String>,

        /// A file that has the URL
        #[arg(long, value_name = "FILE", conflicts_with = "source")]
        url_file: Option<PathBuf>,
    },
    /// Print the configuration in force, with secrets masked
    Config,
    /// Tell a database that it is a restored backup
    ///
    /// Ends every session, so that everyone logs in again, and makes clients drop what they keep of later than the
    /// backup. Run it after you put a backup in place and before you start the server.
    Restored,
    /// Repair what is stored, while no server serves it
    Repair {
        #[command(subcommand)]
        what: repair::What,
    },
    /// Ask the running server whether it works
    ///
    /// Ends with 0 if it does, with 1 if not, and says why. Use it to decide whether to restart the server. It asks at
    /// the address that the server listens on by the configuration, or at --listen.
    Health {
        /// Ask whether the server can serve requests now: it may work while its disk is full or its database away
        #[arg(long)]
        ready: bool,
    },
}

/// What is thought of this machine's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clock {
    /// It is compared with what must be past.
    Checked,
    /// The operator says that it is right.
    Accepted,
}

/// Does what the command line says.
pub fn run() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let overrides = Overrides { listen: cli.listen, database_url: cli.database_url };
    let clock = if cli.accept_clock { Clock::Accepted } else { Clock::Checked };
    let config = Config::load(cli.config.as_deref(), &overrides)?;
    let runtime = tokio::runtime::Runtime::new()?;
    match cli.command {
        None | Some(Command::Serve) => runtime.block_on(serve(config, clock)),
        Some(Command::Migrate) => runtime.block_on(migrate(&config)),
        Some(Command::Demo { lang, force }) => runtime.block_on(demo::run(&config, lang, force)),
        Some(Command::Import { source, url_file }) => {
            let source = import::source(source, url_file.as_deref())?;
            runtime.block_on(import::run(&config, &source))
        }
        Some(Command::Restored) => runtime.block_on(restored(&config)),
        Some(Command::Repair { what }) => runtime.block_on(repair::run(&config, what, clock)),
        Some(Command::Health { ready }) => {
            runtime.block_on(health(&config, if ready { "/readyz" } else { "/healthz" }))
        }
        Some(Command::Config) => Ok(write!(std::io::stdout(), "{}", config.masked())?),
    }
}

async fn serve(config: Config, clock: Clock) -> anyhow::Result<()> {
    telemetry::init(&config.log);
    // Sockets are descriptors: as many as the system allows.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    // A write beyond the limit of a file's size fails then, as on a full disk, instead of ending the process.
    let _ = signal(FILE_TOO_LARGE)?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;

    let manager = Manager::of_this_process()?;
    let database = store::place(&config.database.url).to_owned();
    tracing::info!(version = VERSION, database, "starting");
    let server = Server::start(config).await?;
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

/// An address that a client on this machine can use: "every address" is none.
fn reachable(address: SocketAddr) -> String {
    match address.ip() {
        ip if ip.is_unspecified() => format!("localhost:{}", address.port()),
        _ => address.to_string(),
    }
}

/// Does work on the database while nobody serves it.
async fn with_database(config: &Config, work: impl AsyncFnOnce(&Store) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let guard = ServingGuard::take(&config.database.url).await?;
    let store = Store::open_to_write(&config.database, &guard).await?;
    let done = work(&store).await;
    store.close().await;
    guard.release().await;
    done
}

async fn migrate(config: &Config) -> anyhow::Result<()> {
    telemetry::init(&config.log);
    Store::open(&config.database).await?.close().await;
    writeln!(std::io::stdout(), "{} is up to date", store::place(&config.database.url))?;
    Ok(())
}

async fn restored(config: &Config) -> anyhow::Result<()> {
    telemetry::init(&config.log);
    let work = async |store: &Store| {
        let ended = store.restored().await?;
        let noun = if ended == 1 { "session" } else { "sessions" };
        Ok(writeln!(std::io::stdout(), "{ended} {noun} ended; clients start afresh")?)
    };
    with_database(config, work).await
}

async fn health(config: &Config, path: &str) -> anyhow::Result<()> {
    let listen = &config.server.listen;
    let work = async {
        let mut addresses = tokio::net::lookup_host(listen).await?;
        let mut address = addresses.next().with_context(|| format!("{listen} has no address"))?;
        if address.ip().is_unspecified() {
            address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
        }
        let mut stream = TcpStream::connect(address).await.with_context(|| format!("nothing listens on {address}"))?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {listen}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        anyhow::Ok(answer)
    };
    let answer = tokio::time::timeout(HEALTH_TIMEOUT, work).await.context("no answer in time")??;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let word = body.lines().next().unwrap_or_default();
    if status != "200" {
        bail!("not ready: {word}");
    }
    writeln!(std::io::stdout(), "{word}")?;
    Ok(())
}
