//! Applies a batch in queue order: consecutive messages together, consecutive updates of read marks and the like
//! together, everything else one by one.

use super::{
    allowances::Allowances,
    blocks,
    command::{Command, Task},
    edits, erasure, expiry, groups, privacy,
    rosters::Rosters,
    sends, standings,
};
use crate::{
    config::Limits,
    error::{Error, Refusal, Result},
    live::Outcome,
    model::{Action, ChatKey},
    store::{Batch, DatabaseError, DatabaseResult, Store},
};

/// Why a command was not carried out: rejected, or the whole transaction failed.
pub(super) enum Stop {
    Refused(Error),
    Failed(DatabaseError),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<DatabaseError> for Stop {
    fn from(error: DatabaseError) -> Self {
        Self::Failed(error)
    }
}

/// What the writer keeps in memory.
pub(super) struct Memory {
    pub(super) rosters: Rosters,
    pub(super) allowances: Allowances,
    /// How many members a group may have.
    pub(super) group_limit: u32,
}

impl Memory {
    pub(super) fn new(limits: &Limits, store: Store) -> Self {
        let (rosters, allowances) = (Rosters::default(), Allowances::new(limits, store));
        Self { rosters, allowances, group_limit: limits.group_members }
    }
}

/// Applies every task, in order. A rejected task changes nothing and does not affect the others.
pub(super) async fn all(
    batch: &mut Batch,
    memory: &mut Memory,
    tasks: &[Task],
) -> DatabaseResult<Vec<Result<Outcome>>> {
    let mut outcomes = Vec::with_capacity(tasks.len());
    let mut rest = tasks;
    while let Some(first) = rest.first() {
        let sends = rest.iter().map_while(sends::Send::of).collect::<Vec<_>>();
        if !sends.is_empty() {
            rest = &rest[sends.len()..];
            outcomes.extend(sends::apply(batch, memory, &sends).await?);
            continue;
        }
        let updates = rest.iter().map_while(standings::Update::of).collect::<Vec<_>>();
        if !updates.is_empty() {
            rest = &rest[updates.len()..];
            outcomes.extend(standings::apply(batch, &mut memory.rosters, &updates).await?);
            continue;
        }
        outcomes.push(one(batch, memory, first).await?);
        rest = &rest[1..];
    }
    Ok(outcomes)
}

async fn one(batch: &mut Batch, memory: &mut Memory, task: &Task) -> DatabaseResult<Result<Outcome>> {
    let outcome = match task {
        Task::Change(command) => change(batch, memory, command).await,
        Task::EraseAccount { user, texts } => erasure::apply(batch, memory, *user, *texts).await,
        Task::SetPrivacy(change) => privacy::apply(batch, change).await,
        Task::Expire(expiring) => expiry::apply(batch, memory, expiring).await,
        Task::Nothing => Ok(Outcome::default()),
    };
    match outcome {
        Ok(outcome) => Ok(Ok(outcome)),
        Err(Stop::Refused(error)) => Ok(Err(error)),
        Err(Stop::Failed(error)) => Err(error),
    }
}

async fn change(batch: &mut Batch, memory: &mut Memory, command: &Command) -> Result<Outcome, Stop> {
    let situation = batch.look_up_closely(&[command.lookup()]).await?.pop().expect("each lookup finds one situation");
    match (&command.action, command.chat) {
        (Action::Edit { .. } | Action::Delete { .. } | Action::React { .. }, _) => {
            edits::apply(batch, memory, command, situation).await
        }
        (Action::Block { on }, _) => blocks::apply(batch, situation, *on).await,
        (action, ChatKey::Group(group)) => groups::Change::new(batch, memory, group).apply(situation, action).await,
        (_, ChatKey::Dialog(..)) => Err(Refusal::NotMember.into()),
    }
}
