//! The open TCP connections by the address that they come from, and how many of them there may be. Knows no HTTP.
//!
//! All together are bounded by what memory and descriptors allow. One address may hold so many, and so many on which
//! nobody has logged in; addresses behind which many people may be, such as a reverse proxy's, are not counted. When
//! all places are taken, a newcomer takes the place of the address that holds the most on which nobody has logged in.

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

/// Places beyond the bound for this machine's own requests: a health probe gets an answer from a full server.
const RESERVED: usize = 8;
/// How long an address counts as a proxy after a request of it named another client.
const PROXY_FOR: Duration = Duration::from_mins(10);
/// Addresses that are remembered as proxies.
const MAX_PROXIES: usize = 1024;

/// How many connections there may be.
#[derive(Debug, Clone, Copy)]
pub struct PeerBounds {
    /// All together.
    pub total: usize,
    /// Of one address.
    pub per_address: usize,
    /// Of one address, on which nobody has logged in.
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
    /// Connections ever: the next one's number.
    count: u64,
    open: usize,
    shares: HashMap<Network, Share>,
    /// Addresses that named other clients without being trusted to, and when they last did.
    proxies: HashMap<Network, Instant>,
    is_warned: bool,
}

/// What one address holds.
#[derive(Default)]
struct Share {
    logged_in: usize,
    /// The others, the oldest first, with the way to end them.
    anonymous: BTreeMap<u64, CancellationToken>,
}

impl Share {
    fn open(&self) -> usize {
        self.logged_in + self.anonymous.len()
    }
}

/// Why a connection is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crowded {
    /// All places are taken.
    Server,
    /// This address holds all that one may.
    Address,
}

/// An open connection; it gives its place back when this is dropped.
pub struct Peer {
    peers: Arc<Peers>,
    id: u64,
    network: Network,
    displaced: CancellationToken,
    is_logged_in: AtomicBool,
    /// Whether it has one of the places that are kept for this machine's own requests: it is to be short.
    pub is_extra: bool,
}

impl Peers {
    /// None yet. `trusted` are proxies, each with many people behind it.
    pub fn new(bounds: PeerBounds, trusted: Vec<IpNet>) -> Self {
        Self { bounds, trusted, state: Mutex::default() }
    }

    /// A new connection from this address.
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

    /// A request from this address named another client. The first such request of an address that is not trusted is
    /// worth a warning.
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
                "X-Forwarded-For of an address that is not in server.trusted_proxies is not used: if it is your reverse \
                 proxy, all of its clients share one address and its limits"
            );
        }
    }

    /// Whether many people may be behind an address: it is not counted.
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
    /// Ends the oldest connection of the address that has the most without a log-in, if that is at least two more than
    /// a newcomer's address would have: it holds this many now.
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
    /// Somebody with a live session uses this connection.
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

    /// Open connections, and addresses that have some.
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
        // The oldest of those on which nobody has logged in.
        held[1].displaced().await;
        held[2].displaced().await;
        assert_eq!(held.iter().filter(|peer| peer.displaced.is_cancelled()).count(), 2);
        // Three are left: two more than the first of another address has.
        let another = enter(&peers, "10.0.0.2").ok().unwrap();
        assert_eq!(enter(&peers, "10.0.0.2").err(), Some(Crowded::Server));
        held.remove(1);
        assert_eq!(peers.lock().open, 6);
        drop((held, newcomers, another));
        assert_eq!(counts(&peers), (0, 0));
    }
}
