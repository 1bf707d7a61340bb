//! What others see of a person, in the queue: receipts before and after the change keep their order.

use super::{Outcome, PrivacyChange, apply::Stop, rosters::Rosters};
use crate::{
    error::Refusal,
    live::{Broadcast, Except, People},
    model::Timestamp,
    protocol::{Item, Kind},
    store::Batch,
};

/// Changes the settings that are given.
pub(super) async fn apply(batch: &mut Batch, rosters: &mut Rosters, change: &PrivacyChange) -> Result<Outcome, Stop> {
    let PrivacyChange { user, presence, read_receipts } = *change;
    let before = batch.privacy(user).await?.ok_or(Refusal::Unauthorized)?;
    let mut after = before;
    after.presence = presence.unwrap_or(before.presence);
    after.read_receipts = read_receipts.unwrap_or(before.read_receipts);
    if after == before {
        return Ok(Outcome::default());
    }
    batch.set_privacy(user, after, Timestamp::now()).await?;
    if after.read_receipts != before.read_receipts {
        rosters.forget_receipts();
    }
    let item = Item::Privacy(after.into());
    let own = Broadcast::extended(Kind::PrivacyChanged, item, People::One(user), Except::Nobody);
    let shows_presence = (after.presence != before.presence).then_some((user, after.presence));
    Ok(Outcome { broadcasts: vec![own], shows_presence, ..Outcome::default() })
}
