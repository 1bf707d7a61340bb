//! Groups: creating them, joining, leaving, removing, deleting. Who may do what is checked by the writer.

use super::{App, Caller, submit};
use crate::{
    error::{Refusal, Result},
    model::{ChatKey, GroupId},
    protocol::{
        AddUserInGroup, Answer, CreateGroup, DropGroup, GroupMembers, LeaveGroup, RemoveUserFromGroup, RenameGroup,
        Rows, SetRole, extended::MemberRow,
    },
    writer::{Action, Pending, RECEIPTS_UP_TO},
};

/// Creates a group; the caller becomes its owner.
pub async fn create(app: &App, caller: Caller, new: CreateGroup) -> Result<()> {
    let CreateGroup { group, name, notice, message } = new;
    let action = Action::Create { name: name.0, message, notice: notice.0 };
    change(app, caller, group, action)?.answer().await?;
    Ok(())
}

/// Makes somebody a member.
pub fn add(app: &App, caller: Caller, request: AddUserInGroup) -> Result<Pending> {
    let AddUserInGroup { group, user, message, notice } = request;
    change(app, caller, group, Action::Add { user, message, notice: notice.0 })
}

/// Ends the caller's membership.
pub fn leave(app: &App, caller: Caller, request: LeaveGroup) -> Result<Pending> {
    let LeaveGroup { group, message, notice } = request;
    change(app, caller, group, Action::Leave { message, notice: notice.0 })
}

/// Ends somebody else's membership.
pub fn remove(app: &App, caller: Caller, request: RemoveUserFromGroup) -> Result<Pending> {
    let RemoveUserFromGroup { group, user, message, notice } = request;
    change(app, caller, group, Action::Remove { user, message, notice: notice.0 })
}

/// Deletes the group for everybody.
pub fn drop(app: &App, caller: Caller, request: DropGroup) -> Result<Pending> {
    change(app, caller, request.group, Action::Drop)
}

/// Gives the group another name.
pub fn rename(app: &App, caller: Caller, request: RenameGroup) -> Result<Pending> {
    let RenameGroup { group, name, message, notice } = request;
    change(app, caller, group, Action::Rename { name: name.0, message, notice: notice.0 })
}

/// Gives a member another role.
pub fn set_role(app: &App, caller: Caller, request: SetRole) -> Result<Pending> {
    let SetRole { group, user, role, message, notice } = request;
    change(app, caller, group, Action::SetRole { user, role: role.0, message, notice: notice.0 })
}

/// A page of the members, for members.
pub async fn members(app: &App, caller: Caller, page: GroupMembers) -> Result<Answer> {
    let (chat, _) = app.store.open_group(page.group, caller.user).await?.ok_or(Refusal::NotMember)?;
    let (members, count) = app.store.members(&chat, caller.user, page.cursor, page.limit.0).await?;
    let rows = members.into_iter().map(MemberRow::from);
    Ok(Answer::rows(Rows::Members(if count <= RECEIPTS_UP_TO {
        rows.collect()
    } else {
        rows.map(MemberRow::without_receipt).collect()
    })))
}

fn change(app: &App, caller: Caller, group: GroupId, action: Action) -> Result<Pending> {
    submit(app, caller, ChatKey::Group(group), action)
}
