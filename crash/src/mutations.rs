//! `crash mutations`: makes mistakes, and prints which were noticed.

use std::{
    iter::repeat,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use fastrand::Rng;
use tokio::process::Command;

use crate::{
    args::{Engine, Mutations},
    check, mutate,
    mutate::Verdict,
    record::{Change, Round},
    run::{self, binary},
    shim,
    story::{fault::Fault, house::House, round::Story},
};

/// The faults of the rounds that are falsified, in turn.
const ROUNDS: [&[Fault]; 4] = [&[Fault::Stop], &[Fault::Kill], &[Fault::Terminate], &[Fault::Stop]];
/// The most rounds until each falsification is possible in one of them.
const MOST: usize = 30;
/// The most rounds until a mistake of the server must be noticed.
const LONGEST: usize = 8;
/// The variable that names the mistake to a server that was built with the feature `mutations`.
pub(crate) const VARIABLE: &str = "HEARTH_MUTATION";

/// The mistakes of servers, and the faults that reveal them.
const SERVER: [(&str, Engine, &[Fault]); 6] = [
    ("ack_before_commit", Engine::Sqlite, &[Fault::Kill, Fault::Kill]),
    ("publish_out_of_order", Engine::Sqlite, &[Fault::Stop]),
    ("skip_retry_check", Engine::Sqlite, &[Fault::Kill]),
    ("forget_roster_change", Engine::Sqlite, &[Fault::Stop]),
    ("lose_ambiguous_commit", Engine::Postgres, &[Fault::LoseAnswers, Fault::LoseAnswers]),
    ("keep_poisoned_connection", Engine::Postgres, &[Fault::FillDisk, Fault::StopPostgres]),
];

/// Falsifies observations. Returns whether every mistake was noticed.
pub(crate) async fn observations(options: &Mutations) -> Result<bool> {
    let (mut chance, binary) = (Rng::with_seed(options.seed), binary(options.binary.as_deref())?);
    let last = last_round(&binary, &mut chance).await?;
    let mut house = House::build(Engine::Sqlite, &binary, &[]).await?;
    let mut story = Story::begin(&house, &mut chance).await?;
    let mut verdicts: Vec<(&str, Verdict)> = Vec::new();
    for (played, faults) in (1..=MOST).zip(ROUNDS.iter().cycle()) {
        let round = story.round(&mut house, faults, &mut chance).await?;
        run::keep_if_wrong(&mut house, &round)?;
        let earlier = verdicts.into_iter().map(|(_, verdict)| verdict).chain(repeat(Verdict::Impossible));
        let found = mutate::observations(&round, &mut chance).into_iter().zip(earlier);
        verdicts = found.map(|((name, one), earlier)| (name, earlier.and(one))).collect();
        if played >= ROUNDS.len() && verdicts.iter().all(|(_, verdict)| *verdict != Verdict::Impossible) {
            break;
        }
    }
    verdicts.extend(mutate::erased(&last, &mut chance));
    for (name, verdict) in &verdicts {
        print(name, verdict);
    }
    Ok(sum("observations", verdicts.into_iter().map(|(_, verdict)| verdict)))
}

/// A last round, in which an account is deleted with all texts.
async fn last_round(binary: &Path, chance: &mut Rng) -> Result<Round> {
    let mut house = House::build(Engine::Sqlite, binary, &[]).await?;
    let mut story = Story::begin(&house, chance).await?;
    for _ in 0..MOST {
        story.erases = true;
        let round = story.round(&mut house, ROUNDS[0], chance).await?;
        run::keep_if_wrong(&mut house, &round)?;
        if round.ops.iter().any(|op| matches!(op.change, Change::Destroy { .. }) && !op.is_refused()) {
            return Ok(round);
        }
    }
    bail!("no account was deleted in {MOST} rounds")
}

/// Plays rounds with servers that make mistakes. Returns whether every mistake was noticed.
pub(crate) async fn server(options: &Mutations) -> Result<bool> {
    let binary = match &options.binary {
        Some(binary) => binary.clone(),
        None => build().await?,
    };
    let mut verdicts = Vec::new();
    for (name, engine, faults) in SERVER {
        let verdict = play(&binary, options.seed, (name, engine, faults)).await.with_context(|| name)?;
        print(name, &verdict);
        verdicts.push(verdict);
    }
    Ok(sum("servers", verdicts.into_iter()))
}

async fn play(binary: &Path, seed: u64, (name, engine, faults): (&str, Engine, &[Fault])) -> Result<Verdict> {
    if faults.contains(&Fault::FillDisk) && shim::library().is_none() {
        return Ok(Verdict::Impossible);
    }
    let mut chance = Rng::with_seed(seed);
    let mut house = House::build(engine, binary, &[(VARIABLE, name)]).await?;
    let mut story = Story::begin(&house, &mut chance).await?;
    for _ in 0..LONGEST {
        let round = story.round(&mut house, faults, &mut chance).await?;
        if let Some(violation) = check::check(&round).into_iter().next() {
            return Ok(Verdict::Caught(violation));
        }
    }
    Ok(Verdict::Survived)
}

/// Builds a server that can make mistakes. Then builds `hearth` without mistakes again.
pub(crate) async fn build() -> Result<PathBuf> {
    let hearth = binary(None)?;
    let copy = hearth.with_file_name("hearth-with-mutations");
    cargo(&["build", "--features", "mutations"]).await?;
    std::fs::copy(&hearth, &copy)?;
    cargo(&["build"]).await?;
    Ok(copy)
}

async fn cargo(arguments: &[&str]) -> Result<()> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("a workspace")?;
    let status = Command::new("cargo").args(arguments).current_dir(workspace).status().await?;
    ensure!(status.success(), "cargo {} failed", arguments.join(" "));
    Ok(())
}

fn print(name: &str, verdict: &Verdict) {
    match verdict {
        Verdict::Caught(violation) => println!("caught    {name}: {}", violation.chars().take(120).collect::<String>()),
        Verdict::Survived => println!("SURVIVED  {name}"),
        Verdict::Impossible => println!("NOT TRIED {name}"),
    }
}

fn sum(what: &str, verdicts: impl ExactSizeIterator<Item = Verdict>) -> bool {
    let all = verdicts.len();
    let caught = verdicts.filter(|verdict| matches!(verdict, Verdict::Caught(_))).count();
    println!("{caught} of {all} mistakes in {what} were caught");
    caught == all
}
