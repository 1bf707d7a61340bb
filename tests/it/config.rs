//! The configuration: the sample is complete, the environment is parsed by type, and mistakes are named.

use std::{fs, path::Path};

use hearth::config::{Config, Overrides};

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/config.toml");

fn load(file: &str, variables: &[(&str, &str)]) -> anyhow::Result<Config> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::read(Path::new(file), variables, &Overrides::default())
}

fn load_text(text: &str) -> anyhow::Result<Config> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("config.toml");
    fs::write(&file, text)?;
    load(file.to_str().expect("a plain path"), &[])
}

#[track_caller]
fn complaint(result: anyhow::Result<Config>) -> String {
    format!("{:#}", result.expect_err("must be refused"))
}

#[test]
fn the_sample_shows_every_key_with_its_default_and_its_meaning() {
    let text = fs::read_to_string(SAMPLE).expect("the sample is in the repository");
    assert_eq!(load(SAMPLE, &[]).expect("the sample is valid"), Config::default());

    let keys = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| line.contains(" = ") || line.starts_with('['));
        lines.map(str::to_owned).collect()
    };
    let without_comments: String =
        text.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    let (mut shown, mut known) = (keys(&without_comments), keys(&Config::default().masked()));
    shown.sort();
    known.sort();
    assert_eq!(shown, known);

    let lines: Vec<_> = text.lines().collect();
    for pair in lines.windows(2).filter(|pair| pair[1].contains(" = ") && !pair[1].starts_with('#')) {
        assert!(pair[0].starts_with("# "), "{} has no meaning above it", pair[1]);
    }
}

/// `config.toml` as the page shows it: one table per section.
fn tables(sample: &str) -> String {
    let (mut tables, mut meaning) = (String::new(), Vec::new());
    for line in sample.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            meaning.push(comment.replace('|', "\\|"));
        } else if let Some((key, default)) = line.split_once(" = ") {
            tables += &format!("| `{key}` | `{default}` | {} |\n", meaning.join(" "));
            meaning.clear();
        } else {
            if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                tables += &format!("\n### {section}\n\n| key | default | meaning |\n|---|---|---|\n");
            }
            meaning.clear();
        }
    }
    tables
}

#[test]
fn the_page_shows_the_same_keys_as_the_sample() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md")).expect("a page");
    let tables = tables(&fs::read_to_string(SAMPLE).expect("the sample is in the repository"));
    let (_, shown) = page.split_once("## Every key\n").expect("a heading");
    assert_eq!(shown, tables, "docs/configuration.md is to end with:\n{tables}");
}

#[test]
fn without_a_file_the_defaults_apply() {
    assert_eq!(load("/nowhere/config.toml", &[]).expect("valid"), Config::default());
}

#[test]
fn the_environment_overrides_the_file_and_is_parsed_by_type() {
    let config = load(
        SAMPLE,
        &[
            ("HEARTH_AUTH__SECRET", "01234567890123456789012345678901"),
            ("HEARTH_AUTH__TOKEN_HOURS", "2"),
            ("HEARTH_LIMITS__ENABLED", "false"),
            ("HEARTH_SERVER__ORIGINS", "https://a.example, https://b.example"),
            ("HEARTH_LOG__FORMAT", "json"),
            ("PATH", "/bin"),
        ],
    )
    .expect("valid");
    assert_eq!(config.auth.secret, "01234567890123456789012345678901");
    assert_eq!(config.auth.token_hours, 2);
    assert!(!config.limits.enabled);
    assert_eq!(config.server.origins, ["https://a.example", "https://b.example"]);
}

#[test]
fn unknown_keys_are_named_with_those_that_exist() {
    let text = complaint(load_text("[server]\nlisten_on = \"x\""));
    assert!(text.contains("listen_on") && text.contains("`listen`"), "{text}");
    let text = complaint(load(SAMPLE, &[("HEARTH_SERVER__LISTEN_ON", "x")]));
    assert!(text.contains("HEARTH_SERVER__LISTEN_ON") && text.contains("trusted_proxies"), "{text}");
    let text = complaint(load(SAMPLE, &[("HEARTH_SERVERS__LISTEN", "x")]));
    assert!(text.contains("servers") && text.contains("database"), "{text}");
}

#[test]
fn all_invalid_values_are_named_with_what_is_allowed() {
    let text = complaint(load_text("[auth]\ntoken_hours = 0\nsecret = \"short\"\n[database]\nurl = \"mysql://x\""));
    for part in ["auth.token_hours = 0", "1 to 8760", "auth.secret", "32 bytes", "database.url = mysql://x", "sqlite:"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("short"), "{text}");
    let text = complaint(load(SAMPLE, &[("HEARTH_AUTH__TOKEN_HOURS", "many")]));
    assert!(text.contains("auth.token_hours") && text.contains("many") && text.contains("whole number"), "{text}");
    let text = complaint(load(SAMPLE, &[("HEARTH_LOG__FORMAT", "xml")]));
    assert!(text.contains("xml") && text.contains("json"), "{text}");
    assert!(complaint(Config::load(Some(Path::new("/nowhere.toml")), &Overrides::default())).contains("/nowhere.toml"));
}

#[test]
fn an_invalid_origin_is_rejected_at_the_start() {
    for origin in ["chat.example.org", "https://chat.example.org/", "https://a.example/path", "https://*.example.org"] {
        let text = complaint(load(SAMPLE, &[("HEARTH_SERVER__ORIGINS", origin)]));
        assert!(text.contains("server.origins") && text.contains(origin) && text.contains("https://"), "{text}");
    }
    load(SAMPLE, &[("HEARTH_SERVER__ORIGINS", "https://Chat.Example.org:443,capacitor://localhost")]).expect("valid");
}

#[test]
fn secrets_are_masked_when_shown() {
    let variables = [
        ("HEARTH_AUTH__SECRET", "01234567890123456789012345678901"),
        ("HEARTH_DATABASE__URL", "postgres://u:p%40w@h/d"),
    ];
    let shown = load(SAMPLE, &variables).expect("valid").masked();
    assert!(shown.contains("url = \"postgres://u:********@h/d\""), "{shown}");
    assert!(shown.contains("secret = \"********\""), "{shown}");
    assert!(!shown.contains("p%40w") && !shown.contains("0123456789"), "{shown}");
}
