//! `hearth demo`.

use std::io::Write;

use anyhow::{Context, ensure};
use clap::ValueEnum;

use super::with_database;
use crate::{
    config::Config,
    demo::{self, Filled, Language, Start},
    model::Timestamp,
    store, telemetry,
};

/// The language of the demo's conversations.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Lang {
    /// English
    En,
    /// Russian
    Ru,
}

/// Loads the demo into the configured database.
pub(super) async fn run(config: &Config, lang: Lang, force: bool) -> anyhow::Result<()> {
    telemetry::init(&config.log);
    let language = match lang {
        Lang::En => Language::English,
        Lang::Ru => Language::Russian,
    };
    let place = store::place(&config.database.url);
    with_database(config, async |store| {
        ensure!(force || !store.has_users().await?, "{place} has users: --force adds the demo's users to them");
        let filled = demo::fill(store, language, Start { now: Timestamp::now(), seed: 0 }).await?;
        let filled = filled.with_context(|| format!("{place} already has the demo's users"))?;
        Ok(print(place, &filled)?)
    })
    .await
}

fn print(place: &str, filled: &Filled) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let (people, groups, messages) = (filled.logins.len(), filled.groups, filled.messages);
    writeln!(out, "{place} has {people} users, {groups} groups and {messages} messages")?;
    writeln!(out, "All of these users have the password: {}", demo::PASSWORD)?;
    for login in &filled.logins {
        writeln!(out, "  {:<24} {:<22} {}", login.email, login.name, login.place)?;
    }
    writeln!(out, "Anyone who knows the password can log in: do not expose this server to others")
}
