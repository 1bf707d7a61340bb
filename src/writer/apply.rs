//! A batch in queue order: runs of messages together, everything else one by one.

use super::{Action, Command, Outcome, Task, groups, rosters::Rosters, sends};
use crate::{
    error::{Error, Refusal, Result},
    model::{ChatKey, Timestamp, UserId},
    protocol::Texts,
    store::{Batch, DatabaseError, DatabaseResult, Lookup},
};

/// Why a command was not carried out: refused alone, or the whole transaction failed.
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

/// Applies every task, in order. A refused one changes nothing and fails none of its neighbours.
pub(super) async fn all(
    batch: &mut Batch,
    rosters: &mut Rosters,
    group_limit: u32,
    tasks: &[Task],
) -> DatabaseResult<Vec<Result<Outcome>>> {
    let mut outcomes = Vec::with_capacity(tasks.len());
    let mut rest = tasks;
    while let Some(first) = rest.first() {
        let run = rest.iter().map_while(sends::Send::of).collect::<Vec<_>>();
        if run.is_empty() {
            outcomes.push(one(batch, rosters, group_limit, first).await?);
            rest = &rest[1..];
        } else {
            rest = &rest[run.len()..];
            outcomes.extend(sends::apply(batch, rosters, &run).await?);
        }
    }
    Ok(outcomes)
}

async fn one(
    batch: &mut Batch,
    rosters: &mut Rosters,
    group_limit: u32,
    task: &Task,
) -> DatabaseResult<Result<Outcome>> {
    let outcome = match task {
        Task::Command(command) => change(batch, rosters, group_limit, command).await,
        Task::EraseAccount { user, texts } => erase(batch, rosters, *user, *texts).await,
    };
    match outcome {
        Ok(outcome) => Ok(Ok(outcome)),
        Err(Stop::Refused(error)) => Ok(Err(error)),
        Err(Stop::Failed(error)) => Err(error),
    }
}

async fn change(
    batch: &mut Batch,
    rosters: &mut Rosters,
    group_limit: u32,
    command: &Command,
) -> Result<Outcome, Stop> {
    let (target, message) = match &command.action {
        Action::Add { user, message, .. } | Action::Remove { user, message, .. } => (Some(*user), Some(*message)),
        Action::Send { message, .. } | Action::Create { message, .. } | Action::Leave { message, .. } => {
            (None, Some(*message))
        }
        Action::Drop | Action::Hide => (None, None),
    };
    let lookup = Lookup { chat: command.chat, actor: command.actor, target, message };
    let situation = batch.look_up(&[lookup]).await?.pop().unwrap_or_default();
    match command.chat {
        ChatKey::Group(group) => {
            let mut change = groups::Change { batch, rosters, group, group_limit, now: Timestamp::now() };
            change.apply(situation, &command.action).await
        }
        ChatKey::Dialog(..) => {
            if let Some(chat) = situation.chat {
                batch.hide(command.actor, chat.id, chat.last_seq).await?;
            }
            Ok(Outcome::default())
        }
    }
}

async fn erase(batch: &mut Batch, rosters: &mut Rosters, user: UserId, texts: Texts) -> Result<Outcome, Stop> {
    let ended = batch.erase_account(user, texts, Timestamp::now()).await?;
    let ended_sessions = ended.ok_or(Refusal::Unauthorized)?;
    rosters.forget_all();
    Ok(Outcome { ended_sessions, ..Outcome::default() })
}
