//! Erased texts leave the files of the database, for every way of erasing them.

use crate::support::{PATIENCE, Request, Socket, TestServer, dialog, group, hearths, new_id};
use hearth::model::Timestamp;
use serde_json::{Value, json};
use sqlx::Executor;

/// Texts of many lengths, some longer than a page, that no engine compresses; the first 13 characters are unique.
fn secrets(name: &str, count: usize) -> Vec<String> {
    let next = |state: &u64| Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    let states = std::iter::successors(Some(1_u64), next).take(3000);
    let noise: String = states.filter_map(|state| char::from_digit((state >> 40) as u32 % 36, 36)).collect();
    (0..count).map(|number| format!("{name:_<8}{number:04}.{}", &noise[..number * 37 % 3000])).collect()
}

/// Writes texts to these chats in turn, so that their rows share pages; returns the ids.
async fn write(socket: &mut Socket, chats: &[&Value], texts: &[String]) -> Vec<String> {
    let requests: Vec<_> =
        texts.iter().zip(chats.iter().cycle()).map(|(text, chat)| Request::write(chat, text)).collect();
    for some in requests.chunks(50) {
        socket.pipeline(some).await;
    }
    requests.iter().map(|request| request.id().to_owned()).collect()
}

async fn purge(server: &TestServer) {
    let store = server.store();
    while store.purge_step(Timestamp::now()).await.expect("the database answers") {}
}

/// Does whole passes until nothing is left to do: a reader may keep a pass from ending.
async fn scrub(server: &TestServer) {
    let store = server.store();
    while store.begin_scrub().await.expect("the database answers") {
        while store.scrub_step().await.expect("the database answers") {}
    }
}

#[tokio::test]
async fn erased_texts_leave_the_files() {
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bobsecret"]).await;
    let tea = group(&ann.create_group("tea", &[&bob]).await);
    let (dropped, short) = (ann.create_group("dropped", &[]).await, ann.create_group("short", &[]).await);
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let [own, deleted, edited, gone, expired, kept] =
        [("account", 200), ("deleted", 100), ("edited", 100), ("dropped", 100), ("expired", 100), ("kept", 100)]
            .map(|(name, count)| secrets(name, count));
    let (of_dropped, of_short, of_bob, of_ann) = (group(&dropped), group(&short), dialog(&bob), dialog(&ann));
    let mut ids = Vec::new();
    for number in 0..10 {
        let part = |texts: &[String]| texts.chunks(texts.len() / 10).nth(number).expect("ten parts").to_vec();
        write(&mut bobs, &[&tea, &of_ann], &part(&own)).await;
        ids.extend(write(&mut anns, &[&tea], &[part(&deleted), part(&edited)].concat()).await);
        write(&mut anns, &[&of_dropped], &part(&gone)).await;
        write(&mut anns, &[&of_short], &part(&expired)).await;
        write(&mut anns, &[&tea, &of_bob], &part(&kept)).await;
    }
    let head = |text: &String| text[..13].to_owned();
    let erased: Vec<_> = [own, deleted, edited, gone, expired].concat().iter().map(head).collect();
    let kept: Vec<_> = kept.iter().map(head).collect();
    assert_eq!(server.database.remains(&erased).await.len(), 600);

    for (place, id) in ids.iter().enumerate() {
        anns.does(&if place % 20 < 10 { Request::delete(&tea, id) } else { Request::edit(&tea, id, "new") }).await;
    }
    anns.does(&Request::drop(&dropped)).await;
    server.database.run("UPDATE messages SET created_at = created_at - 8640000000").await;
    let params = json!({ "groupId": short, "days": 30, "messageId": new_id(), "message": "expire" });
    anns.does(&Request::new("setRetention", params)).await;
    while anns.heard().await["type"] != "messagesExpired" {}
    bob.delete("/api/profile/destroy?messages=erase").await.expect(200);
    purge(&server).await;

    // A pass that is interrupted continues after a restart.
    if server.store().begin_scrub().await.expect("the database answers") {
        server.store().scrub_step().await.expect("the database answers");
    }
    server.restart().await;
    purge(&server).await;
    tokio::time::timeout(PATIENCE, scrub(&server)).await.expect("it ends in time");
    let erased = [erased, ["Bobsecret", "bobsecret"].map(str::to_owned).to_vec()].concat();
    assert_eq!(server.database.still_remains(&erased).await, Vec::<String>::new());
    assert_eq!(server.database.remains(&kept).await, kept);
    assert!(server.database.is_sound().await);
    let row = &ann.hearth().await.rows(&Request::page(&group(&short))).await[0];
    assert_eq!(row["content"], "expire");
}

#[tokio::test]
async fn a_long_read_delays_a_pass_but_no_write() {
    let server = TestServer::start_with(|config| config.database.timeout_seconds = 60).await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let id = ann.write_to(&bob, "a secret of a few words").await;
    let mut reader = server.database.connect().await;
    reader.execute("BEGIN; SELECT COUNT(*) FROM messages").await.expect("the database answers");
    ann.hearth().await.does(&Request::delete(&dialog(&bob), &id)).await;
    let pass = async {
        server.store().begin_scrub().await.expect("the database answers");
        while server.store().scrub_step().await.expect("the database answers") {}
        ann.write_to(&bob, "hello").await;
    };
    tokio::time::timeout(PATIENCE, pass).await.expect("it does not wait for the reader");
    reader.execute("ROLLBACK").await.expect("the database answers");
    tokio::time::timeout(PATIENCE, scrub(&server)).await.expect("it ends in time");
    assert!(server.store().has_scrubbed().await.expect("the database answers"));
    assert_eq!(server.database.still_remains(&["a secret of a".to_owned()]).await, Vec::<String>::new());
}
