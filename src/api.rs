//! REST: one file per resource. These files translate; `service` decides.

mod accounts;
mod address;
mod caller;
mod chats;
mod exports;
mod failure;
mod input;
mod privacy;
mod reply;
mod search;
mod sessions;

use std::sync::Arc;

use poem::{
    Endpoint, EndpointExt, IntoEndpoint, Request, Response, endpoint::BoxEndpoint, http::header, middleware::Cors,
};
use poem_openapi::{LicenseObject, OpenApiService, Tags};
use serde_json::{Map, Value, json};
use tracing::Instrument;

pub use failure::{answer, method_not_allowed, not_found};

use crate::{
    config::Origins,
    error::{Error, Refusal},
    service::App,
};

/// The path of the API.
pub const PREFIX: &str = "/api";

type Api = (
    accounts::Accounts,
    privacy::PrivacyApi,
    exports::ExportsApi,
    sessions::SessionsApi,
    search::SearchApi,
    chats::Chats,
);

#[derive(Tags)]
enum Tag {
    /// Sign-up and your profile.
    Accounts,
    /// Login, logout and your sessions.
    Sessions,
    /// Search for users and groups.
    Search,
    /// Dialogs and groups. Messages are written and read over the WebSocket at `/api/ws`.
    Chats,
}

/// The API with its documentation.
fn service() -> OpenApiService<Api, ()> {
    let api = (
        accounts::Accounts,
        privacy::PrivacyApi,
        exports::ExportsApi,
        sessions::SessionsApi,
        search::SearchApi,
        chats::Chats,
    );
    OpenApiService::new(api, "Hearth", env!("CARGO_PKG_VERSION"))
        .description(DESCRIPTION)
        .license(LicenseObject::new(env!("CARGO_PKG_LICENSE")).url("https://spdx.org/licenses/"))
        .server(PREFIX)
}

/// The OpenAPI document, as JSON.
pub fn document() -> String {
    with_security(&service().spec())
}

/// Adds an empty `security` to operations that need no token, instead of leaving it out.
fn with_security(document: &str) -> String {
    let mut document: Value = serde_json::from_str(document).expect("poem writes JSON");
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    let operations = paths.filter_map(Value::as_object_mut).flat_map(Map::values_mut);
    for operation in operations.filter(|operation| operation["security"].is_null()) {
        operation["security"] = json!([]);
    }
    format!("{document:#}\n")
}

/// The page that shows the document and sends requests; one file that works offline.
pub fn documentation() -> String {
    const HTML: &str = "<!doctype html>\n<html lang=\"en\"";
    const HEAD: &str = r#"<title>Hearth: REST</title><link rel="icon" href="data:,">
    <meta name="viewport" content="width=device-width, initial-scale=1">"#;
    let service = service();
    let (page, spec, document) = (service.swagger_ui_html(), service.spec(), document());
    let edits = [("<html", HTML), ("<title>Swagger UI</title>", HEAD), (&spec, document.trim_end())];
    // Allocated once: a copy per edit would leave the allocator holding many times the page's size.
    let mut edited = String::with_capacity(page.len() + document.len());
    let mut rest = page.trim_start();
    for (old, new) in edits {
        let Some((before, after)) = rest.split_once(old) else { continue };
        edited.extend([before, new]);
        rest = after;
    }
    edited + rest
}

/// Every endpoint below [`PREFIX`]. All failures have the same body.
pub fn endpoint(app: &Arc<App>) -> impl Endpoint<Output = Response> + 'static {
    let answering = Answering {
        app: app.clone(),
        endpoint: Arc::new(service().into_endpoint().data(app.clone()).boxed()),
        operations: failure::Operations::of(&document()),
    };
    let cors_refusal = |error| async move { failure::catch(Err(error), None) };
    let origins = Arc::new(Origins::of(&app.config.server.origins));
    let own_origins = move |endpoint: Arc<_>, request: Request| {
        let origins = origins.clone();
        async move {
            if !origin_is_allowed(&origins, &request) {
                return Ok(answer(&Error::Refused(Refusal::OriginNotAllowed)));
            }
            Endpoint::call(&*endpoint, request).await
        }
    };
    answering.with(cors()).catch_all_error(cors_refusal).around(own_origins)
}

/// Whether a page may call. REST and WebSocket share one list of allowed origins.
pub fn origin_is_allowed(origins: &Origins, request: &Request) -> bool {
    let host = request.header(header::HOST);
    match request.headers().get(header::ORIGIN) {
        Some(origin) => origins.allow(origin.to_str().unwrap_or_default(), host),
        None => true,
    }
}

/// The endpoints with their common parts: the size limit of bodies, and the shape of failures.
struct Answering {
    app: Arc<App>,
    endpoint: Arc<BoxEndpoint<'static>>,
    operations: failure::Operations,
}

impl Endpoint for Answering {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let allowed = self.operations.allowed(request.uri().path());
        let token = self.operations.token(request.uri().path(), request.method());
        let (app, endpoint) = (self.app.clone(), self.endpoint.clone());
        let work = async move {
            // Check the token first: without a valid one the body is not read.
            caller::authorize(&app, &mut request, token).await?;
            endpoint.call(input::limit_body(request).await?).await
        };
        // Runs in a task of its own, so that a request completes even if the client disconnects.
        let result = tokio::spawn(work.in_current_span()).await;
        let result = result.unwrap_or_else(|panic| Err(Error::Internal(panic.into()).into()));
        Ok(failure::catch(result, allowed.as_deref()))
    }
}

/// Allows every origin: those that are not allowed were rejected before.
fn cors() -> Cors {
    Cors::new()
        .allow_methods(["GET", "POST", "PATCH", "DELETE"])
        .allow_headers(["authorization", "content-type", "x-request-id"])
        .expose_headers(["retry-after", "x-request-id"])
        .allow_credentials(false)
}

const DESCRIPTION: &str = "\
A self-hosted messenger. REST has accounts, search and groups; messages are sent over \
[the WebSocket](/doc/websocket) at `/api/ws`. For tools: [OpenAPI](/doc/openapi.json), \
[AsyncAPI](/doc/asyncapi.json).

**Try it.** Sign up, log in, copy `token` from the response, press *Authorize* and paste it. Every *Try it out* below \
then works. Tokens are JWT (HS256). They are valid for `auth.token_hours` (24 by default), and are revoked at once when \
the password is changed elsewhere or the account is deleted.

**Failures** have the body `{\"message\", \"code\", \"errors\"}`: a text for users, a stable word for programs, and \
for invalid requests all faults at once, by field. Bodies have at most 100 KiB. Ids are UUIDs; times are RFC 3339 \
in UTC with milliseconds; lengths count Unicode characters.";
