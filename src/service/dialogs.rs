//! What one does to one's own side of a chat: reading, hiding, muting; and whom one blocks.

use super::{App, Caller};
use crate::{
    error::Result,
    model::ChatKey,
    protocol::{Answer, BlockedUsers, MarkAsDeleted, MarkRead, MuteChat, Rows},
    writer::{Action, Command, Pending},
};

/// Hides all of a dialog from the caller; the other side keeps it. Without a dialog there is nothing to do.
pub async fn hide(app: &App, caller: Caller, request: MarkAsDeleted) -> Result<()> {
    submit(app, caller, ChatKey::dialog(caller.user, request.companion), Action::Hide)?.answer().await?;
    Ok(())
}

/// The caller has seen everything up to a message.
pub fn read(app: &App, caller: Caller, request: MarkRead) -> Result<Pending> {
    submit(app, caller, request.chat.0.key(caller.user), Action::Read { seq: request.seq.0 })
}

/// The caller wants no notifications for a while.
pub fn mute(app: &App, caller: Caller, request: MuteChat) -> Result<Pending> {
    submit(app, caller, request.chat.0.key(caller.user), Action::Mute { until: request.until.0 })
}

/// A page of those whom the caller blocks.
pub async fn blocked(app: &App, caller: Caller, page: BlockedUsers) -> Result<Answer> {
    let people = app.store.blocked(caller.user, page.cursor, page.limit.0).await?;
    Ok(Answer::rows(Rows::People(people.into_iter().map(Into::into).collect())))
}

fn submit(app: &App, caller: Caller, chat: ChatKey, action: Action) -> Result<Pending> {
    let Caller { user: actor, origin, .. } = caller;
    app.writer.submit(Command { actor, origin, chat, action })
}
