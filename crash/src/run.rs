//! Plays rounds, and reports.

use std::{
    path::{Path, PathBuf},
    time::{Instant, SystemTime},
};

use anyhow::{Context, Result, bail, ensure};
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
    let end = run.hours.map(|hours| Instant::now() + hours);
    loop {
        for engine in run.choices.engine.list() {
            println!("{}, seed {seed}", engine.name());
            let all = u32::try_from(Fault::all(*engine).len()).unwrap_or_default();
            let rounds = if end.is_some() { TURN } else { run.rounds.unwrap_or(all) };
            if !play(&binary, Turn { engine: *engine, seed, rounds, end }).await? {
                return Ok(false);
            }
            if end.is_some_and(|end| Instant::now() >= end) {
                return Ok(true);
            }
        }
        if end.is_none() {
            return Ok(true);
        }
        seed += 1;
    }
}

/// Rounds on one engine.
struct Turn {
    engine: Engine,
    seed: u64,
    rounds: u32,
    /// No round begins later than this.
    end: Option<Instant>,
}

async fn play(binary: &Path, turn: Turn) -> Result<bool> {
    let Turn { engine, seed, rounds, end } = turn;
    let (mut chance, began, mut tally) = (Rng::with_seed(seed), Instant::now(), Tally::default());
    let mut house = House::build(engine, binary, &[]).await?;
    let mut story = Story::begin(&house, &mut chance).await?;
    for number in 0..rounds {
        if number > 0 && end.is_some_and(|end| Instant::now() >= end) {
            break;
        }
        let (faults, start) = (faults(&house, number, &mut chance), Instant::now());
        story.erases = number + 1 == rounds;
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

/// Keeps the data and the observations of a round that broke a promise, and fails.
pub(crate) fn keep_if_wrong(house: &mut House, round: &Round) -> Result<()> {
    let violations = check::check(round);
    if violations.is_empty() {
        return Ok(());
    }
    show(&violations);
    keep(house, Some(round))?;
    bail!("a round without mutation has violations")
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A round in which one user wrote to another, as one of them sees the dialog.
    fn observations(text: &str) -> Value {
        let message = json!({ "messageId": "m", "senderId": "ann", "content": text, "createdAt": "2026", "seq": 1,
            "event": null, "editedAt": null, "deletedAt": null, "reactions": [] });
        let seen = |read: i64, partner: i64| {
            json!({ "dialog ann bob": { "lastSeq": 1, "revision": 0, "state": 0, "readUpTo": read, "hiddenUpTo": 0,
                "unreadCount": 1 - read, "mutedUntil": null, "partnerReadUpTo": partner, "blocked": false,
                "deleted": false, "role": null, "memberCount": null, "groupName": null, "rows": { "1": message } } })
        };
        let snapshot =
            |views: Value| json!({ "views": views, "gone": [], "members": {}, "blocked": [[], []], "histories": [] });
        let attempt =
            json!({ "line": null, "sent": 1, "outcome": { "Acknowledged": { "at": 2, "seq": 1, "revision": 0 } } });
        json!({
            "people": ["ann", "bob"],
            "ops": [{ "person": 0, "chat": "dialog ann bob", "change": { "Send": { "id": "m", "text": "hello" } },
                "is_forbidden": false, "attempts": [attempt] }],
            "lines": [], "models": [], "surprises": [], "quarrels": [], "former": 0,
            "before": snapshot(json!([{}, {}])),
            "after": snapshot(json!([seen(1, 0), seen(0, 1)])),
        })
    }

    fn judge(observations: &str) -> Result<bool> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("observations.json");
        std::fs::write(&file, observations)?;
        check_again(&file)
    }

    #[test]
    fn kept_observations_are_judged_again() {
        assert!(judge(&observations("hello").to_string()).expect("observations"));
        assert!(!judge(&observations("another text").to_string()).expect("observations"));
    }

    #[test]
    fn other_files_are_refused() {
        assert!(judge("{}").expect_err("no observations").to_string().contains("not the observations of a round"));
    }
}
