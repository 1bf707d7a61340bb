//! A line between the server and its database, or NATS, that can be cut or silenced.

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
const SHORTEST_OUTAGE: Duration = Duration::from_millis(210);

/// What a statement that looks up the outcome of a commit contains.
const LOOK_UP: &[u8] = b"INSERT INTO commits (writer, n, at) VALUES ($1";

/// What is lost of the next commit, along with its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The commit itself.
    Commit,
    /// The commit itself, and then like [`Self::LookUp`].
    CommitAndLookUp,
    /// The answer to the next statement that looks up the outcome of a commit.
    LookUp,
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
    let mut looks_up = false;
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 || flows.wait_for(|flows| *flows).await.is_err() {
            return Ok(());
        }
        if way.loses(&buffer[..length], &mut looks_up, lost) {
            return Ok(());
        }
        to.write_all(&buffer[..length]).await?;
    }
}

impl Way {
    /// Whether these bytes to the database are lost, and with them the connection. Notes in `lost` whose answer is.
    fn loses(&self, sent: &[u8], looks_up: &mut bool, lost: &watch::Sender<Option<Loss>>) -> bool {
        let contains = |text: &[u8]| sent.windows(text.len()).any(|bytes| bytes == text);
        let mut loss = self.loss.lock().expect("no holder panics");
        // The statement is prepared first; what follows executes it.
        if *looks_up && loss.take_if(|loss| *loss == Loss::LookUp).is_some() {
            lost.send_replace(Some(Loss::Answer));
        }
        *looks_up = contains(LOOK_UP);
        if !contains(b"COMMIT\0") || *loss == Some(Loss::LookUp) {
            return false;
        }
        let of_commit = loss.take();
        if of_commit == Some(Loss::CommitAndLookUp) {
            *loss = Some(Loss::LookUp);
        }
        let is_lost = matches!(of_commit, Some(Loss::Commit | Loss::CommitAndLookUp));
        if !is_lost {
            lost.send_replace(of_commit);
        }
        is_lost
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
