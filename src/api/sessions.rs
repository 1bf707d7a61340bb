//! Logging in and out, and `/sessions`.

use poem::http::{HeaderMap, header::USER_AGENT};
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    payload::Json,
    types::Example,
};

use super::{
    Tag,
    address::ClientAddress,
    caller::{Authorized, Presented},
    input::{AppData, Input, Raw, query},
    reply::{Created, LoggedOut, SessionEnded, SessionsEnded},
};
use crate::{
    error::Result,
    model::{Session, SessionId, Timestamp},
    protocol::{ConfirmIdentity, EndSession, ListSessions, LogIn},
    service::{
        accounts::Rotated,
        confirmation,
        sessions::{self, LoggedIn, Renewed},
    },
};

pub(super) struct SessionsApi;

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
    /// With `client: "hearth"`: send it with the next log-in to this account on this device, and the failed attempts of
    /// others do not keep you out. Good for a year, until the password changes or all other sessions are ended.
    #[oai(skip_serializing_if_is_none)]
    device_token: Option<String>,
}

impl From<LoggedIn> for LogInReply {
    fn from(LoggedIn { person, email, token, device_token }: LoggedIn) -> Self {
        Self {
            id: person.id.to_string(),
            email,
            message: "User is authorized".into(),
            token,
            first_name: person.first_name,
            last_name: person.last_name,
            device_token,
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
            device_token: None,
        }
    }
}

/// A token that takes the place of the one before.
#[derive(Object)]
#[oai(example, rename = "Renewed", rename_all = "camelCase")]
struct RenewReply {
    /// A text for people.
    message: String,
    /// For `Authorization: Bearer …` and the WebSocket.
    token: String,
    /// When the token ends: RFC 3339, UTC.
    expires_at: String,
}

impl From<Renewed> for RenewReply {
    fn from(Renewed { token, expires_at }: Renewed) -> Self {
        Self { message: "Token renewed".into(), token, expires_at: expires_at.to_string() }
    }
}

impl Example for RenewReply {
    fn example() -> Self {
        Self {
            message: "Token renewed".into(),
            token: "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IjAxOTIifQ.c2lnbmF0dXJl".into(),
            expires_at: "2026-02-01T18:30:00.000Z".into(),
        }
    }
}

/// That the password was changed, and what takes the place of the present token.
#[derive(Object)]
#[oai(example, rename_all = "camelCase")]
pub(super) struct PasswordChanged {
    /// A text for people.
    message: String,
    /// With `rotate`: for `Authorization: Bearer …` and the WebSocket.
    #[oai(skip_serializing_if_is_none)]
    token: Option<String>,
    /// With `rotate`: when the token ends; RFC 3339, UTC.
    #[oai(skip_serializing_if_is_none)]
    expires_at: Option<String>,
    /// With `rotate`: the device's new token. The earlier ones of all devices are void.
    #[oai(skip_serializing_if_is_none)]
    device_token: Option<String>,
}

impl From<Option<Rotated>> for PasswordChanged {
    fn from(rotated: Option<Rotated>) -> Self {
        let (renewed, device_token) = rotated.map(|rotated| (rotated.renewed, rotated.device_token)).unzip();
        let (token, expires_at) = renewed.map(|Renewed { token, expires_at }| (token, expires_at.to_string())).unzip();
        Self { message: "Password changed successfully.".into(), token, expires_at, device_token }
    }
}

impl Example for PasswordChanged {
    fn example() -> Self {
        None.into()
    }
}

/// That the caller has confirmed.
#[derive(Object)]
#[oai(example, rename_all = "camelCase")]
struct Confirmed {
    /// A text for people.
    message: String,
    /// When the confirmation ends: RFC 3339, UTC.
    confirmed_until: String,
}

impl Confirmed {
    fn until(end: Timestamp) -> Self {
        Self { message: "Confirmed".into(), confirmed_until: end.to_string() }
    }
}

impl Example for Confirmed {
    fn example() -> Self {
        Self { message: "Confirmed".into(), confirmed_until: "2026-01-31T18:35:00.000Z".into() }
    }
}

/// A log-in of the caller's.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
struct SessionRow {
    /// Its id.
    session_id: String,
    /// What the client called itself at log-in; at most 256 characters, may be empty.
    user_agent: String,
    /// When the person logged in: RFC 3339, UTC.
    created_at: String,
    /// When its token was made or renewed last.
    last_seen_at: String,
    /// When it ends if its token is not renewed again.
    expires_at: String,
    /// Null for a session that lives. When it was ended because a token that had been replaced twice was presented for
    /// renewal: somebody may have stolen a token. Such a row stays for 30 days, or until you end the session.
    #[oai(nullable)]
    ended_at: Option<String>,
    /// Whether it is the one that asks.
    current: bool,
    /// Whether it has an open WebSocket now.
    connected: bool,
}

/// A page of the caller's sessions, those begun last first.
#[derive(Object)]
#[oai(example)]
struct SessionRows {
    /// At most 100.
    data: Vec<SessionRow>,
}

impl SessionRow {
    fn of(session: Session, current: SessionId, connected: bool) -> Self {
        Self {
            session_id: session.id.to_string(),
            user_agent: session.user_agent,
            created_at: session.created_at.to_string(),
            last_seen_at: session.last_seen_at.to_string(),
            expires_at: session.expires_at.to_string(),
            ended_at: session.ended_at.map(|at| at.to_string()),
            current: session.id == current,
            connected,
        }
    }
}

impl Example for SessionRows {
    fn example() -> Self {
        Self {
            data: vec![SessionRow {
                session_id: "0192f0c4-8e4b-7d22-8b66-1d7a3a8b4b02".into(),
                user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".into(),
                created_at: "2026-01-24T08:12:45.001Z".into(),
                last_seen_at: "2026-01-31T18:30:00.000Z".into(),
                expires_at: "2026-05-01T18:30:00.000Z".into(),
                ended_at: None,
                current: true,
                connected: true,
            }],
        }
    }
}

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
