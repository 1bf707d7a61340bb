//! Accepting connections and speaking HTTP/1.1 on them.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use hyper_util::rt::{TokioIo, TokioTimer};
use poem::{
    Endpoint, EndpointExt, Response,
    endpoint::{DynEndpoint, ToDynEndpoint},
    http::uri::Scheme,
    web::{LocalAddr, RemoteAddr},
};
use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Connections that the system may hold until they are accepted.
const BACKLOG: u32 = 1024;
/// What the system buffers for a reader: with its own choice, one that reads nothing would be sent 4 MB first.
const SEND_BUFFER: u32 = 64 * 1024;
/// A client that does not finish its request's head, or asks for nothing more, is not waited for longer.
const HEAD_TIMEOUT: Duration = Duration::from_mins(1);
/// After an error of `accept`: out of descriptors, most likely. Without a pause it would take a whole core.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Listens on an address or host name with a port.
pub(super) async fn bind(address: &str) -> std::io::Result<TcpListener> {
    let mut last = std::io::Error::other("the name has no address");
    for address in lookup_host(address).await? {
        match bind_to(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn bind_to(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    // Connections inherit it.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Accepts until `stopping`; then connections end after the request that they are at.
pub(super) async fn serve(
    listener: TcpListener,
    endpoint: impl Endpoint<Output = Response> + 'static,
    connections: TaskTracker,
    stopping: CancellationToken,
) {
    let endpoint: Arc<dyn DynEndpoint<Output = Response>> = Arc::new(ToDynEndpoint(endpoint.map_to_response()));
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                connections.spawn(connection(stream, peer, endpoint.clone(), stopping.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    endpoint: Arc<dyn DynEndpoint<Output = Response>>,
    stopping: CancellationToken,
) {
    // Frames are written whole: waiting for more to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    let local = stream.local_addr().unwrap_or(peer);
    let service = hyper::service::service_fn(move |request| {
        let endpoint = endpoint.clone();
        async move {
            let request = (request, LocalAddr(local.into()), RemoteAddr(peer.into()), Scheme::HTTP).into();
            Ok::<hyper::Response<_>, Infallible>(endpoint.get_response(request).await.into())
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    // Errors here are the client's: a connection cut off, or no HTTP.
    tokio::select! {
        _ = &mut connection => {}
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}
