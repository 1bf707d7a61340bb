//! Database URLs that commands take besides the configured one.

use std::path::Path;

use anyhow::{Context, ensure};
use url::Url;

/// A database's URL: from an argument, from a file, or from a variable of the environment. An argument must not have a
/// password: other users of the machine can see arguments.
pub(super) fn given(argument: Option<String>, file: Option<&Path>, variable: &str) -> anyhow::Result<String> {
    let url = match (argument, file) {
        (Some(url), _) => {
            let advice =
                format!("set the variable {variable} to it, or write it into a file and name that with --url-file");
            ensure_no_password(&url, "the URL", &advice)?;
            url
        }
        (None, Some(file)) => {
            std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?
        }
        (None, None) => std::env::var(variable).with_context(|| {
            format!("set the URL in the variable {variable}, in a file with --url-file, or as an argument")
        })?,
    };
    Ok(url.trim().to_owned())
}

/// Fails if the configured database's URL has a password and comes from the flag.
pub(super) fn check_flag(database_url: Option<&str>) -> anyhow::Result<()> {
    let advice = "set the variable HEARTH_DATABASE__URL to it, or database.url in the configuration file";
    database_url.map_or(Ok(()), |url| ensure_no_password(url, "--database-url", advice))
}

fn ensure_no_password(url: &str, argument: &str, advice: &str) -> anyhow::Result<()> {
    ensure!(
        !has_password(url),
        "{argument} has a password, and other users of this machine can see arguments with `ps`: {advice}"
    );
    Ok(())
}

fn has_password(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password")
}
