//! From a request's type to its use case. Writes are queued at once, everything else is run when its turn comes.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::{
    error::Result,
    live::Turn,
    protocol::{Answer, ClientFrame as Ask},
    service::{App, Caller, catch_up, dialogs, groups, history, messages, people, sessions},
    writer::Pending,
};

/// Whether a request is done by queueing it for the writer; only such requests may be under way together.
pub(super) fn is_write(request: &Ask) -> bool {
    match request {
        Ask::PrivateMessage(_)
        | Ask::MessageInGroup(_)
        | Ask::AddUserInGroup(_)
        | Ask::LeaveGroup(_)
        | Ask::DropGroup(_)
        | Ask::RemoveUserFromGroup(_)
        | Ask::MarkRead(_)
        | Ask::EditMessage(_)
        | Ask::DeleteMessage(_)
        | Ask::React(_)
        | Ask::RenameGroup(_)
        | Ask::SetRole(_)
        | Ask::MuteChat(_) => true,
        Ask::ListLastMessage(_)
        | Ask::DialogHistory(_)
        | Ask::GroupHistory(_)
        | Ask::GetChangedChats(_)
        | Ask::GetChanges(_)
        | Ask::Typing(_)
        | Ask::WatchPresence(_)
        | Ask::GroupMembers(_)
        | Ask::BlockUser(_)
        | Ask::BlockedUsers(_)
        | Ask::People(_)
        | Ask::Renew(_) => false,
    }
}

/// Starts a request. A write is in the writer's queue when this returns.
///
/// An answer that was read takes its turn when it is there: what was queued for the socket until then goes first.
pub(super) fn start(app: &Arc<App>, caller: Caller, request: Ask) -> BoxFuture<'static, (Turn, Result<Answer>)> {
    let app = app.clone();
    match request {
        Ask::ListLastMessage(page) => read(async move { history::list(&app, caller, page).await }),
        Ask::DialogHistory(page) => read(async move { history::dialog(&app, caller, page).await }),
        Ask::GroupHistory(page) => read(async move { history::group(&app, caller, page).await }),
        Ask::GetChangedChats(known) => read(async move { catch_up::chats(&app, caller, known).await }),
        Ask::GetChanges(since) => read(async move { catch_up::since(&app, caller, since).await }),
        Ask::GroupMembers(page) => read(async move { groups::members(&app, caller, page).await }),
        Ask::BlockedUsers(page) => read(async move { people::blocked(&app, caller, page).await }),
        Ask::People(request) => read(async move { people::names(&app, request).await }),
        Ask::Typing(request) => read(async move { people::typing(&app, caller, request).await }),
        Ask::WatchPresence(request) => read(async move { people::watch(&app, caller, request).await }),
        Ask::BlockUser(request) => read(async move { people::block(&app, caller, request).await }),
        Ask::Renew(request) => read(async move { sessions::extend(&app, caller, request).await }),
        Ask::PrivateMessage(message) => wait(messages::send_to_person(&app, caller, message)),
        Ask::MessageInGroup(message) => wait(messages::send_to_group(&app, caller, message)),
        Ask::EditMessage(request) => wait(messages::edit(&app, caller, request)),
        Ask::DeleteMessage(request) => wait(messages::delete(&app, caller, request)),
        Ask::React(request) => wait(messages::react(&app, caller, request)),
        Ask::AddUserInGroup(request) => wait(groups::add(&app, caller, request)),
        Ask::LeaveGroup(request) => wait(groups::leave(&app, caller, request)),
        Ask::DropGroup(request) => wait(groups::drop(&app, caller, request)),
        Ask::RemoveUserFromGroup(request) => wait(groups::remove(&app, caller, request)),
        Ask::RenameGroup(request) => wait(groups::rename(&app, caller, request)),
        Ask::SetRole(request) => wait(groups::set_role(&app, caller, request)),
        Ask::MarkRead(request) => wait(dialogs::read(&app, caller, request)),
        Ask::MuteChat(request) => wait(dialogs::mute(&app, caller, request)),
    }
}

fn read(answer: impl Future<Output = Result<Answer>> + Send + 'static) -> BoxFuture<'static, (Turn, Result<Answer>)> {
    Box::pin(async move {
        let answer = answer.await;
        (Turn::of_answer(), answer)
    })
}

fn wait(pending: Result<Pending>) -> BoxFuture<'static, (Turn, Result<Answer>)> {
    Box::pin(async move {
        match pending {
            Ok(pending) => pending.answer_in_turn().await,
            Err(error) => (Turn::of_answer(), Err(error)),
        }
    })
}
