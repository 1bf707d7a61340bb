//! Logging in and out, who a token speaks for, and the sessions of one person.

use std::{net::IpAddr, time::Duration};

use uuid::Uuid;

use super::{App, Caller};
use crate::{
    auth::{Check, Verdict},
    error::{Error, Fault, Refusal, Result},
    model::{Person, Session, SessionId, Timestamp, UserId},
    protocol::{Answer, Item, LogIn, Protocol, Renew, extended},
    store::{Account, NewSession},
    writer::Origin,
};

/// Characters of a client's name that are kept.
const USER_AGENT_MAX: usize = 256;
/// Sessions that are shown of one person.
const SHOWN: i64 = 100;

/// A log-in that succeeded.
pub struct LoggedIn {
    /// Who.
    pub person: Person,
    /// As it was written at sign-up.
    pub email: String,
    /// For the `Authorization` header.
    pub token: String,
}

/// A token that takes the place of an older one.
pub struct Renewed {
    /// For the `Authorization` header.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Begins a session. An unknown e-mail takes as long as a wrong password, and reads the same.
pub async fn log_in(app: &App, address: IpAddr, user_agent: &str, credentials: LogIn) -> Result<LoggedIn> {
    let logged_in = try_log_in(app, address, user_agent, credentials).await;
    let reason = match &logged_in {
        Err(Error::Refused(Refusal::WrongCredentials)) => "wrong_credentials",
        Err(Error::TooMany(_)) => "too_many",
        _ => return logged_in,
    };
    // Operators give this line to fail2ban: the wording, and the address at the end, are documented.
    tracing::warn!(reason, %address, "login_failed");
    logged_in
}

async fn try_log_in(app: &App, address: IpAddr, user_agent: &str, credentials: LogIn) -> Result<LoggedIn> {
    let attempt = app.attempts.log_in(address, &credentials.email.0)?;
    let account = app.store.account_by_email(&credentials.email.0).await?;
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let verdict = app.passwords.compare(credentials.password.0.clone(), hash).await?;
    let account = account.filter(|_| verdict != Verdict::Wrong).ok_or(Refusal::WrongCredentials)?;
    app.attempts.log_in_succeeded(&attempt);

    let now = Timestamp::now();
    let user_agent: String = user_agent.chars().filter(|c| !c.is_control()).take(USER_AGENT_MAX).collect();
    let id = SessionId(Uuid::now_v7());
    let session = NewSession { id, user_agent: &user_agent, now, expires_at: expiry(app, now) };
    if !app.store.add_session(&account, &session).await? {
        return Err(Refusal::WrongCredentials.into());
    }
    if verdict == Verdict::Outdated {
        renew_hash(app, &account, credentials.password.0).await;
    }
    let token = app.tokens.sign(&account.person, &account.email, id, now)?;
    Ok(LoggedIn { person: account.person, email: account.email, token })
}

/// Hashes a password anew that was hashed elsewhere, or by an older rule. If that fails, the next log-in does it.
async fn renew_hash(app: &App, account: &Account, password: String) {
    let renewed = async {
        let hash = app.passwords.hash(password).await?;
        app.store.replace_hash(account, &hash).await
    };
    if let Err(error) = renewed.await {
        error.log();
    }
}

/// A new token of the same session. The old one may have expired, the session not: it lives for as long as it is
/// renewed often enough.
pub async fn renew(app: &App, token: Option<&str>) -> Result<Renewed> {
    let claims = token.and_then(|token| app.tokens.verify_signature(token)).ok_or(Refusal::Unauthorized)?;
    let (user, session, now) = (claims.user(), claims.session(), Timestamp::now());
    app.attempts.request(user)?;
    if !app.store.extend_session(session, user, now, expiry(app, now)).await.map_err(cannot_check)? {
        return Err(Refusal::Unauthorized.into());
    }
    let account = app.store.account_by_id(user).await.map_err(cannot_check)?.ok_or(Refusal::Unauthorized)?;
    let token = app.tokens.sign(&account.person, &account.email, session, now)?;
    Ok(Renewed { token, expires_at: app.tokens.expiry(now) })
}

/// A socket goes on with another token of its session.
pub async fn extend(app: &App, caller: Caller, request: Renew) -> Result<Answer> {
    let renewed = authenticate(app, Some(&request.token.0)).await?;
    if (renewed.user, renewed.session) != (caller.user, caller.session) {
        let fault = Fault::new("token", "must be of the session that opened this connection");
        return Err(Error::Invalid(vec![fault]));
    }
    let connection = caller.origin.connection.and_then(|id| app.hub.connection(caller.user, id));
    if let Some(connection) = connection {
        connection.renew(renewed.expires_at);
    }
    Ok(Answer::item(Item::Renewed(extended::Renewed { expires_at: renewed.expires_at })))
}

/// The caller's sessions, those used last first; with each whether a socket is open.
pub async fn list(app: &App, caller: Caller) -> Result<Vec<(Session, bool)>> {
    let sessions = app.store.sessions(caller.user, Timestamp::now(), SHOWN).await?;
    let connected = app.hub.sessions(caller.user);
    let with_socket = |session: Session| {
        let is_connected = connected.contains(&session.id);
        (session, is_connected)
    };
    Ok(sessions.into_iter().map(with_socket).collect())
}

/// Ends one of the caller's sessions, also the present one: its tokens are void, its sockets closed.
pub async fn end(app: &App, caller: Caller, session: SessionId) -> Result<()> {
    let ended = app.store.end_session(session, caller.user).await;
    if !ended.inspect_err(|_| app.sessions.forget(caller.user))? {
        return Err(Refusal::SessionNotFound.into());
    }
    have_ended(app, caller.user, &[session]);
    Ok(())
}

/// Whom a token speaks for. If the database must be asked and does not answer, that is no refusal.
pub async fn authenticate(app: &App, token: Option<&str>) -> Result<Caller> {
    let claims = token.and_then(|token| app.tokens.verify(token)).ok_or(Refusal::Unauthorized)?;
    let origin = Origin { protocol: Protocol::Auth, connection: None };
    let caller = Caller { user: claims.user(), session: claims.session(), expires_at: claims.expires_at(), origin };
    match app.sessions.check(caller.session, caller.user) {
        Check::Live => Ok(caller),
        Check::Ended => Err(Refusal::Unauthorized.into()),
        Check::Unknown => {
            let owner = app.store.session_user(caller.session, Timestamp::now()).await.map_err(cannot_check)?;
            if owner != Some(caller.user) {
                return Err(Refusal::Unauthorized.into());
            }
            app.sessions.remember(caller.session, caller.user, caller.expires_at);
            still_live(app, caller)
        }
    }
}

/// Whatever keeps the database from telling: a client that is told 401 logs out, and its token may be good.
fn cannot_check(error: Error) -> Error {
    error.log();
    Error::Unavailable("The token cannot be checked now: try again later")
}

/// Once more, from memory: the session may have ended while something else was awaited.
pub fn still_live(app: &App, caller: Caller) -> Result<Caller> {
    match app.sessions.check(caller.session, caller.user) {
        Check::Ended => Err(Refusal::Unauthorized.into()),
        Check::Live | Check::Unknown => Ok(caller),
    }
}

/// Makes the end of sessions, which the database knows, known to memory and to open sockets.
pub(super) fn have_ended(app: &App, user: UserId, ended: &[SessionId]) {
    app.sessions.end(ended, app.tokens.expiry(Timestamp::now()));
    app.hub.close_sessions(user, ended);
}

/// When a session that is used now ends if it is not used again; not before its token.
fn expiry(app: &App, now: Timestamp) -> Timestamp {
    let unused = Duration::from_hours(24 * u64::from(app.config.auth.session_days));
    let millis = i64::try_from(unused.as_millis()).unwrap_or(i64::MAX);
    now.plus_millis(millis).max(app.tokens.expiry(now))
}
