//! The documentation pages: they are consistent, load nothing from elsewhere, and run only their own scripts.

use std::collections::HashSet;

use hearth::protocol::{Close, Kind};
use serde_json::{Value, from_str};

use crate::support::TestServer;

const PAGES: [&str; 2] = ["/doc", "/doc/websocket"];

async fn page(server: &TestServer, path: &str) -> String {
    let body = server.api().get(path).await.expect(200);
    body.as_str().expect("a page is no JSON").to_owned()
}

/// The values of an attribute, in order.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    page.split(&start).skip(1).map(|part| part.split_once('"').expect("an attribute ends").0).collect()
}

#[tokio::test]
async fn every_page_allows_only_its_own_scripts_and_styles() {
    let server = TestServer::start().await;
    for path in PAGES {
        let policy =
            server.api().get(path).await.headers["content-security-policy"].to_str().expect("a text").to_owned();
        assert!(policy.starts_with("default-src 'none'; "), "{path}: {policy}");
        for loose in ["unsafe", "*", "http", "blob:", "strict-dynamic"] {
            assert!(!policy.contains(loose), "{path}: {policy}");
        }
    }
}

#[tokio::test]
async fn the_page_of_the_websocket_runs_no_script() {
    let server = TestServer::start().await;
    assert!(!page(&server, "/doc/websocket").await.contains("<script"));
    let policy = server.api().get("/doc/websocket").await.headers["content-security-policy"].clone();
    assert!(policy.to_str().expect("a text").contains("script-src 'none'"));
}

#[tokio::test]
async fn documents_are_allowed_nothing() {
    let server = TestServer::start().await;
    for path in ["/doc/openapi.json", "/doc/asyncapi.json"] {
        let reply = server.api().get(path).await;
        assert_eq!(reply.headers["content-type"], "application/json; charset=utf-8");
        assert_eq!(reply.headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'");
        assert!(reply.expect(200)["info"]["title"].is_string(), "{path}");
    }
}

#[tokio::test]
async fn documents_are_sent_compressed_and_cached() {
    let server = TestServer::start().await;
    for path in ["/doc", "/doc/openapi.json", "/doc/websocket", "/doc/asyncapi.json"] {
        let plain = server.api().get(path).await;
        assert!(!plain.headers.contains_key("content-encoding"), "{path}: nobody asked for it");
        let compressed = server.api().get_with(path, &[("accept-encoding", "gzip, br")]).await;
        assert_eq!(compressed.headers["content-encoding"], "gzip", "{path}");
        let size = compressed.headers["content-length"].to_str().expect("a text").parse::<usize>();
        let tag = plain.headers["etag"].to_str().expect("a text").to_owned();
        let text = plain.expect(200).to_string();
        assert!(size.expect("a number") * 2 < text.len(), "{path}");
        server.api().get_with(path, &[("if-none-match", &tag)]).await.expect(304);
    }
}

#[tokio::test]
async fn the_pages_link_to_each_other_and_to_the_documents() {
    let server = TestServer::start().await;
    assert!(values(&page(&server, "/").await, "href").contains(&"/doc"));
    for path in ["/doc", "/doc/websocket"] {
        let page = page(&server, path).await;
        for other in ["/doc", "/doc/websocket", "/doc/openapi.json", "/doc/asyncapi.json"] {
            // The REST page contains a JSON text in which links are Markdown.
            let linked = values(&page, "href").contains(&other) || page.contains(&format!("]({other})"));
            assert!(linked || other == path, "{path} does not link to {other}");
        }
    }
}

#[tokio::test]
async fn every_anchor_of_the_page_has_a_target() {
    let server = TestServer::start().await;
    let page = page(&server, "/doc/websocket").await;
    let ids = values(&page, "id");
    let known: HashSet<_> = ids.iter().collect();
    assert_eq!(known.len(), ids.len(), "ids are unique");
    for link in values(&page, "href").iter().filter_map(|link| link.strip_prefix('#')) {
        assert!(known.contains(&link), "#{link}");
    }
    for kind in Kind::REQUESTS {
        assert!(known.contains(&kind.name()), "{}", kind.name());
    }
    for close in Close::ALL {
        assert!(known.contains(&&*format!("close-{}", close.code())), "{close:?}");
    }
}

#[tokio::test]
async fn the_page_of_the_websocket_shows_every_sample() {
    let server = TestServer::start().await;
    let page = page(&server, "/doc/websocket").await;
    let files = [include_str!("../samples/frames.json"), include_str!("../samples/hearth.json")];
    let samples: Vec<Value> =
        files.iter().flat_map(|file| from_str::<Vec<Value>>(file).expect("the file is JSON")).collect();
    for form in ["call", "request", "answer", "broadcast", "refusal"] {
        let frames = samples.iter().filter(|sample| sample["name"].as_str().is_some_and(|name| name.ends_with(form)));
        assert_eq!(page.matches(&format!("<figure class=\"{form}\">")).count(), frames.count(), "{form}");
    }
}
