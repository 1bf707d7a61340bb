//! The configuration: defaults ← `config.toml` ← environment ← flags. Every key stands in `config.toml` with its
//! meaning; an unknown key or a bad value is an error that names it.

mod environment;

use std::path::Path;

use figment::{
    Figment,
    providers::{Format, Serialized, Toml},
};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// The file that is read when no other is named, if it exists.
pub const DEFAULT_FILE: &str = "config.toml";

/// What `hearth config` prints in place of a secret.
const MASK: &str = "********";

/// A signing secret shorter than HS256's digest weakens every token (RFC 7518, section 3.2).
const SECRET_MIN_BYTES: usize = 32;

/// Everything an operator can set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where and for whom the server listens.
    pub server: Server,
    /// Where everything is kept.
    pub database: Database,
    /// Accounts and sessions.
    pub auth: Auth,
    /// What one address, account or connection may do.
    pub limits: Limits,
    /// The pages for browsers.
    pub web: Web,
    /// What is logged, and how.
    pub log: Log,
}

/// `[server]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address and port.
    pub listen: String,
    /// Web origins that may call; `*` for every one.
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
        self.trusted_proxies.iter().filter_map(|text| network(text)).collect()
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
    /// Connections to PostgreSQL; SQLite has one writer and four readers.
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
    /// The shortest password that is accepted.
    pub password_min_length: usize,
}

impl Default for Auth {
    fn default() -> Self {
        Self { secret: String::new(), token_hours: 24, password_min_length: 8 }
    }
}

/// `[limits]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Whether the rates below are in force; the sizes always are.
    pub enabled: bool,
    /// Sign-ups from one address.
    pub sign_ups_per_hour: u32,
    /// Log-ins from one address, whatever the account.
    pub log_ins_per_minute: u32,
    /// Log-ins to one account from one address.
    pub log_ins_per_account_and_minute: u32,
    /// Requests on one WebSocket; bursts of ten seconds' worth are fine.
    pub frames_per_second: u32,
    /// Open WebSockets.
    pub connections: usize,
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
            frames_per_second: 50,
            connections: 10_000,
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

/// What the command line may set: the last word.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--listen`
    pub listen: Option<String>,
    /// `--database-url`
    pub database_url: Option<String>,
}

impl Config {
    /// Reads `file` (if given, it must exist; else `config.toml`, if there is one), the process's environment and the
    /// flags, and checks every value.
    pub fn load(file: Option<&Path>, overrides: &Overrides) -> anyhow::Result<Self> {
        let file = match file {
            Some(file) => {
                anyhow::ensure!(file.is_file(), "there is no configuration file {}", file.display());
                file
            }
            None => Path::new(DEFAULT_FILE),
        };
        Self::read(file, std::env::vars(), overrides)
    }

    /// As [`Config::load`], with the environment given; a missing file counts as empty.
    pub fn read(
        file: &Path,
        variables: impl Iterator<Item = (String, String)>,
        overrides: &Overrides,
    ) -> anyhow::Result<Self> {
        let defaults = Serialized::defaults(Self::default());
        let environment = environment::read(&Figment::from(&defaults), variables)?;
        let mut config: Self = Figment::from(defaults)
            .merge(Toml::file_exact(file))
            .merge(Serialized::defaults(environment))
            .extract()
            .map_err(|error| anyhow::anyhow!("configuration: {error}"))?;
        if let Some(listen) = &overrides.listen {
            config.server.listen.clone_from(listen);
        }
        if let Some(url) = &overrides.database_url {
            config.database.url.clone_from(url);
        }
        let problems = config.problems();
        anyhow::ensure!(problems.is_empty(), "configuration:\n  {}", problems.join("\n  "));
        Ok(config)
    }

    /// What is in force, as TOML, secrets masked.
    pub fn masked(&self) -> String {
        let mut shown = self.clone();
        if !shown.auth.secret.is_empty() {
            shown.auth.secret = MASK.into();
        }
        shown.database.url = mask_password(&shown.database.url);
        shown.to_toml()
    }

    /// A section a paragraph, a key a line. JSON's scalars and arrays are TOML's, too.
    fn to_toml(&self) -> String {
        let value = serde_json::to_value(self).expect("a configuration is plain data");
        let sections = value.as_object().into_iter().flatten();
        let section = |(name, keys): (&String, &serde_json::Value)| {
            let keys = keys.as_object().into_iter().flatten();
            let lines: Vec<_> = keys.map(|(key, value)| format!("{key} = {value}\n")).collect();
            format!("[{name}]\n{}", lines.concat())
        };
        sections.map(section).collect::<Vec<_>>().join("\n")
    }

    /// Every value that cannot be used: its key, the value, what is allowed.
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut check = |fine: bool, key: &str, value: &dyn std::fmt::Display, allowed: &str| {
            if !fine {
                problems.push(format!("{key} = {value}: must be {allowed}"));
            }
        };
        let Self { server, database, auth, limits, .. } = self;
        let port = server
            .listen
            .rsplit_once(':')
            .and_then(|(host, port)| port.parse::<u16>().ok().filter(|_| !host.is_empty()));
        check(port.is_some(), "server.listen", &server.listen, "ADDRESS:PORT, such as 0.0.0.0:3001");
        for origin in &server.origins {
            let fine = origin == "*" || (origin.contains("://") && !origin.ends_with('/'));
            check(fine, "server.origins", origin, "* or an origin such as https://chat.example.org, without a path");
        }
        for proxy in &server.trusted_proxies {
            let fine = network(proxy).is_some();
            check(fine, "server.trusted_proxies", proxy, "an address or a network, such as 127.0.0.1 or 10.0.0.0/8");
        }
        let url = &database.url;
        let path = url.strip_prefix("sqlite:").map(|rest| rest.trim_start_matches('/'));
        let fine = path.is_some_and(|path| !path.is_empty() && !path.starts_with(":memory:"))
            || url.starts_with("postgres://")
            || url.starts_with("postgresql://");
        check(
            fine,
            "database.url",
            &mask_password(url),
            "sqlite://PATH of a file or postgres://USER:PASSWORD@HOST/DATABASE",
        );
        let seconds = database.timeout_seconds;
        check((1..=60).contains(&seconds), "database.timeout_seconds", &seconds, "1 to 60");
        let connections = database.connections;
        check((2..=1000).contains(&connections), "database.connections", &connections, "2 to 1000");
        let fine = auth.secret.is_empty() || auth.secret.len() >= SECRET_MIN_BYTES;
        check(fine, "auth.secret", &MASK, "empty or at least 32 bytes long");
        let hours = auth.token_hours;
        check((1..=8760).contains(&hours), "auth.token_hours", &hours, "1 to 8760 (a year)");
        let length = auth.password_min_length;
        check((1..=128).contains(&length), "auth.password_min_length", &length, "1 to 128");
        for (key, rate) in [
            ("limits.sign_ups_per_hour", limits.sign_ups_per_hour),
            ("limits.log_ins_per_minute", limits.log_ins_per_minute),
            ("limits.log_ins_per_account_and_minute", limits.log_ins_per_account_and_minute),
            ("limits.frames_per_second", limits.frames_per_second),
        ] {
            check(
                (1..=1_000_000).contains(&rate),
                key,
                &rate,
                "1 to 1000000 (limits.enabled = false turns all rates off)",
            );
        }
        let connections = limits.connections;
        check((1..=1_000_000).contains(&connections), "limits.connections", &connections, "1 to 1000000");
        let members = limits.group_members;
        check((2..=100_000).contains(&members), "limits.group_members", &members, "2 to 100000");
        problems
    }
}

fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse().ok().map(|address: std::net::IpAddr| address.into()))
}

/// `postgres://user:password@host/db` without what stands between the colon and the last `@`.
fn mask_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some((credentials, place)) = rest.rsplit_once('@') else { return url.to_owned() };
    match credentials.split_once(':') {
        Some((user, _)) => format!("{scheme}://{user}:{MASK}@{place}"),
        None => url.to_owned(),
    }
}
