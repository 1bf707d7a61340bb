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
        let app = request.data::<Arc<App>>().ok_or_else(|| Error::Internal("no application".into()))?;
        let caller = sessions::authenticate(app, bearer(request.headers())).await?;
        if let Some(peer) = request.data::<Arc<Peer>>() {
            peer.logged_in();
        }
        app.attempts.request(caller.user)?;
        Ok(Self(caller))
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
