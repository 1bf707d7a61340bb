//! Confirming that it is the account's owner who asks: before what a stolen, open session must not be able to do.

use super::{App, Caller};
use crate::{
    auth::Source,
    config::Confirm,
    error::{Refusal, Result},
    model::Timestamp,
    protocol::ConfirmIdentity,
    store::Confirmation,
};

/// How long a confirmation is good for: five minutes.
pub(super) const MILLIS: i64 = 5 * 60 * 1000;

/// The password, once more. When the confirmation ends.
pub async fn confirm(app: &App, caller: Caller, request: ConfirmIdentity) -> Result<Timestamp> {
    app.attempts.password(caller.user)?;
    let account = app.store.account_by_id(caller.user).await?.ok_or(Refusal::Unauthorized)?;
    let known = Some(account.password_hash);
    if !app.passwords.verify(request.password.0, known, Source::Person(caller.user)).await? {
        return Err(Refusal::WrongPassword.into());
    }
    let now = Timestamp::now();
    if !app.store.confirm(caller.session, caller.user, now).await? {
        return Err(Refusal::Unauthorized.into());
    }
    Ok(now.plus_millis(MILLIS))
}

/// Refuses a caller who has to confirm and has not, or not lately. A log-in confirms as well.
pub(super) async fn require(app: &App, caller: Caller) -> Result<()> {
    let is_bound = |confirmation: Confirmation| match app.config.auth.confirm {
        Confirm::Never => false,
        Confirm::Hearth => confirmation.can_be_asked,
        Confirm::Always => true,
    };
    let confirmation = app.store.confirmation(caller.session).await?.ok_or(Refusal::Unauthorized)?;
    let now = Timestamp::now();
    // In both directions: a clock that was ahead makes no confirmation that lasts for years.
    let is_fresh = confirmation.at.is_some_and(|at| (now.0 - at.0).abs() <= MILLIS);
    if is_bound(confirmation) && !is_fresh { Err(Refusal::ConfirmRequired.into()) } else { Ok(()) }
}
