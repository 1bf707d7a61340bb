//! Two servers and one database: as soon as one takes over, the other writes nothing and ends.

use hearth::{
    config::Database,
    model::{Person, SessionId, Timestamp, UserId},
    server::Server,
    store::{Account, Batch, NewSession, ServingGuard, Store},
};
use uuid::Uuid;

use crate::support::{PATIENCE, Request, TestDatabase, TestServer};

#[tokio::test]
async fn a_server_that_lost_its_database_writes_nothing_and_ends() {
    let mut server = TestServer::start_alone().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (mut anns, idle) = (ann.connect().await, bob.connect().await);
    if !server.database.unguard().await {
        server.second_server().await;
        return;
    }
    // The first server may be quicker to take its lock again.
    let next = loop {
        match Server::start(server.config_elsewhere()).await {
            Ok(next) => break next,
            Err(_) => server.database.unguard().await,
        };
    };
    let request = Request::private(&bob.id, "hello");
    anns.send(request.kind, request.params.clone()).await;
    let (said, code, _) = anns.last_words().await;
    assert!(said.iter().all(|text| text.contains("unavailable")), "{said:?}");
    assert_eq!((code, idle.closed().await), (1001, 1001));
    let complaint = tokio::time::timeout(PATIENCE, server.failed()).await.expect("it ends");
    assert!(complaint.contains("has taken over the database"), "{complaint}");
    assert!(!server.database.keeps("hello").await);
    drop(next);
}

async fn begins(mut batch: Batch, person: UserId) -> bool {
    batch.privacy(person).await.is_ok()
}

#[tokio::test]
async fn every_kind_of_change_is_rejected_after_a_takeover() {
    let database = TestDatabase::create().await;
    let config = Database { url: database.url.clone(), ..Database::default() };
    let guard = ServingGuard::take(&config.url).await.expect("nobody serves");
    let first = Store::open_to_write(&config, &guard).await.expect("it opens");
    let account = || {
        let person = Person { id: UserId(Uuid::new_v4()), first_name: "Ann".into(), last_name: String::new() };
        Account { person, email: format!("{}@example.org", Uuid::new_v4()), password_hash: "none".into() }
    };
    let ann = account();
    first.add_user(&ann, Timestamp::now()).await.expect("it may write");
    let second = Store::open_to_write(&config, &guard).await.expect("it opens");
    for (store, may_write) in [(&first, !database.unguard().await), (&second, true)] {
        let now = Timestamp::now();
        let (id, session) = (SessionId(Uuid::new_v4()), SessionId(Uuid::new_v4()));
        let log_in = NewSession {
            id,
            user_agent: "",
            now,
            expires_at: now.plus_millis(1000),
            can_confirm: false,
            is_new_device: false,
        };
        let done = [
            store.add_user(&account(), now).await.is_ok(),
            store.rename(ann.person.id, Some("Anna"), None, now).await.is_ok(),
            store.add_session(&ann, &log_in).await.is_ok(),
            store.note_use(session, 1, now).await.is_ok(),
            store.end_other_sessions(ann.person.id, session).await.is_ok(),
            store.end_session(session, ann.person.id).await.is_ok(),
            store.replace_hash(&ann, "none").await.is_ok(),
            store.remove_expired_sessions(now, 1).await.is_ok(),
            store.purge_step(now).await.is_ok(),
            store.setting("test", &[1]).await.is_ok(),
            begins(store.batch([]), ann.person.id).await,
            store.load().await.map(drop).is_ok(),
        ];
        assert_eq!(done, [may_write; 12]);
    }
    drop(guard);
}
