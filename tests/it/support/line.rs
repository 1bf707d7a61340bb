//! A line between the server and its database that can be cut or silenced.

use std::{
    sync::{
        Arc, Mutex as StdMutex,
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

/// The shortest outage: the server trusts a connection that it has just used.
const SHORTEST_OUTAGE: Duration = Duration::from_millis(20);

/// What is lost of the next commit, along with its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The commit itself.
    Commit,
    /// The answer.
    Answer,
    /// The answer, and every other connection; new ones fail.
    AnswerAndLine,
}

/// Forwards connections while it is intact.
pub struct Line {
    way: Way,
    connections: Arc<Mutex<JoinSet<()>>>,
}

/// What its connections share.
#[derive(Clone)]
struct Way {
    whole: Arc<AtomicBool>,
    /// Whether bytes are forwarded.
    flows: watch::Sender<bool>,
    loss: Arc<StdMutex<Option<Loss>>>,
    /// Changes when every connection must end.
    cut: watch::Sender<()>,
}

impl Line {
    /// Makes a line to the server of a URL; returns it and the URL that leads through it.
    pub async fn to(url: &str) -> (Self, String) {
        let (scheme, rest) = url.split_once("://").expect("a URL has a scheme");
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (credentials, place) = authority.rsplit_once('@').map_or(("", authority), |(c, place)| (c, place));
        let target = if place.contains(':') { place.to_owned() } else { format!("{place}:5432") };

        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let at = if credentials.is_empty() { "" } else { "@" };
        let way = Way {
            whole: Arc::new(AtomicBool::new(true)),
            flows: watch::channel(true).0,
            loss: Arc::default(),
            cut: watch::channel(()).0,
        };
        let line = Self { way, connections: Arc::default() };
        tokio::spawn(serve(listener, target, line.way.clone(), line.connections.clone()));
        (line, format!("{scheme}://{credentials}{at}{address}{path}"))
    }

    /// Ends every connection, and rejects new ones.
    pub async fn cut(&mut self) {
        self.way.whole.store(false, Ordering::SeqCst);
        self.connections.lock().await.shutdown().await;
    }

    /// Keeps and accepts connections, but forwards nothing.
    pub fn silence(&mut self) {
        self.way.flows.send_replace(false);
    }

    /// Loses the next commit on any connection in this way.
    pub fn lose(&mut self, loss: Loss) {
        *self.way.loss.lock().expect("no holder panics") = Some(loss);
    }

    /// Forwards again, including what was held back.
    pub async fn mend(&mut self) {
        tokio::time::sleep(SHORTEST_OUTAGE).await;
        self.way.whole.store(true, Ordering::SeqCst);
        self.way.flows.send_replace(true);
    }
}

async fn serve(listener: TcpListener, target: String, way: Way, connections: Arc<Mutex<JoinSet<()>>>) {
    loop {
        let (mut near, _) = listener.accept().await.expect("connections can be accepted");
        let mut connections = connections.lock().await;
        if !way.whole.load(Ordering::SeqCst) {
            continue;
        }
        let (target, way) = (target.clone(), way.clone());
        connections.spawn(async move {
            let mut far = TcpStream::connect(target).await.expect("the database listens");
            let ((near_in, near_out), (far_in, far_out)) = (near.split(), far.split());
            let (mut cut, lost) = (way.cut.subscribe(), watch::channel(None).0);
            tokio::select! {
                _ = cut.changed() => {}
                _ = there(near_in, far_out, &way, &lost) => {}
                _ = back(far_in, near_out, &way, &lost) => {}
            }
        });
    }
}

async fn there(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    way: &Way,
    lost: &watch::Sender<Option<Loss>>,
) -> std::io::Result<()> {
    let (mut buffer, mut flows) = (vec![0; 16 * 1024], way.flows.subscribe());
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 || flows.wait_for(|flows| *flows).await.is_err() {
            return Ok(());
        }
        if buffer[..length].windows(7).any(|bytes| bytes == b"COMMIT\0") {
            let loss = way.loss.lock().expect("no holder panics").take();
            if loss == Some(Loss::Commit) {
                return Ok(());
            }
            lost.send_replace(loss);
        }
        to.write_all(&buffer[..length]).await?;
    }
}

async fn back(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    way: &Way,
    lost: &watch::Sender<Option<Loss>>,
) -> std::io::Result<()> {
    let (mut buffer, mut flows) = (vec![0; 16 * 1024], way.flows.subscribe());
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 || flows.wait_for(|flows| *flows).await.is_err() {
            return Ok(());
        }
        // The answer has arrived, so the commit took effect.
        let loss = *lost.borrow();
        if loss == Some(Loss::AnswerAndLine) {
            way.whole.store(false, Ordering::SeqCst);
            way.cut.send_replace(());
        }
        if loss.is_some() {
            return Ok(());
        }
        to.write_all(&buffer[..length]).await?;
    }
}
