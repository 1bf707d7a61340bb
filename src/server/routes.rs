//! The routes.

use std::{sync::Arc, time::Duration};

use poem::{
    Endpoint, EndpointExt, IntoResponse, Request, Response, Route,
    endpoint::make,
    http::{HeaderMap, Method, StatusCode, Version, header},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::headers;
use crate::{
    api, assets,
    cluster::Status,
    config::Origins,
    error::{Error, Fault, Refusal},
    service::App,
    store::Readiness,
    telemetry, ws,
};

/// The paths that the web client's own router handles, besides `/`.
const CLIENT_PATHS: [&str; 3] = ["/chat/*path", "/login", "/signup"];
/// How long a readiness probe waits for the database.
const READY_TIMEOUT: Duration = Duration::from_secs(2);

/// All routes of the server.
pub(super) fn routes(
    app: &Arc<App>,
    sockets: &TaskTracker,
    stopping: &CancellationToken,
) -> impl Endpoint<Output = Response> + 'static {
    let root = {
        let (app, socket) = (app.clone(), socket(app, sockets));
        make(move |request: Request| {
            let (app, socket) = (app.clone(), socket.clone());
            async move {
                if ws::is_asked_for(request.headers()) {
                    return socket.call(request).await;
                }
                Ok(if app.config.web.enabled { read(&request, client_page) } else { assets::not_found() })
            }
        })
    };
    let ready = {
        let (app, stopping) = (app.clone(), stopping.clone());
        make(move |_| {
            let (app, stopping) = (app.clone(), stopping.clone());
            async move { Ok::<_, poem::Error>(ready(&app, &stopping).await) }
        })
    };
    let routes = Route::new()
        .at("/", root)
        .at("/doc", page(assets::rest_page))
        .at("/doc/", page(assets::rest_page))
        .at("/doc/openapi.json", page(assets::rest_document))
        .at("/doc/websocket", page(assets::socket_page))
        .at("/doc/asyncapi.json", page(assets::socket_document))
        .at("/healthz", make(async |_| Ok::<_, poem::Error>("ok\n")))
        .at("/readyz", ready)
        .at("/api/ws", socket(app, sockets))
        .nest(api::PREFIX, api::endpoint(app));
    let routes = if app.config.web.enabled { with_client(routes) } else { routes };
    let fallback = |error: poem::Error| async move {
        match error.status() {
            StatusCode::NOT_FOUND => assets::not_found(),
            _ => error.into_response(),
        }
    };
    let proxies = app.config.server.proxies();
    let with_headers = move |endpoint, request| headers::add(endpoint, request, proxies.clone());
    routes.around(below_api).catch_all_error(fallback).around(with_host).around(with_headers).around(telemetry::trace)
}

/// Rejects HTTP/1.1 requests without `Host` or with several (RFC 9112, 3.2): proxies may disagree on which one counts.
async fn with_host<E: Endpoint>(endpoint: Arc<E>, request: Request) -> poem::Result<Response> {
    if request.version() == Version::HTTP_11 && request.headers().get_all(header::HOST).iter().count() != 1 {
        return Ok(api::answer(&Error::Invalid(vec![Fault::new("Host", "must be given exactly once")])));
    }
    endpoint.call(request).await.map(IntoResponse::into_response)
}

/// Answers paths below the API whose escapes are not UTF-8 with the API's 404; the router matches them with no route.
async fn below_api<E: Endpoint<Output = Response>>(endpoint: Arc<E>, request: Request) -> poem::Result<Response> {
    let is_below = request.uri().path().strip_prefix(api::PREFIX).is_some_and(|rest| rest.starts_with('/'));
    let answered = endpoint.call(request).await;
    let is_nobodys = |error: &poem::Error| is_below && error.status().is_client_error();
    answered.or_else(|error| if is_nobodys(&error) { Ok(api::not_found()) } else { Err(error) })
}

/// The WebSocket's endpoint, with the same allowed origins as REST.
fn socket(app: &Arc<App>, sockets: &TaskTracker) -> Arc<impl Endpoint<Output = Response> + 'static> {
    let (app, sockets) = (app.clone(), sockets.clone());
    let origins = Arc::new(Origins::of(&app.config.server.origins));
    Arc::new(make(move |request: Request| {
        let (app, sockets, origins) = (app.clone(), sockets.clone(), origins.clone());
        async move {
            if request.method() != Method::GET {
                return Ok(api::method_not_allowed("GET"));
            }
            if !api::origin_is_allowed(&origins, &request) {
                return Ok(api::answer(&Error::Refused(Refusal::OriginNotAllowed)));
            }
            let upgraded = ws::upgrade(&app, &sockets, &request).await;
            Ok::<_, poem::Error>(upgraded.unwrap_or_else(|error| api::answer(&error)))
        }
    }))
}

/// The web client: its page, at every path that its own router handles, and its files.
fn with_client(mut routes: Route) -> Route {
    for path in CLIENT_PATHS {
        routes = routes.at(path, make(async |request| Ok::<_, poem::Error>(read(&request, client_page))));
    }
    for path in assets::client::files() {
        let file = make(|request: Request| async move {
            let path = request.uri().path();
            Ok::<_, poem::Error>(read(&request, |request| assets::client::file(path, request.headers())))
        });
        routes = routes.at(format!("/{path}"), file);
    }
    routes
}

fn client_page(request: &Request) -> Response {
    assets::client::page(request.headers())
}

fn page(page: fn(&HeaderMap) -> Response) -> impl Endpoint<Output = Response> + 'static {
    make(move |request| async move { Ok::<_, poem::Error>(read(&request, |request| page(request.headers()))) })
}

fn read(request: &Request, page: impl Fn(&Request) -> Response) -> Response {
    if [Method::GET, Method::HEAD].contains(request.method()) {
        return page(request);
    }
    Response::builder().status(StatusCode::METHOD_NOT_ALLOWED).header(header::ALLOW, "GET, HEAD").finish()
}

/// Whether the server can handle requests: a stable word, and further lines if damaged pages were met, and in a cluster.
async fn ready(app: &App, stopping: &CancellationToken) -> Response {
    let readiness = if stopping.is_cancelled() {
        Readiness::Unready("stopping")
    } else {
        let readiness = tokio::time::timeout(READY_TIMEOUT, app.store.readiness()).await;
        readiness.unwrap_or(Readiness::Unready("database_away"))
    };
    let status = match readiness {
        Readiness::Unready(_) => StatusCode::SERVICE_UNAVAILABLE,
        Readiness::Ready | Readiness::ReadOnly | Readiness::Degraded(_) => StatusCode::OK,
    };
    let text = match readiness {
        Readiness::Ready => "ready\n".to_owned(),
        Readiness::ReadOnly => "read_only\n".to_owned(),
        Readiness::Degraded(met) => format!("degraded\ndamaged pages were met {met} times\n"),
        Readiness::Unready(reason) => format!("{reason}\n"),
    };
    let cluster = app.cluster.as_ref().map(|cluster| {
        let Status { has_bus, peers, .. } = cluster.status();
        let bus = if has_bus { "connected" } else { "away" };
        format!("cluster: bus {bus}, {peers} peers\n")
    });
    Response::builder().status(status).body(text + &cluster.unwrap_or_default())
}
