//! A server for a test; with the variable TEST_NODES, a cluster of so many, to which the test's users connect in turn.

use std::{
    net::{SocketAddr, TcpListener},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use hearth::{
    config::Config,
    server::{Manager, Server},
    store::Store,
};
use tempfile::TempDir;
use tokio::{net::TcpSocket, sync::oneshot, task::JoinHandle};

use super::{Api, Socket, User, database::TestDatabase};

/// A running server with its own database.
pub struct TestServer {
    pub config: Config,
    pub database: TestDatabase,
    /// Where it keeps backups, and its list of erased accounts.
    _backups: TempDir,
    /// Keep its ports from other servers while this one restarts.
    _ports: Vec<TcpSocket>,
    /// Where each server listens, and its NATS server, if there are several.
    nodes: Vec<Node>,
    api: Api,
    /// How many users were distributed.
    users: AtomicUsize,
    running: Vec<Running>,
}

#[derive(Clone)]
struct Node {
    listen: String,
    nats: String,
}

struct Running {
    store: Store,
    metrics: Option<SocketAddr>,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<anyhow::Result<()>>,
}

impl TestServer {
    /// With the default configuration, but without rate limits.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// With the test's configuration.
    pub async fn start_with(configure: impl FnOnce(&mut Config)) -> Self {
        Self::start_on(TestDatabase::create().await, configure).await
    }

    /// With a database that can be made unavailable, and a timeout of a second for it.
    pub async fn start_breakable() -> Self {
        Self::start_on(TestDatabase::create_breakable().await, |config| config.database.timeout_seconds = 1).await
    }

    /// Only one server, also with TEST_NODES: for tests of what each server counts or does by itself.
    pub async fn start_alone() -> Self {
        Self::start_alone_with(|_| {}).await
    }

    /// The same with the test's configuration.
    pub async fn start_alone_with(configure: impl FnOnce(&mut Config)) -> Self {
        Self::start_nodes(TestDatabase::create().await, vec![String::new()], configure).await
    }

    async fn start_on(database: TestDatabase, configure: impl FnOnce(&mut Config)) -> Self {
        let nats = match nodes(&database) {
            1 => vec![String::new()],
            nodes => vec![Self::nats_url(); nodes],
        };
        Self::start_nodes(database, nats, configure).await
    }

    /// The NATS server of clusters.
    pub fn nats_url() -> String {
        std::env::var("TEST_NATS_URL").unwrap_or_else(|_| "nats://127.0.0.1:4222".into())
    }

    /// One server for each of these NATS URLs.
    pub async fn start_nodes(database: TestDatabase, nats: Vec<String>, configure: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        let (ports, nodes): (Vec<_>, Vec<_>) = nats
            .into_iter()
            .map(|nats| {
                let (port, listen) = reserve_port();
                (port, Node { listen, nats })
            })
            .unzip();
        config.server.listen.clone_from(&nodes[0].listen);
        config.cluster.nats.clone_from(&nodes[0].nats);
        config.database.url.clone_from(&database.url);
        config.database.connections = 4;
        // Long, because waiting on a busy machine is not an outage.
        config.database.timeout_seconds = 30;
        config.limits.enabled = false;
        // The disk of the machine that runs the tests may be fuller than this.
        config.storage.warn_percent = 0;
        let backups = TempDir::new().expect("a temporary folder");
        config.backup.to = backups.path().display().to_string();
        configure(&mut config);
        let running = launch_all(&config, &nodes).await;
        let bases: Vec<_> = nodes.iter().map(|node| node.listen.clone()).collect();
        let api = Api::new(&bases[0]).of_cluster(bases.into());
        Self { config, database, _backups: backups, _ports: ports, nodes, api, users: AtomicUsize::new(0), running }
    }

    /// The running server's own store.
    pub fn store(&self) -> &Store {
        &self.running.first().expect("the server runs").store
    }

    /// Calls to the port of the metrics.
    pub fn metrics(&self) -> Api {
        let address = self.running.first().expect("the server runs").metrics;
        Api::new(&address.expect("metrics.listen is set").to_string())
    }

    /// REST calls without a token.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// REST calls of the next user: to the servers of a cluster in turn.
    pub(super) fn next_api(&self) -> Api {
        let turn = self.users.fetch_add(1, Ordering::Relaxed) % self.nodes.len();
        (0..turn).fold(self.api.clone(), |api, _| api.elsewhere())
    }

    /// Signs up `Name` with `name@example.org`, and logs in.
    pub async fn user(&self, name: &str) -> User {
        self.next_api().sign_up(name).await
    }

    /// Opens a socket with this path and these subprotocols.
    pub async fn connect(&self, path: &str, protocols: &[&str]) -> Socket {
        Socket::open(self.api.base(), path, protocols).await
    }

    /// Stops the server as SIGTERM does, and waits for it.
    pub async fn stop(&mut self) {
        assert!(!self.running.is_empty(), "the server runs");
        for Running { stop, ended, .. } in std::mem::take(&mut self.running) {
            stop.send(()).expect("the server listens to the signal");
            ended.await.expect("the server does not panic").expect("the server ends well");
        }
    }

    /// Stops the server and starts another one on the same database and address.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.start_again().await;
    }

    /// Starts a server on the same database and address, after [`Self::stop`].
    pub async fn start_again(&mut self) {
        // A program that another test is just starting may have inherited the listener that was closed.
        for node in &self.nodes {
            while TcpListener::bind(&node.listen).is_err() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        self.running = launch_all(&self.config, &self.nodes).await;
    }

    /// Why the server ended by itself.
    pub async fn failed(&mut self) -> String {
        let Running { stop: _stop, ended, .. } = self.running.remove(0);
        let ended = ended.await.expect("the server does not panic");
        format!("{:#}", ended.expect_err("it was not stopped"))
    }

    /// The configuration of another server on this database.
    pub fn config_elsewhere(&self) -> Config {
        let server = hearth::config::Server { listen: "127.0.0.1:0".into(), ..self.config.server.clone() };
        Config { server, cluster: Default::default(), ..self.config.clone() }
    }

    /// Why a second server on this database does not start.
    pub async fn second_server(&self) -> anyhow::Error {
        Server::start(self.config_elsewhere()).await.err().expect("one server a database")
    }
}

/// A port that only those can listen on who know it.
fn reserve_port() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("an option of sockets");
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
    let address = socket.local_addr().expect("an address");
    (socket, address.to_string())
}

/// How many servers a test has. SQLite serves one.
fn nodes(database: &TestDatabase) -> usize {
    let asked = std::env::var("TEST_NODES").ok().and_then(|nodes| nodes.parse().ok()).unwrap_or(1);
    if database.engine() == "postgres" { asked } else { 1 }
}

async fn launch_all(config: &Config, nodes: &[Node]) -> Vec<Running> {
    let mut running = Vec::new();
    for Node { listen, nats } in nodes {
        let mut config = config.clone();
        config.server.listen.clone_from(listen);
        config.cluster.nats.clone_from(nats);
        running.push(launch(config).await);
    }
    running
}

async fn launch(config: Config) -> Running {
    let server = Server::start(config).await.expect("the server starts");
    let (store, metrics) = (server.store().clone(), server.metrics_address());
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(server.run(Manager::default(), async {
        // A test that ends drops the sender: the server then runs until the runtime ends.
        if stopped.await.is_err() {
            std::future::pending::<()>().await;
        }
    }));
    Running { store, metrics, stop, ended }
}
