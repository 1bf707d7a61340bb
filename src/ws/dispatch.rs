//! Runs requests: writes are queued at once, reads are run when their turn comes.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::{
    error::Result,
    live::Turn,
    protocol::{Answer, Ask, Query},
    service::{self, App, Caller, catch_up, groups, history, people, sessions},
};

/// Starts a request. A write is in the writer's queue when this returns.
///
/// The answer to a read takes its turn when it is ready, after everything queued for the socket until then.
pub(super) fn start(app: &Arc<App>, caller: Caller, ask: Ask) -> BoxFuture<'static, (Turn, Result<Answer>)> {
    match ask {
        Ask::Write(chat, action) => {
            let pending = service::submit(app, caller, chat, action);
            Box::pin(async move {
                let (turn, outcome) = match pending {
                    Ok(pending) => pending.outcome_in_turn().await,
                    Err(error) => (Turn::of_answer(), Err(error)),
                };
                (turn, outcome.map(|outcome| outcome.answer(caller.protocol)))
            })
        }
        Ask::Read(query) => {
            let app = app.clone();
            Box::pin(async move {
                let answer = read(&app, caller, query).await;
                (Turn::of_answer(), answer)
            })
        }
    }
}

async fn read(app: &App, caller: Caller, query: Query) -> Result<Answer> {
    match query {
        Query::ListLastMessage(page) => history::list(app, caller, page).await,
        Query::DialogHistory(page) => history::dialog(app, caller, page).await,
        Query::GroupHistory(page) => history::group(app, caller, page).await,
        Query::GetChangedChats(known) => catch_up::chats(app, caller, known).await,
        Query::GetChanges(since) => catch_up::since(app, caller, since).await,
        Query::GroupMembers(page) => groups::members(app, caller, page).await,
        Query::BlockedUsers(page) => people::blocked(app, caller, page).await,
        Query::People(request) => people::names(app, request).await,
        Query::Typing(request) => people::typing(app, caller, request).await,
        Query::WatchPresence(request) => people::watch(app, caller, request).await,
        Query::Renew(request) => sessions::extend(app, caller, request).await,
    }
}
