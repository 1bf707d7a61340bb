//! Signing up, and `/profile`.

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
    /// Adds an account. 409 if the e-mail, in whatever case, has one.
    #[oai(path = "/auth/sing-up", method = "post", operation_id = "sign_up")]
    async fn sign_up(&self, app: AppData<'_>, address: ClientAddress, new: Input<SignUp>) -> Result<Created<SignedUp>> {
        accounts::sign_up(&app, address.0, new.0).await?;
        Ok(Created::Done(SignedUp::json()))
    }

    /// Sign up (the same, spelt right)
    #[oai(path = "/auth/sign-up", method = "post", operation_id = "sign_up_alias")]
    async fn sign_up_alias(
        &self,
        app: AppData<'_>,
        address: ClientAddress,
        new: Input<SignUp>,
    ) -> Result<Created<SignedUp>> {
        self.sign_up(app, address, new).await
    }

    /// Change one's names
    ///
    /// What is missing stays; an empty last name clears it. Everybody sees the new names at once, in old messages too.
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

    /// Change one's password
    ///
    /// Ends every other session at once; this one goes on. With `rotate` the answer has a token that takes the place of
    /// the present one, as by `POST /auth/renew`, and a new device token; without it the present token stays good until
    /// it expires. 400 if the old password is wrong.
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

    /// Delete one's account
    ///
    /// Erases the person's data and ends every session; the e-mail is free at once. Groups of which one is the owner
    /// pass to their longest-standing member. What was said to others stays with them under the name
    /// `Deleted account`, unless `messages=erase`. 403 if the session must confirm first (`POST /auth/confirm`).
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
