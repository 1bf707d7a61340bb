//! A zip that is written as a stream: compressed in threads for such work, and sent in pieces as the client takes them.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use chrono::{Datelike, Timelike};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, timeout},
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions, write::StreamWriter};

use super::{Piece, Stop};
use crate::{error::Error, model::Timestamp};

/// Bytes per piece.
const PIECE: usize = 64 * 1024;
/// How long a client may take to make room for a piece.
const PATIENCE: Duration = Duration::from_secs(30);
/// Fast, and within a few percent of the smallest size.
const COMPRESSION: i64 = 3;

/// An archive that is being written.
pub(super) struct Archive {
    /// `None` only while a thread writes.
    zip: Option<Zip>,
    made: Made,
    pieces: mpsc::Sender<Piece>,
    options: SimpleFileOptions,
}

type Zip = ZipWriter<StreamWriter<Made>>;

/// The bytes that were made and not sent yet.
#[derive(Debug, Clone, Default)]
struct Made(Arc<Mutex<Vec<u8>>>);

impl Write for Made {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Archive {
    pub(super) fn new(pieces: mpsc::Sender<Piece>, at: Timestamp) -> Self {
        let made = Made::default();
        // The size of a file is not known when it begins.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(COMPRESSION))
            .large_file(true)
            .unix_permissions(0o600);
        let options = file_time(at).map_or(options, |time| options.last_modified_time(time));
        Self { zip: Some(ZipWriter::new_stream(made.clone())), made, pieces, options }
    }

    /// Begins a file.
    pub(super) async fn begin(&mut self, name: &'static str) -> Result<(), Stop> {
        let options = self.options;
        self.work(move |zip| Ok(zip.start_file(name, options)?)).await
    }

    /// Adds to the file. Then pauses for as long as the work since `began` took, to leave the processor and the database
    /// to others.
    pub(super) async fn put(&mut self, bytes: Vec<u8>, began: Instant) -> Result<(), Stop> {
        self.work(move |zip| zip.write_all(&bytes)).await?;
        let worked = began.elapsed();
        self.send().await?;
        sleep(worked).await;
        Ok(())
    }

    /// Sends the rest. The client takes the archive for complete only after [`Self::end`].
    pub(super) async fn finish(&mut self) -> Result<(), Stop> {
        let Some(zip) = self.zip.take() else { return Err(lost()) };
        let finished = tokio::task::spawn_blocking(move || zip.finish().map(drop)).await;
        finished.map_err(failed)?.map_err(failed)?;
        self.send().await
    }

    /// Ends the download.
    pub(super) async fn end(&mut self) -> Result<(), Stop> {
        self.piece(Piece::End).await
    }

    async fn work(&mut self, write: impl FnOnce(&mut Zip) -> io::Result<()> + Send + 'static) -> Result<(), Stop> {
        let Some(mut zip) = self.zip.take() else { return Err(lost()) };
        let written = tokio::task::spawn_blocking(move || write(&mut zip).map(|()| zip)).await;
        self.zip = Some(written.map_err(failed)?.map_err(failed)?);
        Ok(())
    }

    async fn send(&mut self) -> Result<(), Stop> {
        let made = std::mem::take(&mut *self.made.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut made = Bytes::from(made);
        while !made.is_empty() {
            let piece = made.split_to(PIECE.min(made.len()));
            self.piece(Piece::Bytes(piece)).await?;
        }
        Ok(())
    }

    async fn piece(&mut self, piece: Piece) -> Result<(), Stop> {
        let sent = timeout(PATIENCE, self.pieces.send(piece)).await.map_err(|_| Stop::TooSlow)?;
        sent.map_err(|_| Stop::Gone)
    }
}

/// The time as a zip has it, in UTC.
fn file_time(at: Timestamp) -> Option<zip::DateTime> {
    let time = chrono::DateTime::from_timestamp_millis(at.0)?;
    let small = |number: u32| u8::try_from(number).ok();
    let (month, day) = (small(time.month())?, small(time.day())?);
    let (hour, minute, second) = (small(time.hour())?, small(time.minute())?, small(time.second())?);
    let year = u16::try_from(time.year()).ok()?;
    zip::DateTime::from_date_and_time(year, month, day, hour, minute, second).ok()
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Stop {
    Stop::Failed(Error::Internal(error.into()))
}

fn lost() -> Stop {
    failed("the archive was lost in a thread that failed")
}
