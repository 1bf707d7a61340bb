//! Groups: creating them, joining, leaving, removing, deleting. Who may do what is checked by the writer.

use super::{App, Caller};
use crate::{
    error::Result,
    model::{ChatKey, GroupId},
    protocol::{AddUserInGroup, CreateGroup, DropGroup, LeaveGroup, RemoveUserFromGroup},
    writer::{Action, Command, Pending},
};

/// Creates a group; the caller becomes its owner.
pub async fn create(app: &App, caller: Caller, new: CreateGroup) -> Result<()> {
    let CreateGroup { group, name, notice, message } = new;
    let action = Action::Create { name: name.0, message, notice: notice.0 };
    submit(app, caller, group, action)?.answer().await?;
    Ok(())
}

/// Makes somebody a member.
pub fn add(app: &App, caller: Caller, request: AddUserInGroup) -> Result<Pending> {
    let AddUserInGroup { group, user, message, notice } = request;
    submit(app, caller, group, Action::Add { user, message, notice: notice.0 })
}

/// Ends the caller's membership.
pub fn leave(app: &App, caller: Caller, request: LeaveGroup) -> Result<Pending> {
    let LeaveGroup { group, message, notice } = request;
    submit(app, caller, group, Action::Leave { message, notice: notice.0 })
}

/// Ends somebody else's membership.
pub fn remove(app: &App, caller: Caller, request: RemoveUserFromGroup) -> Result<Pending> {
    let RemoveUserFromGroup { group, user, message, notice } = request;
    submit(app, caller, group, Action::Remove { user, message, notice: notice.0 })
}

/// Deletes the group for everybody.
pub fn drop(app: &App, caller: Caller, request: DropGroup) -> Result<Pending> {
    submit(app, caller, request.group, Action::Drop)
}

fn submit(app: &App, caller: Caller, group: GroupId, action: Action) -> Result<Pending> {
    app.writer.submit(Command { actor: caller.user, chat: ChatKey::Group(group), action })
}
