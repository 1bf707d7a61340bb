//! The link: once, for ten minutes, only while its session lives.

use futures_util::future::join_all;
use hearth::config::Confirm;
use serde_json::json;

use super::{Archive, EXPORT};
use crate::support::{Api, Hearth, PASSWORD, PATIENCE, TestDatabase, TestServer, User};

/// Whether a link works, without using it.
async fn works(api: &Api, link: &str) -> bool {
    let response = api.request(reqwest::Method::HEAD, link).send().await.expect("the server answers");
    assert!(matches!(response.status().as_u16(), 200 | 404), "{response:?}");
    response.status() == 200
}

async fn is_refused(api: &Api, link: &str) {
    let reply = api.get(link).await;
    assert!(!reply.headers.contains_key("content-disposition"), "{reply:?}");
    let body = reply.expect(404);
    assert_eq!(body["code"], "link_not_found");
    assert!(body["message"].as_str().is_some_and(|text| text.contains("Make a new one")), "{body}");
}

#[tokio::test]
async fn a_link_works_once_and_needs_no_token() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let link = ann.export_link().await;
    let bytes = ann.begin_download(&link).await.bytes().await.expect("a whole body");
    assert_eq!(Archive::of(&bytes).rows("profile.json")[0]["userId"], ann.id);
    is_refused(server.api(), &link).await;
    is_refused(&ann, &link).await;
}

#[tokio::test]
async fn a_link_says_when_it_expires() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let before = chrono::Utc::now();
    let body = ann.post(EXPORT, json!({})).await.expect(201);
    let expiry = chrono::DateTime::parse_from_rfc3339(body["expiresAt"].as_str().expect("a time")).expect("RFC 3339");
    // Rounded, because the time of the link has only milliseconds.
    let seconds = (expiry.to_utc() - before).num_milliseconds().div_euclid(1000);
    assert!((599..660).contains(&seconds), "{body}");
    let keys: Vec<_> = body.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["message", "link", "expiresAt"]);
}

#[tokio::test]
async fn looking_at_a_link_does_not_use_it() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let link = ann.export_link().await;
    for _ in 0..2 {
        assert!(works(server.api(), &link).await);
    }
    ann.begin_download(&link).await;
    assert!(!works(server.api(), &link).await);
}

#[tokio::test]
async fn one_of_concurrent_downloads_by_one_link_succeeds() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let link = ann.export_link().await;
    let replies = join_all((0..10).map(|_| server.api().get(&link))).await;
    let mut statuses: Vec<_> = replies.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    // The others come while the first is running, or after it.
    assert!(statuses[1..].iter().all(|status| [404, 503].contains(status)), "{statuses:?}");
}

#[tokio::test]
async fn a_new_link_replaces_only_the_persons_earlier_one() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (first, bobs) = (ann.export_link().await, bob.export_link().await);
    let second = ann.export_link().await;
    assert_ne!(first, second);
    is_refused(server.api(), &first).await;
    assert!(works(server.api(), &second).await && works(server.api(), &bobs).await);
}

#[tokio::test]
async fn a_link_expires_also_if_the_clock_was_ahead() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    for past in [600_000, -700_000] {
        let link = ann.export_link().await;
        let move_it = format!("created_at = created_at - {past}, expires_at = expires_at - {past}");
        server.database.run(&format!("UPDATE export_links SET {move_it}")).await;
        is_refused(server.api(), &link).await;
    }
}

#[tokio::test]
async fn old_links_are_removed() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    ann.export_link().await;
    server.database.run("UPDATE export_links SET created_at = 1").await;
    let gone = async { while server.database.has_rows("export_links").await {} };
    tokio::time::timeout(PATIENCE, gone).await.expect("a background task removes it");
}

#[tokio::test]
async fn a_link_ends_with_its_session() {
    let server = TestServer::start().await;
    let ann = server.user("Ann").await;
    let phone = ann.log_in_again().await;
    let link = phone.export_link().await;
    ann.delete("/api/sessions").await.expect(200);
    is_refused(server.api(), &link).await;
    let link = ann.export_link().await;
    ann.post("/api/auth/logout", json!({})).await.expect(200);
    is_refused(server.api(), &link).await;
}

#[tokio::test]
async fn a_link_ends_with_an_expired_session() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let link = ann.export_link().await;
    server.database.run("UPDATE sessions SET expires_at = 1").await;
    is_refused(server.api(), &link).await;
}

#[tokio::test]
async fn a_link_ends_with_the_password_even_of_the_session_that_changed_it() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let link = ann.export_link().await;
    let change = json!({ "oldPassword": PASSWORD, "newPassword": "battery staple" });
    ann.patch("/api/profile/change-password", change).await.expect(201);
    is_refused(server.api(), &link).await;
    assert!(works(server.api(), &ann.export_link().await).await);
}

#[tokio::test]
async fn a_link_ends_with_the_account_and_leaves_nothing() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let link = ann.export_link().await;
    ann.delete("/api/profile/destroy").await.expect(200);
    is_refused(server.api(), &link).await;
    assert!(!server.database.has_rows("export_links").await);
    ann.post(EXPORT, json!({})).await.refused(401);
}

#[tokio::test]
async fn only_a_user_who_has_confirmed_gets_a_link() {
    for (confirm, status) in [(Confirm::Hearth, 403), (Confirm::Always, 403), (Confirm::Never, 201)] {
        let server = TestServer::start_with(|config| config.auth.confirm = confirm).await;
        let [ann] = server.people(["Ann"]).await;
        server.database.run("UPDATE sessions SET confirmed_at = confirmed_at - 360000").await;
        let body = ann.post(EXPORT, json!({})).await.expect(status);
        assert_eq!(body["code"] == "confirm_required", status == 403, "{confirm:?}");
        ann.post("/api/auth/confirm", json!({ "password": PASSWORD })).await.expect(200);
        ann.post(EXPORT, json!({})).await.expect(201);
    }
    let server = TestServer::start().await;
    server.api().post(EXPORT, json!({})).await.refused(401);
}

#[tokio::test]
async fn links_per_hour_are_limited_for_each_user() {
    let server = TestServer::start_with(|config| {
        config.limits.enabled = true;
        config.limits.exports_per_hour = 2;
    })
    .await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.export_link().await;
    let link = ann.export_link().await;
    let reply = ann.post(EXPORT, json!({})).await;
    let wait = reply.headers["retry-after"].to_str().expect("a text").to_owned();
    assert_eq!(reply.body["code"], "too_many_requests");
    let message = format!("You can export your data 2 times an hour: try again in {wait} s");
    assert_eq!(reply.refused(429), message);
    assert!(works(server.api(), &link).await, "a refused request changes nothing");
    bob.export_link().await;
}

#[tokio::test]
async fn without_limits_links_are_not_counted() {
    let server = TestServer::start_with(|config| config.limits.exports_per_hour = 1).await;
    let [ann] = server.people(["Ann"]).await;
    for _ in 0..3 {
        ann.export_link().await;
    }
}

#[tokio::test]
async fn a_link_that_never_was_is_refused_and_a_missing_token_is_named() {
    let server = TestServer::start().await;
    for token in ["0".repeat(64), "x".to_owned(), "%27%20OR%201=1".to_owned()] {
        is_refused(server.api(), &format!("{EXPORT}?token={token}")).await;
    }
    let too_long = format!("{EXPORT}?token={}", "0".repeat(129));
    for path in [EXPORT, "/api/export?token=", &too_long] {
        assert_eq!(server.api().get(path).await.faults(), ["token"], "{path}");
    }
}

#[tokio::test]
async fn a_used_link_stays_used_and_another_works_after_a_restart() {
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (used, fresh) = (ann.export_link().await, bob.export_link().await);
    ann.begin_download(&used).await.bytes().await.expect("a whole body");
    server.restart().await;
    is_refused(server.api(), &used).await;
    bob.begin_download(&fresh).await;
}

#[tokio::test]
async fn a_browser_saves_the_archive_as_a_file_and_keeps_no_copy() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let response = ann.begin_export().await;
    let header = |name: &str| response.headers()[name].to_str().expect("a text").to_owned();
    let name = header("content-disposition");
    let name = name.strip_prefix("attachment; filename=\"hearth-export-").and_then(|name| name.strip_suffix(".zip\""));
    assert!(name.is_some_and(|date| date.parse::<chrono::NaiveDate>().is_ok()), "{name:?}");
    assert_eq!(header("content-type"), "application/zip");
    assert_eq!((header("cache-control"), header("x-content-type-options")), ("no-store".into(), "nosniff".into()));
}

#[tokio::test]
async fn a_page_of_a_foreign_origin_gets_no_archive() {
    let server = TestServer::start_with(|config| config.server.origins = vec!["https://chat.example.org".into()]).await;
    let [ann] = server.people(["Ann"]).await;
    let link = ann.export_link().await;
    let reply = server.api().get_with(&link, &[("origin", "https://elsewhere.example")]).await;
    assert_eq!(reply.expect(403)["code"], "origin_not_allowed");
    assert!(works(server.api(), &link).await);
}

#[tokio::test]
async fn the_secret_is_neither_stored_nor_logged_and_a_used_link_survives_a_crash() {
    let database = TestDatabase::create().await;
    let hearth = Hearth::with_database(&database.url).set("HEARTH_LOG__LEVEL", "debug");
    let mut serving = hearth.serve();
    let ann: User = serving.api.sign_up("Ann").await;
    let link = ann.export_link().await;
    ann.begin_download(&link).await.bytes().await.expect("a whole body");
    serving.kill();

    let serving = hearth.serve();
    is_refused(&serving.api, &link).await;
    let ann = serving.api.log_in(&ann.email, PASSWORD).await;
    let other = ann.export_link().await;
    ann.begin_download(&other).await.bytes().await.expect("a whole body");
    let stored = format!("{:?}", database.contents().await.0);
    serving.terminate();
    let (_, log) = serving.ended();
    assert!(log.contains("path=\"/api/export\"") && stored.contains("export_links"), "{log}");
    for link in [&link, &other] {
        let (_, secret) = link.split_once("token=").expect("a secret");
        let bytes = format!("{:?}", secret.as_bytes());
        assert!(secret.len() == 64 && !log.contains(secret), "{log}");
        assert!(!stored.contains(secret) && !stored.contains(bytes.trim_matches(['[', ']'])));
    }
}
