//! Counts with callgrind. The instructions of a round are the difference between a run with many rounds and a run with
//! one, so what happens before and after the rounds does not count, nor does a first round that fills caches. All threads
//! count, because SQLite works on a thread of its own.

use std::{env, process::Command};

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;

use crate::{counts::Counts, path::Path};

/// Counts each path.
pub(crate) fn count_all() -> Result<Counts> {
    let counted = Path::value_variants().iter().map(|path| Ok((*path, count(*path)?)));
    Ok(Counts { versions: versions()?, paths: counted.collect::<Result<_>>()? })
}

/// Instructions per round.
fn count(path: Path) -> Result<u64> {
    let rounds = path.rounds();
    let (once, more) = (run(path, 1)?, run(path, 1 + rounds)?);
    more.checked_sub(once).map(|more| more / u64::from(rounds)).context("more rounds take fewer instructions")
}

/// The instructions of a run, on all threads.
fn run(path: Path, rounds: u32) -> Result<u64> {
    let name = path.to_possible_value().context("every path has a name")?;
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.arg(env::current_exe()?).args(["repeat", name.get_name(), &rounds.to_string()]);
    let output = command.output().context("valgrind does not run: install it")?;
    let report = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} failed:\n{report}");
    let collected = report.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    collected.with_context(|| format!("callgrind reports no count:\n{report}"))
}

/// The versions of the programs on which the counts depend.
fn versions() -> Result<String> {
    let version = |program: &str| {
        let output = Command::new(program).arg("--version").output().with_context(|| format!("{program} --version"))?;
        if !output.status.success() {
            bail!("{program} --version failed");
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    Ok(format!("{}, {}, {}", version("rustc")?, version("valgrind")?, env::consts::ARCH))
}
