//! Headers of every response for browsers: caching and what a page may do.

use std::sync::Arc;

use ipnet::IpNet;
use poem::{
    Endpoint, IntoResponse, Request, Response,
    http::{HeaderName, HeaderValue, header},
};

use crate::api;

/// Allows camera and microphone for calls, and no other device features.
const PERMISSIONS: &str = "camera=(self), microphone=(self), display-capture=(), geolocation=(), payment=(), usb=()";
/// A year. A browser that used HTTPS once never uses plain HTTP again.
const HTTPS_ONLY: &str = "max-age=31536000";

/// Adds the headers to an endpoint's responses.
pub(super) async fn add<E: Endpoint>(
    endpoint: Arc<E>,
    request: Request,
    proxies: Vec<IpNet>,
) -> poem::Result<Response> {
    let is_api =
        request.uri().path().strip_prefix(api::PREFIX).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let is_https = is_https(&request, &proxies);
    let mut response = match endpoint.call(request).await {
        Ok(response) => response.into_response(),
        Err(error) => error.into_response(),
    };
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(HeaderName::from_static("permissions-policy"), PERMISSIONS);
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    if is_api {
        set(header::CACHE_CONTROL, "no-store");
    }
    if is_https {
        set(header::STRICT_TRANSPORT_SECURITY, HTTPS_ONLY);
    }
    Ok(response)
}

/// Whether a trusted proxy reports that the client uses HTTPS.
fn is_https(request: &Request, proxies: &[IpNet]) -> bool {
    let peer = request.remote_addr().as_socket_addr().map(|address| address.ip().to_canonical());
    let is_trusted = peer.is_some_and(|peer| proxies.iter().any(|network| network.contains(&peer)));
    // With several proxies, the first entry is the client's.
    let scheme = request.header("x-forwarded-proto").and_then(|schemes| schemes.split(',').next());
    is_trusted && scheme.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"))
}
