//! Invalid values in every param of every request: rejected, never an internal error, and the connection stays open.

use hearth::protocol::Kind;
use serde_json::{Value, json};

use crate::support::{Request, Socket, TestServer, new_id};

fn odd() -> Vec<Value> {
    let deep = (0..60).fold(json!(1), |inner, _| json!([inner]));
    let mut odd = vec![deep, json!({ "userId": new_id() }), json!({ "groupId": {} }), json!(["👍"]), json!(-0.0)];
    odd.extend([json!(i64::MIN), json!(u64::MAX), json!(1e308), json!(false), json!(null)]);
    odd.extend(
        ["", "\u{0}", "\u{feff}", "'; --", "\u{202e}x", "0001-01-01T00:00:00Z", "9999-12-31T23:59:60Z"]
            .map(Value::from),
    );
    odd
}

/// Params that are valid for every type, in a dialog or in a group.
fn good(chat: &str, id: &str, user: &str) -> Value {
    let mut params = json!({
        "userId": user, "messageId": new_id(), "message": "x", "content": "x", "groupName": "x", "role": "admin",
        "limit": 1, "seq": 1, "afterRevision": 0, "emoji": "👍", "on": true, "until": null, "userIds": [user],
        "known": [], "cursor": null, "token": "x", "cursorCreatedAt": null, "replyTo": new_id(),
    });
    params[chat] = json!(id);
    params
}

async fn survives(socket: &mut Socket, kind: Kind, params: &Value) {
    for field in kind.fields() {
        for value in odd() {
            let mut params = params.clone();
            params[field.name] = value;
            let answer = socket.ask(kind.name(), params.clone()).await;
            assert!(answer["code"] != "internal" && answer["code"] != "unavailable", "{params}: {answer}");
        }
    }
}

#[tokio::test]
async fn no_request_causes_an_internal_error() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "hello").await;
    let mut socket = ann.hearth().await;
    for kind in Kind::REQUESTS {
        survives(&mut socket, *kind, &good("receiverId", &bob.id, &bob.id)).await;
        // A group that no earlier request has left, handed over or dropped.
        let tea = ann.create_group("tea", &[&bob]).await;
        survives(&mut socket, *kind, &good("groupId", &tea, &bob.id)).await;
    }
    socket.does(&Request::list()).await;
}
