//! Dialogs: what one does to one's own side of them.

use super::{App, Caller};
use crate::{
    error::Result,
    model::ChatKey,
    protocol::MarkAsDeleted,
    writer::{Action, Command},
};

/// Hides all of a dialog from the caller; the other side keeps it. Without a dialog there is nothing to do.
pub async fn hide(app: &App, caller: Caller, request: MarkAsDeleted) -> Result<()> {
    let chat = ChatKey::dialog(caller.user, request.companion);
    app.writer.submit(Command { actor: caller.user, chat, action: Action::Hide })?.answer().await?;
    Ok(())
}
