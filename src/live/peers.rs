//! The open TCP connections by client address, and their limits. Knows no HTTP.
//!
//! The total is bounded by memory and file descriptors. Each address may hold a number of connections, and a smaller
//! number that no request has authenticated. Addresses that many clients may share, such as a reverse proxy's, are not
//! counted. If the server is full, a new connection displaces the oldest unauthenticated one of the address that holds
//! the most of these.

use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use ipnet::IpNet;
use tokio_util::sync::CancellationToken;

use crate::model::address::{Network, is_local, network};

/// Places beyond the limit for requests from this machine, so that a full server still answers a health probe.
const RESERVED: usize = 8;
/// How long an address counts as a proxy after one of its requests named another client.
const PROXY_FOR: Duration = Duration::from_mins(10);
/// How many addresses are remembered as proxies.
const MAX_PROXIES: usize = 1024;

/// Limits on open connections.
#[derive(Debug, Clone, Copy)]
pub struct PeerBounds {
    /// In total.
    pub total: usize,
    /// Per address.
    pub per_address: usize,
    /// Per address, of those that no request has authenticated.
    pub anonymous_per_address: usize,
}

/// The open connections.
pub struct Peers {
    bounds: PeerBounds,
    trusted: Vec<IpNet>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How many connections were ever opened: the number of the next one.
    count: u64,
    open: usize,
    shares: HashMap<Network, Share>,
    /// Addresses that named other clients although they are not trusted proxies, and when they last did.
    proxies: HashMap<Network, Instant>,
    is_warned: bool,
}

/// The connections of one address.
#[derive(Default)]
struct Share {
    logged_in: usize,
    /// The unauthenticated ones, the oldest first, each with the token that closes it.
    anonymous: BTreeMap<u64, CancellationToken>,
}

impl Share {
    fn open(&self) -> usize {
        self.logged_in + self.anonymous.len()
    }
}

/// Why a connection is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crowded {
    /// The server has as many connections as it can hold.
    Server,
    /// The address has as many connections as one address may have.
    Address,
}

/// An open connection. Dropping this gives its place back.
pub struct Peer {
    peers: Arc<Peers>,
    id: u64,
    network: Network,
    displaced: CancellationToken,
    is_logged_in: AtomicBool,
    /// Whether it uses one of the places reserved for this machine: it may make only one short request.
    pub is_extra: bool,
}

impl Peers {
    /// Starts with no connections. `trusted` are proxies, each with many clients behind it.
    pub fn new(bounds: PeerBounds, trusted: Vec<IpNet>) -> Self {
        Self { bounds, trusted, state: Mutex::default() }
    }

    /// Adds a connection from this address.
    pub fn enter(self: &Arc<Self>, address: IpAddr) -> Result<Peer, Crowded> {
        let (address, network) = (address.to_canonical(), network(address));
        let mut state = self.lock();
        let (open, anonymous) =
            state.shares.get(&network).map_or((0, 0), |share| (share.open(), share.anonymous.len()));
        let is_over = open >= self.bounds.per_address || anonymous >= self.bounds.anonymous_per_address;
        if is_over && !self.is_many(address, &state) {
            return Err(Crowded::Address);
        }
        let mut is_extra = false;
        if state.open >= self.bounds.total && !state.displace(anonymous) {
            is_extra = address.is_loopback() && state.open < self.bounds.total + RESERVED;
            if !is_extra {
                return Err(Crowded::Server);
            }
        }
        state.count += 1;
        state.open += 1;
        let (id, displaced) = (state.count, CancellationToken::new());
        state.shares.entry(network).or_default().anonymous.insert(id, displaced.clone());
        Ok(Peer { peers: self.clone(), id, network, displaced, is_logged_in: AtomicBool::new(false), is_extra })
    }

    /// Records that a request from this address named another client. Logs a warning the first time, if the address is
    /// not a trusted proxy.
    pub fn forwarded(&self, address: IpAddr) {
        let address = address.to_canonical();
        if self.is_trusted(address) {
            return;
        }
        let (now, mut state) = (Instant::now(), self.lock());
        if state.proxies.len() >= MAX_PROXIES {
            state.proxies.retain(|_, seen| now.duration_since(*seen) < PROXY_FOR);
        }
        if state.proxies.len() < MAX_PROXIES {
            state.proxies.insert(network(address), now);
        }
        if !std::mem::replace(&mut state.is_warned, true) {
            drop(state);
            tracing::warn!(
                %address,
                "X-Forwarded-For from an address that is not in server.trusted_proxies is ignored: if it is your reverse \
                 proxy, all of its clients share one address and its limits"
            );
        }
    }

    /// Whether many clients may share this address, so that it is not counted.
    fn is_many(&self, address: IpAddr, state: &State) -> bool {
        is_local(address)
            || self.is_trusted(address)
            || state.proxies.get(&network(address)).is_some_and(|seen| seen.elapsed() < PROXY_FOR)
    }

    fn is_trusted(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Closes the oldest unauthenticated connection of the address that has the most of these, if that is at least two
    /// more than the new connection's address would have, which has `held` now.
    fn displace(&mut self, held: usize) -> bool {
        let largest = self.shares.values_mut().max_by_key(|share| share.anonymous.len());
        let Some(share) = largest.filter(|share| share.anonymous.len() >= held + 3) else { return false };
        let Some((_, displaced)) = share.anonymous.pop_first() else { return false };
        displaced.cancel();
        self.open -= 1;
        true
    }
}

impl Peer {
    /// Marks this connection as used by a live session.
    pub fn logged_in(&self) {
        if self.is_logged_in.swap(true, Ordering::Relaxed) {
            return;
        }
        let mut state = self.peers.lock();
        if let Some(share) = state.shares.get_mut(&self.network) {
            share.logged_in += usize::from(share.anonymous.remove(&self.id).is_some());
        }
    }

    /// Waits until another connection takes this one's place.
    pub async fn displaced(&self) {
        self.displaced.cancelled().await;
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let mut state = self.peers.lock();
        let is_logged_in = *self.is_logged_in.get_mut();
        let Some(share) = state.shares.get_mut(&self.network) else { return };
        let had_place = if share.anonymous.remove(&self.id).is_some() {
            true
        } else if is_logged_in && !self.displaced.is_cancelled() {
            share.logged_in -= 1;
            true
        } else {
            false
        };
        if share.open() == 0 {
            state.shares.remove(&self.network);
        }
        state.open -= usize::from(had_place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: PeerBounds = PeerBounds { total: 6, per_address: 4, anonymous_per_address: 2 };

    fn peers() -> Arc<Peers> {
        Arc::new(Peers::new(BOUNDS, vec!["198.51.100.0/24".parse().unwrap()]))
    }

    fn enter(peers: &Arc<Peers>, address: &str) -> Result<Peer, Crowded> {
        peers.enter(address.parse().unwrap())
    }

    /// The number of open connections, and of addresses that have some.
    fn counts(peers: &Peers) -> (usize, usize) {
        let state = peers.lock();
        (state.open, state.shares.len())
    }

    #[test]
    fn an_address_holds_so_many_and_fewer_without_a_log_in() {
        let (peers, mut held) = (peers(), Vec::new());
        for _ in 0..4 {
            held.push(enter(&peers, "192.0.2.1").ok().unwrap());
            held.last().unwrap().logged_in();
        }
        assert_eq!(enter(&peers, "192.0.2.1").err(), Some(Crowded::Address));
        held.truncate(1);
        held.push(enter(&peers, "192.0.2.1").ok().unwrap());
        held.push(enter(&peers, "192.0.2.1").ok().unwrap());
        assert_eq!(enter(&peers, "192.0.2.1").err(), Some(Crowded::Address));
        assert!(enter(&peers, "192.0.2.2").is_ok());
    }

    #[test]
    fn proxies_and_private_addresses_hold_what_there_is() {
        for (address, names_others) in
            [("127.0.0.1", false), ("10.1.2.3", false), ("198.51.100.7", false), ("192.0.2.1", true)]
        {
            let peers = peers();
            if names_others {
                peers.forwarded(address.parse().unwrap());
            }
            let held: Vec<_> = (0..6).map(|_| enter(&peers, address).ok().unwrap()).collect();
            assert!(held.iter().all(|peer| !peer.is_extra));
        }
    }

    #[test]
    fn the_machine_itself_gets_in_when_all_places_are_taken() {
        let peers = peers();
        let held: Vec<_> = (0..6).map(|_| enter(&peers, "10.0.0.1").ok().unwrap()).collect();
        held[..5].iter().for_each(Peer::logged_in);
        assert_eq!(enter(&peers, "10.0.0.1").err(), Some(Crowded::Server));
        let extra: Vec<_> = (0..RESERVED).map(|_| enter(&peers, "127.0.0.1").ok().unwrap()).collect();
        assert!(extra.iter().all(|peer| peer.is_extra));
        assert_eq!(enter(&peers, "127.0.0.1").err(), Some(Crowded::Server));
        drop((held, extra));
        assert_eq!(counts(&peers), (0, 0));
    }

    #[tokio::test]
    async fn a_newcomer_takes_the_place_of_the_address_with_the_most() {
        let peers = peers();
        let mut held: Vec<_> = (0..6).map(|_| enter(&peers, "10.0.0.1").ok().unwrap()).collect();
        held[0].logged_in();
        let newcomers: Vec<_> = (0..2).map(|_| enter(&peers, "192.0.2.1").ok().unwrap()).collect();
        // The oldest of the unauthenticated ones.
        held[1].displaced().await;
        held[2].displaced().await;
        assert_eq!(held.iter().filter(|peer| peer.displaced.is_cancelled()).count(), 2);
        // Three are left: two more than another address would have with its first.
        let another = enter(&peers, "10.0.0.2").ok().unwrap();
        assert_eq!(enter(&peers, "10.0.0.2").err(), Some(Crowded::Server));
        held.remove(1);
        assert_eq!(peers.lock().open, 6);
        drop((held, newcomers, another));
        assert_eq!(counts(&peers), (0, 0));
    }
}
