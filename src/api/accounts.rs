//! `/auth` and `/profile`.

use poem::http::{HeaderMap, header::USER_AGENT};
use poem_openapi::{Object, OpenApi, param::Query, payload::Json, types::Example};

use super::{
    Tag,
    address::ClientAddress,
    caller::Authorized,
    input::{AppData, Input, Raw, query},
    reply::{AccountDeleted, Created, PasswordChanged, ProfileUpdated, SignedUp},
};
use crate::{
    error::Result,
    protocol::{ChangePassword, LogIn, SignUp, Texts, UpdateProfile},
    service::{
        accounts,
        sessions::{self, LoggedIn},
    },
};

pub(super) struct Accounts;

/// Who logged in, and the token.
#[derive(Object)]
#[oai(example, rename = "LoggedIn", rename_all = "camelCase")]
struct LogInReply {
    /// The person's id.
    id: String,
    /// As it was written at sign-up.
    email: String,
    /// A text for people.
    message: String,
    /// For `Authorization: Bearer …` and the WebSocket.
    token: String,
    /// Never empty.
    first_name: String,
    /// Empty if there is none.
    last_name: String,
}

impl From<LoggedIn> for LogInReply {
    fn from(LoggedIn { person, email, token }: LoggedIn) -> Self {
        Self {
            id: person.id.to_string(),
            email,
            message: "User is authorized".into(),
            token,
            first_name: person.first_name,
            last_name: person.last_name,
        }
    }
}

impl Example for LogInReply {
    fn example() -> Self {
        Self {
            id: "0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a01".into(),
            email: "ada@example.org".into(),
            message: "User is authorized".into(),
            token: "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IjAxOTIifQ.c2lnbmF0dXJl".into(),
            first_name: "Ada".into(),
            last_name: "Lovelace".into(),
        }
    }
}

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

    /// Log in
    ///
    /// Begins a session. 400 with one text whether the e-mail is unknown or the password wrong; 429 after too many
    /// attempts from one address.
    #[oai(path = "/auth/login", method = "post", operation_id = "log_in")]
    async fn log_in(
        &self,
        app: AppData<'_>,
        address: ClientAddress,
        headers: &HeaderMap,
        credentials: Input<LogIn>,
    ) -> Result<Created<LogInReply>> {
        let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let logged_in = sessions::log_in(&app, address.0, user_agent, credentials.0).await?;
        Ok(Created::Done(Json(logged_in.into())))
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
    /// Ends every other session at once; this one goes on. 400 if the old password is wrong.
    #[oai(path = "/profile/change-password", method = "patch", operation_id = "change_password")]
    async fn change_password(
        &self,
        app: AppData<'_>,
        caller: Authorized,
        change: Input<ChangePassword>,
    ) -> Result<Created<PasswordChanged>> {
        accounts::change_password(&app, caller.0, change.0).await?;
        Ok(Created::Done(PasswordChanged::json()))
    }

    /// Delete one's account
    ///
    /// Erases the person's data and ends every session; the e-mail is free at once. Groups of which one is the owner
    /// pass to their longest-standing member. What was said to others stays with them under the name
    /// `Deleted account`, unless `messages=erase`.
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
