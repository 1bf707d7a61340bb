//! The configuration: defaults, overridden by `config.toml`, the environment, and flags, in this order. `config.toml`
//! describes every key. An unknown key or an invalid value is an error that names it.

mod backup;
mod check;
mod environment;
mod origins;
mod sections;

use std::path::Path;

use figment::{
    Figment,
    providers::{Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};

pub use backup::Backup;
pub use origins::Origins;
pub use sections::{
    Auth, Cluster, CommonPasswords, Confirm, Database, Directory, Emails, Limits, Log, LogFormat, LogLevel, Metrics,
    Retention, Server, Shutdown, Storage, Web,
};

/// The file that is read by default, if it exists.
pub const DEFAULT_FILE: &str = "config.toml";

/// What `hearth config` prints in place of a secret.
const MASK: &str = "********";

/// All settings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address, origins and proxies.
    pub server: Server,
    /// The database.
    pub database: Database,
    /// Other servers on the same database.
    pub cluster: Cluster,
    /// How the server stops.
    pub shutdown: Shutdown,
    /// Accounts and sessions.
    pub auth: Auth,
    /// What users can find out about each other.
    pub directory: Directory,
    /// Limits per address, account and connection.
    pub limits: Limits,
    /// When the disk counts as full.
    pub storage: Storage,
    /// Backups.
    pub backup: Backup,
    /// How long messages are kept.
    pub retention: Retention,
    /// The web client.
    pub web: Web,
    /// The format and level of the log.
    pub log: Log,
    /// Where metrics are served.
    pub metrics: Metrics,
}

/// Settings from the command line, which override all others.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--listen`
    pub listen: Option<String>,
    /// `--database-url`
    pub database_url: Option<String>,
    /// `--without-backup`
    pub without_backup: bool,
    /// `--passphrase-file`
    pub passphrase_file: Option<String>,
}

impl Config {
    /// Reads `file` (which must exist; by default `config.toml` if it exists), the environment and the flags, and
    /// checks every value.
    pub fn load(file: Option<&Path>, overrides: &Overrides) -> anyhow::Result<Self> {
        let file = match file {
            Some(file) => {
                anyhow::ensure!(file.is_file(), "the configuration file {} does not exist", file.display());
                file
            }
            None => Path::new(DEFAULT_FILE),
        };
        // Other programs' variables may not be valid Unicode.
        let variables = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        let variables = variables.map(|(name, value)| (name, value.to_string_lossy().into_owned()));
        Self::read(file, variables, overrides)
    }

    /// Like [`Config::load`], with the given environment; a missing file counts as empty.
    pub fn read(
        file: &Path,
        variables: impl Iterator<Item = (String, String)>,
        overrides: &Overrides,
    ) -> anyhow::Result<Self> {
        let defaults = Serialized::defaults(Self::default());
        let environment = environment::read(&Figment::from(&defaults), variables)?;
        let mut settings = Figment::from(defaults);
        if file.is_file() {
            settings = settings.merge(Toml::file_exact(file));
        }
        let mut config: Self = settings
            .merge(Serialized::defaults(environment))
            .extract()
            .map_err(|error| anyhow::anyhow!("configuration: {error}"))?;
        if let Some(listen) = &overrides.listen {
            config.server.listen.clone_from(listen);
        }
        if let Some(url) = &overrides.database_url {
            config.database.url.clone_from(url);
        }
        config.backup.before_migration &= !overrides.without_backup;
        if let Some(file) = &overrides.passphrase_file {
            config.backup.passphrase.clear();
            config.backup.passphrase_file.clone_from(file);
        }
        let problems = config.problems();
        anyhow::ensure!(problems.is_empty(), "configuration:\n  {}", problems.join("\n  "));
        Ok(config)
    }

    /// The effective configuration as TOML, with secrets masked.
    pub fn masked(&self) -> String {
        let mut shown = self.clone();
        if !shown.auth.secret.is_empty() {
            shown.auth.secret = MASK.into();
        }
        if !shown.backup.passphrase.is_empty() {
            shown.backup.passphrase = MASK.into();
        }
        shown.database.url = mask_password(&shown.database.url);
        shown.cluster.nats = mask_passwords(&shown.cluster.nats);
        shown.to_toml()
    }

    /// One paragraph per section, one line per key. JSON's scalars and arrays are also valid TOML.
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
}

/// `nats://user:password@host, …` with every password and token masked.
fn mask_passwords(urls: &str) -> String {
    let masked = urls.split(',').map(|url| {
        let url = url.trim();
        match url.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?.1))) {
            Some((scheme, host)) => format!("{scheme}://{MASK}@{host}"),
            None => url.to_owned(),
        }
    });
    masked.collect::<Vec<_>>().join(", ")
}

/// `postgres://user:password@host/db?…` with every password in it masked.
fn mask_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://").filter(|(scheme, _)| scheme.starts_with("postgres")) else {
        return url.to_owned();
    };
    let (credentials, place) = rest.rsplit_once('@').unwrap_or(("", rest));
    let (place, parameters) = place.split_once('?').map_or((place, ""), |(place, _)| (place, "?…"));
    match credentials.split_once(':') {
        Some((user, _)) => format!("{scheme}://{user}:{MASK}@{place}{parameters}"),
        None if credentials.is_empty() => format!("{scheme}://{place}{parameters}"),
        None => format!("{scheme}://{credentials}@{place}{parameters}"),
    }
}
