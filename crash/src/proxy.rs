//! Stands between the server and PostgreSQL, and loses answers to COMMIT.
//!
//! It knows one thing of the wire protocol: a message of PostgreSQL is a type, a length and a body.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use anyhow::Result;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

/// The message that answers a COMMIT.
const COMMITTED: &[u8] = b"C\0\0\0\x0bCOMMIT\0";

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

    /// Loses the answer to the next commit, and with it all connections; new ones fail until it is mended.
    pub(crate) fn lose_all(&self) {
        self.way.is_wide.store(true, Ordering::SeqCst);
        self.lose(1);
    }

    /// Forwards everything again.
    pub(crate) fn mend(&self) {
        self.lose(0);
        self.way.is_wide.store(false, Ordering::SeqCst);
        self.way.is_whole.store(true, Ordering::SeqCst);
    }
}

async fn forward(near: TcpStream, target: String, way: Way) {
    let Ok(far) = TcpStream::connect(target).await else { return };
    let ((mut near_in, near_out), (far_in, mut far_out)) = (near.into_split(), far.into_split());
    let mut cut = way.cut.subscribe();
    tokio::select! {
        _ = cut.changed() => {}
        _ = copy(&mut near_in, &mut far_out) => {}
        _ = answers(far_in, near_out, &way) => {}
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
        let taken = self.losses.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |losses| losses.checked_sub(1));
        if taken.is_ok() && self.is_wide.load(Ordering::SeqCst) {
            self.is_whole.store(false, Ordering::SeqCst);
            self.cut.send_replace(());
        }
        taken.is_ok()
    }
}

/// The first complete message.
fn message(bytes: &[u8]) -> Option<&[u8]> {
    let length = u32::from_be_bytes(bytes.get(1..5)?.try_into().ok()?);
    bytes.get(..1 + usize::try_from(length).ok()?)
}
