//! Erases accounts.

use std::sync::Arc;

use super::apply::{Memory, Stop};
use crate::{
    error::Refusal,
    live::Outcome,
    model::{Event, Role, Texts, Timestamp, UserId},
    store::{Batch, Erased},
};

/// Erases an account and everything that belongs to it. The user's groups get new owners, without a notice.
pub(super) async fn apply(batch: &mut Batch, memory: &mut Memory, user: UserId, texts: Texts) -> Result<Outcome, Stop> {
    let erased = batch.erase_account(user, texts, Timestamp::now()).await?;
    let Erased { sessions, successors, companions } = erased.ok_or(Refusal::Unauthorized)?;
    memory.rosters.forget_all();
    memory.allowances.free();
    let owners = successors.into_iter();
    let owners = owners.map(|(group, user, state)| Event::RoleChanged { group, user, role: Role::Owner, state });
    let erased = texts == Texts::Erase;
    let deleted = Event::PersonDeleted { user, erased, companions: Arc::new(companions) };
    Ok(Outcome::of(owners.chain([deleted, Event::SessionsEnded { user, sessions }]).collect::<Vec<_>>()))
}
