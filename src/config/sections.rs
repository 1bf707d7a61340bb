//! The sections and their keys, with the defaults that `config.toml` shows.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// `[server]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address and port.
    pub listen: String,
    /// Web origins that may call besides the server's own; `*` for every one.
    pub origins: Vec<String>,
    /// Addresses or networks of reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<String>,
}

impl Default for Server {
    fn default() -> Self {
        Self { listen: "0.0.0.0:3001".into(), origins: vec!["*".into()], trusted_proxies: Vec::new() }
    }
}

impl Server {
    /// The proxies as networks; an address is a network of one.
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
    /// How long a request waits for the database before it is refused.
    pub timeout_seconds: u64,
    /// Reading connections to PostgreSQL; SQLite has four. Writing takes one or two more.
    pub connections: u32,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: "sqlite://data/hearth.db".into(), timeout_seconds: 5, connections: 8 }
    }
}

/// `[auth]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Auth {
    /// Signs the tokens; empty: made on first start and kept in the database.
    pub secret: String,
    /// How long a token is good for.
    pub token_hours: u32,
    /// How long a session lives whose token nobody renews.
    pub session_days: u32,
    /// How long a session lives, however often its token is renewed.
    pub session_max_days: u32,
    /// The shortest password that is accepted.
    pub password_min_length: usize,
    /// What becomes of the passwords that everybody guesses.
    pub common_passwords: CommonPasswords,
    /// Which sessions need the password again before they delete the account or end other sessions.
    pub confirm: Confirm,
}

/// Which sessions need the password again before they delete the account or end other sessions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confirm {
    /// Those of clients that said at log-in that they can ask for it.
    #[default]
    Hearth,
    /// All. Clients of the reference messenger cannot delete accounts then.
    Always,
    /// None.
    Never,
}

/// Whether the most common passwords, and the account's own e-mail, may be set as passwords.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CommonPasswords {
    /// They may not.
    #[default]
    Refuse,
    /// They may.
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
    /// Whether people see each other's e-mail addresses.
    pub emails: Emails,
}

/// Whether people see each other's e-mail addresses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Emails {
    /// A person is found by the whole address, and only then it is shown.
    #[default]
    Hidden,
    /// A person is found by any part of the address, and it is shown.
    Shown,
}

/// `[limits]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Whether the rates, counts and storage bounds below are in force; what bounds memory always is.
    pub enabled: bool,
    /// Sign-ups from one address.
    pub sign_ups_per_hour: u32,
    /// Log-ins from one address, whatever the account.
    pub log_ins_per_minute: u32,
    /// Log-ins to one account from one address.
    pub log_ins_per_account_and_minute: u32,
    /// Failed log-ins to one account from all addresses before each further one has to wait.
    pub log_in_failures_per_account: u32,
    /// REST requests of one person; bursts of ten seconds' worth are fine.
    pub requests_per_second: u32,
    /// Open WebSockets of one person.
    pub connections_per_user: usize,
    /// Requests on one WebSocket; bursts of ten seconds' worth are fine.
    pub frames_per_second: u32,
    /// Frames on all WebSockets of one person; bursts of ten seconds' worth are fine.
    pub frames_per_second_and_user: u32,
    /// Open WebSockets.
    pub connections: usize,
    /// Open connections that are no WebSocket.
    pub http_connections: usize,
    /// Open connections of one address.
    pub connections_per_address: usize,
    /// Open connections of one address on which nobody has logged in.
    pub anonymous_connections_per_address: usize,
    /// Messages and notices of one person in a minute.
    pub messages_per_minute: u32,
    /// Edits, deletions and reactions of one person in a minute.
    pub changes_per_minute: u32,
    /// MB for one person's messages; 0 means no limit.
    pub storage_mb_per_user: u32,
    /// MB for the whole database; 0 means no limit.
    pub storage_mb: u32,
    /// People whom somebody adds to groups without a dialog in which both have written.
    pub adds_of_strangers_per_hour: u32,
    /// Other people whom somebody adds to groups.
    pub adds_per_hour: u32,
    /// Members of a group.
    pub group_members: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            enabled: true,
            sign_ups_per_hour: 60,
            log_ins_per_minute: 60,
            log_ins_per_account_and_minute: 10,
            log_in_failures_per_account: 100,
            requests_per_second: 20,
            connections_per_user: 20,
            frames_per_second: 50,
            frames_per_second_and_user: 100,
            connections: 10_000,
            http_connections: 2_000,
            connections_per_address: 1_000,
            anonymous_connections_per_address: 200,
            messages_per_minute: 1200,
            changes_per_minute: 600,
            storage_mb_per_user: 1000,
            storage_mb: 0,
            adds_of_strangers_per_hour: 100,
            adds_per_hour: 1000,
            group_members: 10_000,
        }
    }
}

/// `[web]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Web {
    /// Whether `/` answers browsers.
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
    /// How lines look.
    pub format: LogFormat,
    /// The least important level that is written.
    pub level: LogLevel,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Auto, level: LogLevel::Info }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text with colours in a terminal, text without them elsewhere.
    Auto,
    /// Text without colours.
    Text,
    /// One JSON object a line.
    Json,
}

/// The least important level that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Defects of ours.
    Error,
    /// What an operator should look at.
    Warn,
    /// Requests and connections.
    Info,
    /// For those who develop.
    Debug,
}
