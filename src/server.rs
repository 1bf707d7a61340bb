//! Routes, listener, and the order of start and stop.

mod headers;
mod listener;
mod manager;
mod memory;
mod routes;
mod write_timeout;

pub use manager::Manager;

use std::{
    future::Future,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use tokio::{sync::watch, task::JoinHandle, time::MissedTickBehavior};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    auth::{Attempts, Devices, Passwords, SessionClock, Sessions, Tokens},
    config::{Config, Limits},
    live::{Hub, PeerBounds, Peers, Typists, publish},
    model::Timestamp,
    protocol::{Bounds, Close, Protocol},
    service::{App, clock::Past, housekeeping, people},
    store::{ServingGuard, Store},
    writer,
};

/// How long REST requests may take to finish when the server stops.
const HTTP_GRACE: Duration = Duration::from_secs(3);
/// How long each of the other steps of stopping may take.
const GRACE: Duration = Duration::from_secs(5);
/// How long each step may take after a failure: another server may serve already.
const FAILED_GRACE: Duration = Duration::from_secs(1);

/// Descriptors that are no client's: the database, files, the runtime, connections that are turned away.
const OTHER_DESCRIPTORS: u64 = 64;

/// How soon people who watch are told who has come or gone.
const PRESENCE_EVERY: Duration = Duration::from_millis(500);

/// A server that is ready to serve.
pub struct Server {
    listener: tokio::net::TcpListener,
    app: Arc<App>,
    guard: ServingGuard,
    writer: JoinHandle<()>,
    publisher: JoinHandle<()>,
}

impl Server {
    /// Opens the database, takes the right to serve it, and listens.
    pub async fn start(config: Config) -> anyhow::Result<Self> {
        // First: a server that may not serve must not migrate the database of the one that does.
        let guard = ServingGuard::take(&config.database.url).await?;
        let store = Store::open_to_write(&config.database, &guard).await?;
        let listener = listener::bind(&config.server.listen)
            .await
            .with_context(|| format!("cannot listen on {}", config.server.listen))?;

        let per_user = if config.limits.enabled { config.limits.connections_per_user } else { usize::MAX };
        let hub = Arc::new(Hub::new(config.limits.connections, per_user));
        let (writer, write, batches) = writer::start(store.clone(), &config.limits);
        let publisher = tokio::spawn(publish(hub.clone(), batches));
        let secret = signing_secret(&store, &config).await?;
        let app = App {
            bounds: Bounds {
                password_min: config.auth.password_min_length,
                common_passwords: config.auth.common_passwords,
                protocol: Protocol::Reference,
            },
            attempts: Attempts::new(&config.limits),
            passwords: Passwords::default(),
            typists: Typists::default(),
            epoch: epoch(&store).await?,
            sessions: Sessions::default(),
            session_clock: SessionClock::from(store.last_session_use().await?, Timestamp::now(), Instant::now()),
            tokens: Tokens::new(&secret, config.auth.token_hours),
            devices: Devices::new(&secret),
            store,
            writer,
            hub,
            config,
        };
        Ok(Self { listener, app: Arc::new(app), guard, writer: tokio::spawn(write), publisher })
    }

    /// Where it listens.
    pub fn address(&self) -> anyhow::Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    /// Fails if the clock is behind what must be past, and warns if it is far ahead.
    pub async fn check_clock(&self, clock: Timestamp) -> anyhow::Result<()> {
        let past = Past { newest_message: self.app.store.newest_message().await?, build: Past::build() };
        past.check(clock)
    }

    /// The database that it serves.
    pub fn store(&self) -> &Store {
        &self.app.store
    }

    /// Serves until `stop`, then finishes what is under way: no new connections, every command in the queue committed
    /// and answered, sockets closed with 1001. The manager hears of all of it.
    pub async fn run(mut self, manager: Manager, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        let address = self.address()?;
        let (stopping, connections) = (CancellationToken::new(), TaskTracker::new());
        let sockets = TaskTracker::new();
        let routes = routes::routes(&self.app, &sockets, &stopping);
        let bounds = peer_bounds(&self.app.config.limits);
        let peers = Arc::new(Peers::new(bounds, self.app.config.server.proxies()));
        let accept = listener::serve(self.listener, routes, peers, connections.clone(), stopping.clone());
        let (heart, heartbeat) = watch::channel(());
        let mut background = tokio::spawn(background(self.app.clone(), heart));
        let works = {
            let writer = self.app.writer.clone();
            move || writer.clone().works()
        };
        manager.ready(address);
        let store = self.app.store.clone();
        let failure = tokio::select! {
            () = accept => None,
            () = stop => None,
            () = self.guard.lost(&store) => Some("another Hearth has taken over the database"),
            _ = &mut self.writer => Some("the writer has ended"),
            _ = &mut background => Some("the background work has ended"),
            // In the task that accepts: if that one hangs, so does this.
            () = manager.watchdog(heartbeat, works) => None,
        };

        manager.stopping();
        stopping.cancel();
        connections.close();
        self.app.hub.close_all(Close::GoingAway);
        let (http_grace, grace) = if failure.is_none() { (HTTP_GRACE, GRACE) } else { (FAILED_GRACE, FAILED_GRACE) };
        let _ = tokio::time::timeout(http_grace, connections.wait()).await;
        // Those that were being upgraded meanwhile.
        self.app.hub.close_all(Close::GoingAway);
        sockets.close();
        let _ = tokio::time::timeout(grace, sockets.wait()).await;
        background.abort();

        // With the application goes the last way into the writer's queue: the writer ends when it is empty, the
        // publisher after it.
        drop(self.app);
        if failure.is_none() {
            let _ = tokio::time::timeout(grace, async { tokio::join!(self.writer, self.publisher) }).await;
        }
        // A database that is silent does not even say goodbye.
        let _ = tokio::time::timeout(grace, store.close()).await;
        let _ = tokio::time::timeout(grace, self.guard.release()).await;
        match failure {
            Some(failure) => bail!(failure),
            None => Ok(()),
        }
    }
}

/// As configured; but never more connections than there are descriptors.
fn peer_bounds(limits: &Limits) -> PeerBounds {
    let wanted = limits.connections.saturating_add(limits.http_connections);
    let (descriptors, _) = rlimit::getrlimit(rlimit::Resource::NOFILE).unwrap_or((u64::MAX, u64::MAX));
    let possible = usize::try_from(descriptors.saturating_sub(OTHER_DESCRIPTORS)).unwrap_or(usize::MAX).max(1);
    if possible < wanted {
        tracing::warn!(
            wanted,
            possible,
            "fewer connections are possible than limits allow: raise the descriptors' limit"
        );
    }
    let count = |count: usize| if limits.enabled { count } else { usize::MAX };
    PeerBounds {
        total: wanted.min(possible),
        per_address: count(limits.connections_per_address),
        anonymous_per_address: count(limits.anonymous_connections_per_address),
    }
}

/// The configured secret, or this installation's own, made when it is first needed.
async fn signing_secret(store: &Store, config: &Config) -> anyhow::Result<Vec<u8>> {
    if !config.auth.secret.is_empty() {
        return Ok(config.auth.secret.clone().into_bytes());
    }
    let mut candidate = [0; 32];
    getrandom::fill(&mut candidate)?;
    Ok(store.setting("signing_secret", &candidate).await?)
}

/// By what clients notice that a backup was restored: the numbers that they know are void then.
async fn epoch(store: &Store) -> anyhow::Result<String> {
    let candidate = uuid::Uuid::new_v4().simple().to_string();
    Ok(String::from_utf8(store.setting("epoch", candidate.as_bytes()).await?)?)
}

/// The heartbeat of all sockets, and tidying up, of memory as well.
async fn background(app: Arc<App>, heart: watch::Sender<()>) {
    let beat = async {
        let mut ticks = tokio::time::interval(Duration::from_secs(1));
        // After a pause of the whole machine: beats made up for in a burst would take every peer for silent.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        for second in 0.. {
            ticks.tick().await;
            app.hub.beat(second, Timestamp::now());
            heart.send_replace(());
            if second % 60 == 0 {
                app.attempts.tidy();
                app.typists.tidy();
            }
        }
    };
    // In a loop of its own: it asks the database, and heartbeats do not wait for that.
    let presence = async {
        loop {
            tokio::time::sleep(PRESENCE_EVERY).await;
            if let Err(error) = people::tell_presence(&app).await {
                error.log();
            }
        }
    };
    tokio::join!(beat, presence, housekeeping::run(&app), app.store.watch_writes(), memory::give_back());
}
