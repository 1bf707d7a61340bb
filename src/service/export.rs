//! Exports: a person downloads everything that is stored about them, by a link that works once. An export reads the
//! database by pages and waits for its client between them, without a connection or a transaction of the database.

mod archive;
mod files;
mod running;

use std::io;

use bytes::Bytes;
use futures_util::{Stream, stream};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tracing::Instrument;

pub use running::Exports;

use super::{App, Caller, confirmation};
use crate::{
    error::{Error, Refusal, Result},
    model::{Timestamp, UserId},
    protocol::Download,
    store::ExportLink,
};
use archive::Archive;
use files::Files;

/// Bytes of a link's secret.
const SECRET: usize = 32;
/// Pieces that wait for the client. Together with the piece that is being made, they bound an export's memory.
const QUEUE: usize = 4;

/// A link that works once.
pub struct Link {
    /// What to pass to [`download`].
    pub secret: String,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// A part of an archive, or its end.
enum Piece {
    /// The next bytes.
    Bytes(Bytes),
    /// The archive is complete.
    End,
}

/// Why an export ended before its end.
enum Stop {
    /// The client disconnected.
    Gone,
    /// The client took too long to read a piece.
    TooSlow,
    /// The session or the account has ended.
    Ended,
    /// The server stops.
    Stopping,
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// An archive that is being made.
pub struct Streamed {
    /// The name of the file, without characters that need quoting.
    pub name: String,
    pieces: mpsc::Receiver<Piece>,
}

impl Streamed {
    /// The bytes of the file. Fails at the end if the archive is not complete.
    pub fn into_bytes(self) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        stream::unfold(Some(self.pieces), |pieces| async move {
            let mut pieces = pieces?;
            match pieces.recv().await {
                Some(Piece::Bytes(bytes)) => Some((Ok(bytes), Some(pieces))),
                Some(Piece::End) => None,
                None => Some((Err(io::Error::other("the export was interrupted")), None)),
            }
        })
    }
}

/// Makes a link to an export of the caller's data, in place of an earlier one. Works while the disk is almost full: the
/// link is one small row.
pub async fn create_link(app: &App, caller: Caller) -> Result<Link> {
    confirmation::require_of_all(app, caller).await?;
    app.exports.check(caller.user)?;
    app.attempts.export(caller.user)?;
    let mut secret = [0; SECRET];
    getrandom::fill(&mut secret).map_err(|error| Error::Internal(Box::new(error)))?;
    let secret = hex::encode(secret);
    let link = ExportLink { user_id: caller.user, session_id: caller.session };
    let added = app.store.add_export_link(&hash(&secret), link, Timestamp::now()).await?;
    Ok(Link { secret, expires_at: added.ok_or(Refusal::Unauthorized)? })
}

/// Fails unless the link works. Does not use it.
pub async fn check_link(app: &App, request: &Download) -> Result<()> {
    find(app, &hash(&request.token.0)).await.map(drop)
}

/// Uses a link, and begins the export.
pub async fn download(app: &App, request: &Download) -> Result<Streamed> {
    let hash = hash(&request.token.0);
    let link = find(app, &hash).await?;
    // Before the link is used: a refused client can try again.
    let place = app.exports.enter(link.user_id)?;
    if !app.store.use_export_link(&hash, Timestamp::now(), app.session_time()).await? {
        return Err(Refusal::LinkNotFound.into());
    }
    let now = Timestamp::now();
    let (sender, pieces) = mpsc::channel(QUEUE);
    // Holds the store, not the application: a server that stops waits until nothing holds its writer.
    let files = Files { store: app.store.clone(), link, session_time: app.session_time() };
    let client = sender.clone();
    let mut archive = Archive::new(sender, now);
    let work = async move {
        let mut written = tokio::select! {
            written = files.write(&mut archive) => written,
            () = client.closed() => Err(Stop::Gone),
            () = place.stopped() => Err(Stop::Stopping),
        };
        // First, so that a client that has everything can begin another export.
        drop(place);
        if written.is_ok() {
            written = archive.end().await;
        }
        log(link.user_id, written);
    };
    tokio::spawn(work.in_current_span());
    Ok(Streamed { name: format!("hearth-export-{}.zip", &now.to_string()[..10]), pieces })
}

fn log(user: UserId, written: Result<(), Stop>) {
    let outcome = match written {
        Ok(()) => "complete",
        Err(Stop::Gone) => "the client disconnected",
        Err(Stop::TooSlow) => "the client read too slowly",
        Err(Stop::Ended) => "the session ended",
        Err(Stop::Stopping) => "the server stops",
        Err(Stop::Failed(error)) => {
            error.log();
            "failed"
        }
    };
    tracing::info!(%user, outcome, "an export ended");
}

async fn find(app: &App, hash: &[u8]) -> Result<ExportLink> {
    let link = app.store.export_link(hash, Timestamp::now(), app.session_time()).await?;
    link.ok_or_else(|| Refusal::LinkNotFound.into())
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}
