//! The other servers that are heard on the bus.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// A server that is not heard for this long counts as gone, with its users.
const SILENT: Duration = Duration::from_secs(4);

/// When each server was last heard.
#[derive(Default)]
pub(super) struct Peers(HashMap<i64, Instant>);

impl Peers {
    /// Records that a server was heard. Returns whether it was unknown.
    pub(super) fn hear(&mut self, server: i64, now: Instant) -> bool {
        self.0.insert(server, now).is_none()
    }

    /// Removes a server.
    pub(super) fn lose(&mut self, server: i64) {
        self.0.remove(&server);
    }

    /// Removes the servers that have been silent for too long. Returns each with how long it has been silent.
    pub(super) fn lose_silent(&mut self, now: Instant) -> Vec<(i64, Duration)> {
        let silent = |heard: &Instant| now.duration_since(*heard);
        let lost: Vec<_> = self.0.iter().map(|(server, heard)| (*server, silent(heard))).collect();
        let lost: Vec<_> = lost.into_iter().filter(|(_, silent)| *silent >= SILENT).collect();
        for (server, _) in &lost {
            self.lose(*server);
        }
        lost
    }

    /// How many are heard.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_server_is_lost_once_and_new_when_it_returns() {
        let (mut peers, now) = (Peers::default(), Instant::now());
        assert!(peers.hear(1, now));
        assert!(!peers.hear(1, now));
        peers.hear(2, now + SILENT);
        assert_eq!(peers.lose_silent(now + SILENT), [(1, SILENT)]);
        assert_eq!(peers.lose_silent(now + SILENT), []);
        assert_eq!(peers.count(), 1);
        assert!(peers.hear(1, now + SILENT));
    }
}
