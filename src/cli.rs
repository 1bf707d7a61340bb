//! The command line.

mod backup;
mod bar;
mod check;
mod demo;
mod import;
mod repair;
mod transfer;
mod url;

use std::{
    io::Write,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
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

/// The version from `Cargo.toml`, with the commit if it is known: `0.1.0 (6c18c7a)`.
pub const VERSION: &str = env!("VERSION_WITH_COMMIT");

/// How long `hearth health` waits for the response.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(5);

/// SIGXFSZ, which has this number on every system that Hearth runs on.
const FILE_TOO_LARGE: SignalKind = SignalKind::from_raw(25);

/// Hearth, a self-hosted messenger in one binary
///
/// Without a command it runs the server: the web client, REST, WebSocket and documentation on port 3001, with all data
/// in data/hearth.db. config.toml describes every configuration key. You can also set a key as the environment variable
/// HEARTH_SECTION__KEY.
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

    /// The database: sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,

    /// Start even if this machine's clock is behind the newest message or the program's commit
    #[arg(long, global = true)]
    accept_clock: bool,

    /// Update the schema without a backup, even if the update changes data
    #[arg(long, global = true)]
    without_backup: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server until SIGTERM or Ctrl-C (the default command)
    Serve,
    /// Update the database's schema
    ///
    /// `hearth serve` does this when it starts. A database that a newer version has migrated is rejected.
    Migrate,
    /// Load demo users and conversations into an empty database
    ///
    /// Creates twenty users, thirty groups and several thousand messages from the past weeks until today. All users
    /// have the same password, which is printed: use it to try Hearth, not on a server that others can reach. Stop the
    /// server first. A database that has users is left unchanged, unless you add --force.
    Demo {
        /// The language of the conversations
        #[arg(long, value_enum, default_value_t = demo::Lang::En)]
        lang: demo::Lang,

        /// Add the demo even if the database has users
        #[arg(long)]
        force: bool,
    },
    /// Import a database of the reference messenger
    ///
    /// Copies users, groups, memberships and messages into the configured database. Stop the server first. The source
    /// is only read. Users keep their ids and passwords. Run it again after an interruption, or to import newer
    /// messages: what is already imported stays unchanged. At the end it prints what could not be imported, and why.
    Import {
        /// The reference messenger's database: postgres://USER:PASSWORD@HOST/DATABASE [default: $IMPORT_URL]
        ///
        /// A URL with a password is rejected here, because other users of this machine can see command-line arguments
        /// with `ps`: use the variable IMPORT_URL or a file.
        #[arg(value_name = "URL")]
        source: Option<String>,

        /// A file that contains the URL
        #[arg(long, value_name = "FILE", conflicts_with = "source")]
        url_file: Option<PathBuf>,
    },
    /// Move the database to another place: from SQLite to PostgreSQL, or back
    ///
    /// Copies everything from the configured database to an empty one, while the server runs or not. Ids, times,
    /// sessions and passwords stay the same. At the end writes stop for a moment, at most 10 seconds; then the old
    /// database can no longer be written, its server ends, and you start it with the new database. Run it again after
    /// an interruption: it continues where it stopped.
    Move {
        /// The new database: postgres://USER:PASSWORD@HOST/DATABASE or sqlite://PATH [default: $MOVE_URL]
        ///
        /// A URL with a password is rejected here, because other users of this machine can see command-line arguments
        /// with `ps`: use the variable MOVE_URL or a file.
        #[arg(value_name = "URL")]
        target: Option<String>,

        /// A file that contains the URL
        #[arg(long, value_name = "FILE", conflicts_with = "target")]
        url_file: Option<PathBuf>,

        /// Give up a move that was begun: the server no longer records what changes
        #[arg(long, conflicts_with_all = ["target", "url_file"])]
        abandon: bool,
    },
    /// Print the effective configuration, with secrets masked
    Config,
    /// Prepare a database that another tool has restored
    ///
    /// `hearth restore` does this by itself. Ends every session, so that everyone must log in again, and makes clients
    /// discard what they cached after the copy was made. Run it before you start the server.
    Restored,
    /// Make a backup of the database
    ///
    /// Works while the server runs. The backup is one file with all data of one moment, for both engines. TARGET is a
    /// folder, a file that ends in .zip or .age, or s3://BUCKET/PREFIX with the usual AWS_* variables; without TARGET, it
    /// is backup.to. Exits with 0 if the backup is complete; otherwise with 1, and there is no file.
    Backup {
        /// A folder, a new file, or s3://BUCKET/PREFIX [default: backup.to]
        target: Option<String>,

        /// A file whose first line is the passphrase with which to encrypt the backup
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<String>,
    },
    /// Restore a backup into an empty database
    ///
    /// Stop the server first. Checks the whole backup before it changes anything. The database may be of the other engine,
    /// and must not have users: the configured one, or --database-url. Ends every session, makes clients load everything
    /// again, and erases accounts again that were erased after the backup, by the list erased.jsonl beside it. If the
    /// command is interrupted, run it again. Exits with 0 if the backup is restored, otherwise with 1.
    Restore {
        /// The backup: a file, or s3://BUCKET/PREFIX/NAME
        file: String,

        /// A file whose first line is the backup's passphrase
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<String>,
    },
    /// Verify that a backup can be restored
    ///
    /// Restores it into a temporary database, checks that one as `hearth check` does, and opens a hundred chats. Needs room
    /// in the folder for temporary files (TMPDIR). Exits with 0 if the backup is good, with 1 if it is not, and with 2 if
    /// there is no room to find out.
    Verify {
        /// The backup: a file, or s3://BUCKET/PREFIX/NAME
        file: String,

        /// A file whose first line is the backup's passphrase
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<String>,
    },
    /// Print numbers about the database and its backups
    Stats,
    /// Check that the database is sound
    ///
    /// Works while the server runs, and changes nothing. Checks the database's pages and indexes, then that its rows agree
    /// with each other: that histories have no gaps, that counters and unread marks are right, and that everything refers
    /// to something that exists. Prints one line for each row that does not. Exits with 0 if there is none, with 1 if
    /// there is one, and with 2 if the database could not be checked.
    Check,
    /// Repair stored data while the server is stopped
    Repair {
        #[command(subcommand)]
        what: repair::What,
    },
    /// Check that the running server works
    ///
    /// Exits with 0 if it does. Otherwise exits with 1 and prints the reason. Use it to decide whether to restart the
    /// server. It connects to the configured address, or to --listen.
    Health {
        /// Check that the server can handle requests now: it may run while its disk is full or its database is down
        #[arg(long)]
        ready: bool,
    },
}

/// How to treat this machine's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clock {
    /// Compare it with the newest message and the program's commit.
    Checked,
    /// Trust it: the operator says that it is right.
    Accepted,
}

impl Command {
    /// The option of this name, if the command has it.
    fn passphrase_file(&self) -> Option<String> {
        match self {
            Self::Backup { passphrase_file, .. }
            | Self::Restore { passphrase_file, .. }
            | Self::Verify { passphrase_file, .. } => passphrase_file.clone(),
            _ => None,
        }
    }

    /// What it exits with if it fails.
    fn failure(&self) -> ExitCode {
        match self {
            // 1 says that something is wrong with the database.
            Self::Check => ExitCode::from(check::NOT_CHECKED),
            _ => ExitCode::FAILURE,
        }
    }
}

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
        Some(Command::Check) => return runtime.block_on(check::run(&config)),
        Some(Command::Repair { what }) => runtime.block_on(repair::run(&config, what, clock)),
        Some(Command::Health { ready }) => {
            runtime.block_on(health(&config, if ready { "/readyz" } else { "/healthz" }))
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

async fn health(config: &Config, path: &str) -> anyhow::Result<()> {
    let listen = &config.server.listen;
    let work = async {
        let mut addresses = tokio::net::lookup_host(listen).await?;
        let mut address = addresses.next().with_context(|| format!("{listen} does not resolve to an address"))?;
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
