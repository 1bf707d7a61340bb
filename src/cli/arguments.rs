//! What the command line may contain, with the texts of `hearth --help`.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use super::{VERSION, backup, check, demo, repair};

/// Hearth, a self-hosted messenger in one binary
///
/// Without a command it runs the server: the web client, REST, WebSocket and documentation on port 3001, with all data
/// in data/hearth.db. config.toml describes every configuration key. You can also set a key as the environment variable
/// HEARTH_SECTION__KEY.
#[derive(Parser)]
#[command(name = "hearth", version = VERSION)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,

    /// The configuration file [default: config.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,

    /// Address and port to listen on, such as 127.0.0.1:3001
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    pub(super) listen: Option<String>,

    /// The database: sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, global = true, value_name = "URL")]
    pub(super) database_url: Option<String>,

    /// Start even if this machine's clock is behind the newest message or the program's commit
    #[arg(long, global = true)]
    pub(super) accept_clock: bool,

    /// Update the schema without a backup, even if the update changes data
    #[arg(long, global = true)]
    pub(super) without_backup: bool,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Run the server until SIGTERM or Ctrl-C (the default command)
    Serve,
    /// Update the database's schema
    ///
    /// `hearth serve` does this when it starts; stop the server first. A database that a newer version has migrated is
    /// rejected.
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
    /// Look for problems of what the server depends on
    ///
    /// Asks the database and, in a cluster, NATS how fast they answer, compares the clocks, and lists the servers with their
    /// versions. Works while the server runs. Exits with 0 if everything is well, otherwise with 1.
    Doctor,
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
    /// it could not be checked: the file cannot be read, the passphrase is another one, or there is no room.
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
pub(super) enum Clock {
    /// Compare it with the newest message and the program's commit.
    Checked,
    /// Trust it: the operator says that it is right.
    Accepted,
}

impl Command {
    /// The option of this name, if the command has it.
    pub(super) fn passphrase_file(&self) -> Option<String> {
        match self {
            Self::Backup { passphrase_file, .. }
            | Self::Restore { passphrase_file, .. }
            | Self::Verify { passphrase_file, .. } => passphrase_file.clone(),
            _ => None,
        }
    }

    /// What it exits with if it fails.
    pub(super) fn failure(&self) -> ExitCode {
        match self {
            // 1 says that something is wrong with the database, or with the backup.
            Self::Check => ExitCode::from(check::NOT_CHECKED),
            Self::Verify { .. } => ExitCode::from(backup::NOT_VERIFIED),
            _ => ExitCode::FAILURE,
        }
    }
}
