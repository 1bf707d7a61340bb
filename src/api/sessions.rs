//! Logging in and out, and `/sessions`.

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
    /// Begins a session. 400 with one text whether the e-mail is unknown or the password wrong; 429 after too many
    /// attempts from one address, unless `deviceToken` proves that you logged in on this device before. With
    /// `client: "hearth"` the answer has such a token, and the session may be asked to confirm that it is you.
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
    /// A new token of the same session. The old one stays good until the new one has been used and 60 seconds have
    /// passed; until then you can ask again, such as when the answer was lost. A token that has expired renews, too, as
    /// long as its session lives: until it was ended, was not renewed for `auth.session_days` (90 by default), or is
    /// `auth.session_max_days` (365) old. 401 for a token that is no longer good; one that was replaced twice also ends
    /// the session, because somebody may have stolen it.
    #[oai(path = "/auth/renew", method = "post", operation_id = "renew_token")]
    async fn renew(&self, app: AppData<'_>, token: Presented) -> Result<Json<RenewReply>> {
        Ok(Json(sessions::renew(&app, token.0.as_deref()).await?.into()))
    }

    /// Confirm that it is you
    ///
    /// For the next five minutes this session may delete the account and end other sessions. A log-in confirms as
    /// well. `auth.confirm` says which sessions need it: those begun with `client: "hearth"` by default; without it
    /// they get 403 with the code `confirm_required`. 400 if the password is wrong; 429 after too many attempts.
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
    /// Ends the session: its tokens are void and its sockets close with 4001, at once.
    #[oai(path = "/auth/logout", method = "post", operation_id = "log_out")]
    async fn log_out(&self, app: AppData<'_>, caller: Authorized) -> Result<Json<LoggedOut>> {
        sessions::end(&app, caller.0, caller.0.session).await?;
        Ok(LoggedOut::json())
    }

    /// List your sessions
    ///
    /// Where you are logged in: the newest log-in first. For the next page send the last row's `sessionId` as `cursor`,
    /// until the page is `[]`.
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
    /// Their tokens are void and their sockets close with 4001, at once. This session stays. No device token is good any
    /// longer. 403 if the session must confirm first (`POST /auth/confirm`).
    #[oai(path = "/sessions", method = "delete", operation_id = "end_other_sessions")]
    async fn end_others(&self, app: AppData<'_>, caller: Authorized) -> Result<Json<SessionsEnded>> {
        sessions::end_others(&app, caller.0).await?;
        Ok(SessionsEnded::json())
    }

    /// End one of one's sessions
    ///
    /// Its tokens are void and its sockets close with 4001, at once. 404 if the caller has no such session; 403 if it is
    /// another one than the present, and the present one must confirm first (`POST /auth/confirm`).
    #[oai(path = "/sessions/:id", method = "delete", operation_id = "end_session")]
    async fn end(&self, app: AppData<'_>, caller: Authorized, id: Path<Raw<SessionId>>) -> Result<Json<SessionEnded>> {
        let request: EndSession = query(&app, &[("id", id.0.text())])?;
        sessions::end(&app, caller.0, request.session).await?;
        Ok(SessionEnded::json())
    }
}
