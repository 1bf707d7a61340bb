//! Privacy settings: presence and read receipts.

use super::{App, Caller};
use crate::{
    error::{Refusal, Result},
    model::Privacy,
    protocol::UpdatePrivacy,
    writer::PrivacyChange,
};

/// The caller's settings.
pub async fn read(app: &App, caller: Caller) -> Result<Privacy> {
    app.store.privacy(caller.user).await?.ok_or(Refusal::Unauthorized.into())
}

/// Changes the given settings and returns all of them.
pub async fn update(app: &App, caller: Caller, change: UpdatePrivacy) -> Result<Privacy> {
    let presence = change.presence.map(|flag| flag.0);
    let read_receipts = change.read_receipts.map(|flag| flag.0);
    app.writer.set_privacy(PrivacyChange { user: caller.user, presence, read_receipts }).await?;
    read(app, caller).await
}
