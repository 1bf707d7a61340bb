//! Unicode in names, emails and messages: what is accepted and what is rejected.

use serde_json::json;

use crate::support::{PASSWORD, TestServer, new_id};

const SIGN_UP: &str = "/api/auth/sing-up";
const UPDATE: &str = "/api/profile/update";
const CREATE: &str = "/api/use-cases/create-group";

/// Texts without visible characters that are not empty after trimming.
const INVISIBLE: [&str; 7] =
    ["\u{200b}", "\u{3164}", "\u{2800}", "\u{ad}\u{2060}", "\u{200c}\u{200d}", "\u{fe0f}", "\u{e0061}"];
/// Characters that change the direction of the text around a name.
const CONTROLS_OF_DIRECTION: [char; 6] = ['\u{61c}', '\u{200e}', '\u{200f}', '\u{202e}', '\u{2066}', '\u{2069}'];

#[tokio::test]
async fn a_name_has_a_visible_character_and_no_bidirectional_controls() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let controls = CONTROLS_OF_DIRECTION.map(|c| format!("Ann{c}"));
    for bad in INVISIBLE.iter().copied().chain(controls.iter().map(String::as_str)) {
        for field in ["firstName", "lastName"] {
            assert_eq!(ann.patch(UPDATE, json!({ field: bad })).await.faults(), [field], "{bad:?}");
        }
        let group =
            json!({ "groupId": new_id(), "groupName": bad, "notificationMessage": "new", "messageId": new_id() });
        assert_eq!(ann.post(CREATE, group).await.faults(), ["groupName"], "{bad:?}");
    }
    for good in ["علی\u{200c}رضا", "👨\u{200d}👩\u{200d}👧", "ක්\u{200d}රි", "❤\u{fe0f}", "\u{200b}Ann"]
    {
        ann.patch(UPDATE, json!({ "firstName": good, "lastName": good })).await.expect(201);
    }
}

#[tokio::test]
async fn a_group_cannot_be_renamed_to_an_invisible_name() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let group = ann.create_group("tea", &[]).await;
    let mut socket = ann.hearth().await;
    for bad in ["\u{3164}", "te\u{202e}a"] {
        let rename = json!({ "groupId": group, "groupName": bad, "messageId": new_id(), "message": "renamed" });
        let refusal = socket.ask("renameGroup", rename).await;
        assert_eq!(refusal["code"], "invalid", "{refusal}");
        assert!(refusal["message"].as_str().is_some_and(|text| text.contains("groupName must")), "{refusal}");
    }
}

#[tokio::test]
async fn a_message_and_a_notice_need_one_visible_character() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.connect().await;
    for blank in INVISIBLE {
        let message = json!({ "messageId": new_id(), "receiverId": ann.id, "content": blank });
        assert_eq!(socket.ask("privateMessage", message).await["code"], "invalid", "{blank:?}");
        let group =
            json!({ "groupId": new_id(), "groupName": "tea", "notificationMessage": blank, "messageId": new_id() });
        assert_eq!(ann.post(CREATE, group).await.faults(), ["notificationMessage"], "{blank:?}");
    }
    let seen = "\u{200b}\u{202e}right\u{202c} \u{1faff}";
    socket.write_to(&ann, seen).await;
    assert_eq!(ann.texts_with(&ann).await, [seen]);
}

#[tokio::test]
async fn an_email_has_no_invisible_characters() {
    let server = TestServer::start().await;
    for c in INVISIBLE.into_iter().chain(["\u{202e}", "\u{feff}"]) {
        let new = json!({ "firstName": "Ann", "email": format!("ann{c}@example.org"), "password": PASSWORD });
        let body = server.api().post(SIGN_UP, new).await.expect(400);
        assert_eq!(body["errors"][0]["path"], "email", "{body}");
        assert!(body["message"].as_str().is_some_and(|text| text.contains("invisible characters")), "{body}");
    }
}

#[tokio::test]
async fn a_lone_surrogate_becomes_the_replacement_character_and_a_byte_order_mark_is_skipped() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let body = "\u{feff}{\"firstName\": \"A\\ud83d\", \"lastName\": \"\\ud83d\\ude00\"}";
    let request = ann.request(reqwest::Method::PATCH, UPDATE).header("content-type", "application/json").body(body);
    ann.finish(request).await.expect(201);
    let mut socket = ann.connect().await;
    let (id, to) = (new_id(), &ann.id);
    let params = format!(r#"{{"messageId": "{id}", "receiverId": "{to}", "content": "\ude00 \ud83d!"}}"#);
    let frame = format!("\u{feff}{{\"type\": \"privateMessage\", \"params\": {params}}}");
    socket.send_raw(frame.into()).await;
    assert_eq!(socket.answer().await["success"], true);
    let row = &socket.dialog_page(&ann, 1, None).await[0];
    assert_eq!(row["content"], "\u{fffd} \u{fffd}!");
    assert_eq!(row["senderName"], "A\u{fffd}");
}
