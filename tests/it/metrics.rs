//! Metrics: on a port of their own, and documented.

use hearth::metrics::Metrics;
use serde_json::Value;

use crate::support::{Api, TestServer};

/// The lines of the page, and its media type.
async fn page(metrics: &Api) -> (Vec<String>, String) {
    let reply = metrics.get("/metrics").await;
    let media_type = reply.headers["content-type"].to_str().expect("a text").to_owned();
    let Value::String(text) = reply.expect(200) else { panic!("metrics are a text") };
    (text.lines().map(str::to_owned).collect(), media_type)
}

async fn start() -> TestServer {
    TestServer::start_with(|config| config.metrics.listen = "127.0.0.1:0".into()).await
}

#[tokio::test]
async fn metrics_count_the_connections_of_each_protocol() {
    let server = start().await;
    let [ann] = server.people(["Ann"]).await;
    let _sockets = (ann.connect().await, ann.hearth().await, ann.hearth().await);
    let (lines, media_type) = page(&server.metrics()).await;
    assert_eq!(media_type, Metrics::MEDIA_TYPE);
    for line in ["hearth_connections{protocol=\"auth\"} 1", "hearth_connections{protocol=\"hearth\"} 2"] {
        assert!(lines.iter().any(|shown| shown == line), "{line} in {lines:?}");
    }
    assert_eq!(lines.last().expect("a line"), "# EOF");
}

#[tokio::test]
async fn metrics_have_a_port_of_their_own() {
    let server = start().await;
    assert_eq!(server.api().get("/metrics").await.status, 404);
    for path in ["/", "/api/sessions", "/readyz"] {
        assert_eq!(server.metrics().get(path).await.status, 404, "{path}");
    }
    let reply = server.metrics().post("/metrics", Value::Null).await;
    assert_eq!((reply.status, reply.headers["allow"].to_str().expect("a text")), (405, "GET, HEAD"));
}

#[tokio::test]
async fn a_port_that_is_taken_prevents_the_start() {
    let server = start().await;
    let mut config = hearth::config::Config::default();
    config.database.url = format!("sqlite://{}/hearth.db", tempfile::tempdir().expect("a folder").path().display());
    config.server.listen = "127.0.0.1:0".into();
    config.metrics.listen = server.metrics().base().to_owned();
    let error = hearth::server::Server::start(config).await.err().expect("the port is taken");
    assert!(format!("{error:#}").contains("(metrics.listen)"), "{error:#}");
}

#[test]
fn the_page_shows_every_metric_with_its_meaning() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/metrics.md")).expect("a page");
    let rows = Metrics::ALL.iter().map(|(name, help)| format!("| `hearth_{name}` |{help} |\n"));
    let table = rows.collect::<String>();
    assert!(page.contains(&table), "docs/metrics.md is to contain:\n{table}");
}
