//! Search for users and the caller's groups.

use super::{App, Caller};
use crate::{
    error::{Refusal, Result},
    model::Found,
    protocol::{Search, SearchUsers},
};

/// Searches users other than the caller, and the caller's groups.
pub async fn all(app: &App, caller: Caller, search: Search) -> Result<Vec<Found>> {
    app.store.search(caller.user, &search.text.0, search.limit.0, app.config.directory.emails).await
}

/// Searches users who are not in a group, except the caller; only for the group's members.
pub async fn users(app: &App, caller: Caller, search: SearchUsers) -> Result<Vec<Found>> {
    let (group, _) = app.store.open_group(search.group, caller.user).await?.ok_or(Refusal::NotMember)?;
    let emails = app.config.directory.emails;
    app.store.search_outside(caller.user, &search.text.0, &group, search.limit.0, emails).await
}
