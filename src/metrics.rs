//! What `GET /metrics` shows, in one table. Knows names and values, not where the values come from.

use std::sync::atomic::AtomicU64;

use prometheus_client::{
    encoding::text::encode,
    metrics::{family::Family, gauge, info::Info},
    registry::Registry,
};

/// The prefix of every name.
const PREFIX: &str = "hearth";

type Label = (&'static str, &'static str);

/// A number that is shown once it is known.
#[derive(Debug, Clone, Default)]
pub struct Gauge(Family<[Label; 0], gauge::Gauge<f64, AtomicU64>>);

impl Gauge {
    /// Sets the number.
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53: 9 PB, or 285,000 years in milliseconds")]
    pub fn set(&self, value: u64) {
        self.0.get_or_create(&[]).set(value as f64);
    }

    /// Removes the number from the page, because it is unknown.
    pub fn unset(&self) {
        self.0.clear();
    }
}

/// A number per WebSocket protocol.
#[derive(Debug, Clone, Default)]
pub struct PerProtocol(Family<[Label; 1], gauge::Gauge<u64, AtomicU64>>);

impl PerProtocol {
    /// Sets the number of a protocol.
    pub fn set(&self, protocol: &'static str, value: u64) {
        self.0.get_or_create(&[("protocol", protocol)]).set(value);
    }
}

macro_rules! metrics {
    ($(#[doc = $help:literal] $name:ident: $type:ty;)*) => {
        /// All metrics. Those without a value are not shown.
        pub struct Metrics {
            registry: Registry,
            $(#[doc = $help] pub $name: $type,)*
        }

        impl Metrics {
            /// The name and the meaning of each, without the prefix.
            pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $help)),*];
        }

        impl Default for Metrics {
            fn default() -> Self {
                let mut registry = Registry::with_prefix(PREFIX);
                $(
                    let $name = <$type>::default();
                    // The registry adds the full stop.
                    registry.register(stringify!($name), $help.trim().trim_end_matches('.'), $name.0.clone());
                )*
                registry.register("build", "The program", Info::new([("version", env!("VERSION_WITH_COMMIT"))]));
                Self { registry, $($name),* }
            }
        }
    };
}

metrics! {
    /// Open WebSockets, by subprotocol.
    connections: PerProtocol;
    /// 1 while NATS answers, otherwise 0; not shown if the server is alone.
    cluster_bus: Gauge;
    /// 1 while the log of commits can be read, otherwise 0; not shown if the server is alone.
    cluster_log: Gauge;
    /// Other servers that are heard; not shown if the server is alone.
    cluster_peers: Gauge;
    /// Free bytes on the disk of the database; not shown if they are unknown.
    storage_free_bytes: Gauge;
    /// 1 while less than `storage.warn_percent` of the disk is free, otherwise 0.
    storage_low: Gauge;
    /// 1 while changes that store more are refused because the disk is almost full, otherwise 0.
    storage_read_only: Gauge;
    /// When the last backup was completed, in seconds since 1970.
    backup_last_success_timestamp_seconds: Gauge;
    /// Bytes of the last backup.
    backup_last_size_bytes: Gauge;
    /// When a backup was last verified, in seconds since 1970.
    backup_last_verified_timestamp_seconds: Gauge;
    /// 1 if the backup that was verified last can be restored, otherwise 0.
    backup_last_verify_ok: Gauge;
}

impl Metrics {
    /// The media type of [`Self::text`].
    pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// All metrics in the text format of OpenMetrics.
    #[expect(clippy::missing_panics_doc, reason = "writing to memory does not fail")]
    pub fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to memory does not fail");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_shown_with_its_meaning_and_the_rest_is_not() {
        let metrics = Metrics::default();
        metrics.storage_free_bytes.set(9_007_199_254_740_992);
        metrics.connections.set("auth", 2);
        let text = metrics.text();
        for line in [
            "# HELP hearth_storage_free_bytes Free bytes on the disk of the database; not shown if they are unknown.",
            "# TYPE hearth_storage_free_bytes gauge",
            "hearth_storage_free_bytes 9007199254740992.0",
            "hearth_connections{protocol=\"auth\"} 2",
            concat!("hearth_build_info{version=\"", env!("VERSION_WITH_COMMIT"), "\"} 1"),
            "# EOF",
        ] {
            assert!(text.lines().any(|shown| shown == line), "{line} in\n{text}");
        }
        assert!(!text.contains("\nhearth_backup"), "{text}");
        metrics.storage_free_bytes.unset();
        assert!(!metrics.text().contains("\nhearth_storage_free_bytes"));
    }
}
