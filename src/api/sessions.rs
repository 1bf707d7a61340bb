//! Login and logout, and `/sessions`.

mod replies;

use poem::http::{HeaderMap, header::USER_AGENT};
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
    payload::Json,
};
pub(super) use replies::PasswordChanged;
use replies::{Confirmed, LogInReply, RenewReply, SessionRow, SessionRows};

use super::{
    Tag,
    address::ClientAddress,
    caller::{Authorized, Presented},
    input::{AppData, Input, Raw, query},
    reply::{Created, LoggedOut, SessionEnded, SessionsEnded},
};
use crate::{
    error::Result,
    model::SessionId,
    protocol::{ConfirmIdentity, EndSession, ListSessions, LogIn},
    service::{confirmation, sessions},
};

pub(super) struct SessionsApi;

#[OpenApi(tag = "Tag::Sessions")]
impl SessionsApi {
    /// Log in
    ///
    /// Starts a session. 400 with one text for an unknown email and for a wrong password; 429 after too many attempts
    /// from one address, unless `deviceToken` proves that you logged in on this device before. With `client: "hearth"`
    /// the response has such a token, and the server may ask the session to confirm the password.
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

    /// Renew the token
    ///
    /// Issues a new token for the same session. The old one stays valid until 60 seconds after the new one was first
    /// used, so you can repeat the request if the response was lost. An expired token can be renewed as long as its
    /// session lives: until it is ended, has not been renewed for `auth.session_days` (90 by default), or is
    /// `auth.session_max_days` (365) old. 401 for a token that is no longer valid. A token that was replaced twice also
    /// ends the session, because it may have been stolen.
    #[oai(path = "/auth/renew", method = "post", operation_id = "renew_token")]
    async fn renew(&self, app: AppData<'_>, token: Presented) -> Result<Json<RenewReply>> {
        Ok(Json(sessions::renew(&app, token.0.as_deref()).await?.into()))
    }

    /// Confirm your password
    ///
    /// For the next five minutes this session may delete the account and end other sessions. A login also confirms.
    /// `auth.confirm` sets which sessions need it, by default those started with `client: "hearth"`; without it they
    /// get 403 with the code `confirm_required`. 400 if the password is wrong; 429 after too many attempts.
    #[oai(path = "/auth/confirm", method = "post", operation_id = "confirm")]
    async fn confirm(
        &self,
        app: AppData<'_>,
        caller: Authorized,
        request: Input<ConfirmIdentity>,
    ) -> Result<Json<Confirmed>> {
        Ok(Json(Confirmed::until(confirmation::confirm(&app, caller.0, request.0).await?)))
    }

    /// Log out
    ///
    /// Ends the session at once: its tokens are void and its sockets are closed with 4001.
    #[oai(path = "/auth/logout", method = "post", operation_id = "log_out")]
    async fn log_out(&self, app: AppData<'_>, caller: Authorized) -> Result<Json<LoggedOut>> {
        sessions::end(&app, caller.0, caller.0.session).await?;
        Ok(LoggedOut::json())
    }

    /// List your sessions
    ///
    /// Lists where you are logged in, the newest login first. For the next page send the last row's `sessionId` as
    /// `cursor`, until the page is `[]`.
    #[oai(path = "/sessions", method = "get", operation_id = "list_sessions")]
    async fn list(
        &self,
        app: AppData<'_>,
        caller: Authorized,
        cursor: Query<Raw<Option<SessionId>>>,
    ) -> Result<Json<SessionRows>> {
        let request: ListSessions = query(&app, &[("cursor", cursor.0.text())])?;
        let rows = sessions::list(&app, caller.0, request).await?.into_iter();
        let row = |(session, connected)| SessionRow::of(session, caller.0.session, connected);
        Ok(Json(SessionRows { data: rows.map(row).collect() }))
    }

    /// End all your other sessions
    ///
    /// Their tokens are void and their sockets are closed with 4001, at once. The current session stays active. All
    /// device tokens are revoked. 403 if the session must confirm first (`POST /auth/confirm`).
    #[oai(path = "/sessions", method = "delete", operation_id = "end_other_sessions")]
    async fn end_others(&self, app: AppData<'_>, caller: Authorized) -> Result<Json<SessionsEnded>> {
        sessions::end_others(&app, caller.0).await?;
        Ok(SessionsEnded::json())
    }

    /// End one of your sessions
    ///
    /// Its tokens are void and its sockets are closed with 4001, at once. 404 if you have no such session; 403 if it is
    /// not the current session, and the current one must confirm first (`POST /auth/confirm`).
    #[oai(path = "/sessions/:id", method = "delete", operation_id = "end_session")]
    async fn end(&self, app: AppData<'_>, caller: Authorized, id: Path<Raw<SessionId>>) -> Result<Json<SessionEnded>> {
        let request: EndSession = query(&app, &[("id", id.0.text())])?;
        sessions::end(&app, caller.0, request.session).await?;
        Ok(SessionEnded::json())
    }
}
