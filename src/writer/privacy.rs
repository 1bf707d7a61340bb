//! Changes of privacy settings. They pass through the queue so that read receipts before and after stay in order.

use super::{PrivacyChange, apply::Stop};
use crate::{
    error::Refusal,
    live::Outcome,
    model::{Event, Timestamp},
    protocol::limits::RECEIPTS_UP_TO,
    store::Batch,
};

/// Changes the given settings.
pub(super) async fn apply(batch: &mut Batch, change: &PrivacyChange) -> Result<Outcome, Stop> {
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
        batch.raise_roster_versions(user, RECEIPTS_UP_TO).await?;
    }
    let presence_changed = after.presence != before.presence;
    Ok(Outcome::of([Event::PrivacyChanged { user, privacy: after, presence_changed }]))
}
