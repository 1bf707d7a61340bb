//! What can go wrong.

use crate::args::Engine;

/// Something that breaks while clients work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// The server gets SIGKILL, and is started again.
    Kill,
    /// The server gets SIGTERM, and is started again.
    Terminate,
    /// The server gets SIGSTOP, and continues later.
    Stop,
    /// A second server is started on the same database: it must refuse.
    SecondStart,
    /// The disk is full for a while.
    FillDisk,
    /// Syncs fail for a while.
    FailSyncs,
    /// The server loses its lock, and another one takes over.
    TakeOver,
    /// All processes of PostgreSQL get SIGKILL, and it is started again.
    KillPostgres,
    /// All processes of PostgreSQL get SIGSTOP, and continue after the server's patience has ended.
    StopPostgres,
    /// PostgreSQL ends all connections.
    TerminateBackends,
    /// Some commits are lost on their way to PostgreSQL.
    LoseCommits,
    /// The answers to some commits are lost.
    LoseAnswers,
    /// The answer to a commit is lost, and for a while all connections to PostgreSQL.
    LoseLine,
}

impl Fault {
    /// The faults of an engine. In a run, each occurs first in a round in turn.
    pub(crate) fn all(engine: Engine) -> &'static [Self] {
        match engine {
            Engine::Sqlite => {
                &[Self::Kill, Self::FillDisk, Self::Stop, Self::FailSyncs, Self::SecondStart, Self::Terminate]
            }
            Engine::Postgres => &[
                Self::Kill,
                Self::LoseLine,
                Self::KillPostgres,
                Self::FillDisk,
                Self::StopPostgres,
                Self::LoseAnswers,
                Self::LoseCommits,
                Self::TakeOver,
                Self::TerminateBackends,
                Self::Stop,
                Self::SecondStart,
            ],
        }
    }

    /// Whether the server may lose any of its connections to the database.
    pub(crate) fn cuts_connections(self) -> bool {
        matches!(
            self,
            Self::TakeOver | Self::KillPostgres | Self::StopPostgres | Self::TerminateBackends | Self::LoseLine
        )
    }

    /// What it is called in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kill => "server killed",
            Self::Terminate => "server terminated",
            Self::Stop => "server stopped and continued",
            Self::SecondStart => "second server refused",
            Self::FillDisk => "disk filled and freed",
            Self::FailSyncs => "syncs failed",
            Self::TakeOver => "server taken over",
            Self::KillPostgres => "PostgreSQL killed",
            Self::StopPostgres => "PostgreSQL stopped and continued",
            Self::TerminateBackends => "backends terminated",
            Self::LoseCommits => "COMMITs lost",
            Self::LoseAnswers => "answers to COMMIT lost",
            Self::LoseLine => "answer to COMMIT and line lost",
        }
    }
}
