//! The bounds of fields: at each limit and beyond it, counted in Unicode characters; all faults at once.

use serde_json::{Value, json};

use crate::support::{TestServer, User, new_id};

const SIGN_UP: &str = "/api/auth/sing-up";
const UPDATE: &str = "/api/profile/update";
const CHANGE: &str = "/api/profile/change-password";
const CREATE: &str = "/api/use-cases/create-group";

/// Not UUIDs of the form 8-4-4-4-12, although some libraries accept them.
const NO_UUIDS: &[&str] = &[
    "",
    "9f8c7b6a1f2e4d3c8b4a5a6b7c8d9e0f",
    "{9f8c7b6a-1f2e-4d3c-8b4a-5a6b7c8d9e0f}",
    "urn:uuid:9f8c7b6a-1f2e-4d3c-8b4a-5a6b7c8d9e0f",
    "9f8c7b6a-1f2e-4d3c-8b4a-5a6b7c8d9e0",
    "9f8c7b6a-1f2e-4d3c-8b4a-5a6b7c8d9e0f0",
    "9f8c7b6a1-f2e-4d3c-8b4a-5a6b7c8d9e0f",
    "9f8c7b6a-1f2e-4d3c-8b4a-5a6b7c8d9e0g",
    " 9f8c7b6a-1f2e-4d3c-8b4a-5a6b7c8d9e0",
    "9f8c7b6a-1f2e-4d3c-8b4a-5a6b7c8d9e0\0",
    "9f8c7b6a-1f2e-4d3c-8b4a-5a6b7c8d9eé",
];

fn times(text: &str, count: usize) -> String {
    text.repeat(count)
}

/// The faults of a sign-up with this `field`. Another field is always wrong, so that no password is hashed.
async fn sign_up_faults(server: &TestServer, field: &str, value: Value) -> Vec<String> {
    let (email, password) = if field == "email" { ("", "short") } else { ("none", "long enough") };
    let mut new = json!({ "firstName": "Ann", "email": email, "password": password });
    new[field] = value;
    server.api().post(SIGN_UP, new).await.faults()
}

async fn group_reply(ann: &User, field: &str, value: Value) -> crate::support::Reply {
    let (group, message) = (new_id(), new_id());
    let mut new = json!({ "groupId": group, "groupName": "tea", "notificationMessage": "new", "messageId": message });
    new[field] = value;
    ann.post(CREATE, new).await
}

#[tokio::test]
async fn every_fault_of_a_request_is_named_at_once() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let all = ["firstName", "lastName", "email", "password"];
    assert_eq!(server.api().post(SIGN_UP, json!({ "lastName": 1 })).await.faults(), all);
    let wrong = json!({ "firstName": " ", "lastName": ["x"], "email": null, "password": 12_345_678 });
    assert_eq!(server.api().post(SIGN_UP, wrong).await.faults(), all);
    let both = json!({ "firstName": "", "lastName": 5 });
    assert_eq!(ann.patch(UPDATE, both).await.faults(), ["firstName", "lastName"]);
    assert_eq!(ann.patch(CHANGE, json!({})).await.faults(), ["newPassword"]);
    let all = ["groupId", "groupName", "notificationMessage", "messageId"];
    assert_eq!(ann.post(CREATE, json!({ "other": 1 })).await.faults(), all);
    assert_eq!(ann.post("/api/use-cases/mark-as-deleted", json!({})).await.faults(), ["companionId"]);
    assert_eq!(ann.get("/api/use-cases/search").await.faults(), ["searchText"]);
    let search = ann.get("/api/use-cases/search-users?limit=-1").await;
    assert_eq!(search.faults(), ["searchText", "groupId", "limit"]);
}

#[tokio::test]
async fn names_have_1_to_64_characters_and_no_control_characters() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    for field in ["firstName", "lastName"] {
        for good in
            ["x", "Jean Luc", "O'Neil \"%_\\", &times("x", 64), &times("😀", 64), &format!(" {} ", times("я", 64))]
        {
            ann.patch(UPDATE, json!({ field: good })).await.expect(201);
        }
        for bad in ["a\u{1}b", "a\nb", "a\u{7f}b", "a\u{85}b", "a\0", "\0", &times("x", 65), &times("😀", 65)] {
            assert_eq!(ann.patch(UPDATE, json!({ field: bad })).await.faults(), [field], "{bad:?}");
        }
    }
    for (blank, faults) in [("", vec!["firstName"]), (" \t ", vec!["firstName"])] {
        let names = json!({ "firstName": blank, "lastName": blank });
        assert_eq!(ann.patch(UPDATE, names).await.faults(), faults);
    }
}

#[tokio::test]
async fn an_email_is_something_at_something_of_at_most_254_characters() {
    let server = TestServer::start().await;
    let long = |characters: usize| format!("{}@example.org", times("я", characters - 12));
    for good in ["a@b", "o'brien+tag@example.org", "анна@пример.рф", "a@b@c", "%_@\\", &long(254)] {
        assert_eq!(sign_up_faults(&server, "email", json!(good)).await, ["password"], "{good:?}");
    }
    let bad = [
        "",
        "@",
        "a@",
        "@b",
        "ab",
        "a b@c",
        "a@b c",
        " a@b",
        "a@b ",
        "a\t@b",
        "a@b\n",
        "a@b\u{a0}",
        "a@\u{2003}b",
        "a\0@b",
        &long(255),
    ];
    for bad in bad {
        assert_eq!(sign_up_faults(&server, "email", json!(bad)).await, ["email", "password"], "{bad:?}");
    }
}

#[tokio::test]
async fn a_password_has_8_to_256_characters_and_no_control_characters() {
    let server = TestServer::start().await;
    for good in ["mintkett", "        ", "parole\u{301}ss", &times("😀", 8), &times("x", 256), &times("я", 256)] {
        assert_eq!(sign_up_faults(&server, "password", json!(good)).await, ["email"], "{good:?}");
    }
    for bad in
        ["", "1234567", "parole\u{301}s", &times("😀", 7), "1234567\u{7}", "1234567\u{7f}", "12345678\n", "12345678\0"]
    {
        assert_eq!(sign_up_faults(&server, "password", json!(bad)).await, ["email", "password"], "{bad:?}");
    }
    assert_eq!(sign_up_faults(&server, "password", json!(times("x", 257))).await, ["email", "password"]);
    let [ann] = server.people(["Ann"]).await;
    for bad in [json!("1234567"), json!(12_345_678), json!(null), json!(times("😀", 257))] {
        let change = json!({ "oldPassword": "also wrong", "newPassword": bad });
        assert_eq!(ann.patch(CHANGE, change).await.faults(), ["newPassword"], "{bad}");
    }
}

#[tokio::test]
async fn the_longest_password_works_and_the_shortest_one_is_configurable() {
    let server = TestServer::start_with(|config| config.auth.password_min_length = 12).await;
    assert_eq!(sign_up_faults(&server, "password", json!("12345678901")).await, ["email", "password"]);
    for (email, password) in [("a@b", "123456789012".to_owned()), ("c@d", times("😀", 256))] {
        let new = json!({ "firstName": "Ann", "email": email, "password": password });
        server.api().post(SIGN_UP, new).await.expect(201);
        server.api().log_in(email, &password).await;
    }
}

#[tokio::test]
async fn a_groups_name_has_1_to_128_characters_and_no_control_characters() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    for good in ["x", "it's 100 % \"tea\"", &times("x", 128), &times("😀", 128), &format!("\t{} ", times("я", 128))]
    {
        group_reply(&ann, "groupName", json!(good)).await.expect(200);
    }
    for bad in ["", "  ", "a\nb", "a\u{7f}b", "\0", &times("x", 129), &times("😀", 129)] {
        assert_eq!(group_reply(&ann, "groupName", json!(bad)).await.faults(), ["groupName"], "{bad:?}");
    }
    group_reply(&ann, "groupName", json!("  my\u{a0}tea \n")).await.expect(200);
    assert_eq!(ann.connect().await.list_page(1, None).await[0]["groupName"], "my\u{a0}tea");
}

#[tokio::test]
async fn a_notice_has_1_to_512_characters_and_no_control_characters_except_newline() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[]).await;
    let mut socket = ann.connect().await;
    for good in [" two\nlines ", &times("x", 512), &times("😀", 512)] {
        group_reply(&ann, "notificationMessage", json!(good)).await.expect(200);
        let message = new_id();
        let add = json!({ "groupId": group, "userId": bob.id, "messageId": message, "message": good });
        assert_eq!(socket.done("addUserInGroup", add).await["item"]["message"], good);
        socket.remove(&group, &bob).await;
    }
    for bad in ["", "a\tb", "a\r\nb", "a\u{7f}", "a\0", &times("x", 513), &times("😀", 513)] {
        let faults = group_reply(&ann, "notificationMessage", json!(bad)).await.faults();
        assert_eq!(faults, ["notificationMessage"], "{bad:?}");
        let leave = json!({ "groupId": group, "messageId": new_id(), "message": bad });
        let refusal = socket.refused("leaveGroup", leave).await;
        assert!(refusal.starts_with("Invalid request: message must"), "{bad:?}: {refusal}");
    }
}

#[tokio::test]
async fn a_message_has_1_to_4096_characters_and_is_not_blank() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.connect().await;
    for good in ["x", "0", " \u{301}", &times("x", 4096), &times("😀", 4096)] {
        socket.write_to(&ann, good).await;
    }
    for bad in ["", " ", "\u{1}", "\n\t\r", "\u{a0}\u{3000}\u{2028}", "a\0b", &times("x", 4097), &times("😀", 4097)] {
        let params = json!({ "messageId": new_id(), "receiverId": ann.id, "content": bad });
        let refusal = socket.refused("privateMessage", params).await;
        assert!(refusal.starts_with("Invalid request: content must"), "{bad:?}: {refusal}");
    }
    assert_eq!(ann.texts_with(&ann).await.len(), 5);
}

#[tokio::test]
async fn a_message_is_stored_and_sent_exactly_as_given() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut bobs = bob.connect().await;
    let text = " \u{feff}it's \"a\" \\ % _ ; -- $1 ? \u{1}\u{1f}\u{7f}\u{2028}é e\u{301} ﷽ 👩‍👩‍👧 <b>&amp; null \r\n";
    ann.write_to(&bob, text).await;
    assert_eq!(bobs.hears("privateMessage").await["message"], text);
    assert_eq!(bobs.dialog_page(&ann, 1, None).await[0]["content"], text);
    assert_eq!(bobs.list_page(1, None).await[0]["content"], text);
}

#[tokio::test]
async fn an_id_is_a_uuid_in_its_one_form_in_either_case() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.connect().await;
    for bad in NO_UUIDS.iter().map(|text| json!(text)).chain([json!(5), json!(null), json!({}), json!([new_id()])]) {
        assert_eq!(group_reply(&ann, "groupId", bad.clone()).await.faults(), ["groupId"], "{bad}");
        assert_eq!(group_reply(&ann, "messageId", bad.clone()).await.faults(), ["messageId"], "{bad}");
        let companion = json!({ "companionId": bad });
        assert_eq!(ann.post("/api/use-cases/mark-as-deleted", companion).await.faults(), ["companionId"], "{bad}");
        let refusal = socket.refused("dropGroup", json!({ "groupId": bad })).await;
        assert!(refusal.starts_with("Invalid request: groupId "), "{bad}: {refusal}");
    }
    let (message, receiver) = (new_id(), ann.id.to_uppercase());
    let params = json!({ "messageId": message.to_uppercase(), "receiverId": receiver, "content": "x" });
    socket.done("privateMessage", params).await;
    let row = &socket.dialog_page(&ann, 1, None).await[0];
    assert_eq!((&row["messageId"], &row["receiverId"]), (&json!(message), &json!(ann.id)));
}

#[tokio::test]
async fn a_group_in_upper_case_is_the_same_group() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let (group, message) = (new_id(), new_id());
    for (group, message) in [(group.to_uppercase(), message.to_uppercase()), (group.clone(), message)] {
        let new = json!({ "groupId": group, "groupName": "t", "notificationMessage": "n", "messageId": message });
        ann.post(CREATE, new).await.expect(200);
    }
    let mut socket = ann.connect().await;
    let dropped = socket.done("dropGroup", json!({ "groupId": group.to_uppercase() })).await;
    assert_eq!(dropped["item"], json!({ "groupId": group }));
}

#[tokio::test]
async fn a_limit_is_a_non_negative_integer_capped_at_100() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.connect().await;
    for number in 0..101 {
        let params = json!({ "messageId": new_id(), "receiverId": ann.id, "content": number.to_string() });
        socket.send("privateMessage", params).await;
    }
    for _ in 0..101 {
        assert_eq!(socket.answer().await["success"], true);
    }
    for (limit, rows) in [(json!(0), 0), (json!(1), 1), (json!(100), 100), (json!(101), 100), (json!(u64::MAX), 100)] {
        let page = socket.done("getlatestMessageDialog", json!({ "receiverId": ann.id, "limit": limit })).await;
        assert_eq!(page["data"].as_array().map(Vec::len), Some(rows), "{limit}");
    }
    for limit in [json!(-1), json!(i64::MIN), json!(1.5), json!("5"), json!(true), json!([5])] {
        let refusal = socket.refused("listLastMessage", json!({ "limit": limit })).await;
        assert!(refusal.starts_with("Invalid request: limit must be an integer"), "{limit}: {refusal}");
    }
}

#[tokio::test]
async fn a_cursor_is_a_time_or_nothing() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.connect().await;
    socket.write_to(&ann, "x").await;
    let with = |cursor: Value| json!({ "receiverId": ann.id, "limit": 9, "cursorCreatedAt": cursor });
    for (cursor, rows) in [
        (json!(null), 1),
        (json!(""), 1),
        (json!("2999-01-31T18:30:00.000Z"), 1),
        (json!("2999-01-31T18:30:00+05:30"), 1),
        (json!("2999-01-31T18:30:00"), 1),
        (json!("2001-01-31T18:30:00.123456-08:00"), 0),
    ] {
        let page = socket.done("getlatestMessageDialog", with(cursor.clone())).await;
        assert_eq!(page["data"].as_array().map(Vec::len), Some(rows), "{cursor}");
    }
    let bad = ["yesterday", "2026-13-01T00:00:00Z", "2026-01-31", "1767225600000", "' OR 1=1 --", " ", "\0"];
    for cursor in bad.iter().map(|text| json!(text)).chain([json!(5), json!([]), json!(false)]) {
        let refusal = socket.refused("getlatestMessageDialog", with(cursor.clone())).await;
        assert!(refusal.starts_with("Invalid request: cursorCreatedAt must be a time"), "{cursor}: {refusal}");
    }
}
