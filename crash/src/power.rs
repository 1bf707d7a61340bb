//! Power losses: clients work while the shim records what reaches the disk; then servers start on what power losses at
//! many moments may have left, and everything acknowledged before that moment must be there.

mod disk;
#[path = "../shim/src/record.rs"]
mod format;
mod log;
mod loss;
mod recording;
mod restored;

use std::{path::Path, time::Instant};

use anyhow::{Result, ensure};
use fastrand::Rng;

use crate::{
    args::Power,
    check,
    moment::Moment,
    mutations,
    record::{Outcome, Round},
    run::{binary, seed},
    shim,
};
use disk::Disk;
use loss::Loss;
use recording::Recording;
use restored::Restored;

/// More violations than these would only hide the first.
const SHOWN: usize = 10;

/// Returns whether every promise was kept; with a mutation, whether the checker caught it.
pub(crate) async fn run(options: &Power) -> Result<bool> {
    let binary = match (&options.binary, &options.mutation) {
        (None, Some(_)) => mutations::build().await?,
        (given, _) => binary(given.as_deref())?,
    };
    ensure!(shim::library().is_some(), "the shim is not built: run `cargo build --workspace`");
    let seed = seed(options.choices.seed);
    for engine in options.choices.engine.list() {
        let began = Instant::now();
        println!("{}, seed {seed}: power losses", engine.name());
        let mut chance = Rng::with_seed(seed);
        let recording = Recording::make(*engine, &binary, options.mutation.as_deref(), &mut chance).await?;
        println!("  recorded: {recording}");
        let violated = replay(&recording, &binary, options.moments, &mut chance).await?;
        println!("  in {:.0} s", began.elapsed().as_secs_f64());
        match (&options.mutation, violated) {
            (None, None) => {
                println!("  every change acknowledged before the loss was there, {} times", options.moments);
            }
            (None, Some(number)) => {
                let moments = number + 1;
                let engine = engine.option();
                println!("    repeat: cargo run -p crash -- power --engine {engine} --seed {seed} --moments {moments}");
                return Ok(false);
            }
            (Some(name), Some(_)) => println!("  {name}: caught"),
            (Some(name), None) => {
                println!("  {name}: NOT CAUGHT");
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Loses power at this many moments. Returns the number of the first one that broke a promise.
async fn replay(recording: &Recording, binary: &Path, moments: u32, chance: &mut Rng) -> Result<Option<u32>> {
    let mut disk = Disk::new(&recording.log, recording.copy.path(), &recording.folder)?;
    let mut records = recording.log.records().peekable();
    for (number, at) in (0..).zip(recording.moments(moments, chance)) {
        while let Some(record) = records.next_if(|record| record.header.moment <= at) {
            disk.apply(&record)?;
        }
        let loss = Loss::choose(chance);
        let out = tempfile::Builder::new().prefix("crash-power-").tempdir()?;
        disk.lose_power(loss, &recording.folder, &out.path().join("data"), chance)?;
        let after = (at.saturating_sub(recording.began)) / 1_000_000;
        let outcome = judge(recording, binary, out.path(), at, chance).await;
        let (acknowledged, violations) = match outcome {
            Ok(judged) => judged,
            Err(error) => (0, vec![format!("{error:#}")]),
        };
        println!("  loss {number} after {after} ms: {loss}; {acknowledged} changes acknowledged before");
        if !violations.is_empty() {
            for violation in violations.iter().take(SHOWN) {
                println!("    VIOLATION: {violation}");
            }
            let (out, log) = (out.keep(), recording.log.keep()?);
            println!(
                "    {} violations in all; kept: {}, and the log: {}",
                violations.len(),
                out.display(),
                log.display()
            );
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// Starts a server on what is left, and checks it. Returns how many changes had been acknowledged, and what is wrong.
async fn judge(
    recording: &Recording,
    binary: &Path,
    out: &Path,
    at: Moment,
    chance: &mut Rng,
) -> Result<(usize, Vec<String>)> {
    let restored = Restored::start(recording.engine, binary, out).await?;
    let mut violations = restored.faults().await?;
    if at < recording.began {
        // It was starting, or users were signing up: there are no observations yet.
        restored.end().await?;
        return Ok((0, violations));
    }
    let round = as_of(&recording.round, at);
    let after = restored.snapshot(&recording.cast, chance).await?;
    restored.end().await?;
    violations.extend(check::stored(&Round { after, ..round.clone() }));
    let acknowledged = round.ops.iter().filter(|op| op.acknowledged().is_some()).count();
    Ok((acknowledged, violations))
}

/// What was known at a moment: later requests were not sent, and later answers had not arrived.
fn as_of(round: &Round, at: Moment) -> Round {
    let mut round = round.clone();
    round.ops.retain(|op| op.sent() <= at);
    for op in &mut round.ops {
        op.attempts.retain(|attempt| attempt.sent <= at);
        for attempt in &mut op.attempts {
            if matches!(attempt.outcome, Outcome::Acknowledged { at: answered, .. } if answered > at) {
                attempt.outcome = Outcome::Unanswered;
            }
        }
    }
    round
}
