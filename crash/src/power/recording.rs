//! A round under load, with everything that reached the disk.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use fastrand::Rng;
use tempfile::TempDir;

use super::{format::Kind, log::Log};
use crate::{
    args::Engine,
    moment::{self, Moment},
    mutations::VARIABLE,
    postgres::Postgres,
    record::{Op, Round},
    server::{Program, sqlite_url},
    shim::{self, Role},
    story::{cast::Cast, fault::Fault, house::House, round::Story},
};

/// One loss of this many hits a start, a sign-up, or another moment before the round.
const EARLY: u32 = 6;

/// Makes PostgreSQL write its pages often, not only its log.
const CHECKPOINTS: &[&str] = &["max_wal_size=2MB"];

/// A recorded round.
pub(super) struct Recording {
    pub(super) engine: Engine,
    pub(super) cast: Cast,
    pub(super) round: Round,
    /// When the round began.
    pub(super) began: Moment,
    pub(super) log: Log,
    /// The database's folder, as the log names it. Gone by now.
    pub(super) folder: PathBuf,
    /// What was in it before the log.
    pub(super) copy: TempDir,
}

impl Recording {
    /// Plays and records a round.
    pub(super) async fn make(engine: Engine, binary: &Path, mutation: Option<&str>, chance: &mut Rng) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("crash-").tempdir()?;
        let copy = tempfile::Builder::new().prefix("crash-copy-").tempdir()?;
        let mistake = mutation.map(|name| (VARIABLE.to_owned(), name.to_owned()));
        let mut variables: Vec<_> = mistake.into_iter().collect();
        let control = folder.path().join("disk");
        std::fs::write(&control, "")?;
        let (postgres, database_url, data, log) = match engine {
            Engine::Sqlite => {
                let (data, log) = (folder.path().join("data"), folder.path().join("log"));
                let roles = [(Role::Record, log.as_path()), (Role::Obey, &control)];
                variables.extend(shim::variables(folder.path(), &data, &roles)?);
                (None, sqlite_url(folder.path()), data, log)
            }
            Engine::Postgres => {
                let mut postgres = Postgres::create().await?;
                postgres.kill().await?;
                let data = postgres.data();
                let place = data.parent().context("the cluster has a folder")?;
                let log = place.join("log");
                duplicate(&data, copy.path())?;
                postgres.variables = shim::variables(place, &data, &[(Role::Record, &log)])?;
                postgres.settings = CHECKPOINTS;
                postgres.start().await?;
                let url = Postgres::url(&postgres.address());
                (Some(postgres), url, data, log)
            }
        };
        let program = Program { binary: binary.to_owned(), folder: folder.path().to_owned(), database_url, variables };
        let mut house = House::with(engine, folder, program, postgres).await?;
        house.disk = Some(control);
        let mut story = Story::begin(&house, chance).await?;
        let began = moment::now();
        let round = story.round(&mut house, faults(engine), chance).await?;
        let cast = story.cast.clone();
        let log = std::fs::read(&log).context("the shim recorded nothing")?;
        house.end().await?;
        Ok(Self { engine, cast, round, began, log: Log::new(log)?, folder: data, copy })
    }

    /// Moments at which power may be lost, in their order. Half of them are those of acknowledgements: nothing may be
    /// missing that was synced just before.
    pub(super) fn moments(&self, count: u32, chance: &mut Rng) -> Vec<Moment> {
        let acknowledged: Vec<_> = self.round.ops.iter().filter_map(Op::acknowledged).collect();
        let first = self.log.records().next().map_or(self.began, |record| record.header.moment);
        let last = acknowledged.iter().copied().max().unwrap_or(self.began);
        let mut moments: Vec<_> = (0..count)
            .map(|number| match number {
                _ if number % EARLY == EARLY - 1 => chance.u64(first..=self.began),
                _ if number % 2 == 0 => chance.choice(&acknowledged).copied().unwrap_or(last),
                _ => chance.u64(self.began..=last),
            })
            .collect();
        moments.sort_unstable();
        moments
    }
}

impl std::fmt::Display for Recording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (operations, records) = (self.round.ops.len(), self.log.records().count());
        let syncs = self.log.records().filter(|record| record.header.kind == Kind::Synced).count();
        write!(f, "{operations} operations, {records} calls for files, {syncs} of them syncs")
    }
}

/// Copies a folder.
fn duplicate(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            duplicate(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// The faults of the round: losses may also hit a clean stop and a start. PostgreSQL stops if its disk fails, so its
/// disk never fails here. No process is killed: it may have written what it has not recorded.
fn faults(engine: Engine) -> &'static [Fault] {
    match engine {
        Engine::Sqlite => &[Fault::FailSyncs, Fault::Terminate, Fault::FillDisk, Fault::FailSyncs],
        Engine::Postgres => &[Fault::Stop, Fault::Terminate, Fault::Stop, Fault::Stop],
    }
}
