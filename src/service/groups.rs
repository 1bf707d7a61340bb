//! The members of groups. Every change of a group is a command to the writer.

use super::{App, Caller};
use crate::{
    error::{Refusal, Result},
    protocol::{Answer, GroupMembers, Rows, extended::MemberRow, limits::RECEIPTS_UP_TO},
};

/// A page of a group's members, for its members.
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
