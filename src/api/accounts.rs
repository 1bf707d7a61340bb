//! Sign-up, and `/profile`.

use poem_openapi::{OpenApi, param::Query, payload::Json};

use super::{
    Tag,
    address::ClientAddress,
    caller::Authorized,
    input::{AppData, Input, Raw, query},
    reply::{AccountDeleted, Created, ProfileUpdated, SignedUp},
    sessions::PasswordChanged,
};
use crate::{
    error::Result,
    model::Texts,
    protocol::{ChangePassword, SignUp, UpdateProfile},
    service::accounts,
};

pub(super) struct Accounts;

#[OpenApi(tag = "Tag::Accounts")]
impl Accounts {
    /// Sign up
    ///
    /// Creates an account. 409 if the email is taken; emails are compared ignoring case.
    #[oai(path = "/auth/sing-up", method = "post", operation_id = "sign_up")]
    async fn sign_up(&self, app: AppData<'_>, address: ClientAddress, new: Input<SignUp>) -> Result<Created<SignedUp>> {
        accounts::sign_up(&app, address.0, new.0).await?;
        Ok(Created::Done(SignedUp::json()))
    }

    /// Sign up (alias with the correct spelling)
    #[oai(path = "/auth/sign-up", method = "post", operation_id = "sign_up_alias")]
    async fn sign_up_alias(
        &self,
        app: AppData<'_>,
        address: ClientAddress,
        new: Input<SignUp>,
    ) -> Result<Created<SignedUp>> {
        self.sign_up(app, address, new).await
    }

    /// Change your name
    ///
    /// Missing fields stay unchanged; an empty last name clears it. The new name is shown to everyone at once, also
    /// with old messages.
    #[oai(path = "/profile/update", method = "patch", operation_id = "update_profile")]
    async fn update(
        &self,
        app: AppData<'_>,
        caller: Authorized,
        names: Input<UpdateProfile>,
    ) -> Result<Created<ProfileUpdated>> {
        accounts::rename(&app, caller.0, names.0).await?;
        Ok(Created::Done(ProfileUpdated::json()))
    }

    /// Change your password
    ///
    /// Ends every other session at once; the current one stays active. With `rotate` the response has a token that
    /// replaces the current one, as with `POST /auth/renew`, and a new device token; without it the current token stays
    /// valid until it expires. 400 if the old password is wrong.
    #[oai(path = "/profile/change-password", method = "patch", operation_id = "change_password")]
    async fn change_password(
        &self,
        app: AppData<'_>,
        caller: Authorized,
        change: Input<ChangePassword>,
    ) -> Result<Created<PasswordChanged>> {
        let renewed = accounts::change_password(&app, caller.0, change.0).await?;
        Ok(Created::Done(Json(renewed.into())))
    }

    /// Delete your account
    ///
    /// Erases your data and ends every session; the email is free at once. Groups that you own pass to their
    /// longest-standing member. Others keep your messages, under the name `Deleted account`, unless you set
    /// `messages=erase`. 403 if the session must confirm first (`POST /auth/confirm`).
    #[oai(path = "/profile/destroy", method = "delete", operation_id = "delete_account")]
    async fn destroy(
        &self,
        app: AppData<'_>,
        caller: Authorized,
        messages: Query<Raw<Texts>>,
    ) -> Result<Json<AccountDeleted>> {
        let request = query(&app, &[("messages", messages.0.text())])?;
        accounts::delete(&app, caller.0, request).await?;
        Ok(AccountDeleted::json())
    }
}
