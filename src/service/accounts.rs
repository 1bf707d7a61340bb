//! Sign-up, name and password changes, account deletion.

use std::net::IpAddr;

use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::{
    App, Caller, confirmation,
    sessions::{self, Renewed},
};
use crate::{
    auth::{Device, Source},
    config::CommonPasswords,
    error::{Error, Fault, Refusal, Result},
    model::{Event, Person, Timestamp, UserId},
    protocol::{ChangePassword, DeleteAccount, SignUp, UpdateProfile},
    store::{Account, Changed, PasswordChange},
    text,
};

/// The tokens that replace the earlier ones after a change of password.
pub struct Rotated {
    /// The session's new token.
    pub renewed: Renewed,
    /// The device's new token.
    pub device_token: String,
}

/// Creates an account.
pub async fn sign_up(app: &App, address: IpAddr, new: SignUp) -> Result<()> {
    let last_name = new.last_name.map_or_else(String::new, |name| name.0);
    let person = Person { id: UserId(Uuid::now_v7()), first_name: new.first_name.0, last_name };
    let is_reserved = text::is_reserved(&format!("{} {}", person.first_name, person.last_name));
    let name = is_reserved.then(reserved_name);
    let password = password_fault(app, "password", &new.password.0, &new.email.0);
    all_fine(name.into_iter().chain(password).collect())?;
    app.store.may_grow()?;
    app.attempts.sign_up(address)?;
    let password_hash = app.passwords.hash(new.password.0, Source::Address(address)).await?;
    let account = Account { person, email: new.email.0, password_hash };
    app.store.add_user(&account, Timestamp::now()).await
}

/// Changes the given names, everywhere at once.
pub async fn rename(app: &App, caller: Caller, names: UpdateProfile) -> Result<()> {
    let first_name = names.first_name.as_ref().map(|name| name.0.as_str());
    let last_name = names.last_name.as_ref().map(|name| name.0.as_str());
    if first_name.is_none() && last_name.is_none() {
        return Ok(());
    }
    app.store.may_grow()?;
    if !app.store.rename(caller.user, first_name, last_name, Timestamp::now()).await? {
        return Err(Error::Invalid(vec![reserved_name()]));
    }
    deliver_rename(app, caller.user).await
}

/// Sets a new password, ends every other session and its sockets, and revokes all device tokens. Returns new tokens for
/// the session and this device if they are requested.
pub async fn change_password(app: &App, caller: Caller, change: ChangePassword) -> Result<Option<Rotated>> {
    app.attempts.password(caller.user)?;
    let account = app.store.account_by_id(caller.user).await?.ok_or(Refusal::Unauthorized)?;
    let known = Some(account.password_hash.clone());
    if !app.passwords.verify(change.old_password.0, known, Source::Person(caller.user)).await? {
        return Err(Refusal::WrongPassword.into());
    }
    all_fine(password_fault(app, "newPassword", &change.new_password.0, &account.email).into_iter().collect())?;
    let hash = app.passwords.hash(change.new_password.0, Source::Person(caller.user)).await?;
    let now = Timestamp::now();
    let rotates = change.rotate.is_some_and(|rotate| rotate.0);
    let renewal = sessions::renewal(app, caller.user, caller.session, caller.generation, now);
    let change = PasswordChange { new_hash: &hash, kept: &renewal, rotates };
    let changed = app.store.change_password(&account, &change).await;
    let changed = changed.inspect_err(|_| app.sessions.forget(caller.user))?;
    // A concurrent request changed the password first.
    let Changed { ended, renewed } = changed.ok_or(Refusal::WrongPassword)?;
    sessions::have_ended(app, caller.user, ended);
    let Some(session_ends_at) = renewed else { return Ok(None) };
    let renewed = sessions::renewed(app, &account, &renewal, session_ends_at)?;
    let revision = app.store.devices_revision(caller.user).await?;
    let device_token = app.devices.sign(Device::new(caller.user, revision), now)?;
    Ok(Some(Rotated { renewed, device_token }))
}

/// Erases the user's data and ends every session. Others keep the user's messages, unless `request` erases them.
pub async fn delete(app: &App, caller: Caller, request: DeleteAccount) -> Result<()> {
    confirmation::require(app, caller).await?;
    let erased = app.writer.erase_account(caller.user, request.texts).await;
    erased.inspect_err(|_| app.sessions.forget(caller.user))
}

/// Delivers changes that were committed after their requesters had stopped waiting.
pub async fn deliver_late(app: &App) {
    let mut late = app.store.late_events();
    loop {
        match late.recv().await {
            Ok(events) => {
                for event in events {
                    deliver(app, event).await.unwrap_or_else(|error| error.log());
                }
            }
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

async fn deliver(app: &App, event: Event) -> Result<()> {
    match event {
        Event::PersonRenamed { user, .. } => deliver_rename(app, user).await,
        event => {
            app.hub.deliver(&event, None);
            Ok(())
        }
    }
}

async fn deliver_rename(app: &App, user: UserId) -> Result<()> {
    let person = app.store.person(user).await?;
    app.hub.deliver(&Event::PersonRenamed { user, person }, None);
    Ok(())
}

fn reserved_name() -> Fault {
    let given = [text::DELETED_ACCOUNT, text::UNNAMED].join(" and ");
    Fault::new("firstName", format!("must not make a name that the server itself uses: {given} are reserved"))
}

/// The first guesses of an attacker are the email, then the part before the @.
fn password_fault(app: &App, field: &str, password: &str, email: &str) -> Option<Fault> {
    let (password, email) = (text::identity(password), text::identity(email));
    let is_guessed = password == email || email.rsplit_once('@').is_some_and(|(name, _)| name == password);
    let refused = is_guessed && app.config.auth.common_passwords == CommonPasswords::Refuse;
    refused.then(|| Fault::new(field, "must not be the email address or the part before its @: they are guessed first"))
}

fn all_fine(faults: Vec<Fault>) -> Result<()> {
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}
