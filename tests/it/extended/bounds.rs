//! The bounds of the Hearth protocol's requests, and the errors that name them.

use serde_json::{Value, json};

use crate::support::{Request, Socket, TestServer, User, dialog, group, new_id};

/// Sends valid requests with one invalid param, which the error must name with these words.
async fn refuses(socket: &mut Socket, request: &Request, key: &str, values: &[Value], words: &str) {
    for value in values {
        let bad = request.clone().with(key, value.clone());
        let message = socket.may_not(&bad).await;
        assert!(message.contains(&format!("{key} {words}")), "{key} {value}: {message}");
    }
}

async fn start() -> (TestServer, [User; 2], Socket, String) {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let socket = ann.hearth().await;
    (server, [ann, bob], socket, tea)
}

#[tokio::test]
async fn a_request_names_exactly_one_chat() {
    let (_server, [_, bob], mut anns, tea) = start().await;
    let id = new_id();
    for request in [
        Request::edit(&dialog(&bob), &id, "x"),
        Request::delete(&dialog(&bob), &id),
        Request::react(&dialog(&bob), &id, "👍"),
        Request::read(&dialog(&bob), 1),
        Request::mute(&dialog(&bob), None),
        Request::typing(&dialog(&bob)),
        Request::changes(&dialog(&bob), 0, 0),
    ] {
        for bad in [request.clone().with("groupId", tea.as_str()), request.clone().with("receiverId", Value::Null)] {
            let message = anns.may_not(&bad).await;
            assert!(message.contains("receiverId, groupId name the chat: give exactly one of them"), "{message}");
        }
        refuses(&mut anns, &request, "receiverId", &[json!("x"), json!(7), json!([])], "must be ").await;
    }
}

#[tokio::test]
async fn texts_have_length_limits() {
    let (_server, [_, bob], mut anns, tea) = start().await;
    let request = Request::edit(&dialog(&bob), &new_id(), "x");
    let blank = [json!(""), json!(" \n"), json!("x".repeat(4097)), json!("\u{0}"), json!(7), json!(null)];
    refuses(&mut anns, &request, "content", &blank, "").await;
    let request = Request::rename(&tea, "coffee");
    let names = [json!(""), json!("  "), json!("x".repeat(129)), json!("a\nb"), json!("\u{0}"), json!(7), json!(null)];
    refuses(&mut anns, &request, "groupName", &names, "").await;
    let notices = [json!(""), json!("x".repeat(513)), json!("a\tb"), json!("\u{0}"), json!(7), json!(null)];
    refuses(&mut anns, &request, "message", &notices, "").await;
    refuses(&mut anns, &Request::role(&tea, &bob, "admin"), "message", &notices, "").await;
}

#[tokio::test]
async fn the_longest_texts_are_accepted() {
    let (_server, [_, bob], mut anns, tea) = start().await;
    let id = anns.id_of(&dialog(&bob), "x").await;
    let text = "🫖".repeat(4096);
    assert_eq!(anns.item(&Request::edit(&dialog(&bob), &id, &text)).await["content"], text);
    let (name, notice) = ("é".repeat(128), "é".repeat(512));
    let row = anns.item(&Request::rename(&tea, &name).with("message", notice.as_str())).await;
    assert_eq!((&row["event"]["groupName"], &row["content"]), (&json!(name), &json!(notice)));
}

#[tokio::test]
async fn ids_are_uuids() {
    let (_server, [_, bob], mut anns, tea) = start().await;
    let bad = [json!("x"), json!(""), json!(7), json!(null), json!({}), json!(format!("{}0", new_id()))];
    for (request, keys) in [
        (Request::edit(&dialog(&bob), &new_id(), "x"), vec!["messageId"]),
        (Request::delete(&dialog(&bob), &new_id()), vec!["messageId"]),
        (Request::react(&dialog(&bob), &new_id(), "👍"), vec!["messageId"]),
        (Request::rename(&tea, "coffee"), vec!["groupId", "messageId"]),
        (Request::role(&tea, &bob, "admin"), vec!["groupId", "userId", "messageId"]),
        (Request::block(&bob), vec!["userId"]),
        (Request::members(&tea), vec!["groupId"]),
    ] {
        for key in keys {
            refuses(&mut anns, &request, key, &bad, "").await;
        }
    }
    let cursors = [json!("x"), json!(7), json!({})];
    refuses(&mut anns, &Request::members(&tea), "cursor", &cursors, "must be ").await;
    refuses(&mut anns, &Request::new("blockedUsers", json!({ "limit": 1 })), "cursor", &cursors, "must be ").await;
    refuses(&mut anns, &Request::write(&dialog(&bob), "x"), "replyTo", &[json!("x"), json!(7)], "must be ").await;
}

#[tokio::test]
async fn numbers_are_whole_and_not_negative() {
    let (_server, [_, bob], mut anns, tea) = start().await;
    let bad = [json!(-1), json!(0.5), json!("1"), json!(true), json!(null)];
    refuses(&mut anns, &Request::read(&group(&tea), 1), "seq", &bad, "").await;
    let request = Request::changes(&dialog(&bob), 0, 0);
    for key in ["afterSeq", "afterRevision", "limit"] {
        refuses(&mut anns, &request, key, &bad, "").await;
    }
    refuses(&mut anns, &Request::members(&tea), "limit", &bad, "").await;
    refuses(&mut anns, &Request::new("blockedUsers", json!({})), "limit", &bad, "").await;
}

#[tokio::test]
async fn roles_flags_and_lists_have_the_right_type() {
    let (_server, [_, bob], mut anns, tea) = start().await;
    let roles = [json!("king"), json!("Owner"), json!(""), json!(2), json!(null)];
    refuses(&mut anns, &Request::role(&tea, &bob, "admin"), "role", &roles, "").await;
    let flags = [json!("true"), json!(1), json!(null)];
    refuses(&mut anns, &Request::block(&bob), "on", &flags, "").await;
    let many = json!(vec![bob.id.clone(); 201]);
    let watch = Request::watch(&[]);
    refuses(&mut anns, &watch, "userIds", &[many, json!({}), json!("x")], "must be an array of at most 200 ids").await;
    refuses(&mut anns, &watch, "userIds", &[json!(["x"]), json!([7])], "has a wrong item at 0: must be a UUID").await;
    let most = watch.with("userIds", vec![bob.id.clone(); 200]);
    assert_eq!(anns.rows(&most).await.len(), 1);
}

#[tokio::test]
async fn every_fault_is_named_at_once() {
    let (_server, _, mut anns, _) = start().await;
    let message = anns.refused("setRole", json!({})).await;
    for key in ["groupId", "userId", "role", "messageId", "message"] {
        assert!(message.contains(&format!("{key} is required")), "{message}");
    }
}

#[tokio::test]
async fn above_a_hundred_rows_means_a_hundred() {
    let (server, [_, bob], mut anns, tea) = start().await;
    server.database.fill_group("tea", &bob, 150).await;
    for limit in [json!(101), json!(1000), json!(1e18)] {
        let request = Request::changes(&group(&tea), 0, 0).with("limit", limit);
        assert_eq!(anns.rows(&request).await.len(), 100);
    }
}
