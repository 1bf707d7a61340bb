//! Plays rounds, and reports.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context, Result, ensure};
use fastrand::Rng;

use crate::{
    args::{Engine, Run},
    check,
    record::Round,
    story::{fault::Fault, house::House, round::Story},
    tally::Tally,
};

/// Rounds on one engine, before the other engine's turn in a long run.
const TURN: u32 = 20;
/// The most faults in a round.
const FAULTS: usize = 3;
/// More violations than these would only hide the first.
const SHOWN: usize = 20;

/// Returns whether every promise was kept.
pub(crate) async fn run(run: &Run) -> Result<bool> {
    let binary = binary(run.binary.as_deref())?;
    let mut seed = seed(run.choices.seed);
    let (began, hours) = (Instant::now(), run.hours.map(|hours| Duration::from_secs_f64(hours * 3600.0)));
    loop {
        for engine in run.choices.engine.list() {
            println!("{}, seed {seed}", engine.name());
            let all = u32::try_from(Fault::all(*engine).len()).unwrap_or_default();
            let rounds = if hours.is_some() { TURN } else { run.rounds.unwrap_or(all) };
            if !play(*engine, &binary, seed, rounds).await? {
                return Ok(false);
            }
        }
        if hours.is_none_or(|hours| began.elapsed() >= hours) {
            return Ok(true);
        }
        seed += 1;
    }
}

async fn play(engine: Engine, binary: &Path, seed: u64, rounds: u32) -> Result<bool> {
    let (mut chance, began, mut tally) = (Rng::with_seed(seed), Instant::now(), Tally::default());
    let mut house = House::build(engine, binary, &[]).await?;
    let mut story = Story::begin(&house, &mut chance).await?;
    for number in 0..rounds {
        let (faults, start) = (faults(&house, number, &mut chance), Instant::now());
        let played = story.round(&mut house, &faults, &mut chance).await;
        let round = match played {
            Ok(round) => round,
            Err(error) => {
                keep(&mut house, None)?;
                return Err(error.context(format!("round {number}")));
            }
        };
        tally.count(&round, &faults);
        let names: Vec<_> = faults.iter().map(|fault| fault.name()).collect();
        let violations = check::check(&round);
        let (operations, seconds) = (round.ops.len(), start.elapsed().as_secs_f64());
        println!("  round {number}: {}: {operations} operations in {seconds:.1} s", names.join(", "));
        if !violations.is_empty() {
            show(&violations);
            let (engine, rounds) = (engine.option(), number + 1);
            println!("    repeat: cargo run -p crash -- --engine {engine} --seed {seed} --rounds {rounds}");
            keep(&mut house, Some(&round))?;
            return Ok(false);
        }
    }
    println!("{tally}");
    println!("  in {:.0} s; every promise was kept", began.elapsed().as_secs_f64());
    Ok(true)
}

/// Judges observations that were kept. Returns whether every promise was kept.
pub(crate) fn check_again(file: &Path) -> Result<bool> {
    let text = std::fs::read(file).with_context(|| file.display().to_string())?;
    let round: Round = serde_json::from_slice(&text).context("these are not the observations of a round")?;
    let violations = check::check(&round);
    show(&violations);
    Ok(violations.is_empty())
}

fn show(violations: &[String]) {
    for violation in violations.iter().take(SHOWN) {
        println!("    VIOLATION: {violation}");
    }
    println!("    {} violations in all", violations.len());
}

/// Each kind of fault is the first in its turn; chance adds others.
fn faults(house: &House, number: u32, chance: &mut Rng) -> Vec<Fault> {
    let all: Vec<_> = Fault::all(house.engine).iter().copied().filter(|fault| house.can(*fault)).collect();
    let first = all[usize::try_from(number).unwrap_or_default() % all.len()];
    let more = (1..chance.usize(1..=FAULTS)).map(|_| all[chance.usize(0..all.len())]);
    [first].into_iter().chain(more).collect()
}

/// Keeps the data, and writes the observations beside it.
fn keep(house: &mut House, round: Option<&Round>) -> Result<()> {
    let folders = house.keep();
    if let (Some(round), Some(folder)) = (round, folders.first()) {
        std::fs::write(folder.join("observations.json"), serde_json::to_vec(round)?)?;
    }
    for folder in folders {
        println!("    kept: {}", folder.display());
    }
    Ok(())
}

/// The seed that is given, else one from the clock.
pub(crate) fn seed(given: Option<u64>) -> u64 {
    given.unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        now.as_millis().try_into().unwrap_or_default()
    })
}

/// The server to test: `hearth` beside this program, which `cargo build` puts there.
pub(crate) fn binary(given: Option<&Path>) -> Result<PathBuf> {
    let beside = std::env::current_exe()?.with_file_name("hearth");
    let binary = given.map_or(beside, Path::to_owned);
    ensure!(
        binary.exists(),
        "{} does not exist: run `cargo build`, or name the server with --binary",
        binary.display()
    );
    binary.canonicalize().context("the server")
}
