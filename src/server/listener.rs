//! Accepts connections and speaks HTTP/1.1 on them.

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

use super::write_timeout::WriteTimeout;
use crate::{
    live::{Crowded, Peer, Peers},
    ws::FULL,
};

/// Connections that the system queues until they are accepted.
const BACKLOG: u32 = 1024;
/// The system's send buffer per connection. Its default would buffer up to 4 MB for a client that reads nothing.
const SEND_BUFFER: u32 = 64 * 1024;
/// How long a client may take to send a request's head, or stay idle between requests.
const HEAD_TIMEOUT: Duration = Duration::from_mins(1);
/// How long a client may take no byte of a response before its connection is closed.
const PATIENCE: Duration = Duration::from_secs(30);
/// The header in which a reverse proxy names the client.
const FORWARDED_FOR: &str = "x-forwarded-for";
/// Pause after `accept` fails, probably because no descriptors are left. Without it the loop would use a whole core.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long a connection in a reserved place may take.
const EXTRA_TIMEOUT: Duration = Duration::from_secs(5);

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
    // Accepted connections inherit it.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Accepts connections until `stopping`; then each connection ends after its current request.
pub(super) async fn serve(
    listener: TcpListener,
    endpoint: impl Endpoint<Output = Response> + 'static,
    peers: Arc<Peers>,
    connections: TaskTracker,
    stopping: CancellationToken,
) {
    let endpoint: Arc<dyn DynEndpoint<Output = Response>> = Arc::new(ToDynEndpoint(endpoint.map_to_response()));
    loop {
        match listener.accept().await {
            Ok((stream, address)) => match peers.enter(address.ip()) {
                Ok(peer) => {
                    let served = Served { peers: peers.clone(), peer: Arc::new(peer), address };
                    connections.spawn(connection(stream, served, endpoint.clone(), stopping.clone()));
                }
                Err(crowded) => turn_away(&stream, crowded),
            },
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Sends the reason without reading the request. The response fits into the system's buffer, so this never waits.
fn turn_away(stream: &TcpStream, crowded: Crowded) {
    let (status, seconds, code, message) = match crowded {
        Crowded::Server => ("503 Service Unavailable", 5, "unavailable", FULL),
        Crowded::Address => {
            let message = "Your address has too many open connections: close some";
            ("429 Too Many Requests", 30, "too_many_requests", message)
        }
    };
    let body = format!(r#"{{"message":"{message}","code":"{code}"}}"#);
    let answer = format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\nretry-after: {seconds}\r\ncontent-length: {}\r\n\
         content-type: application/json; charset=utf-8\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.try_write(answer.as_bytes());
}

/// A connection that was admitted.
struct Served {
    peers: Arc<Peers>,
    peer: Arc<Peer>,
    address: SocketAddr,
}

async fn connection(
    stream: TcpStream,
    served: Served,
    endpoint: Arc<dyn DynEndpoint<Output = Response>>,
    stopping: CancellationToken,
) {
    let Served { peers, peer, address } = served;
    // Frames are written whole: waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    let local = stream.local_addr().unwrap_or(address);
    let service = {
        let peer = peer.clone();
        hyper::service::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
            if request.headers().contains_key(FORWARDED_FOR) {
                peers.forwarded(address.ip());
            }
            request.extensions_mut().insert(peer.clone());
            let endpoint = endpoint.clone();
            async move {
                let request = (request, LocalAddr(local.into()), RemoteAddr(address.into()), Scheme::HTTP).into();
                Ok::<hyper::Response<_>, Infallible>(endpoint.get_response(request).await.into())
            }
        })
    };
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(WriteTimeout::new(stream, PATIENCE)), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let extra = async {
        if !peer.is_extra {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(EXTRA_TIMEOUT).await;
    };
    // Errors here are the client's: it disconnected, or does not speak HTTP.
    tokio::select! {
        _ = &mut connection => {}
        () = peer.displaced() => {}
        () = extra => {}
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}
