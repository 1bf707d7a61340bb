//! Rate limits: sign-ups and logins by address and account, frames by connection; and the size of groups.

use hearth::config::Limits;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{PASSWORD, Reply, TestServer, new_id};

const SIGN_UP: &str = "/api/auth/sing-up";
const LOG_IN: &str = "/api/auth/login";

/// A server with these limits behind a trusted proxy, which the tests simulate.
async fn limited(limits: Limits) -> TestServer {
    let configure = |config: &mut hearth::config::Config| {
        config.limits = Limits { enabled: true, ..limits };
        config.server.trusted_proxies = vec!["127.0.0.0/8".into()];
    };
    TestServer::start_with(configure).await
}

fn person(number: usize) -> Value {
    json!({ "firstName": "Ann", "email": format!("ann{number}@example.org"), "password": PASSWORD })
}

/// A call that the proxy forwards from this address.
async fn post_from(server: &TestServer, address: &str, path: &str, body: Value) -> Reply {
    let request = server.api().request(Method::POST, path).header("x-forwarded-for", address);
    server.api().finish(request.json(&body)).await
}

async fn log_in_from(server: &TestServer, address: &str, email: &str, password: &str) -> Reply {
    post_from(server, address, LOG_IN, json!({ "email": email, "password": password })).await
}

/// The seconds to wait, which must be the same in the header and the text.
#[track_caller]
fn wait(reply: Reply) -> u32 {
    assert_eq!(reply.body["code"], "too_many_requests");
    let seconds = reply.headers["retry-after"].to_str().expect("a text").parse().expect("whole seconds");
    assert_eq!(reply.refused(429), format!("Too many requests: try again in {seconds} s"));
    seconds
}

#[tokio::test]
async fn sign_ups_per_address_are_limited() {
    let server = limited(Limits { sign_ups_per_hour: 2, ..Limits::default() }).await;
    for number in 0..2 {
        post_from(&server, "192.0.2.1", SIGN_UP, person(number)).await.expect(201);
    }
    for path in [SIGN_UP, "/api/auth/sign-up"] {
        let seconds = wait(post_from(&server, "192.0.2.1", path, person(3)).await);
        assert!((1..=1800).contains(&seconds), "{seconds}");
    }
    post_from(&server, "192.0.2.2", SIGN_UP, person(3)).await.expect(201);
}

#[tokio::test]
async fn login_attempts_per_account_and_address_are_limited() {
    let server = limited(Limits { log_ins_per_account_and_minute: 3, ..Limits::default() }).await;
    server.api().post(SIGN_UP, person(1)).await.expect(201);
    server.api().post(SIGN_UP, person(2)).await.expect(201);
    for email in ["ann1@example.org", "ANN1@example.org", "Ａｎｎ１@Example.ORG"] {
        log_in_from(&server, "192.0.2.1", email, "wrong").await.refused(400);
    }
    let seconds = wait(log_in_from(&server, "192.0.2.1", "ann1@example.org", PASSWORD).await);
    assert!((1..=20).contains(&seconds), "{seconds}");
    log_in_from(&server, "192.0.2.1", "ann2@example.org", PASSWORD).await.expect(201);
}

#[tokio::test]
async fn attempts_of_others_do_not_lock_a_user_out() {
    let limits = Limits { log_ins_per_account_and_minute: 1, log_ins_per_minute: 3, ..Limits::default() };
    let server = limited(limits).await;
    server.api().post(SIGN_UP, person(1)).await.expect(201);
    for stranger in ["192.0.2.1", "192.0.2.2", "2001:db8::1"] {
        log_in_from(&server, stranger, "ann1@example.org", "guess").await.refused(400);
        wait(log_in_from(&server, stranger, "ann1@example.org", "guess").await);
    }
    log_in_from(&server, "198.51.100.7", "ann1@example.org", PASSWORD).await.expect(201);
    log_in_from(&server, "2001:db8:0:1::1", "ann1@example.org", PASSWORD).await.expect(201);
}

#[tokio::test]
async fn guesses_from_many_addresses_are_delayed_but_not_the_owner_at_a_known_address() {
    let server = limited(Limits { log_in_failures_per_account: 3, ..Limits::default() }).await;
    server.api().post(SIGN_UP, person(1)).await.expect(201);
    log_in_from(&server, "198.51.100.7", "ann1@example.org", PASSWORD).await.expect(201);
    for number in 1..=3 {
        log_in_from(&server, &format!("192.0.2.{number}"), "Ann1@example.org", "guess").await.refused(400);
    }
    // Even the right password: it is not checked.
    wait(log_in_from(&server, "192.0.2.4", "ann1@example.org", PASSWORD).await);
    wait(log_in_from(&server, "192.0.2.5", "aｎn1@example.org", "guess").await);
    log_in_from(&server, "198.51.100.7", "ann1@example.org", PASSWORD).await.expect(201);
    log_in_from(&server, "192.0.2.4", "ann2@example.org", "guess").await.refused(400);
}

#[tokio::test]
async fn login_attempts_per_address_are_limited_over_all_accounts() {
    let server = limited(Limits { log_ins_per_minute: 2, ..Limits::default() }).await;
    for number in 0..2 {
        log_in_from(&server, "192.0.2.1", &format!("ann{number}@example.org"), PASSWORD).await.refused(400);
    }
    wait(log_in_from(&server, "192.0.2.1", "ann3@example.org", PASSWORD).await);
    log_in_from(&server, "192.0.2.2", "ann3@example.org", PASSWORD).await.refused(400);
}

#[tokio::test]
async fn a_client_cannot_choose_its_address() {
    // A client may send any header to a trusted proxy: the proxy appends the address that it sees.
    let server = limited(Limits { log_ins_per_minute: 1, ..Limits::default() }).await;
    log_in_from(&server, "203.0.113.1, 192.0.2.1", "ann@example.org", "guess").await.refused(400);
    wait(log_in_from(&server, "203.0.113.2, 192.0.2.1", "ann@example.org", "guess").await);

    let configure = |config: &mut hearth::config::Config| {
        config.limits = Limits { log_ins_per_minute: 1, ..Limits::default() };
    };
    let without_proxies = TestServer::start_with(configure).await;
    log_in_from(&without_proxies, "203.0.113.1", "ann@example.org", "guess").await.refused(400);
    wait(log_in_from(&without_proxies, "203.0.113.2", "ann@example.org", "guess").await);
}

#[tokio::test]
async fn frames_over_the_rate_limit_are_rejected_and_change_nothing() {
    let server = limited(Limits { frames_per_second: 1, ..Limits::default() }).await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.connect().await;
    let message = || json!({ "messageId": new_id(), "receiverId": ann.id, "content": "x" });
    for _ in 0..64 {
        socket.send("privateMessage", message()).await;
    }
    let mut stored = 0;
    for number in 0..64 {
        let answer = socket.answer().await;
        stored += usize::from(answer["success"] == true);
        assert!(number >= 10 || stored == number + 1, "ten seconds' worth may come at once: {answer}");
        let refused = (&answer["type"], &answer["error"], &answer["code"]);
        let expected = (&json!("privateMessage"), &json!(true), &json!("too_many_requests"));
        assert!(answer["success"] == true || refused == expected, "{answer}");
    }
    assert!(stored < 64);
    assert_eq!(ann.texts_with(&ann).await.len(), stored);
    ann.connect().await.write_to(&ann, "another connection has frames of its own").await;
}

#[tokio::test]
async fn a_connection_over_the_limit_works_again_after_waiting() {
    let server = limited(Limits { frames_per_second: 50, ..Limits::default() }).await;
    let mut socket = server.user("Ann").await.connect().await;
    let mut refused = false;
    // Rejected until the burst is used up, then accepted again as time passes.
    for _ in 0..100_000 {
        let answer = socket.ask("listLastMessage", json!({ "limit": 0 })).await;
        match answer["success"] == true {
            false => refused = true,
            true if refused => return,
            true => {}
        }
    }
    panic!("never refused, or never let in again");
}

#[tokio::test]
async fn bad_frames_count_too() {
    let server = limited(Limits { frames_per_second: 1, ..Limits::default() }).await;
    let mut socket = server.user("Ann").await.connect().await;
    for _ in 0..40 {
        socket.send("shrug", json!({})).await;
    }
    socket.send("listLastMessage", json!({ "limit": 0 })).await;
    for number in 0..40 {
        let answer = socket.answer().await;
        assert_eq!(answer["type"], "processor", "{answer}");
        assert!(number >= 10 || answer["code"] == "unknown_type", "{answer}");
    }
    let refusal = socket.answer().await;
    assert_eq!((&refusal["type"], &refusal["code"]), (&json!("listLastMessage"), &json!("too_many_requests")));
}

#[tokio::test]
async fn one_key_turns_every_rate_off() {
    let server = TestServer::start_with(|config| {
        config.limits = Limits {
            enabled: false,
            sign_ups_per_hour: 1,
            log_ins_per_minute: 1,
            log_ins_per_account_and_minute: 1,
            log_in_failures_per_account: 1,
            frames_per_second: 1,
            ..Limits::default()
        };
    });
    let server = server.await;
    let [ann, _bob] = server.people(["Ann", "Bob"]).await;
    let mut socket = ann.log_in_again().await.connect().await;
    for _ in 0..64 {
        socket.send("listLastMessage", json!({ "limit": 0 })).await;
    }
    for _ in 0..64 {
        assert_eq!(socket.answer().await["success"], true);
    }
}

#[tokio::test]
async fn by_default_rate_limits_are_on_and_allow_normal_use() {
    let server = limited(Limits::default()).await;
    for number in 0..3 {
        server.api().post(SIGN_UP, person(number)).await.expect(201);
    }
    // Even on a busy machine some pass as time passes.
    for _ in 0..100 {
        let reply = log_in_from(&server, "192.0.2.1", "nobody@example.org", "guess").await;
        if reply.status == 429 {
            assert!(wait(reply) <= 6);
            return;
        }
    }
    panic!("login attempts are not limited");
}

#[tokio::test]
async fn a_group_has_at_most_the_configured_number_of_members() {
    let server = TestServer::start_with(|config| config.limits.group_members = 2).await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let mut socket = ann.connect().await;
    let add = json!({ "groupId": group, "userId": cy.id, "messageId": new_id(), "message": "added" });
    let refusal = socket.ask("addUserInGroup", add.clone()).await;
    assert_eq!((&refusal["code"], &refusal["error"]), (&json!("group_full"), &json!(true)));
    assert!(refusal["message"].as_str().is_some_and(|text| text.contains("at most 2 members")), "{refusal}");
    assert_eq!(ann.texts_in(&group).await, ["added", "a new group"]);
    bob.connect().await.leave(&group).await;
    socket.done("addUserInGroup", add).await;
}
