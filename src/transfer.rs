//! Moves a database to another place, on either engine, while its server runs: copies every row, follows what changes
//! meanwhile, and stops writes only for the last changes. Can be interrupted at any moment and run again.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::{
    model::Timestamp,
    store::{
        MoveSource, MoveTarget, Reached, Switch, Taken,
        tables::{PAGE, Table},
    },
};

/// How long writes may be stopped.
pub const LONGEST_STOP: Duration = Duration::from_secs(10);

/// Receives the progress of a move.
pub trait Progress {
    /// A step begins, with this many rows.
    fn begin(&mut self, step: &str, rows: u64);
    /// This many more of its rows are done.
    fn advance(&mut self, rows: usize);
}

/// What was moved.
#[derive(Debug)]
pub enum Moved {
    /// Everything, now.
    Now {
        /// Rows of all tables, when both databases were compared.
        rows: i64,
        /// How many tables were copied, with or without rows.
        tables: usize,
        /// How long no write could begin.
        stopped: Duration,
    },
    /// An interrupted move had done everything but open the target to servers.
    Before,
}

/// Moves a database, or continues a move that was interrupted.
pub async fn run(
    source: &mut MoveSource,
    mut target: MoveTarget,
    progress: &mut impl Progress,
) -> anyhow::Result<Moved> {
    if let Some((place, at, id)) = source.moved().await? {
        ensure!(target.is_of(&id).await?, "{} was moved to {place} on {at}", source.place());
        target.open_to_servers().await?;
        return Ok(Moved::Before);
    }
    let (tables, version) = (source.tables().to_vec(), source.schema_version());
    if !source.is_begun(target.place()).await? {
        target.ensure_new(&tables, version).await?;
        target.ensure_room(source.size().await?)?;
    }
    let id = source.begin(target.place()).await?;
    target.begin(&id, source.place(), &tables, version).await?;

    copy(source, &mut target, &tables, progress).await?;
    follow(source, &mut target, progress).await?;
    target.analyze().await?;
    follow(source, &mut target, progress).await?;
    let rows = compare(source, &mut target, &tables).await?;
    follow(source, &mut target, progress).await?;

    let began = Instant::now();
    let switched = tokio::time::timeout(LONGEST_STOP, switch(source, &mut target)).await;
    let late =
        || format!("the last step took longer than {LONGEST_STOP:?}: run the move again when fewer people write");
    switched.with_context(late)??;
    let stopped = began.elapsed();
    target.open_to_servers().await?;
    Ok(Moved::Now { rows, tables: tables.len(), stopped })
}

/// Copies each table by pages, in the order of their keys. What changes behind the copy is recorded.
async fn copy(
    source: &mut MoveSource,
    target: &mut MoveTarget,
    tables: &[Table],
    progress: &mut impl Progress,
) -> anyhow::Result<()> {
    let Reached::In(name, mut after) = target.position(tables).await? else { return Ok(()) };
    let first = tables.iter().position(|table| table.name == name).context("the table is one of these")?;
    for (index, table) in tables.iter().enumerate().skip(first) {
        progress.begin(&table.name, source.count(table).await?.unsigned_abs());
        if after.is_some() {
            progress.advance(usize::try_from(target.count(table).await?).unwrap_or_default());
        }
        loop {
            let rows = source.page(table, after.as_ref()).await?;
            let Some(last) = rows.last() else { break };
            target.copy(table, after.as_ref(), &rows).await?;
            after = Some(table.key_of(last));
            progress.advance(rows.len());
        }
        after = None;
        target.turn_to(tables.get(index + 1)).await?;
    }
    Ok(())
}

/// Applies recorded changes until few are left.
async fn follow(source: &mut MoveSource, target: &mut MoveTarget, progress: &mut impl Progress) -> anyhow::Result<()> {
    progress.begin("changes", source.waiting().await?.unsigned_abs());
    loop {
        let taken = source.changes().await?;
        apply(target, &taken).await?;
        source.forget(&taken).await?;
        progress.advance(taken.changes);
        if taken.changes < PAGE {
            return Ok(());
        }
    }
}

async fn apply(target: &mut MoveTarget, taken: &Taken) -> anyhow::Result<()> {
    for (table, rows, gone) in &taken.tables {
        target.follow(table, rows, gone).await?;
    }
    Ok(())
}

/// Counts the rows of both databases, apart from those whose changes wait. Later changes are compared when they are
/// applied, so nothing needs to be counted while writes are stopped. Returns the number of all rows.
async fn compare(source: &mut MoveSource, target: &mut MoveTarget, tables: &[Table]) -> anyhow::Result<i64> {
    // Both take as long as reading every table.
    let counted = async { anyhow::Ok(target.counts(tables).await?) };
    let (settled, counts) = tokio::try_join!(source.settled(), counted)?;
    let mut rows = 0;
    for (table, count) in settled.iter().zip(counts) {
        target.ensure_settled(table, count).await?;
        rows += count;
    }
    Ok(rows)
}

/// Stops writes, applies the last changes, and marks the source as moved.
async fn switch(source: &mut MoveSource, target: &mut MoveTarget) -> anyhow::Result<()> {
    let mut switch = source.stop_writes().await?;
    match finish(&mut switch, target).await {
        Ok(()) => Ok(switch.finish(Timestamp::now()).await?),
        Err(error) => {
            switch.give_up().await?;
            Err(error)
        }
    }
}

async fn finish(switch: &mut Switch<'_>, target: &mut MoveTarget) -> anyhow::Result<()> {
    loop {
        let taken = switch.changes().await?;
        if taken.changes == 0 {
            break;
        }
        apply(target, &taken).await?;
    }
    Ok(target.complete(&switch.numbers().await?).await?)
}
