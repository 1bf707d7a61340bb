//! Blocks and unblocks users.

use super::apply::Stop;
use crate::{
    error::{Error, Fault, Refusal},
    live::Outcome,
    model::{Event, Standing, Timestamp},
    store::{Batch, NewStanding, Situation},
};

/// Blocks or unblocks the other side of a dialog, which need not exist.
pub(super) async fn apply(batch: &mut Batch, situation: Situation, on: bool) -> Result<Outcome, Stop> {
    let user = situation.actor.ok_or(Refusal::Unauthorized)?.id;
    let target = situation.target.ok_or(Refusal::UserNotFound)?.id;
    if target == user {
        return Err(Error::Invalid(vec![Fault::new("userId", "must not be your own id")]).into());
    }
    let changed =
        if on { batch.block(user, target, Timestamp::now()).await? } else { batch.unblock(user, target).await? };
    let event = Event::Blocked { user, target, on };
    if !changed {
        return Ok(Outcome::repeated(event));
    }
    if let (Some(chat), Some(_)) = (situation.chat, situation.role) {
        let standing = Standing { state: situation.standing.state + 1, ..situation.standing };
        batch.set_standings(&[NewStanding { user, chat: chat.id, standing }]).await?;
    }
    Ok(Outcome::of([event]))
}
