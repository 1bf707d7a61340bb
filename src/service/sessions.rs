//! Login and logout, checking tokens, and a user's sessions.

use std::net::IpAddr;

use uuid::Uuid;

use super::{App, Caller, confirmation};
use crate::{
    auth::{Check, Device, Grant, Source, Verdict},
    error::{Error, Fault, Refusal, Result},
    model::{Event, Person, Session, SessionId, Timestamp, UserId},
    protocol::{Answer, Item, ListSessions, LogIn, Protocol, Renew, extended},
    store::{Account, NewSession, Renewal},
};

/// Characters of the `User-Agent` that are stored.
const USER_AGENT_MAX: usize = 256;
/// Sessions per page.
const PAGE: i64 = 100;
/// How long a session is listed after a replaced token ended it: 30 days.
const ENDED_SHOWN_MILLIS: i64 = 30 * DAY_MILLIS;
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// What our own client sends as `client` at login: it can ask for a confirmation, and keeps device tokens.
const OWN_CLIENT: &str = "hearth";

/// The result of a login.
pub struct LoggedIn {
    /// The user.
    pub person: Person,
    /// As it was written at sign-up.
    pub email: String,
    /// For the `Authorization` header.
    pub token: String,
    /// Identifies the device at its next login; only for clients that keep it.
    pub device_token: Option<String>,
}

/// A token that replaces an older one.
pub struct Renewed {
    /// For the `Authorization` header.
    pub token: String,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// Starts a session. An unknown email takes as long as a wrong password and gets the same error.
pub async fn log_in(app: &App, address: IpAddr, user_agent: &str, credentials: LogIn) -> Result<LoggedIn> {
    let logged_in = try_log_in(app, address, user_agent, credentials).await;
    let reason = match &logged_in {
        Err(Error::Refused(Refusal::WrongCredentials)) => "wrong_credentials",
        Err(Error::TooMany(_)) => "too_many",
        _ => return logged_in,
    };
    // Operators use this line in fail2ban: its wording, and the address at the end, are documented.
    tracing::warn!(reason, %address, "login_failed");
    logged_in
}

async fn try_log_in(app: &App, address: IpAddr, user_agent: &str, credentials: LogIn) -> Result<LoggedIn> {
    let device = known_device(app, &credentials).await?;
    let (attempt, source) = match device {
        Some(device) => {
            app.attempts.log_in_from_device(device.id)?;
            (None, Source::Person(device.user()))
        }
        None => (Some(app.attempts.log_in(address, &credentials.email.0)?), Source::Address(address)),
    };
    let account = app.store.account_by_email(&credentials.email.0).await?;
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let verdict = app.passwords.compare(credentials.password.0.clone(), hash, source).await?;
    let account = account.filter(|_| verdict != Verdict::Wrong).ok_or(Refusal::WrongCredentials)?;
    if let Some(attempt) = attempt {
        app.attempts.log_in_succeeded(&attempt);
    }

    let (now, user) = (Timestamp::now(), account.person.id);
    let is_own_client = credentials.client.is_some_and(|client| client.0 == OWN_CLIENT);
    let device_token = if is_own_client { Some(device_token(app, user, device, now).await?) } else { None };
    let user_agent: String = user_agent.chars().filter(|c| !c.is_control()).take(USER_AGENT_MAX).collect();
    let id = SessionId(Uuid::now_v7());
    let session_ends_at = expiry(app, now).min(now.plus_millis(max_millis(app)));
    let session = NewSession {
        id,
        user_agent: &user_agent,
        now,
        expires_at: session_ends_at,
        can_confirm: is_own_client,
        is_new_device: device.is_none(),
    };
    if !app.store.add_session(&account, &session).await? {
        return Err(Refusal::WrongCredentials.into());
    }
    app.passwords.remember(address);
    if verdict == Verdict::Outdated {
        renew_hash(app, &account, credentials.password.0).await;
    }
    let grant = Grant { session: id, generation: 0, now, session_ends_at };
    let token = app.tokens.sign(&account.person, &account.email, grant)?;
    if device.is_none() {
        app.hub.deliver(&Event::SessionBegan { user, session: id, user_agent, created_at: now }, None);
    }
    Ok(LoggedIn { person: account.person, email: account.email, token, device_token })
}

/// The device, if its token is valid for the account that is logged in to.
async fn known_device(app: &App, credentials: &LogIn) -> Result<Option<Device>> {
    let token = credentials.device_token.as_ref();
    let Some(device) = token.and_then(|token| app.devices.verify(&token.0)) else { return Ok(None) };
    let Some(account) = app.store.account_by_email(&credentials.email.0).await? else { return Ok(None) };
    let user = account.person.id;
    let revision = app.store.devices_revision(user).await?;
    Ok(Some(device).filter(|device| device.belongs_to(user, revision)))
}

/// A token for the device of this login; the same device if it is known.
async fn device_token(app: &App, user: UserId, known: Option<Device>, now: Timestamp) -> Result<String> {
    let device = match known {
        Some(device) => device,
        None => Device::new(user, app.store.devices_revision(user).await?),
    };
    app.devices.sign(device, now)
}

/// Rehashes a password that was hashed elsewhere or by an older rule. If that fails, the next login does it.
async fn renew_hash(app: &App, account: &Account, password: String) {
    let renewed = async {
        let hash = app.passwords.hash(password, Source::Person(account.person.id)).await?;
        app.store.replace_hash(account, &hash).await
    };
    if let Err(error) = renewed.await {
        error.log();
    }
}

/// Fails unless this server signed the token, which may have expired.
pub fn check_presented(app: &App, token: Option<&str>) -> Result<()> {
    token.and_then(|token| app.tokens.verify_signature(token)).map(drop).ok_or_else(|| Refusal::Unauthorized.into())
}

/// Issues a new token for the same session. The old one may have expired, as long as the session lives: it must be
/// renewed often enough, up to `auth.session_max_days`. A token that was replaced twice ends the session: either the
/// owner or a thief already uses a newer one.
pub async fn renew(app: &App, token: Option<&str>) -> Result<Renewed> {
    let claims = token.and_then(|token| app.tokens.verify_signature(token)).ok_or(Refusal::Unauthorized)?;
    let (user, session, now) = (claims.user(), claims.session(), Timestamp::now());
    app.attempts.request(user)?;
    let renewal = renewal(app, user, session, claims.generation(), now);
    let Some(session_ends_at) = app.store.renew_session(&renewal).await.map_err(cannot_check)? else {
        let kept_until = now.plus_millis(ENDED_SHOWN_MILLIS);
        let ended = app.store.end_reused(&renewal, kept_until).await;
        if ended.inspect_err(|_| app.sessions.forget(user)).map_err(cannot_check)? {
            tracing::warn!(%user, %session, "a replaced token was used again: its session has been ended");
            have_ended(app, user, vec![session]);
        }
        return Err(Refusal::Unauthorized.into());
    };
    let account = app.store.account_by_id(user).await.map_err(cannot_check)?.ok_or(Refusal::Unauthorized)?;
    renewed(app, &account, &renewal, session_ends_at)
}

/// Signs the token after a renewal was stored.
pub(super) fn renewed(app: &App, account: &Account, renewal: &Renewal, session_ends_at: Timestamp) -> Result<Renewed> {
    let Renewal { session, generation, now, .. } = *renewal;
    app.sessions.renewed(session, generation + 1);
    // An expired session that is kept for a day because the clock is in doubt: do not shorten its token.
    let session_ends_at = if session_ends_at > now { session_ends_at } else { Timestamp::MAX };
    let grant = Grant { session, generation: generation + 1, now, session_ends_at };
    let token = app.tokens.sign(&account.person, &account.email, grant)?;
    Ok(Renewed { token, expires_at: app.tokens.end_of(grant) })
}

/// The parameters for replacing a token of this generation.
pub(super) fn renewal(app: &App, user: UserId, session: SessionId, generation: i64, now: Timestamp) -> Renewal {
    let (unused_until, max_millis) = (expiry(app, now), max_millis(app));
    Renewal { session, user, generation, now, session_time: app.session_time(), unused_until, max_millis }
}

/// Lets a socket continue with a new token of its session.
pub async fn extend(app: &App, caller: Caller, request: Renew) -> Result<Answer> {
    let renewed = authenticate(app, Some(&request.token.0)).await?;
    if (renewed.user, renewed.session) != (caller.user, caller.session) {
        let fault = Fault::new("token", "must be of the session that opened this connection");
        return Err(Error::Invalid(vec![fault]));
    }
    let connection = caller.connection.and_then(|id| app.hub.connection(caller.user, id));
    if let Some(connection) = connection {
        connection.renew(renewed.expires_at);
    }
    Ok(Answer::item(Item::Renewed(extended::Renewed { expires_at: renewed.expires_at })))
}

/// A page of the caller's sessions, the newest first, each with whether it has an open socket.
pub async fn list(app: &App, caller: Caller, request: ListSessions) -> Result<Vec<(Session, bool)>> {
    let sessions = app.store.sessions(caller.user, request.before, app.session_time(), PAGE).await?;
    let connected = app.hub.sessions(caller.user);
    let with_socket = |session: Session| {
        let is_connected = connected.contains(&session.id);
        (session, is_connected)
    };
    Ok(sessions.into_iter().map(with_socket).collect())
}

/// Ends all of the caller's sessions except the current one.
pub async fn end_others(app: &App, caller: Caller) -> Result<()> {
    confirmation::require(app, caller).await?;
    let ended = app.store.end_other_sessions(caller.user, caller.session).await;
    let ended = ended.inspect_err(|_| app.sessions.forget(caller.user))?;
    have_ended(app, caller.user, ended);
    Ok(())
}

/// Ends one of the caller's sessions, possibly the current one: its tokens are void and its sockets closed.
pub async fn end(app: &App, caller: Caller, session: SessionId) -> Result<()> {
    if session != caller.session {
        confirmation::require(app, caller).await?;
    }
    let ended = app.store.end_session(session, caller.user).await;
    if !ended.inspect_err(|_| app.sessions.forget(caller.user))? {
        return Err(Refusal::SessionNotFound.into());
    }
    have_ended(app, caller.user, vec![session]);
    Ok(())
}

/// Returns the user and session of a token. A database that does not answer is not a rejection of the token.
pub async fn authenticate(app: &App, token: Option<&str>) -> Result<Caller> {
    let claims = token.and_then(|token| app.tokens.verify(token)).ok_or(Refusal::Unauthorized)?;
    let caller = Caller {
        user: claims.user(),
        session: claims.session(),
        generation: claims.generation(),
        expires_at: claims.expires_at(),
        protocol: Protocol::Reference,
        connection: None,
    };
    let mut check = check(app, caller);
    if check == Check::Unknown {
        let live = app.store.live_session(caller.session, app.session_time()).await.map_err(cannot_check)?;
        let (owner, mut rotation) = live.ok_or(Refusal::Unauthorized)?;
        if owner != caller.user {
            return Err(Refusal::Unauthorized.into());
        }
        // A token that we signed and the database does not know yet comes from a renewal that is about to commit.
        rotation.newest = rotation.newest.max(caller.generation);
        app.sessions.remember(caller.session, caller.user, rotation, caller.expires_at);
        check = self::check(app, caller);
    }
    match check {
        Check::Void => return Err(Refusal::Unauthorized.into()),
        Check::FirstUse => {
            // If this fails, the previous token stays valid for longer, until a first use is stored.
            let noted = app.store.note_use(caller.session, caller.generation, Timestamp::now()).await;
            noted.unwrap_or_else(|error| error.log());
        }
        Check::Live | Check::Unknown => {}
    }
    Ok(caller)
}

fn check(app: &App, caller: Caller) -> Check {
    app.sessions.check(caller.session, caller.user, caller.generation, Timestamp::now())
}

/// A token that cannot be checked may be valid, and a 401 would log the client out.
fn cannot_check(error: Error) -> Error {
    error.log();
    Error::Unavailable("The token cannot be checked now: try again later")
}

/// Checks again, in memory only: the session may have ended during an `await`.
pub fn still_live(app: &App, caller: Caller) -> Result<Caller> {
    if check(app, caller) == Check::Void { Err(Refusal::Unauthorized.into()) } else { Ok(caller) }
}

/// Voids the tokens of sessions whose end is stored, and closes their sockets.
pub(super) fn have_ended(app: &App, user: UserId, sessions: Vec<SessionId>) {
    app.hub.deliver(&Event::SessionsEnded { user, sessions }, None);
}

/// When a session that is used now expires if it is not used again; not before its token.
fn expiry(app: &App, now: Timestamp) -> Timestamp {
    now.plus_millis(i64::from(app.config.auth.session_days) * DAY_MILLIS).max(app.tokens.expiry(now))
}

/// How long a session lives, even if it is used.
fn max_millis(app: &App) -> i64 {
    i64::from(app.config.auth.session_max_days) * DAY_MILLIS
}
