//! Responses about sessions.

use poem_openapi::{Object, types::Example};

use crate::{
    model::{Session, SessionId, Timestamp},
    service::{
        accounts::Rotated,
        sessions::{LoggedIn, Renewed},
    },
};

/// The user who logged in, and the token.
#[derive(Object)]
#[oai(example, rename = "LoggedIn", rename_all = "camelCase")]
pub(in super::super) struct LogInReply {
    /// The user's id.
    id: String,
    /// As written at sign-up.
    email: String,
    /// A text for users.
    message: String,
    /// For `Authorization: Bearer …` and the WebSocket.
    token: String,
    /// Never empty.
    first_name: String,
    /// Empty if there is none.
    last_name: String,
    /// With `client: "hearth"`: send it with the next login to this account on this device, so that failed attempts by
    /// others do not lock you out. Valid for a year, until the password changes or all other sessions are ended.
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

/// A token that replaces the previous one.
#[derive(Object)]
#[oai(example, rename = "Renewed", rename_all = "camelCase")]
pub(in super::super) struct RenewReply {
    /// A text for users.
    message: String,
    /// For `Authorization: Bearer …` and the WebSocket.
    token: String,
    /// When the token expires: RFC 3339, UTC.
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

/// The password was changed; with `rotate`, includes the tokens that replace the current ones.
#[derive(Object)]
#[oai(example, rename_all = "camelCase")]
pub(in super::super) struct PasswordChanged {
    /// A text for users.
    message: String,
    /// With `rotate`: for `Authorization: Bearer …` and the WebSocket.
    #[oai(skip_serializing_if_is_none)]
    token: Option<String>,
    /// With `rotate`: when the token expires; RFC 3339, UTC.
    #[oai(skip_serializing_if_is_none)]
    expires_at: Option<String>,
    /// With `rotate`: the device's new token. All earlier device tokens are void.
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

/// The session has confirmed.
#[derive(Object)]
#[oai(example, rename_all = "camelCase")]
pub(in super::super) struct Confirmed {
    /// A text for users.
    message: String,
    /// When the confirmation expires: RFC 3339, UTC.
    confirmed_until: String,
}

impl Confirmed {
    pub(super) fn until(end: Timestamp) -> Self {
        Self { message: "Confirmed".into(), confirmed_until: end.to_string() }
    }
}

impl Example for Confirmed {
    fn example() -> Self {
        Self { message: "Confirmed".into(), confirmed_until: "2026-01-31T18:35:00.000Z".into() }
    }
}

/// One of your sessions.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
pub(in super::super) struct SessionRow {
    /// The session's id.
    session_id: String,
    /// The client's `User-Agent` at login; at most 256 characters, may be empty.
    user_agent: String,
    /// When you logged in: RFC 3339, UTC.
    created_at: String,
    /// When its token was last issued or renewed.
    last_seen_at: String,
    /// When it expires unless its token is renewed.
    expires_at: String,
    /// Null for a live session. Otherwise, when the server ended it because a token that had been replaced twice was
    /// used for a renewal and may have been stolen. Such a row is listed for 30 days, or until you end the session.
    #[oai(nullable)]
    ended_at: Option<String>,
    /// Whether it is the session of this request.
    current: bool,
    /// Whether it has an open WebSocket.
    connected: bool,
}

/// A page of your sessions, the newest first.
#[derive(Object)]
#[oai(example)]
pub(in super::super) struct SessionRows {
    /// At most 100 sessions.
    pub(super) data: Vec<SessionRow>,
}

impl SessionRow {
    pub(super) fn of(session: Session, current: SessionId, connected: bool) -> Self {
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
