//! Decides whose password is hashed next. Turns rotate by network, so that a network with many attempts does not delay
//! the others. When the queue is full, the network with the most waiting attempts loses its last one.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use tokio::sync::oneshot;

use crate::{
    error::{Error, Result},
    model::{
        UserId,
        address::{Network, network, networks},
    },
};

/// Passwords that may wait for their turn: about ten seconds of work. More are rejected.
const WAITING: usize = 512;
/// Places in the queue that addresses without an earlier login never take.
const RESERVED: usize = WAITING / 4;
/// How many addresses of earlier logins are remembered.
const MAX_KNOWN: usize = 10_000;

const BUSY: &str = "Too many people are logging in: try again later";

/// Who asks for a turn.
#[derive(Debug, Clone, Copy)]
pub enum Source {
    /// A client at this address.
    Address(IpAddr),
    /// A logged-in user.
    Person(UserId),
    /// The server itself.
    Program,
}

/// The unit by which turns rotate: the widest network of an address, or one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Share {
    Network(Network),
    Person(UserId),
    Program,
}

/// Hands out a fixed number of turns at a time.
pub(super) struct Turns {
    at_once: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: usize,
    /// Addresses with an earlier login, and the others; the two lines alternate.
    known: Line,
    unknown: Line,
    known_is_next: bool,
    addresses: HashMap<Network, Instant>,
}

/// Those who wait, by share; the shares rotate.
#[derive(Default)]
struct Line {
    order: VecDeque<Share>,
    waiting: HashMap<Share, VecDeque<oneshot::Sender<Turn>>>,
    length: usize,
}

/// The right to hash one password; dropping it passes it on.
pub(super) struct Turn(Option<Arc<Turns>>);

enum Place {
    Now(Turn),
    Later(oneshot::Receiver<Turn>),
}

impl Turns {
    pub(super) fn new(at_once: usize) -> Self {
        Self { at_once, state: Mutex::default() }
    }

    /// Waits for a turn. Fails if too many wait, now or while waiting.
    pub(super) async fn take(self: &Arc<Self>, source: Source) -> Result<Turn> {
        match self.join(source)? {
            Place::Now(turn) => Ok(turn),
            Place::Later(turn) => turn.await.map_err(|_| Error::Unavailable(BUSY)),
        }
    }

    /// Records a login from this address: it may then use the reserved places.
    pub(super) fn remember(&self, address: IpAddr) {
        let addresses = &mut self.lock().addresses;
        let network = network(address);
        if addresses.len() >= MAX_KNOWN && !addresses.contains_key(&network) {
            let oldest = addresses.iter().min_by_key(|(_, seen)| **seen).map(|(network, _)| *network);
            oldest.and_then(|oldest| addresses.remove(&oldest));
        }
        addresses.insert(network, Instant::now());
    }

    fn join(self: &Arc<Self>, source: Source) -> Result<Place> {
        let mut state = self.lock();
        if state.running < self.at_once {
            state.running += 1;
            return Ok(Place::Now(Turn(Some(self.clone()))));
        }
        let (share, is_known) = match source {
            Source::Address(address) => {
                let widest = networks(address).next_back().map_or_else(|| network(address), |(widest, _)| widest);
                (Share::Network(widest), state.addresses.contains_key(&network(address)))
            }
            Source::Person(user) => (Share::Person(user), true),
            Source::Program => (Share::Program, true),
        };
        if !state.has_room(is_known) {
            state.known.forget_gone();
            state.unknown.forget_gone();
        }
        if !state.has_room(is_known) && !state.shed(share, is_known) {
            return Err(Error::Unavailable(BUSY));
        }
        let (sender, receiver) = oneshot::channel();
        let line = if is_known { &mut state.known } else { &mut state.unknown };
        line.push(share, sender);
        Ok(Place::Later(receiver))
    }

    /// Gives a turn to the next one that still waits.
    fn pass_on(self: &Arc<Self>) {
        loop {
            let next = {
                let mut state = self.lock();
                let Some(next) = state.next() else {
                    state.running -= 1;
                    return;
                };
                next
            };
            match next.send(Turn(Some(self.clone()))) {
                Ok(()) => return,
                // That request was cancelled.
                Err(mut turn) => turn.0 = None,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.0.take() {
            turns.pass_on();
        }
    }
}

impl State {
    fn has_room(&self, is_known: bool) -> bool {
        let all = self.known.length + self.unknown.length;
        all < WAITING && (is_known || self.unknown.length < WAITING - RESERVED)
    }

    /// Rejects the last attempt of the share with the most waiting ones, if it will still have at least as many as the
    /// newcomer's share.
    fn shed(&mut self, newcomer: Share, is_known: bool) -> bool {
        let own = if is_known { self.known.count(newcomer) } else { self.unknown.count(newcomer) };
        let line = if is_known && self.known.largest() > self.unknown.largest() || self.unknown.length == 0 {
            &mut self.known
        } else {
            &mut self.unknown
        };
        line.largest() > own + 1 && line.pop_largest()
    }

    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        self.known_is_next = !self.known_is_next;
        let (first, second) = if self.known_is_next {
            (&mut self.known, &mut self.unknown)
        } else {
            (&mut self.unknown, &mut self.known)
        };
        first.pop().or_else(|| second.pop())
    }
}

impl Line {
    fn push(&mut self, share: Share, sender: oneshot::Sender<Turn>) {
        let queue = self.waiting.entry(share).or_default();
        if queue.is_empty() {
            self.order.push_back(share);
        }
        queue.push_back(sender);
        self.length += 1;
    }

    fn pop(&mut self) -> Option<oneshot::Sender<Turn>> {
        let share = self.order.pop_front()?;
        let queue = self.waiting.get_mut(&share)?;
        let sender = queue.pop_front()?;
        self.length -= 1;
        if queue.is_empty() {
            self.waiting.remove(&share);
        } else {
            self.order.push_back(share);
        }
        Some(sender)
    }

    fn count(&self, share: Share) -> usize {
        self.waiting.get(&share).map_or(0, VecDeque::len)
    }

    fn largest(&self) -> usize {
        self.waiting.values().map(VecDeque::len).max().unwrap_or_default()
    }

    fn pop_largest(&mut self) -> bool {
        let Some(queue) = self.waiting.values_mut().max_by_key(|queue| queue.len()) else { return false };
        let is_shed = queue.pop_back().is_some();
        self.length -= usize::from(is_shed);
        is_shed
    }

    /// Removes cancelled requests.
    fn forget_gone(&mut self) {
        self.waiting.retain(|_, queue| {
            queue.retain(|sender| !sender.is_closed());
            !queue.is_empty()
        });
        self.order.retain(|share| self.waiting.contains_key(share));
        self.length = self.waiting.values().map(VecDeque::len).sum();
    }
}

#[cfg(test)]
mod tests;
