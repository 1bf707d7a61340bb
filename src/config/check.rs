//! Checks the values of the configuration.

use std::fmt::Display;

use ipnet::IpNet;

use super::{Cluster, Config, MASK, mask_password, mask_passwords};

/// A signing secret shorter than HS256's digest weakens every token (RFC 7518, section 3.2).
const SECRET_MIN_BYTES: usize = 32;

impl Config {
    /// A sentence for every invalid value: its key, the value, and what is allowed.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut check = |fine: bool, key: &str, value: &dyn Display, allowed: &str| {
            if !fine {
                problems.push(format!("{key} = {value}: must be {allowed}"));
            }
        };
        let Self { server, database, cluster, shutdown, auth, limits, storage, backup, metrics, retention, .. } = self;
        check(is_address(&server.listen), "server.listen", &server.listen, "ADDRESS:PORT, such as 0.0.0.0:3001");
        let fine = metrics.listen.is_empty() || is_address(&metrics.listen);
        check(fine, "metrics.listen", &metrics.listen, "empty or ADDRESS:PORT, such as 127.0.0.1:9464");
        for origin in &server.origins {
            let allowed = "* or an origin such as https://chat.example.org, without a path";
            check(super::origins::is_valid(origin), "server.origins", origin, allowed);
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
        check_cluster(cluster, url, &mut check);
        let seconds = shutdown.drain_seconds;
        check((0..=600).contains(&seconds), "shutdown.drain_seconds", &seconds, "0 to 600");
        let fine = auth.secret.is_empty() || auth.secret.len() >= SECRET_MIN_BYTES;
        check(fine, "auth.secret", &MASK, "empty or at least 32 bytes long");
        let hours = auth.token_hours;
        check((1..=8760).contains(&hours), "auth.token_hours", &hours, "1 to 8760 (a year)");
        let days = auth.session_days;
        check((1..=3650).contains(&days), "auth.session_days", &days, "1 to 3650 (ten years)");
        let days = auth.session_max_days;
        check((1..=3650).contains(&days), "auth.session_max_days", &days, "1 to 3650 (ten years)");
        let length = auth.password_min_length;
        check((1..=128).contains(&length), "auth.password_min_length", &length, "1 to 128");
        for (key, rate) in [
            ("limits.sign_ups_per_hour", limits.sign_ups_per_hour),
            ("limits.log_ins_per_minute", limits.log_ins_per_minute),
            ("limits.log_ins_per_account_and_minute", limits.log_ins_per_account_and_minute),
            ("limits.log_in_failures_per_account", limits.log_in_failures_per_account),
            ("limits.requests_per_second", limits.requests_per_second),
            ("limits.frames_per_second", limits.frames_per_second),
            ("limits.frames_per_second_and_user", limits.frames_per_second_and_user),
            ("limits.messages_per_minute", limits.messages_per_minute),
            ("limits.changes_per_minute", limits.changes_per_minute),
            ("limits.adds_of_strangers_per_hour", limits.adds_of_strangers_per_hour),
            ("limits.adds_per_hour", limits.adds_per_hour),
            ("limits.exports_per_hour", limits.exports_per_hour),
        ] {
            check(
                (1..=1_000_000).contains(&rate),
                key,
                &rate,
                "1 to 1000000 (limits.enabled = false turns all rates off)",
            );
        }
        for (key, count) in [
            ("limits.connections_per_user", limits.connections_per_user),
            ("limits.connections", limits.connections),
            ("limits.http_connections", limits.http_connections),
            ("limits.connections_per_address", limits.connections_per_address),
            ("limits.anonymous_connections_per_address", limits.anonymous_connections_per_address),
        ] {
            check((1..=1_000_000).contains(&count), key, &count, "1 to 1000000");
        }
        for (key, mb) in
            [("limits.storage_mb_per_user", limits.storage_mb_per_user), ("limits.storage_mb", limits.storage_mb)]
        {
            check((0..=1_000_000_000).contains(&mb), key, &mb, "0 (no limit) to 1000000000 (a petabyte)");
        }
        let percent = storage.warn_percent;
        check((0..=90).contains(&percent), "storage.warn_percent", &percent, "0 (no warning) to 90");
        let mb = storage.stop_mb;
        let allowed = "0 (the smaller of 200 and 2 % of the disk) to 1000000000 (a petabyte)";
        check((0..=1_000_000_000).contains(&mb), "storage.stop_mb", &mb, allowed);
        let fine = backup.every.is_empty() || backup.every_millis().is_some();
        check(fine, "backup.every", &backup.every, "empty (never), or from 10m to 365d, such as 90m, 24h or 7d");
        check((1..=10_000).contains(&backup.keep), "backup.keep", &backup.keep, "1 to 10000");
        let fine = backup.passphrase.is_empty() || backup.passphrase_file.is_empty();
        check(fine, "backup.passphrase_file", &backup.passphrase_file, "empty if backup.passphrase is set");
        let members = limits.group_members;
        check((2..=100_000).contains(&members), "limits.group_members", &members, "2 to 100000");
        let days = retention.days;
        check((0..=36_500).contains(&days), "retention.days", &days, "0 (messages are kept) to 36500 (a century)");
        problems
    }
}

/// Checks how servers hear each other, given the database's URL.
fn check_cluster(cluster: &Cluster, url: &str, check: &mut dyn FnMut(bool, &str, &dyn Display, &str)) {
    let nats = &cluster.nats;
    let fine = nats.is_empty() || nats.split(',').all(is_nats_server);
    let allowed = "empty, or nats://HOST:PORT or tls://HOST:PORT, several separated by commas";
    check(fine, "cluster.nats", &mask_passwords(nats), allowed);
    let fine = nats.is_empty() || url.starts_with("postgres");
    check(fine, "cluster.nats", &mask_passwords(nats), "empty with SQLite, which only one server can use");
}

/// Whether this is `nats://HOST:PORT` or `tls://HOST:PORT`, with credentials or without.
fn is_nats_server(url: &str) -> bool {
    let url = url.trim();
    let host = url.strip_prefix("nats://").or_else(|| url.strip_prefix("tls://"));
    host.is_some_and(|host| !host.is_empty() && !host.contains('/'))
}

/// Whether this is `ADDRESS:PORT` or `NAME:PORT`.
fn is_address(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

/// Parses a network; an address is a network of one.
pub(super) fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse().ok().map(|address: std::net::IpAddr| address.into()))
}
