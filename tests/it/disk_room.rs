//! A disk that is almost full: the server rejects changes that store more and accepts all others, until there is room.

use serde_json::json;

use crate::{
    samples,
    support::{Disks, PASSWORD, Request, Socket, TestServer, User, dialog, group, new_id, with_user},
};

/// A server on a disk that can be filled, and Ann's socket, which receives the notices.
async fn start() -> (TestServer, Disks, User, Socket) {
    let disks = Disks::new();
    let server = TestServer::start_with(|config| {
        disks.watched_by(config);
        config.metrics.listen = "127.0.0.1:0".into();
    });
    let server = server.await;
    let [ann] = server.people(["Ann"]).await;
    let socket = ann.hearth().await;
    (server, disks, ann, socket)
}

/// Fills the disk, and waits until the server has noticed.
async fn fill(disks: &Disks, socket: &mut Socket) {
    disks.fill();
    assert_eq!(socket.hears("serverNotice").await, json!({ "serverNotice": { "kind": "read_only" } }));
}

async fn free(disks: &Disks, socket: &mut Socket) {
    disks.free();
    assert_eq!(socket.hears("serverNotice").await, json!({ "serverNotice": null }));
}

#[tokio::test]
async fn what_would_store_more_is_rejected_until_there_is_room() {
    let (server, disks, ann, mut anns) = start().await;
    let [bob] = server.people(["Bob"]).await;
    let tea = ann.create_group("tea", &[]).await;
    let message = anns.id_of(&group(&tea), "a cup of tea").await;
    anns.settle().await;
    fill(&disks, &mut anns).await;

    let growing = [
        Request::private(&bob.id, "hello"),
        Request::message(&tea, "hello"),
        Request::edit(&group(&tea), &message, "two cups of tea"),
        Request::react(&group(&tea), &message, "👍"),
        Request::add(&tea, &bob.id),
        Request::role(&tea, &bob, "admin"),
        Request::rename(&tea, "coffee"),
    ];
    for request in &growing {
        assert_eq!(anns.code(request).await, "disk_full", "{request:?}");
    }
    let create =
        json!({ "groupId": new_id(), "groupName": "new", "messageId": new_id(), "notificationMessage": "new" });
    let sign_up = json!({ "firstName": "Cy", "email": "cy@example.org", "password": PASSWORD });
    for reply in [
        ann.post("/api/use-cases/create-group", create.clone()).await,
        ann.patch("/api/profile/update", json!({ "lastName": "Lee" })).await,
        server.api().post("/api/auth/sign-up", sign_up.clone()).await,
    ] {
        assert_eq!(reply.headers["retry-after"], "5");
        assert_eq!(reply.expect(503)["code"], "disk_full");
    }

    free(&disks, &mut anns).await;
    for request in &growing {
        anns.does(request).await;
    }
    ann.post("/api/use-cases/create-group", create).await.expect(200);
    ann.patch("/api/profile/update", json!({ "lastName": "Lee" })).await.expect(201);
    server.api().post("/api/auth/sign-up", sign_up).await.expect(201);
    assert_eq!(ann.texts_with(&bob).await, ["hello"]);
}

#[tokio::test]
async fn everything_else_works() {
    let (server, disks, ann, mut anns) = start().await;
    let [bob, cy] = server.people(["Bob", "Cy"]).await;
    let tea = ann.create_group("tea", &[&bob, &cy]).await;
    let first = anns.id_of(&group(&tea), "one").await;
    let second = anns.id_of(&dialog(&bob), "two").await;
    let mut bobs = bob.hearth().await;
    let liked = Request::react(&group(&tea), &first, "👍");
    anns.does(&liked).await;
    anns.settle().await;
    fill(&disks, &mut anns).await;
    bobs.settle().await;

    ann.log_in_again().await;
    let password = json!({ "oldPassword": PASSWORD, "newPassword": "a cup of tea" });
    cy.patch("/api/profile/change-password", password).await.expect(201);
    ann.patch("/api/profile/privacy", json!({ "presence": false })).await.expect(200);
    anns.settle().await;
    for request in [
        Request::page(&group(&tea)),
        liked.clone(),
        liked.clone().with("on", false),
        Request::delete(&group(&tea), &first),
        Request::delete(&dialog(&bob), &second),
        Request::mute(&group(&tea), None),
        Request::block(&cy),
        Request::remove(&tea, &cy.id),
    ] {
        anns.does(&request).await;
    }
    bobs.does(&Request::read(&group(&tea), 2)).await;
    bobs.does(&Request::leave(&tea)).await;
    ann.hide(&bob).await;
    ann.post("/api/export", json!({})).await.expect(201);
    anns.does(&Request::drop(&tea)).await;
    ann.post("/api/auth/logout", json!({})).await.expect(200);
    bob.delete("/api/profile/destroy").await.expect(200);
}

#[tokio::test]
async fn a_stored_message_is_acknowledged_again_and_rejections_affect_no_other_request() {
    let (server, disks, ann, mut anns) = start().await;
    let [bob] = server.people(["Bob"]).await;
    let stored = Request::write(&dialog(&bob), "stored");
    let row = anns.item(&stored).await;
    let messages = futures_util::future::join_all((0..30).map(|_| ann.write_to(&bob, "x"))).await;
    anns.settle().await;
    fill(&disks, &mut anns).await;
    assert_eq!(anns.item(&stored).await["seq"], row["seq"]);
    assert_eq!(row["chat"], with_user(&bob));
    let chat = dialog(&bob);
    let pairs = messages.iter().flat_map(|id| [Request::delete(&chat, id), Request::write(&chat, "new")]);
    let answers = anns.pipeline(&pairs.collect::<Vec<_>>()).await;
    let done: Vec<_> = answers.iter().map(|answer| answer["success"] == true).collect();
    assert_eq!(done, [true, false].repeat(30));
}

#[tokio::test]
async fn the_state_is_in_hello_in_a_broadcast_and_in_the_probes_but_never_on_auth() {
    let (server, disks, ann, mut anns) = start().await;
    assert_eq!(anns.hello["serverNotice"], json!(null));
    let mut reference = ann.connect().await;
    disks.fill();
    assert_eq!(anns.text().await, samples::frame(samples::ALMOST_FULL));
    assert_eq!(ann.hearth().await.hello["serverNotice"], json!({ "kind": "read_only" }));
    assert_eq!(server.api().readiness(200).await, "read_only");
    assert!(metrics(&server).await.contains("\nhearth_storage_read_only 1.0\n"));
    let refused = reference.ask("privateMessage", Request::private(&ann.id, "a note").params).await;
    assert_eq!(refused.to_string(), samples::frame(samples::ALMOST_FULL_DISK));
    disks.free();
    assert_eq!(anns.text().await, samples::frame(samples::ROOM_AGAIN));
    assert_eq!(server.api().readiness(200).await, "ready");
    assert!(metrics(&server).await.contains("\nhearth_storage_read_only 0.0\n"));
    reference.hears_nothing().await;
}

async fn metrics(server: &TestServer) -> String {
    let page = server.metrics().get("/metrics").await.expect(200);
    page.as_str().expect("a text").to_owned()
}

#[tokio::test]
async fn the_disk_of_the_database_is_found_and_measured() {
    let server = TestServer::start_with(|config| config.metrics.listen = "127.0.0.1:0".into()).await;
    let page = metrics(&server).await;
    let free = page.lines().find_map(|line| line.strip_prefix("hearth_storage_free_bytes "));
    let free: f64 = free.unwrap_or_else(|| panic!("nothing is measured: {page}")).parse().expect("a number");
    assert!(free > 0.0 && page.contains("\nhearth_storage_low 0.0\n"), "{page}");
}

#[tokio::test]
async fn a_disk_that_cannot_be_measured_prevents_the_start() {
    let server = TestServer::start().await;
    for path in ["/nowhere", "/proc"] {
        let mut config = server.config_elsewhere();
        config.database.url = format!("sqlite://{}/a.db", tempfile::tempdir().expect("a folder").keep().display());
        config.storage.watch = path.to_owned();
        let error = hearth::server::Server::start(config).await.err().expect("it is refused");
        assert!(format!("{error:#}").starts_with(&format!("storage.watch = {path}: ")), "{error:#}");
    }
}
