//! Taking nothing from somebody, and doing so again.

use super::{Action, Command, Outcome, apply::Stop, delivery::to_own};
use crate::{
    error::{Error, Fault, Refusal},
    model::{Standing, Timestamp},
    protocol::{Answer, Item, Kind, extended::Blocked},
    store::{Batch, NewStanding, Situation},
};

/// Blocks or unblocks the other side of the command's dialog, which need not exist.
pub(super) async fn apply(batch: &mut Batch, command: &Command, situation: Situation) -> Result<Outcome, Stop> {
    let user = situation.actor.ok_or(Refusal::Unauthorized)?.id;
    let target = situation.target.ok_or(Refusal::UserNotFound)?.id;
    if target == user {
        return Err(Error::Invalid(vec![Fault::new("userId", "must be somebody else")]).into());
    }
    let on = matches!(command.action, Action::Block);
    let changed =
        if on { batch.block(user, target, Timestamp::now()).await? } else { batch.unblock(user, target).await? };
    let item = || Item::Blocked(Blocked { user_id: target, on });
    let mut broadcasts = Vec::new();
    if changed {
        if let (Some(chat), Some(_)) = (situation.chat, situation.role) {
            let standing = Standing { state: situation.standing.state + 1, ..situation.standing };
            batch.set_standings(&[NewStanding { user, chat: chat.id, standing }]).await?;
        }
        broadcasts.push(to_own(user, command.origin, Kind::BlockUser, item()));
    }
    Ok(Outcome { answer: Answer::item(item()), broadcasts, ..Outcome::default() })
}
