//! Properties of IP addresses: local or public, and the networks that an address belongs to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Prefix lengths, each with its allowance as a multiple of the smallest network's, which is one customer of a
/// provider. These are the widths that attackers can obtain: IPv4 /32 and /24, IPv6 /64, /56 and /48.
const WIDTHS_V4: [(u32, u32); 2] = [(32, 1), (24, 8)];
const WIDTHS_V6: [(u32, u32); 3] = [(64, 1), (56, 4), (48, 16)];

/// A network: its first address and its prefix length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network {
    first: IpAddr,
    bits: u32,
}

impl Network {
    /// The network's first address.
    pub fn first(self) -> IpAddr {
        self.first
    }
}

/// The networks of an address, the smallest first, each with its allowance as a multiple of the smallest's.
pub fn networks(address: IpAddr) -> impl DoubleEndedIterator<Item = (Network, u32)> {
    let address = address.to_canonical();
    let widths: &[_] = if address.is_ipv4() { &WIDTHS_V4 } else { &WIDTHS_V6 };
    widths.iter().map(move |(bits, share)| (Network { first: first(address, *bits), bits: *bits }, *share))
}

/// The allowances of all widths, as multiples of the smallest network's.
pub fn shares() -> impl Iterator<Item = u32> {
    WIDTHS_V4.into_iter().chain(WIDTHS_V6).map(|(_, share)| share)
}

/// The smallest network of an address: an IPv4 address itself, an IPv6 /64.
pub fn network(address: IpAddr) -> Network {
    let address = address.to_canonical();
    let bits = if address.is_ipv4() { WIDTHS_V4[0].0 } else { WIDTHS_V6[0].0 };
    Network { first: first(address, bits), bits }
}

fn first(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << (32 - bits))).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - bits))).into(),
    }
}

/// Whether many clients may share this address, such as all clients of a reverse proxy: loopback, private, link-local
/// and shared (100.64.0.0/10) addresses.
pub fn is_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, ..] = address.octets();
            address.is_loopback() || address.is_private() || address.is_link_local() || a == 100 && b & 0xc0 == 64
        }
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let of = |text: &str| network(address(text));
        assert_eq!(of("2001:db8::1"), of("2001:db8::2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }

    #[test]
    fn wider_networks_hold_their_neighbours() {
        let shared = |one: &str, other: &str| {
            let others: Vec<_> = networks(address(other)).collect();
            networks(address(one)).filter(|network| others.contains(network)).count()
        };
        assert_eq!(shared("192.0.2.1", "192.0.2.255"), 1);
        assert_eq!(shared("192.0.2.1", "192.0.3.1"), 0);
        assert_eq!(shared("2001:db8::1", "2001:db8:0:ff::1"), 2);
        assert_eq!(shared("2001:db8::1", "2001:db8:0:100::1"), 1);
        assert_eq!(shared("2001:db8::1", "2001:db8:1::1"), 0);
    }

    #[test]
    fn local_addresses_are_those_not_used_on_the_internet() {
        for local in ["127.0.0.2", "10.0.0.1", "172.17.0.1", "192.168.1.1", "100.64.0.1", "169.254.1.1", "::1"] {
            assert!(is_local(address(local)), "{local}");
        }
        for local in ["fd00::1", "fe80::1", "::ffff:10.0.0.1"] {
            assert!(is_local(address(local)), "{local}");
        }
        for public in ["192.0.2.1", "100.128.0.1", "172.32.0.1", "2001:db8::1", "8.8.8.8"] {
            assert!(!is_local(address(public)), "{public}");
        }
    }
}
