//! Makes a backup: reads a snapshot of the database by pages, and writes the archive in a thread of its own. Memory does
//! not grow with the database.

use std::{collections::BTreeMap, io::Write, time::Duration};

use anyhow::{Context, anyhow};
use indicatif::ProgressBar;
use tokio::sync::mpsc;

use super::{
    Passphrase, Spot,
    manifest::{ArchivedTable, FORMAT, Manifest},
    place::Output,
    write::{ArchiveWriter, Sealed, totals},
};
use crate::{
    model::Timestamp,
    store::tables::{PAGE, Row, Snapshot, Table, Value},
};

/// Pages that wait to be written.
const QUEUE: usize = 4;

/// How fast to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As fast as possible.
    Full,
    /// With a pause after each page that is as long as reading it took, to leave the database to others.
    Half,
}

/// A backup that was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its size.
    pub bytes: u64,
    /// What is in it.
    pub manifest: Manifest,
}

enum Piece {
    Table(String, Vec<String>),
    Rows(Vec<u8>, u64),
    End(Box<Facts>),
}

/// What the manifest says besides the tables.
struct Facts {
    schema: i64,
    engine: String,
    created_at: Timestamp,
    epoch: String,
    numbers: BTreeMap<String, i64>,
}

/// Backs up the database that `url` names. If it fails, there is no file, not even a part of one.
pub async fn make(
    url: &str,
    spot: &Spot,
    passphrase: &Passphrase,
    pace: Pace,
    progress: &ProgressBar,
) -> anyhow::Result<Made> {
    let created_at = Timestamp::now();
    let snapshot = Snapshot::open(url).await?;
    snapshot.ensure_complete()?;
    let output = spot.place.begin(&spot.name, created_at).await.context("cannot begin the backup")?;
    let (sender, receiver) = mpsc::channel(QUEUE);
    let passphrase = passphrase.clone();
    let writing = tokio::task::spawn_blocking(move || write(output, &passphrase, receiver));
    let engine = if url.starts_with("sqlite") { "sqlite" } else { "postgres" };
    let read = read(snapshot, engine, created_at, &sender, pace, progress).await;
    drop(sender);
    let written = writing.await?.with_context(|| format!("cannot write {spot}"));
    // If the writer has ended early, its error says why.
    read.and(written)
}

/// Reads all tables, until the end or until the writer has ended.
async fn read(
    mut snapshot: Snapshot,
    engine: &str,
    created_at: Timestamp,
    sender: &mpsc::Sender<Piece>,
    pace: Pace,
    progress: &ProgressBar,
) -> anyhow::Result<()> {
    let tables = snapshot.tables().to_vec();
    for table in &tables {
        progress.inc_length(snapshot.count(table).await?.unsigned_abs());
    }
    let numbers = snapshot.numbers().await?;
    let (schema, mut epoch) = (snapshot.schema_version(), String::new());
    for table in &tables {
        progress.set_prefix(table.name.clone());
        let columns = table.columns.iter().map(|column| column.name.clone()).collect();
        if sender.send(Piece::Table(table.name.clone(), columns)).await.is_err() {
            return Ok(());
        }
        let mut after = None;
        loop {
            let begun = tokio::time::Instant::now();
            let rows = snapshot.page(table, after.as_ref(), PAGE).await?;
            let Some(last) = rows.last() else { break };
            after = Some(table.key_of(last));
            if table.name == "settings" {
                epoch = rows.iter().find_map(|row| epoch_in(row)).unwrap_or(epoch);
            }
            let (lines, count) = (lines(&rows), rows.len());
            if sender.send(Piece::Rows(lines, count as u64)).await.is_err() {
                return Ok(());
            }
            progress.inc(count as u64);
            if pace == Pace::Half {
                tokio::time::sleep(begun.elapsed().max(Duration::from_millis(1))).await;
            }
            if count < PAGE {
                break;
            }
        }
    }
    snapshot.close().await?;
    let facts = Facts { schema, engine: engine.to_owned(), created_at, epoch, numbers };
    let _ = sender.send(Piece::End(Box::new(facts))).await;
    Ok(())
}

fn lines(rows: &[Row]) -> Vec<u8> {
    let mut lines = Vec::new();
    for row in rows {
        lines.extend_from_slice(Table::line(row).as_bytes());
        lines.push(b'\n');
    }
    lines
}

fn epoch_in(row: &[Value]) -> Option<String> {
    match row {
        [Value::Text(key), Value::Blob(value)] if key == "epoch" => String::from_utf8(value.clone()).ok(),
        _ => None,
    }
}

/// Writes what comes, until the end.
fn write(output: Output, passphrase: &Passphrase, mut pieces: mpsc::Receiver<Piece>) -> anyhow::Result<Made> {
    let sealed = Sealed::new(std::io::BufWriter::with_capacity(1 << 16, output), passphrase.secret())?;
    let mut archive = ArchiveWriter::new(sealed);
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            Piece::Table(name, columns) => archive.begin(&name, &columns)?,
            Piece::Rows(lines, count) => archive.rows(&lines, count)?,
            Piece::End(facts) => {
                let (sealed, manifest) = archive.finish(|tables| describe(*facts, tables))?;
                let mut buffered = sealed.finish()?;
                buffered.flush()?;
                let output = buffered.into_inner().map_err(|error| anyhow!("{}", error.error()))?;
                return Ok(Made { bytes: output.finish()?, manifest });
            }
        }
    }
    Err(anyhow!("the database could not be read to its end"))
}

fn describe(facts: Facts, tables: Vec<ArchivedTable>) -> Manifest {
    let (sha256, rows) = totals(&tables);
    Manifest {
        format: FORMAT,
        hearth: env!("VERSION_WITH_COMMIT").to_owned(),
        schema: facts.schema,
        engine: facts.engine,
        created_at: facts.created_at,
        epoch: facts.epoch,
        numbers: facts.numbers,
        tables,
        rows,
        sha256,
    }
}
