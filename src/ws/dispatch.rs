//! From a request's type to its use case. Writes are queued at once, reads are run when their turn comes.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::{
    error::Result,
    protocol::{Answer, ClientFrame},
    service::{App, Caller, groups, messages},
    writer::Pending,
};

/// Whether a request changes something; only such requests may be under way together.
pub(super) fn is_write(request: &ClientFrame) -> bool {
    !matches!(request, ClientFrame::ListLastMessage(_) | ClientFrame::DialogHistory(_) | ClientFrame::GroupHistory(_))
}

/// Starts a request. A write is in the writer's queue when this returns.
pub(super) fn start(app: &Arc<App>, caller: Caller, request: ClientFrame) -> BoxFuture<'static, Result<Answer>> {
    let app = app.clone();
    match request {
        ClientFrame::ListLastMessage(page) => Box::pin(async move { messages::list(&app, caller, page).await }),
        ClientFrame::DialogHistory(page) => Box::pin(async move { messages::dialog(&app, caller, page).await }),
        ClientFrame::GroupHistory(page) => Box::pin(async move { messages::group(&app, caller, page).await }),
        ClientFrame::PrivateMessage(message) => wait(messages::send_to_person(&app, caller, message)),
        ClientFrame::MessageInGroup(message) => wait(messages::send_to_group(&app, caller, message)),
        ClientFrame::AddUserInGroup(request) => wait(groups::add(&app, caller, request)),
        ClientFrame::LeaveGroup(request) => wait(groups::leave(&app, caller, request)),
        ClientFrame::DropGroup(request) => wait(groups::drop(&app, caller, request)),
        ClientFrame::RemoveUserFromGroup(request) => wait(groups::remove(&app, caller, request)),
    }
}

fn wait(pending: Result<Pending>) -> BoxFuture<'static, Result<Answer>> {
    Box::pin(async move { pending?.answer().await })
}
