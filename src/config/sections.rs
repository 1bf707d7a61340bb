//! The sections and their keys, with the defaults that `config.toml` shows.

mod limits;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

pub use limits::Limits;

/// `[server]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address and port.
    pub listen: String,
    /// Web origins that may call the server, besides its own; `*` allows all.
    pub origins: Vec<String>,
    /// Addresses or networks of reverse proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<String>,
}

impl Default for Server {
    fn default() -> Self {
        Self { listen: "0.0.0.0:3001".into(), origins: vec!["*".into()], trusted_proxies: Vec::new() }
    }
}

impl Server {
    /// The trusted proxies as networks; an address is a network of one.
    pub fn proxies(&self) -> Vec<IpNet> {
        self.trusted_proxies.iter().filter_map(|text| super::check::network(text)).collect()
    }
}

/// `[database]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite://PATH` or `postgres://…`.
    pub url: String,
    /// How long a request waits for the database before it fails.
    pub timeout_seconds: u64,
    /// Connections that read from PostgreSQL; three more write and monitor. SQLite always has four and one.
    pub connections: u32,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: "sqlite://data/hearth.db".into(), timeout_seconds: 5, connections: 8 }
    }
}

/// `[cluster]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cluster {
    /// The NATS servers by which several servers on one PostgreSQL database hear each other, separated by commas; if empty,
    /// the server is alone.
    pub nats: String,
}

/// `[shutdown]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shutdown {
    /// Over how many seconds WebSockets are closed when the server stops.
    pub drain_seconds: u32,
}

/// `[auth]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Auth {
    /// Signs the tokens; if empty, a secret is generated on first start and kept in the database.
    pub secret: String,
    /// How long a token is valid.
    pub token_hours: u32,
    /// How long a session lives if its token is not renewed.
    pub session_days: u32,
    /// How long a session lives even if its token is renewed.
    pub session_max_days: u32,
    /// The minimum length of a password, in characters.
    pub password_min_length: usize,
    /// Whether the most common passwords may be used.
    pub common_passwords: CommonPasswords,
    /// Which sessions must confirm the password before they delete the account or end other sessions. For an export, all
    /// must, unless it is [`Confirm::Never`].
    pub confirm: Confirm,
}

/// Which sessions must confirm the password before they delete the account or end other sessions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confirm {
    /// Sessions of clients that declared at login that they can ask for it.
    #[default]
    Hearth,
    /// All sessions. Clients of the reference messenger can then not delete accounts.
    Always,
    /// None.
    Never,
}

/// Whether the most common passwords, and the account's own email, may be used as passwords.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CommonPasswords {
    /// Reject them.
    #[default]
    Refuse,
    /// Allow them.
    Allow,
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            secret: String::new(),
            token_hours: 24,
            session_days: 90,
            session_max_days: 365,
            password_min_length: 8,
            common_passwords: CommonPasswords::default(),
            confirm: Confirm::default(),
        }
    }
}

/// `[directory]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Directory {
    /// Whether users see each other's email addresses.
    pub emails: Emails,
}

/// Whether users see each other's email addresses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Emails {
    /// Searching the full address finds and shows it.
    #[default]
    Hidden,
    /// Searching any part of the address finds and shows it.
    Shown,
}

/// Bytes per MB.
const MB: u64 = 1_000_000;
/// The most MB of the disk that are kept free by default.
const STOP_MB: u64 = 200;
/// The most percent of the disk that are kept free by default.
const STOP_PERCENT: u64 = 2;

/// `[storage]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Storage {
    /// Percent of the disk below which there is a warning; 0 means no warning.
    pub warn_percent: u32,
    /// Free MB below which nothing more is stored; 0 means the smaller of 200 MB and 2 % of the disk.
    pub stop_mb: u32,
    /// A file or folder on the disk to watch; if empty, that of the database.
    pub watch: String,
}

impl Default for Storage {
    fn default() -> Self {
        Self { warn_percent: 10, stop_mb: 0, watch: String::new() }
    }
}

impl Storage {
    /// Free bytes of a disk of this size below which nothing more is stored.
    pub fn stop_bytes(&self, total: u64) -> u64 {
        match self.stop_mb {
            0 => (total / 100 * STOP_PERCENT).min(STOP_MB * MB),
            mb => u64::from(mb) * MB,
        }
    }
}

/// `[retention]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Days after which messages are deleted; 0 keeps them.
    pub days: u32,
}

impl Retention {
    /// Days after which messages are deleted, if they are.
    pub fn limit(&self) -> Option<u32> {
        (self.days > 0).then_some(self.days)
    }
}

/// `[web]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Web {
    /// Whether `/` serves the web client.
    pub enabled: bool,
}

impl Default for Web {
    fn default() -> Self {
        Self { enabled: true }
    }
}

/// `[log]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// The format of log lines.
    pub format: LogFormat,
    /// The lowest level that is logged.
    pub level: LogLevel,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Auto, level: LogLevel::Info }
    }
}

/// `[metrics]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Metrics {
    /// Address and port of `GET /metrics`; if empty, there are no metrics.
    pub listen: String,
}

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text, with colours if the output is a terminal.
    Auto,
    /// Text without colours.
    Text,
    /// One JSON object per line.
    Json,
}

/// The lowest level that is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Bugs and failures of the server.
    Error,
    /// Conditions that an operator should look at.
    Warn,
    /// Requests and connections.
    Info,
    /// Details for developers.
    Debug,
}
