//! Confirmation with the password, before actions that a stolen session must not be able to do.

use super::{App, Caller};
use crate::{
    auth::Source,
    config::Confirm,
    error::{Refusal, Result},
    model::Timestamp,
    protocol::ConfirmIdentity,
    store::Confirmation,
};

/// How long a confirmation is valid: five minutes.
pub(super) const MILLIS: i64 = 5 * 60 * 1000;

/// Checks the password. Returns when the confirmation expires.
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

/// Rejects a caller who must confirm and has not done so recently. A login also confirms.
pub(super) async fn require(app: &App, caller: Caller) -> Result<()> {
    require_if(app, caller, |confirmation| match app.config.auth.confirm {
        Confirm::Never => false,
        Confirm::Hearth => confirmation.can_be_asked,
        Confirm::Always => true,
    })
    .await
}

/// The same for an action that no client of the reference messenger knows: every session must confirm, unless none must.
pub(super) async fn require_of_all(app: &App, caller: Caller) -> Result<()> {
    require_if(app, caller, |_| app.config.auth.confirm != Confirm::Never).await
}

async fn require_if(app: &App, caller: Caller, is_bound: impl Fn(Confirmation) -> bool) -> Result<()> {
    let confirmation = app.store.confirmation(caller.session).await?.ok_or(Refusal::Unauthorized)?;
    let now = Timestamp::now();
    // In both directions: a confirmation from a clock that was ahead must not last for years.
    let is_fresh = confirmation.at.is_some_and(|at| (now.0 - at.0).abs() <= MILLIS);
    if is_bound(confirmation) && !is_fresh { Err(Refusal::ConfirmRequired.into()) } else { Ok(()) }
}
