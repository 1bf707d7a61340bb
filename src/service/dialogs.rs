//! What one does to one's own side of a chat: reading, hiding, muting. Nobody else's is changed.

use super::{App, Caller, submit};
use crate::{
    error::Result,
    model::ChatKey,
    protocol::{MarkAsDeleted, MarkRead, MuteChat},
    writer::{Action, Pending},
};

/// Hides all of a dialog from the caller; the other side keeps it. Without a dialog there is nothing to do.
pub async fn hide(app: &App, caller: Caller, request: MarkAsDeleted) -> Result<()> {
    submit(app, caller, ChatKey::dialog(caller.user, request.companion), Action::Hide)?.answer().await?;
    Ok(())
}

/// The caller has seen everything up to a message.
pub fn read(app: &App, caller: Caller, request: MarkRead) -> Result<Pending> {
    submit(app, caller, request.chat.key(caller.user), Action::Read { seq: request.seq.0 })
}

/// The caller wants no notifications for a while.
pub fn mute(app: &App, caller: Caller, request: MuteChat) -> Result<Pending> {
    submit(app, caller, request.chat.key(caller.user), Action::Mute { until: request.until.0 })
}
