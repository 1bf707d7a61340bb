//! The client's address.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Once,
};

use ipnet::IpNet;
use poem::{FromRequest, Request, RequestBody, http::HeaderMap};

use super::input::AppData;

/// Logs the warning once: every request may cause it.
static UNREADABLE: Once = Once::new();

/// The client's address: the peer's, or the one that a trusted proxy reports.
pub(super) struct ClientAddress(pub(super) IpAddr);

impl<'a> FromRequest<'a> for ClientAddress {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let app = AppData::from_request(request, body).await?;
        let peer = request.remote_addr().as_socket_addr().map(|address| address.ip().to_canonical());
        let peer = peer.unwrap_or(Ipv4Addr::LOCALHOST.into());
        Ok(Self(client(peer, request.headers(), &app.config.server.proxies())))
    }
}

/// Follows `X-Forwarded-For` backwards from the peer, as long as the current address is a trusted proxy. Entries
/// further left come from the client and may be anything.
fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let values = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<_> = values.flat_map(|value| value.split(',')).collect();
    let mut client = peer;
    for hop in hops.iter().rev() {
        if !proxies.iter().any(|network| network.contains(&client)) {
            break;
        }
        let Some(hop) = address(hop.trim()) else {
            UNREADABLE.call_once(|| {
                tracing::warn!(
                    hop,
                    "X-Forwarded-For from a trusted proxy has an entry that is not an address: using the proxy's address"
                );
            });
            break;
        };
        client = hop.to_canonical();
    }
    client
}

/// Parses an address; some proxies add a port, and brackets around IPv6: `192.0.2.1:4711`, `[2001:db8::1]`.
fn address(hop: &str) -> Option<IpAddr> {
    let without_brackets = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']'));
    match without_brackets {
        Some(hop) => hop.parse().map(IpAddr::V6).ok(),
        None => hop.parse().ok().or_else(|| Some(hop.parse::<SocketAddr>().ok()?.ip())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client_of(peer: &str, forwarded: &'static str, proxies: &[&str]) -> String {
        let headers = [("x-forwarded-for", forwarded)];
        let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let proxies: Vec<_> = proxies.iter().map(|network| network.parse().unwrap()).collect();
        client(peer.parse().unwrap(), &HeaderMap::from_iter(headers), &proxies).to_string()
    }

    #[test]
    fn an_untrusted_client_cannot_choose_its_address() {
        assert_eq!(client_of("192.0.2.9", "198.51.100.1", &[]), "192.0.2.9");
        assert_eq!(client_of("127.0.0.1", "198.51.100.1, 192.0.2.9", &["127.0.0.0/8"]), "192.0.2.9");
    }

    #[test]
    fn a_chain_of_trusted_proxies_is_followed() {
        assert_eq!(client_of("127.0.0.1", "192.0.2.9, 10.1.1.1", &["127.0.0.1/32", "10.0.0.0/8"]), "192.0.2.9");
        assert_eq!(client_of("127.0.0.1", "nonsense", &["127.0.0.1/32"]), "127.0.0.1");
    }

    #[test]
    fn an_entry_may_have_a_port_and_brackets() {
        for (entry, client) in [
            ("192.0.2.9:4711", "192.0.2.9"),
            ("[2001:db8::9]:4711", "2001:db8::9"),
            ("[2001:db8::9]", "2001:db8::9"),
            ("2001:db8::9", "2001:db8::9"),
            ("198.51.100.1, 192.0.2.9:1, 127.0.0.1:2", "192.0.2.9"),
        ] {
            assert_eq!(client_of("127.0.0.1", entry, &["127.0.0.1/32"]), client, "{entry}");
        }
        for entry in ["[192.0.2.9]", "192.0.2.9:", "192.0.2.9:99999", "[2001:db8::9", "[2001:db8::9]:x"] {
            assert_eq!(client_of("127.0.0.1", entry, &["127.0.0.1/32"]), "127.0.0.1", "{entry}");
        }
    }
}
