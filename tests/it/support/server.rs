//! A server for a test.

use std::{
    net::{SocketAddr, TcpListener},
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
    /// Keeps its port from other servers while this one restarts.
    _port: TcpSocket,
    api: Api,
    running: Option<Running>,
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

    async fn start_on(database: TestDatabase, configure: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        let (port, address) = reserve_port();
        config.server.listen = address.to_string();
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
        let (api, running) = launch(&config).await;
        Self { config, database, _backups: backups, _port: port, api, running: Some(running) }
    }

    /// The running server's own store.
    pub fn store(&self) -> &Store {
        &self.running.as_ref().expect("the server runs").store
    }

    /// Calls to the port of the metrics.
    pub fn metrics(&self) -> Api {
        let address = self.running.as_ref().expect("the server runs").metrics;
        Api::new(&address.expect("metrics.listen is set").to_string())
    }

    /// REST calls without a token.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// Signs up `Name` with `name@example.org`, and logs in.
    pub async fn user(&self, name: &str) -> User {
        self.api.sign_up(name).await
    }

    /// Opens a socket with this path and these subprotocols.
    pub async fn connect(&self, path: &str, protocols: &[&str]) -> Socket {
        Socket::open(self.api.base(), path, protocols).await
    }

    /// Stops the server as SIGTERM does, and waits for it.
    pub async fn stop(&mut self) {
        let Running { stop, ended, .. } = self.running.take().expect("the server runs");
        stop.send(()).expect("the server listens to the signal");
        ended.await.expect("the server does not panic").expect("the server ends well");
    }

    /// Stops the server and starts another one on the same database and address.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.start_again().await;
    }

    /// Starts a server on the same database and address, after [`Self::stop`].
    pub async fn start_again(&mut self) {
        // A program that another test is just starting may have inherited the listener that was closed.
        while TcpListener::bind(self.api.base()).is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.running = Some(launch(&self.config).await.1);
    }

    /// Why the server ended by itself.
    pub async fn failed(&mut self) -> String {
        let Running { stop: _stop, ended, .. } = self.running.take().expect("the server runs");
        let ended = ended.await.expect("the server does not panic");
        format!("{:#}", ended.expect_err("it was not stopped"))
    }

    /// The configuration of another server on this database.
    pub fn config_elsewhere(&self) -> Config {
        let server = hearth::config::Server { listen: "127.0.0.1:0".into(), ..self.config.server.clone() };
        Config { server, ..self.config.clone() }
    }

    /// Why a second server on this database does not start.
    pub async fn second_server(&self) -> anyhow::Error {
        Server::start(self.config_elsewhere()).await.err().expect("one server a database")
    }
}

/// A port that only those can listen on who know it.
fn reserve_port() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("an option of sockets");
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
    let address = socket.local_addr().expect("an address");
    (socket, address)
}

async fn launch(config: &Config) -> (Api, Running) {
    let server = Server::start(config.clone()).await.expect("the server starts");
    let api = Api::new(&server.address().expect("an address").to_string());
    let (store, metrics) = (server.store().clone(), server.metrics_address());
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(server.run(Manager::default(), async {
        // A test that ends drops the sender: the server then runs until the runtime ends.
        if stopped.await.is_err() {
            std::future::pending::<()>().await;
        }
    }));
    (api, Running { store, metrics, stop, ended })
}
