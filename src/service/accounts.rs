//! Signing up, changing names and password, deleting the account.

use std::net::IpAddr;

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

/// What takes the place of the tokens before a change of password.
pub struct Rotated {
    /// The session's.
    pub renewed: Renewed,
    /// This device's.
    pub device_token: String,
}

/// Adds an account.
pub async fn sign_up(app: &App, address: IpAddr, new: SignUp) -> Result<()> {
    let last_name = new.last_name.map_or_else(String::new, |name| name.0);
    let person = Person { id: UserId(Uuid::now_v7()), first_name: new.first_name.0, last_name };
    let is_reserved = text::is_reserved(&format!("{} {}", person.first_name, person.last_name));
    let name = is_reserved.then(reserved_name);
    let password = password_fault(app, "password", &new.password.0, &new.email.0);
    all_fine(name.into_iter().chain(password).collect())?;
    app.attempts.sign_up(address)?;
    let password_hash = app.passwords.hash(new.password.0, Source::Address(address)).await?;
    let account = Account { person, email: new.email.0, password_hash };
    app.store.add_user(&account, Timestamp::now()).await
}

/// Changes the names that are given, everywhere at once.
pub async fn rename(app: &App, caller: Caller, names: UpdateProfile) -> Result<()> {
    let first_name = names.first_name.as_ref().map(|name| name.0.as_str());
    let last_name = names.last_name.as_ref().map(|name| name.0.as_str());
    if first_name.is_none() && last_name.is_none() {
        return Ok(());
    }
    if !app.store.rename(caller.user, first_name, last_name, Timestamp::now()).await? {
        return Err(Error::Invalid(vec![reserved_name()]));
    }
    let person = app.store.person(caller.user).await?;
    app.hub.deliver(&Event::PersonRenamed { user: caller.user, person }, None);
    Ok(())
}

/// Sets a new password and ends every other session, here and in open sockets; no device is known any longer. New
/// tokens of the session and of this device, if they are asked for.
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
    // Somebody else was quicker: the old password is not the old one any more.
    let Changed { ended, renewed } = changed.ok_or(Refusal::WrongPassword)?;
    sessions::have_ended(app, caller.user, &ended);
    let Some(session_ends_at) = renewed else { return Ok(None) };
    let renewed = sessions::renewed(app, &account, &renewal, session_ends_at)?;
    let revision = app.store.devices_revision(caller.user).await?;
    let device_token = app.devices.sign(Device::new(caller.user, revision), now)?;
    Ok(Some(Rotated { renewed, device_token }))
}

/// Erases the person's data and ends every session. What was said to others stays with them, unless it is to go, too.
pub async fn delete(app: &App, caller: Caller, request: DeleteAccount) -> Result<()> {
    confirmation::require(app, caller).await?;
    let erased = app.writer.erase_account(caller.user, request.texts).await;
    let ended = erased.inspect_err(|_| app.sessions.forget(caller.user))?;
    sessions::have_ended(app, caller.user, &ended);
    Ok(())
}

fn reserved_name() -> Fault {
    let given = [text::DELETED_ACCOUNT, text::UNNAMED].join(" and ");
    Fault::new("firstName", format!("must not make a name that the server gives itself: {given} are reserved"))
}

/// An e-mail is the first guess at its account's password, and the part before the @ the second.
fn password_fault(app: &App, field: &str, password: &str, email: &str) -> Option<Fault> {
    let (password, email) = (text::identity(password), text::identity(email));
    let is_guessed = password == email || email.rsplit_once('@').is_some_and(|(name, _)| name == password);
    let refused = is_guessed && app.config.auth.common_passwords == CommonPasswords::Refuse;
    refused.then(|| Fault::new(field, "must not be the e-mail, nor what stands before its @: they are guessed first"))
}

fn all_fine(faults: Vec<Fault>) -> Result<()> {
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}
