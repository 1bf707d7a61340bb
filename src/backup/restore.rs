//! Restores a backup. Reads the whole archive and compares it with its manifest before it touches the target; the target
//! has the backup completely or not at all.

use std::{collections::BTreeSet, path::Path};

use anyhow::{Context, ensure};
use indicatif::ProgressBar;
use tokio::sync::mpsc;

use super::{Passphrase, Place, Reserve, Scratch, Spot, erased, manifest::Manifest, read::Archive, room::ensure_room};
use crate::{
    config::Database,
    store::{
        self, Erasure, Restoration,
        tables::{Conflict, Loader, PAGE, Row, Snapshot, Table},
    },
};

/// Pages that wait to be loaded.
const QUEUE: usize = 4;
/// Pages per transaction.
const PAGES: usize = 32;

/// A backup that was restored.
#[derive(Debug)]
pub struct Restored {
    /// What was in it.
    pub manifest: Manifest,
    /// Sessions that were ended.
    pub sessions: u64,
    /// Accounts that were erased again.
    pub erased: u64,
}

/// A page of a table's rows: its place in the list of tables.
type Page = (usize, Vec<Row>);

/// Restores a backup into the database that the configuration names. Erases accounts again that are in the list beside
/// the backup or in one of `lists`.
pub async fn restore(
    spot: &Spot,
    passphrase: &Passphrase,
    target: &Database,
    lists: &[Place],
    progress: &ProgressBar,
) -> anyhow::Result<Restored> {
    let scratch = Scratch::new(Reserve::default());
    let fetched = spot.place.fetch(&spot.name, &scratch).await.with_context(|| spot.to_string())?;
    let mut archive = checked(&fetched.path, passphrase, progress).await.with_context(|| spot.to_string())?;
    let mut gone = erased::read(&spot.place).await?;
    for list in lists {
        gone.extend(erased::read(list).await?);
    }
    if let Some(file) = store::file(&target.url)? {
        ensure_room(archive.room(), file.parent().unwrap_or(Path::new(".")))?;
    }
    let mut restoration = Restoration::begin(&target.url).await?;
    match fill(archive, &mut restoration, target, &gone, progress).await {
        Ok(restored) => {
            restoration.finish().await?;
            Ok(restored)
        }
        Err(error) => {
            // A restore that is killed here, or whose database is unreachable, starts over when it is run again.
            let _ = restoration.discard().await;
            Err(error).with_context(|| spot.to_string())
        }
    }
}

/// Opens an archive and checks all of it.
pub(super) async fn checked(path: &Path, passphrase: &Passphrase, progress: &ProgressBar) -> anyhow::Result<Archive> {
    let (path, passphrase, progress) = (path.to_owned(), passphrase.clone(), progress.clone());
    let check = move || {
        let mut archive = Archive::open(&path, passphrase.secret(), store::newest_schema())?;
        progress.set_prefix("checking");
        progress.set_length(archive.manifest.rows);
        archive.check(&progress)?;
        Ok(archive)
    };
    tokio::task::spawn_blocking(check).await?
}

/// Fills a new database: its tables as the archive has them, then everything that came after the backup.
pub(super) async fn fill(
    archive: Archive,
    restoration: &mut Restoration,
    config: &Database,
    gone: &[Erasure],
    progress: &ProgressBar,
) -> anyhow::Result<Restored> {
    let manifest = archive.manifest.clone();
    restoration.create_tables(manifest.schema).await?;
    load(archive, restoration.url(), progress).await?;
    let store = restoration.open(config).await?;
    let done = async {
        let sessions = store.restored().await?;
        anyhow::Ok(Restored { manifest, sessions, erased: erased::repeat(&store, gone).await? })
    };
    let done = done.await;
    store.close().await;
    let mut loader = Loader::open(restoration.url()).await?;
    loader.analyze().await?;
    loader.close().await?;
    done
}

/// Loads all tables.
async fn load(archive: Archive, url: &str, progress: &ProgressBar) -> anyhow::Result<()> {
    let snapshot = Snapshot::open(url).await?;
    let tables = snapshot.tables().to_vec();
    snapshot.close().await?;
    let manifest = archive.manifest.clone();
    let archived: BTreeSet<_> = manifest.tables.iter().map(|table| &table.name).collect();
    let known: BTreeSet<_> = tables.iter().map(|table| &table.name).collect();
    ensure!(archived == known, "it does not have the tables of schema {}", manifest.schema);

    progress.set_position(0);
    progress.set_length(manifest.rows);
    let (sender, mut pages) = mpsc::channel(QUEUE);
    let reading = tokio::task::spawn_blocking({
        let tables = tables.clone();
        move || read(archive, &tables, &sender)
    });
    let mut loader = Loader::open(url).await?;
    loader.begin().await?;
    loader.clear(&tables).await?;
    let mut count = 0;
    while let Some((index, rows)) = pages.recv().await {
        let table = &tables[index];
        progress.set_prefix(table.name.clone());
        loader.insert(table, &rows, Conflict::Fails).await.with_context(|| format!("table {}", table.name))?;
        progress.inc(rows.len() as u64);
        count += 1;
        if count % PAGES == 0 {
            loader.commit().await?;
            loader.begin().await?;
        }
    }
    reading.await??;
    loader.raise_numbers(&manifest.numbers).await?;
    loader.commit().await?;
    Ok(loader.close().await?)
}

/// Reads all tables of an archive, in the order of `tables`.
fn read(mut archive: Archive, tables: &[Table], pages: &mpsc::Sender<Page>) -> anyhow::Result<()> {
    for (index, table) in tables.iter().enumerate() {
        let mut lines = archive.table(&table.name)?;
        let fits = table.columns.iter().map(|column| &column.name).eq(&lines.columns);
        ensure!(fits, "table {} has other columns than its schema", table.name);
        let mut line = Vec::new();
        loop {
            let mut page = Vec::with_capacity(PAGE);
            while page.len() < PAGE && lines.next(&mut line)? {
                page.push(table.parse(std::str::from_utf8(&line)?)?);
            }
            if page.is_empty() {
                break;
            }
            if pages.blocking_send((index, page)).is_err() {
                // The loader has failed, and says why.
                return Ok(());
            }
        }
    }
    Ok(())
}
