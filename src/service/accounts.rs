//! Signing up, changing names and password, deleting the account.

use std::net::IpAddr;

use uuid::Uuid;

use super::{App, Caller, sessions};
use crate::{
    error::{Refusal, Result},
    live::{Broadcast, Except, People},
    model::{Person, Timestamp, UserId},
    protocol::{ChangePassword, DeleteAccount, Item, Kind, SignUp, UpdateProfile},
    store::Account,
};

/// Adds an account.
pub async fn sign_up(app: &App, address: IpAddr, new: SignUp) -> Result<()> {
    app.attempts.sign_up(address)?;
    let password_hash = app.passwords.hash(new.password.0).await?;
    let person = Person {
        id: UserId(Uuid::now_v7()),
        first_name: new.first_name.0,
        last_name: new.last_name.map_or_else(String::new, |name| name.0),
    };
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
    app.store.rename(caller.user, first_name, last_name, Timestamp::now()).await?;
    if let Some(person) = app.store.person(caller.user).await? {
        let (item, people) = (Item::Profile(person.into()), People::One(caller.user));
        app.hub.tell(&Broadcast::extended(Kind::ProfileChanged, item, people, Except::Nobody));
    }
    Ok(())
}

/// Sets a new password and ends every other session, here and in open sockets.
pub async fn change_password(app: &App, caller: Caller, change: ChangePassword) -> Result<()> {
    app.attempts.change_password(caller.user)?;
    let account = app.store.account_by_id(caller.user).await?.ok_or(Refusal::Unauthorized)?;
    let known = Some(account.password_hash.clone());
    if !app.passwords.verify(change.old_password.0, known).await? {
        return Err(Refusal::WrongPassword.into());
    }
    let hash = app.passwords.hash(change.new_password.0).await?;
    let changed = app.store.change_password(&account, &hash, caller.session, Timestamp::now()).await;
    let changed = changed.inspect_err(|_| app.sessions.forget(caller.user))?;
    // Somebody else was quicker: the old password is not the old one any more.
    let ended = changed.ok_or(Refusal::WrongPassword)?;
    sessions::have_ended(app, caller.user, &ended);
    Ok(())
}

/// Erases the person's data and ends every session. What was said to others stays with them, unless it is to go, too.
pub async fn delete(app: &App, caller: Caller, request: DeleteAccount) -> Result<()> {
    let erased = app.writer.erase_account(caller.user, request.texts).await;
    let ended = erased.inspect_err(|_| app.sessions.forget(caller.user))?;
    sessions::have_ended(app, caller.user, &ended);
    Ok(())
}
