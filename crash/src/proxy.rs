//! A proxy between the server and PostgreSQL that loses COMMITs or their answers.
//!
//! It knows two things of the wire protocol: a message of PostgreSQL is a type, a length and a body; and the server sends
//! COMMIT as the end of a query.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use anyhow::Result;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

/// The message that answers a COMMIT.
const COMMITTED: &[u8] = b"C\0\0\0\x0bCOMMIT\0";

/// The end of a query that commits.
const COMMITS: &[u8] = b"COMMIT\0";

/// Forwards connections.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    way: Way,
}

/// What its connections share.
#[derive(Clone)]
struct Way {
    /// How many answers are still to be lost.
    losses: Arc<AtomicUsize>,
    /// How many COMMITs are still to be lost.
    lost_requests: Arc<AtomicUsize>,
    /// Whether losing an answer cuts all connections, and rejects new ones, until they are mended.
    is_wide: Arc<AtomicBool>,
    is_whole: Arc<AtomicBool>,
    /// Changes when every connection must end.
    cut: watch::Sender<()>,
}

impl Proxy {
    /// Forwards to this address.
    pub(crate) async fn to(target: String) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let way = Way {
            losses: Arc::default(),
            lost_requests: Arc::default(),
            is_wide: Arc::default(),
            is_whole: Arc::new(true.into()),
            cut: watch::channel(()).0,
        };
        let shared = way.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                if shared.is_whole.load(Ordering::SeqCst) {
                    tokio::spawn(forward(near, target.clone(), shared.clone()));
                }
            }
        });
        Ok(Self { address, way })
    }

    /// Loses the answers to the next commits, each with its connection.
    pub(crate) fn lose(&self, answers: usize) {
        self.way.losses.store(answers, Ordering::SeqCst);
    }

    /// Loses the next COMMITs themselves, each with its connection.
    pub(crate) fn lose_requests(&self, requests: usize) {
        self.way.lost_requests.store(requests, Ordering::SeqCst);
    }

    /// Loses the answer to the next commit, and with it all connections; new ones fail until it is mended.
    pub(crate) fn lose_all(&self) {
        self.way.is_wide.store(true, Ordering::SeqCst);
        self.lose(1);
    }

    /// Forwards everything again.
    pub(crate) fn mend(&self) {
        self.lose(0);
        self.lose_requests(0);
        self.way.is_wide.store(false, Ordering::SeqCst);
        self.way.is_whole.store(true, Ordering::SeqCst);
    }
}

async fn forward(near: TcpStream, target: String, way: Way) {
    let Ok(far) = TcpStream::connect(target).await else { return };
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    let mut cut = way.cut.subscribe();
    tokio::select! {
        _ = cut.changed() => {}
        _ = requests(near_in, far_out, &way) => {}
        _ = answers(far_in, near_out, &way) => {}
    }
}

/// Forwards what the server asks, until a COMMIT is to be lost.
async fn requests(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, way: &Way) -> std::io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        let commits = buffer[..length].windows(COMMITS.len()).any(|bytes| bytes == COMMITS);
        if length == 0 || commits && take(&way.lost_requests) {
            return Ok(());
        }
        to.write_all(&buffer[..length]).await?;
    }
}

/// Forwards what PostgreSQL says, message by message, until an answer is to be lost.
async fn answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, way: &Way) -> std::io::Result<()> {
    let (mut waiting, mut buffer) = (Vec::new(), vec![0; 16 * 1024]);
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        waiting.extend_from_slice(&buffer[..length]);
        let mut done = 0;
        while let Some(message) = message(&waiting[done..]) {
            if message == COMMITTED && way.take_loss() {
                to.write_all(&waiting[..done]).await?;
                return Ok(());
            }
            done += message.len();
        }
        to.write_all(&waiting[..done]).await?;
        waiting.drain(..done);
    }
}

impl Way {
    /// Whether this answer is one to lose.
    fn take_loss(&self) -> bool {
        let taken = take(&self.losses);
        if taken && self.is_wide.load(Ordering::SeqCst) {
            self.is_whole.store(false, Ordering::SeqCst);
            self.cut.send_replace(());
        }
        taken
    }
}

/// Takes one if any is left. Returns whether it did.
fn take(count: &AtomicUsize) -> bool {
    count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| count.checked_sub(1)).is_ok()
}

/// The first complete message.
fn message(bytes: &[u8]) -> Option<&[u8]> {
    let length = u32::from_be_bytes(bytes.get(1..5)?.try_into().ok()?);
    bytes.get(..1 + usize::try_from(length).ok()?)
}
