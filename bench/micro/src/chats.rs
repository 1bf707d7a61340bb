//! Dialogs in a SQLite database of their own, written and read by the server's own code.

use std::{hint::black_box, path::Path, sync::Arc, time::Instant};

use anyhow::{Context, Result, ensure};
use hearth::{
    auth::{Attempts, Devices, Passwords, SessionClock, Tokens},
    config::{Config, Database, Limits},
    live::{Committed, Hub, Publication, Typists},
    metrics::Metrics,
    model::{Action, ChatKey, ChatRef, MessageId, MessageKind, Person, Position, SessionId, Timestamp},
    protocol::{Bounds, DialogPage, Frame, Kind, Limit, PagePosition, Protocol},
    service::{self, App, Caller, disk, duty, history},
    store::{LoadedMessage, LoadedPerson, Store},
    writer,
};
use tokio::{sync::mpsc, task::JoinHandle};

use crate::cast::Cast;

/// Dialogs of two people each.
const DIALOGS: usize = 10;
/// Messages in each dialog at the start.
const STORED: usize = 100;
/// Messages per batch.
const BATCH: usize = 100;
/// Messages per page.
const PAGE: i64 = 50;

/// A server without sockets, and people who write to each other.
pub struct Chats {
    app: App,
    write: JoinHandle<()>,
    written: mpsc::Receiver<Vec<Committed>>,
    pairs: Vec<[Caller; 2]>,
    cast: Cast,
}

impl Chats {
    /// Creates the database in an empty folder. The runtime must be single-threaded: otherwise the writer begins before
    /// all messages of a batch are queued.
    pub async fn new(folder: &Path) -> Result<Self> {
        let url = format!("sqlite://{}", folder.join("hearth.db").display());
        let config = Config {
            database: Database { url, ..Database::default() },
            // Counted, but never reached.
            limits: Limits { messages_per_minute: 1_000_000_000, storage_mb_per_user: 1_000_000, ..Limits::default() },
            ..Config::default()
        };
        let store = Store::open(&config.database).await?;
        let mut cast = Cast::new();
        let people = cast.people(2 * DIALOGS);
        fill(&store, &mut cast, &people).await?;

        let (writer, write, written) = writer::start(store.clone(), &config.limits);
        let hub = Hub::new(Arc::default(), config.limits.connections, config.limits.connections_per_user);
        let app = App {
            bounds: Bounds {
                password_min: config.auth.password_min_length,
                common_passwords: config.auth.common_passwords,
                protocol: Protocol::Hearth,
            },
            attempts: Attempts::new(&config.limits),
            passwords: Passwords::start(),
            typists: Typists::default(),
            epoch: String::new(),
            sessions: Arc::default(),
            session_clock: SessionClock::from(None, Timestamp::now(), Instant::now()),
            tokens: Tokens::new(b"secret", config.auth.token_hours),
            devices: Devices::new(b"secret"),
            duty: duty::Duty::new(&store),
            store,
            writer,
            cluster: None,
            hub: hub.into(),
            metrics: Metrics::default(),
            exports: Arc::default(),
            disk: disk::Watch::default(),
            config,
        };
        let mut caller = |person: &Person| Caller {
            user: person.id,
            session: SessionId(cast.id()),
            generation: 0,
            expires_at: Timestamp::MAX,
            protocol: Protocol::Hearth,
            connection: None,
        };
        let pairs = people.chunks_exact(2).map(|pair| [caller(&pair[0]), caller(&pair[1])]).collect();
        Ok(Self { app, write: tokio::spawn(write), written, pairs, cast })
    }

    /// Sends a hundred messages, which the writer stores in one batch.
    pub async fn send_batch(&mut self) -> Result<()> {
        let mut pending = Vec::with_capacity(BATCH);
        for number in 0..BATCH {
            let [one, other] = self.pairs[number % DIALOGS];
            let (sender, receiver) = if (number / DIALOGS).is_multiple_of(2) { (one, other) } else { (other, one) };
            let message = MessageId(self.cast.id());
            let action = Action::Send { message, content: self.cast.text(), reply_to: None };
            pending.push(service::submit(&self.app, sender, ChatRef::Dialog(receiver.user), action)?);
        }
        let batch = self.written.recv().await.context("the writer stopped")?;
        let batch: Vec<_> = batch.into_iter().flat_map(|committed| committed.publications).collect();
        ensure!(batch.len() == BATCH, "the writer made more than one batch: {} of {BATCH} messages", batch.len());
        for Publication { outcome, .. } in batch {
            black_box(outcome?);
        }
        Ok(())
    }

    /// Reads the newest messages of a dialog, and encodes the answer.
    pub async fn read_page(&self) -> Result<()> {
        let [reader, companion] = self.pairs[0];
        let position = PagePosition(Position::Before(Timestamp::MAX));
        let page = DialogPage { receiver: companion.user, limit: Limit(PAGE), position };
        let answer = history::dialog(&self.app, reader, black_box(page)).await?;
        black_box(Frame::answer(Kind::DialogHistory, None, &answer));
        Ok(())
    }

    /// Stops the writer and closes the database.
    pub async fn close(self) -> Result<()> {
        let store = self.app.store.clone();
        drop((self.app, self.written));
        self.write.await?;
        store.close().await;
        Ok(())
    }
}

async fn fill(store: &Store, cast: &mut Cast, people: &[Person]) -> Result<()> {
    let accounts: Vec<_> = people
        .iter()
        .map(|person| LoadedPerson {
            person: person.clone(),
            email: Some(format!("{}@example.org", person.id.0.simple())),
            password_hash: "nobody logs in".into(),
            created_at: Timestamp(1_780_000_000_000),
        })
        .collect();
    let mut messages = Vec::with_capacity(STORED * DIALOGS);
    for (number, instant) in (0..STORED).zip(1_780_000_000_001..) {
        for pair in people.chunks_exact(2) {
            messages.push(LoadedMessage {
                chat: ChatKey::dialog(pair[0].id, pair[1].id),
                id: MessageId(cast.id()),
                sender: pair[number % 2].id,
                content: cast.text(),
                kind: MessageKind::Text,
                subject: None,
                reply_to: None,
                created_at: Timestamp(instant),
                edited_at: None,
                deleted_at: None,
                hidden_from: Vec::new(),
                reactions: Vec::new(),
            });
        }
    }
    let mut load = store.load().await?;
    load.add_people(&accounts).await?;
    load.append(&messages).await?;
    load.commit().await?;
    Ok(())
}
