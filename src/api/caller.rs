//! The caller: the user whose live session the token belongs to.

use std::sync::Arc;

use poem::{Request, RequestBody};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaSecurityScheme, Registry},
};

use crate::{
    error::Error,
    live::Peer,
    service::{App, Caller, sessions},
    ws::bearer,
};

const SCHEME: &str = "Bearer";
/// The operation that accepts an expired token.
const RENEW: &str = "renew_token";

/// A user with a live session; without one the endpoint responds with 401.
pub(super) struct Authorized(pub(super) Caller);

impl<'a> ApiExtractor<'a> for Authorized {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        register_scheme(registry);
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![SCHEME]
    }

    async fn from_request(request: &'a Request, _: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
        let caller = request.data::<Caller>().ok_or_else(|| Error::Internal("the token was not checked".into()))?;
        Ok(Self(*caller))
    }
}

/// Checks a request's token before its body, which may be large, is read. If the session lives, adds a [`Caller`] to
/// the request. If the operation only needs a presented token, checks that this server signed it.
pub(super) async fn authorize(app: &App, request: &mut Request, token: Token) -> Result<(), Error> {
    let bearer = bearer(request.headers());
    match token {
        Token::None => {}
        Token::Presented => sessions::check_presented(app, bearer)?,
        Token::Live => {
            let caller = sessions::authenticate(app, bearer).await?;
            if let Some(peer) = request.data::<Arc<Peer>>() {
                peer.logged_in();
            }
            app.attempts.request(caller.user)?;
            request.set_data(caller);
        }
    }
    Ok(())
}

/// The token that an operation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// None.
    None,
    /// A token of a live session, possibly expired; the operation checks the session.
    Presented,
    /// A valid token of a live session.
    Live,
}

impl Token {
    /// The token that an operation of the document needs.
    pub(super) fn of(operation: &serde_json::Value) -> Self {
        let is_secured = operation["security"].as_array().is_some_and(|schemes| !schemes.is_empty());
        match operation["operationId"].as_str() {
            _ if !is_secured => Self::None,
            Some(RENEW) => Self::Presented,
            _ => Self::Live,
        }
    }
}

/// The token as it was sent. The operation must check it.
pub(super) struct Presented(pub(super) Option<String>);

impl<'a> ApiExtractor<'a> for Presented {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        register_scheme(registry);
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![SCHEME]
    }

    async fn from_request(request: &'a Request, _: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
        Ok(Self(bearer(request.headers()).map(str::to_owned)))
    }
}

fn register_scheme(registry: &mut Registry) {
    registry.create_security_scheme(
        SCHEME,
        MetaSecurityScheme {
            ty: "http",
            description: Some("The `token` from the login response."),
            name: None,
            key_in: None,
            scheme: Some("bearer"),
            bearer_format: Some("JWT"),
            flows: None,
            openid_connect_url: None,
        },
    );
}
