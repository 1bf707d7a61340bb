//! A batch in queue order: runs of messages together, runs of reads together, everything else one by one.

use std::sync::Arc;

use super::{
    Action, Command, Outcome, Task, allowances::Allowances, blocks, delivery::role_changed, edits, groups, privacy,
    rosters::Rosters, sends, standings,
};
use crate::{
    config::Limits,
    error::{Error, Refusal, Result},
    live::{Broadcast, Except, People},
    model::{ChatKey, Role, Timestamp, UserId},
    protocol::{Item, Kind, Texts, extended::PersonDeletedItem},
    store::{Batch, DatabaseError, DatabaseResult, Erased, Lookup, Store},
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

/// What the writer knows besides the database.
pub(super) struct Memory {
    pub(super) rosters: Rosters,
    pub(super) allowances: Allowances,
    group_limit: u32,
}

impl Memory {
    pub(super) fn new(limits: &Limits, store: Store) -> Self {
        let (rosters, allowances) = (Rosters::default(), Allowances::new(limits, store));
        Self { rosters, allowances, group_limit: limits.group_members }
    }
}

/// Applies every task, in order. A refused one changes nothing and fails none of its neighbours.
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
        Task::Command(command) => change(batch, memory, command).await,
        Task::EraseAccount { user, texts } => erase(batch, memory, *user, *texts).await,
        Task::SetPrivacy(change) => privacy::apply(batch, &mut memory.rosters, change).await,
        Task::Nothing => Ok(Outcome::default()),
    };
    match outcome {
        Ok(outcome) => Ok(Ok(outcome)),
        Err(Stop::Refused(error)) => Ok(Err(error)),
        Err(Stop::Failed(error)) => Err(error),
    }
}

async fn change(batch: &mut Batch, memory: &mut Memory, command: &Command) -> Result<Outcome, Stop> {
    let Memory { rosters, allowances, group_limit } = memory;
    let Command { actor, chat, action, .. } = command;
    let (target, message) = match action {
        Action::Add { user, message, .. }
        | Action::Remove { user, message, .. }
        | Action::SetRole { user, message, .. } => (Some(*user), Some(*message)),
        Action::Send { message, .. }
        | Action::Edit { message, .. }
        | Action::Delete { message }
        | Action::React { message, .. }
        | Action::Create { message, .. }
        | Action::Leave { message, .. }
        | Action::Rename { message, .. } => (chat.partner(*actor), Some(*message)),
        Action::Drop | Action::Read { .. } | Action::Hide | Action::Mute { .. } | Action::Block | Action::Unblock => {
            (chat.partner(*actor), None)
        }
    };
    let lookup = Lookup { chat: *chat, actor: *actor, target, message, reply_to: None };
    let situation = batch.look_up_closely(&[lookup]).await?.pop().expect("each lookup finds one situation");
    match (action, chat) {
        (Action::Edit { .. } | Action::Delete { .. } | Action::React { .. }, _) => {
            edits::apply(batch, rosters, allowances, command, situation).await
        }
        (Action::Block | Action::Unblock, _) => blocks::apply(batch, command, situation).await,
        (_, ChatKey::Group(group)) => {
            let (origin, now) = (command.origin, Timestamp::now());
            let mut change =
                groups::Change { batch, rosters, allowances, origin, group: *group, group_limit: *group_limit, now };
            change.apply(situation, action).await
        }
        (_, ChatKey::Dialog(..)) => Err(Refusal::NotMember.into()),
    }
}

async fn erase(batch: &mut Batch, memory: &mut Memory, user: UserId, texts: Texts) -> Result<Outcome, Stop> {
    let erased = batch.erase_account(user, texts, Timestamp::now()).await?;
    let Erased { sessions, successors, companions } = erased.ok_or(Refusal::Unauthorized)?;
    memory.rosters.forget_all();
    memory.allowances.free();
    let owners = successors.into_iter().map(|(group, owner, state)| role_changed(group, owner, Role::Owner, state));
    let deleted = Item::PersonDeleted(PersonDeletedItem { user_id: user, erased: texts == Texts::Erase });
    let people = People::Many(Arc::new(companions));
    let deleted = Broadcast::extended(Kind::PersonDeleted, deleted, people, Except::Nobody);
    let broadcasts = owners.chain([deleted]).collect();
    Ok(Outcome { ended_sessions: Some((user, sessions)), broadcasts, ..Outcome::default() })
}
