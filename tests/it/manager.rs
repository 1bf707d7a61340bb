//! Messages to the service manager: ready, watchdog, stopping. Also that the process disables huge pages.

use std::{
    os::{
        linux::net::SocketAddrExt,
        unix::net::{SocketAddr, UnixDatagram},
    },
    time::Duration,
};

use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::support::{Hearth, PATIENCE, TestDatabase, new_id};

/// The socket on which systemd would listen.
struct Notices {
    socket: UnixDatagram,
    /// As in `NOTIFY_SOCKET`.
    address: String,
    _folder: TempDir,
}

impl Notices {
    fn at_a_path() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).expect("a free path");
        Self::at(socket, path.to_str().expect("a text"), folder)
    }

    fn at_an_abstract_name() -> Self {
        let name = format!("hearth/{}", new_id());
        let address = SocketAddr::from_abstract_name(&name).expect("a short name");
        let socket = UnixDatagram::bind_addr(&address).expect("a free name");
        Self::at(socket, &format!("@{name}"), TempDir::new().expect("a temporary folder"))
    }

    fn at(socket: UnixDatagram, address: &str, folder: TempDir) -> Self {
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        Self { socket, address: address.to_owned(), _folder: folder }
    }

    /// The first line of the next message; the other lines are for humans.
    fn next(&self) -> String {
        self.read().expect("a notice comes in time")
    }

    /// The messages not read yet of a server that has stopped.
    fn rest(&self) -> Vec<String> {
        self.socket.set_nonblocking(true).expect("the socket can be non-blocking");
        std::iter::from_fn(|| self.read().ok()).collect()
    }

    fn read(&self) -> std::io::Result<String> {
        let mut notice = [0; 1024];
        let length = self.socket.recv(&mut notice)?;
        Ok(String::from_utf8_lossy(&notice[..length]).lines().next().unwrap_or_default().to_owned())
    }
}

#[tokio::test]
async fn it_reports_ready_once_it_listens_and_stopping_at_sigterm() {
    for notices in [Notices::at_a_path(), Notices::at_an_abstract_name()] {
        let database = TestDatabase::create().await;
        let serving = Hearth::with_database(&database.url).set("NOTIFY_SOCKET", &notices.address).serve();
        assert_eq!(notices.next(), "READY=1");
        TcpStream::connect(serving.api.base()).await.expect("it listens");
        serving.terminate();
        assert_eq!(notices.next(), "STOPPING=1");
        assert_eq!(serving.ended().0, Some(0));
        assert_eq!(notices.rest(), [""; 0]);
    }
}

#[tokio::test]
async fn a_server_that_cannot_listen_is_never_ready() {
    let (notices, database) = (Notices::at_a_path(), TestDatabase::create().await);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let hearth = Hearth::with_database(&database.url).set("NOTIFY_SOCKET", &notices.address);
    assert!(hearth.set("HEARTH_SERVER__LISTEN", &address).complains(&[]).contains("cannot listen"));
    assert_eq!(notices.rest(), [""; 0]);
}

/// Needs several threads: waiting for a message blocks one of them.
#[tokio::test(flavor = "multi_thread")]
async fn it_sends_watchdog_messages_also_while_the_database_is_silent() {
    let (notices, mut database) = (Notices::at_a_path(), TestDatabase::create_breakable().await);
    let watched = Duration::from_millis(400).as_micros().to_string();
    let hearth = Hearth::with_database(&database.url)
        .set("HEARTH_DATABASE__TIMEOUT_SECONDS", "1")
        .set("NOTIFY_SOCKET", &notices.address)
        .set("WATCHDOG_USEC", &watched);
    let _serving = hearth.serve();
    assert_eq!(notices.next(), "READY=1");
    assert_eq!(notices.next(), "WATCHDOG=1");
    database.silent().await;
    for _ in 0..3 {
        assert_eq!(notices.next(), "WATCHDOG=1");
    }
    database.back().await;
}

#[tokio::test]
async fn it_sends_no_watchdog_messages_for_another_process() {
    let (notices, database) = (Notices::at_a_path(), TestDatabase::create().await);
    let hearth = Hearth::with_database(&database.url)
        .set("NOTIFY_SOCKET", &notices.address)
        .set("WATCHDOG_USEC", "1000")
        .set("WATCHDOG_PID", "1");
    let serving = hearth.serve();
    serving.api.sign_up("Ann").await;
    serving.terminate();
    assert_eq!(serving.ended().0, Some(0));
    assert_eq!(notices.rest(), ["READY=1", "STOPPING=1"]);
}

#[tokio::test]
async fn the_process_disables_huge_pages() {
    let database = TestDatabase::create().await;
    let serving = Hearth::with_database(&database.url).serve();
    let status = std::fs::read_to_string(format!("/proc/{}/status", serving.id())).expect("a running process");
    // Kernels before 5.0 do not report it.
    let said = status.lines().find_map(|line| line.strip_prefix("THP_enabled:"));
    assert!(said.is_none_or(|enabled| enabled.trim() == "0"), "{status}");
}
