//! Routes, listener, and the order of start and stop.

mod headers;
mod listener;
mod manager;
mod memory;
mod metrics;
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
    backup,
    cluster::Node,
    config::{Config, Limits},
    live::{Hub, PeerBounds, Peers, Typists, publish},
    metrics::Metrics,
    model::Timestamp,
    protocol::{Bounds, Close, Protocol},
    service::{App, accounts, clock::Past, disk, duty::Duty, housekeeping, people},
    store::{ServingGuard, Store},
    writer,
};

/// How long REST requests may take to finish when the server stops.
const HTTP_GRACE: Duration = Duration::from_secs(3);
/// How long each of the other steps of stopping may take.
const GRACE: Duration = Duration::from_secs(5);
/// How long each step may take after a failure. Shorter, because another server may already be running.
const FAILED_GRACE: Duration = Duration::from_secs(1);

/// File descriptors not used for clients: the database, files, the runtime, rejected connections.
const OTHER_DESCRIPTORS: u64 = 64;

/// How often presence changes are sent to watchers.
const PRESENCE_EVERY: Duration = Duration::from_millis(500);

/// How often some connections are closed before the server stops.
const DRAINS_PER_SECOND: u32 = 20;

/// How often the other servers of a cluster are shown that this one is there.
const SEEN_EVERY: Duration = Duration::from_secs(5);

/// A server that is ready to serve.
pub struct Server {
    listener: tokio::net::TcpListener,
    metrics: Option<tokio::net::TcpListener>,
    app: Arc<App>,
    guard: ServingGuard,
    writer: JoinHandle<()>,
    publisher: JoinHandle<()>,
}

impl Server {
    /// Opens the database, acquires the exclusive right to serve it, and listens.
    pub async fn start(config: Config) -> anyhow::Result<Self> {
        // Before anything else: a server that may not serve must not migrate another server's database.
        let guard = if config.cluster.nats.is_empty() {
            ServingGuard::take(&config.database.url).await?
        } else {
            ServingGuard::share(&config.database.url).await?
        };
        backup::before_migration(&config).await?;
        let store = Store::open_to_write(&config.database, &guard).await?;
        let disk = disk::Watch::new(&config.storage, &store).await?;
        let listener = listener::bind(&config.server.listen)
            .await
            .with_context(|| format!("cannot listen on {}", config.server.listen))?;
        let metrics = metrics::bind(&config.metrics).await?;

        let per_user = if config.limits.enabled { config.limits.connections_per_user } else { usize::MAX };
        let sessions = Arc::new(Sessions::default());
        let hub = Arc::new(Hub::new(sessions.clone(), config.limits.connections, per_user));
        let (writer, write, batches) = writer::start(store.clone(), &config.limits);
        let epoch = epoch(&store).await?;
        let (cluster, publisher) = if store.is_shared() {
            let (cluster, node) = Node::join(&config.cluster.nats, &epoch, &store, &hub, &sessions).await?;
            (Some(cluster), tokio::spawn(node.run(batches)))
        } else {
            (None, tokio::spawn(publish(hub.clone(), batches)))
        };
        let secret = signing_secret(&store, &config).await?;
        let app = App {
            bounds: Bounds {
                password_min: config.auth.password_min_length,
                common_passwords: config.auth.common_passwords,
                protocol: Protocol::Reference,
            },
            attempts: Attempts::new(&config.limits),
            passwords: Passwords::start(),
            typists: Typists::default(),
            epoch,
            sessions,
            session_clock: SessionClock::from(store.last_session_use().await?, Timestamp::now(), Instant::now()),
            tokens: Tokens::new(&secret, config.auth.token_hours),
            devices: Devices::new(&secret),
            duty: Duty::new(&store),
            store,
            writer,
            cluster,
            hub,
            metrics: Metrics::default(),
            exports: Arc::default(),
            disk,
            config,
        };
        disk::measure(&app).await;
        Ok(Self { listener, metrics, app: Arc::new(app), guard, writer: tokio::spawn(write), publisher })
    }

    /// The address that it listens on.
    pub fn address(&self) -> anyhow::Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    /// The address of the metrics; `None` if they are off.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref()?.local_addr().ok()
    }

    /// Fails if the clock is behind known past times, and warns if it is far ahead.
    pub async fn check_clock(&self, clock: Timestamp) -> anyhow::Result<()> {
        let past = Past { newest_message: self.app.store.newest_message().await?, build: Past::build() };
        past.check(clock)
    }

    /// The database that it serves.
    pub fn store(&self) -> &Store {
        &self.app.store
    }

    /// Serves until `stop`, then accepts no new connections, commits and answers every queued command, and closes
    /// sockets with 1001. Notifies the manager of each step.
    pub async fn run(mut self, manager: Manager, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        let address = self.address()?;
        let (stopping, connections) = (CancellationToken::new(), TaskTracker::new());
        let draining = CancellationToken::new();
        let sockets = TaskTracker::new();
        let routes = routes::routes(&self.app, &sockets, &draining);
        let bounds = peer_bounds(&self.app.config.limits);
        let peers = Arc::new(Peers::new(bounds, self.app.config.server.proxies()));
        let accept = listener::serve(self.listener, routes, peers, connections.clone(), stopping.clone());
        let metrics = metrics::serve(self.metrics, self.app.clone(), connections.clone(), stopping.clone());
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
            () = metrics => None,
            () = drained(stop, &self.app, &draining) => None,
            () = self.guard.lost(&store) => Some(why_lost(&store).await),
            _ = &mut self.writer => Some("the writer stopped unexpectedly".to_owned()),
            _ = &mut background => Some("the background tasks stopped unexpectedly".to_owned()),
            // Polled by the task that accepts connections, so that the watchdog fails if that task hangs.
            () = manager.watchdog(heartbeat, works) => None,
        };

        manager.stopping();
        draining.cancel();
        stopping.cancel();
        connections.close();
        self.app.hub.close_all(Close::GoingAway);
        self.app.exports.stop();
        let (http_grace, grace) = if failure.is_none() { (HTTP_GRACE, GRACE) } else { (FAILED_GRACE, FAILED_GRACE) };
        let _ = tokio::time::timeout(http_grace, connections.wait()).await;
        // Sockets whose upgrade finished in the meantime.
        self.app.hub.close_all(Close::GoingAway);
        sockets.close();
        let _ = tokio::time::timeout(grace, sockets.wait()).await;
        background.abort();

        // The application holds the last `Writer`: after this the writer ends when its queue is empty, and the
        // publisher after it.
        drop(self.app);
        if failure.is_none() {
            let _ = tokio::time::timeout(grace, async { tokio::join!(self.writer, self.publisher) }).await;
        }
        let _ = tokio::time::timeout(grace, store.leave()).await;
        // A silent database does not answer the closing of connections either.
        let _ = tokio::time::timeout(grace, store.close()).await;
        let _ = tokio::time::timeout(grace, self.guard.release()).await;
        match failure {
            Some(failure) => bail!(failure),
            None => Ok(()),
        }
    }
}

/// Waits for the signal to stop, and then closes connections over the configured time. Their clients return, to other
/// servers if there are some: while it is not ready, load balancers send them there.
async fn drained(stop: impl Future<Output = ()>, app: &App, draining: &CancellationToken) {
    stop.await;
    let steps = app.config.shutdown.drain_seconds * DRAINS_PER_SECOND;
    if steps == 0 {
        return;
    }
    draining.cancel();
    let count = app.hub.drain().div_ceil(steps as usize);
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / DRAINS_PER_SECOND);
    for _ in 0..steps {
        ticks.tick().await;
        app.hub.close_some(count, Close::GoingAway);
    }
}

/// Why this server may no longer serve its database.
async fn why_lost(store: &Store) -> String {
    match store.moved_to().await {
        Some(place) => format!("the database was moved to {place}: set database.url to that database"),
        None if store.is_shared() => "the other servers removed this one: they had not seen it for a minute".to_owned(),
        None => "another Hearth has taken over the database".to_owned(),
    }
}

/// The configured limits, reduced to what the file descriptors allow.
fn peer_bounds(limits: &Limits) -> PeerBounds {
    let wanted = limits.connections.saturating_add(limits.http_connections);
    let (descriptors, _) = rlimit::getrlimit(rlimit::Resource::NOFILE).unwrap_or((u64::MAX, u64::MAX));
    let possible = usize::try_from(descriptors.saturating_sub(OTHER_DESCRIPTORS)).unwrap_or(usize::MAX).max(1);
    if possible < wanted {
        tracing::warn!(
            wanted,
            possible,
            "fewer connections are possible than limits allow: raise the limit of file descriptors"
        );
    }
    let count = |count: usize| if limits.enabled { count } else { usize::MAX };
    PeerBounds {
        total: wanted.min(possible),
        per_address: count(limits.connections_per_address),
        anonymous_per_address: count(limits.anonymous_connections_per_address),
    }
}

/// The configured secret, or the one generated on first start.
async fn signing_secret(store: &Store, config: &Config) -> anyhow::Result<Vec<u8>> {
    if !config.auth.secret.is_empty() {
        return Ok(config.auth.secret.clone().into_bytes());
    }
    let mut candidate = [0; 32];
    getrandom::fill(&mut candidate)?;
    Ok(store.setting("signing_secret", &candidate).await?)
}

/// An id that changes when a backup is restored: clients then discard the counters that they know.
async fn epoch(store: &Store) -> anyhow::Result<String> {
    let candidate = uuid::Uuid::new_v4().simple().to_string();
    Ok(String::from_utf8(store.setting("epoch", candidate.as_bytes()).await?)?)
}

/// Sends heartbeats to all sockets and runs periodic clean-up.
async fn background(app: Arc<App>, heart: watch::Sender<()>) {
    let beat = async {
        let mut ticks = tokio::time::interval(Duration::from_secs(1));
        // After the machine was suspended, making up for missed ticks would count every peer as silent.
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
    // In a loop of its own: it queries the database, and heartbeats must not wait for that.
    let presence = async {
        loop {
            tokio::time::sleep(PRESENCE_EVERY).await;
            if let Err(error) = people::send_presence(&app).await {
                error.log();
            }
        }
    };
    let housekeeping = housekeeping::run(&app);
    let backups = backup::run(&app.config, &app.store, &app.metrics, || app.duty.store().is_some());
    let seen = async {
        while app.store.is_shared() {
            app.store.be_seen().await.unwrap_or_else(|error| error.log());
            tokio::time::sleep(SEEN_EVERY).await;
        }
    };
    let duties = async { tokio::join!(app.duty.keep(), seen) };
    let writes = app.store.watch_writes();
    let late = accounts::deliver_late(&app);
    tokio::join!(beat, presence, housekeeping, backups, duties, disk::watch(&app), writes, late, memory::give_back());
}
