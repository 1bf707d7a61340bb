//! How the web client is served: its paths, encodings, caching, and security policy.

use crate::support::{Reply, TestServer};

/// The path of the page's script.
async fn script(server: &TestServer) -> String {
    let page = server.api().get_with("/", &[]).await.expect(200);
    let (_, after) = page.as_str().expect("a page").split_once(" src=\"/assets/").expect("the page has a script");
    format!("/assets/{}", after.split_once('"').expect("an attribute ends").0)
}

#[tokio::test]
async fn every_path_of_the_client_serves_its_page() {
    let server = TestServer::start().await;
    let page = server.api().get_with("/", &[]).await;
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(page.headers["cache-control"], "no-cache");
    let page = page.expect(200);
    for path in ["/login", "/signup", "/chat/u/0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a01", "/chat/g/anything"] {
        assert_eq!(server.api().get_with(path, &[]).await.expect(200), page, "{path}");
    }
}

#[tokio::test]
async fn a_file_with_a_hashed_name_is_cached_forever() {
    let server = TestServer::start().await;
    let reply = server.api().get_with(&script(&server).await, &[]).await;
    assert_eq!(reply.headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(reply.headers["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(reply.headers["vary"], "Accept-Encoding");
    reply.expect(200);
}

#[tokio::test]
async fn a_file_is_served_in_the_best_encoding_that_the_browser_accepts() {
    let server = TestServer::start().await;
    let script = script(&server).await;
    for (accepted, used) in [
        ("gzip, deflate, br, zstd", Some("br")),
        ("gzip;q=0.8, br;q=0", Some("gzip")),
        ("gzip, br;q=0.000", Some("gzip")),
        ("gzip", Some("gzip")),
        ("deflate", None),
    ] {
        let reply = server.api().get_with(&script, &[("accept-encoding", accepted)]).await;
        assert_eq!(
            reply.headers.get("content-encoding").map(|name| name.to_str().expect("a name")),
            used,
            "{accepted}"
        );
    }
}

#[tokio::test]
async fn a_file_that_the_browser_has_cached_is_not_sent_again() {
    let server = TestServer::start().await;
    let tag = server.api().get_with("/", &[]).await.headers["etag"].to_str().expect("a tag").to_owned();
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".into()] {
        let reply = server.api().get_with("/", &[("if-none-match", &known)]).await;
        assert_eq!(reply.expect(304), "", "{known}");
    }
    let compressed = server.api().get_with("/", &[("if-none-match", &tag), ("accept-encoding", "br")]).await;
    assert_eq!(compressed.status, 200, "another encoding is another text");
}

#[tokio::test]
async fn the_client_may_only_connect_to_its_own_server() {
    let server = TestServer::start().await;
    let policy = |reply: Reply| reply.headers["content-security-policy"].to_str().expect("a text").to_owned();
    let own = policy(server.api().get_with("/", &[]).await);
    let base = server.api().base();
    assert!(own.contains(&format!("connect-src 'self' ws://{base} wss://{base};")), "{own}");
    assert!(own.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{own}");
    assert!(!own.contains("unsafe"), "{own}");
    let forged = policy(server.api().get_with("/", &[("host", "a;script-src *")]).await);
    assert!(forged.contains("connect-src 'self';") && !forged.contains('*'), "{forged}");
}

#[tokio::test]
async fn an_unknown_file_is_404() {
    let server = TestServer::start().await;
    let script = script(&server).await;
    for path in ["/assets/nothing.js", "/index.html", "/index.html.br", &format!("{script}.gz"), "/..%2fCargo.toml"] {
        assert_eq!(server.api().get_with(path, &[]).await.status, 404, "{path}");
    }
    let reply = server.api().get_with("/api/nothing", &[]).await;
    assert_eq!(reply.expect(404)["code"], "not_found");
}

#[tokio::test]
async fn without_the_client_there_is_only_the_api() {
    let server = TestServer::start_with(|config| config.web.enabled = false).await;
    for path in ["/", "/login", "/chat/u/0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a01", "/icon.svg"] {
        assert_eq!(server.api().get_with(path, &[]).await.status, 404, "{path}");
    }
    let ann = server.user("Ann").await;
    server.connect("/", &["auth", &ann.token]).await.list_page(1, None).await;
    assert_eq!(server.api().get_with("/doc", &[]).await.status, 200);
}
