//! Who calls: the bearer of a token whose session lives.

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
/// The operation whose token may have expired.
const RENEW: &str = "renew_token";

/// Somebody with a live session; without one the endpoint answers 401.
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
        let caller = request.data::<Caller>().ok_or_else(|| Error::Internal("no token was looked for".into()))?;
        Ok(Self(*caller))
    }
}

/// Looks at the token of a request before anything is read of its body, which may be long: with a session that lives, the
/// request has a [`Caller`] from then on. Where a token is only presented, it must at least be ours.
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

/// What token an operation takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// None.
    None,
    /// One whose session lives, though the token may have expired: the operation sees to that.
    Presented,
    /// One of a session that lives.
    Live,
}

impl Token {
    /// Of an operation of the document.
    pub(super) fn of(operation: &serde_json::Value) -> Self {
        let is_secured = operation["security"].as_array().is_some_and(|schemes| !schemes.is_empty());
        match operation["operationId"].as_str() {
            _ if !is_secured => Self::None,
            Some(RENEW) => Self::Presented,
            _ => Self::Live,
        }
    }
}

/// The token of a request as it came: whoever takes it, checks it.
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
            description: Some("The `token` that log-in answers with."),
            name: None,
            key_in: None,
            scheme: Some("bearer"),
            bearer_format: Some("JWT"),
            flows: None,
            openid_connect_url: None,
        },
    );
}
