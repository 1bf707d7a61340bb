//! `GET /metrics`, on a port of its own: operators see it, users do not.

use std::{future::pending, sync::Arc};

use anyhow::Context;
use poem::{
    Endpoint, Request, Response,
    endpoint::make,
    http::{Method, StatusCode, header},
};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::listener;
use crate::{
    cluster::Status,
    config,
    live::{PeerBounds, Peers},
    metrics::Metrics,
    service::App,
};

/// Connections at a time.
const CONNECTIONS: usize = 16;

/// Listens on the configured address; `None` if metrics are off.
pub(super) async fn bind(config: &config::Metrics) -> anyhow::Result<Option<TcpListener>> {
    if config.listen.is_empty() {
        return Ok(None);
    }
    let bound = listener::bind(&config.listen).await;
    bound.map(Some).with_context(|| format!("cannot listen on {} (metrics.listen)", config.listen))
}

/// Serves until it is dropped.
pub(super) async fn serve(
    listener: Option<TcpListener>,
    app: Arc<App>,
    connections: TaskTracker,
    stopping: CancellationToken,
) {
    let Some(listener) = listener else { return pending().await };
    let total = CONNECTIONS;
    let bounds = PeerBounds { total, per_address: total, anonymous_per_address: total };
    let peers = Arc::new(Peers::new(bounds, Vec::new()));
    listener::serve(listener, endpoint(app), peers, connections, stopping).await;
}

fn endpoint(app: Arc<App>) -> impl Endpoint<Output = Response> + 'static {
    make(move |request: Request| {
        let response = answer(&app, &request);
        async move { Ok::<_, poem::Error>(response) }
    })
}

fn answer(app: &App, request: &Request) -> Response {
    if request.uri().path() != "/metrics" {
        return Response::builder().status(StatusCode::NOT_FOUND).body("Not found. Metrics are at /metrics.\n");
    }
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return Response::builder().status(StatusCode::METHOD_NOT_ALLOWED).header(header::ALLOW, "GET, HEAD").finish();
    }
    for (protocol, count) in app.hub.counts() {
        app.metrics.connections.set(protocol.name(), count as u64);
    }
    if let Some(cluster) = &app.cluster {
        let Status { has_bus, has_log, peers } = cluster.status();
        app.metrics.cluster_bus.set(u64::from(has_bus));
        app.metrics.cluster_log.set(u64::from(has_log));
        app.metrics.cluster_peers.set(peers as u64);
    }
    Response::builder().content_type(Metrics::MEDIA_TYPE).body(app.metrics.text())
}
