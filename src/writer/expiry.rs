//! Deletes expired messages, one step of a chat at a time, between the commands of users.

use super::apply::{Memory, Stop};
use crate::{
    live::Outcome,
    model::{ChatKey, Event, Members},
    store::{Batch, Expired, Expiring},
};

/// Deletes the oldest expired messages of a chat. Causes no event if there are none.
pub(super) async fn apply(batch: &mut Batch, memory: &mut Memory, expiring: &Expiring) -> Result<Outcome, Stop> {
    let Some(Expired { key, first_seq, counters, roster_version }) = batch.expire(expiring).await? else {
        return Ok(Outcome::default());
    };
    memory.allowances.free();
    let members = match key {
        ChatKey::Group(_) => memory.rosters.get(batch, expiring.chat, roster_version).await?,
        ChatKey::Dialog(low, high) if low == high => Members::new(vec![low]),
        ChatKey::Dialog(low, high) => Members::new(vec![low, high]),
    };
    Ok(Outcome::of([Event::Expired { chat: key, first_seq, counters, members }]))
}
