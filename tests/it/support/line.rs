//! A line between the server and its database that can be cut, or go silent.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Mutex, watch},
    task::JoinSet,
};

/// No database is back sooner; the server trusts a connection that it has just used.
const SHORTEST_OUTAGE: Duration = Duration::from_millis(20);

/// Connections pass through it while it is whole.
pub struct Line {
    whole: Arc<AtomicBool>,
    /// Whether anything passes.
    flows: watch::Sender<bool>,
    connections: Arc<Mutex<JoinSet<()>>>,
}

impl Line {
    /// A line to the server that a URL names, and the URL that leads through it.
    pub async fn to(url: &str) -> (Self, String) {
        let (scheme, rest) = url.split_once("://").expect("a URL has a scheme");
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (credentials, place) = authority.rsplit_once('@').map_or(("", authority), |(c, place)| (c, place));
        let target = if place.contains(':') { place.to_owned() } else { format!("{place}:5432") };

        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let at = if credentials.is_empty() { "" } else { "@" };
        let (whole, connections) = (Arc::new(AtomicBool::new(true)), Arc::default());
        let line = Self { whole, flows: watch::channel(true).0, connections };
        let (whole, connections) = (line.whole.clone(), line.connections.clone());
        tokio::spawn(serve(listener, target, whole, line.flows.subscribe(), connections));
        (line, format!("{scheme}://{credentials}{at}{address}{path}"))
    }

    /// Ends every connection, and every new one at once.
    pub async fn cut(&mut self) {
        self.whole.store(false, Ordering::SeqCst);
        self.connections.lock().await.shutdown().await;
    }

    /// Connections stay, and new ones are accepted, but nothing passes.
    pub fn silence(&mut self) {
        self.flows.send_replace(false);
    }

    /// New connections pass again, and what was held back.
    pub async fn mend(&mut self) {
        tokio::time::sleep(SHORTEST_OUTAGE).await;
        self.whole.store(true, Ordering::SeqCst);
        self.flows.send_replace(true);
    }
}

async fn serve(
    listener: TcpListener,
    target: String,
    whole: Arc<AtomicBool>,
    flows: watch::Receiver<bool>,
    connections: Arc<Mutex<JoinSet<()>>>,
) {
    loop {
        let (mut near, _) = listener.accept().await.expect("connections can be accepted");
        let mut connections = connections.lock().await;
        if !whole.load(Ordering::SeqCst) {
            continue;
        }
        let (target, flows) = (target.clone(), flows.clone());
        connections.spawn(async move {
            let mut far = TcpStream::connect(target).await.expect("the database listens");
            let ((near_in, near_out), (far_in, far_out)) = (near.split(), far.split());
            tokio::select! {
                _ = pass(near_in, far_out, flows.clone()) => {}
                _ = pass(far_in, near_out, flows) => {}
            }
        });
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut flows: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 || flows.wait_for(|flows| *flows).await.is_err() {
            return Ok(());
        }
        to.write_all(&buffer[..length]).await?;
    }
}
