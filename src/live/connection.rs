//! One open connection as the rest of the server sees it: a bounded outbox, filled without waiting, and heartbeats. The
//! socket's task empties the outbox.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicU8, Ordering},
    },
};

use tokio::sync::Notify;

use super::{hub::Entrant, turn::Turn};
use crate::{
    model::{SessionId, Timestamp, UserId},
    protocol::{Close, Frame, Protocol},
};

/// Frames that may wait for a socket: several full batches of the writer, which arrive at once.
const MAX_FRAMES: usize = 4096;
/// Bytes that may wait for a socket, in any number of frames.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Heartbeats that a peer may leave unanswered before its connection is closed.
const MISSED_BEATS: u8 = 2;

/// A connection's number, counted from 1 since the server started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ConnectionId(pub(super) u64);

/// A connection and the frames that wait for it.
pub struct Connection {
    /// Also spreads the heartbeats over time.
    pub id: ConnectionId,
    /// The protocol that its client speaks.
    pub protocol: Protocol,
    /// The user who is connected.
    pub user: UserId,
    /// The session that opened it.
    pub session: SessionId,
    /// When the token expires, in milliseconds.
    expires_at: AtomicI64,
    missed_beats: AtomicU8,
    outbox: Mutex<Outbox>,
    wake: Notify,
}

#[derive(Default)]
struct Outbox {
    frames: VecDeque<(Turn, Frame)>,
    bytes: usize,
    closing: Option<Close>,
}

/// The content of an outbox.
#[derive(Default)]
pub struct Taken {
    /// In the order in which they were pushed, each with its turn.
    pub frames: VecDeque<(Turn, Frame)>,
    /// Set if the connection must be closed after these frames.
    pub close: Option<Close>,
}

impl Taken {
    /// Merges answers with the content of the outbox, in the order of their turns.
    pub fn merged_with(mut self, answers: Vec<(Turn, Frame)>) -> Vec<Frame> {
        let mut frames = Vec::with_capacity(self.frames.len() + answers.len());
        for (turn, answer) in answers {
            while let Some((_, pushed)) = self.frames.pop_front_if(|(pushed, _)| *pushed <= turn) {
                frames.push(pushed);
            }
            frames.push(answer);
        }
        frames.extend(self.frames.into_iter().map(|(_, frame)| frame));
        frames
    }
}

impl Connection {
    pub(super) fn new(id: ConnectionId, entrant: Entrant) -> Self {
        let Entrant { protocol, user, session, expires_at } = entrant;
        Self {
            id,
            protocol,
            user,
            session,
            expires_at: AtomicI64::new(expires_at.0),
            missed_beats: AtomicU8::new(0),
            outbox: Mutex::default(),
            wake: Notify::new(),
        }
    }

    /// When the token expires. The connection is closed then.
    pub fn expires_at(&self) -> Timestamp {
        Timestamp(self.expires_at.load(Ordering::Relaxed))
    }

    /// Replaces the expiry after the token was renewed.
    pub fn renew(&self, expires_at: Timestamp) {
        self.expires_at.store(expires_at.0, Ordering::Relaxed);
    }

    /// Adds a frame without waiting. A full outbox closes the connection; its client catches up when it reconnects.
    pub fn push(&self, frame: &Frame) {
        let mut outbox = self.outbox();
        if outbox.closing.is_some() {
            return;
        }
        let bytes = outbox.bytes + frame.bytes().len();
        if outbox.frames.len() == MAX_FRAMES || bytes > MAX_BYTES {
            *outbox = Outbox { closing: Some(Close::SlowReader), ..Outbox::default() };
        } else {
            outbox.bytes = bytes;
            outbox.frames.push_back((Turn::of_push(), frame.clone()));
        }
        drop(outbox);
        self.wake.notify_one();
    }

    /// Whether it is being closed.
    pub(super) fn is_closing(&self) -> bool {
        self.outbox().closing.is_some()
    }

    /// Closes the connection after the frames in its outbox. Only the first reason counts.
    pub fn close(&self, close: Close) {
        self.outbox().closing.get_or_insert(close);
        self.wake.notify_one();
    }

    /// Waits until the outbox has a frame, or the connection must be closed. May also return without either.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Removes and returns everything in the outbox.
    pub fn take(&self) -> Taken {
        let mut outbox = self.outbox();
        outbox.bytes = 0;
        Taken { frames: std::mem::take(&mut outbox.frames), close: outbox.closing }
    }

    /// Whether frames that were already taken can be discarded: the outbox overflowed, or the session has ended.
    pub fn is_cut_off(&self) -> bool {
        matches!(self.outbox().closing, Some(Close::SlowReader | Close::Unauthorized))
    }

    /// Records that the peer sent something.
    pub fn peer_is_alive(&self) {
        self.missed_beats.store(0, Ordering::Relaxed);
    }

    /// Pings the peer, or closes the connection if it left too many pings unanswered.
    pub(super) fn beat(&self, ping: &Frame) {
        if self.missed_beats.fetch_add(1, Ordering::Relaxed) >= MISSED_BEATS {
            self.close(Close::Silent);
        } else {
            self.push(ping);
        }
    }

    fn outbox(&self) -> MutexGuard<'_, Outbox> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn connection() -> Connection {
        let (user, session) = (UserId(Uuid::nil()), SessionId(Uuid::nil()));
        let entrant = Entrant { protocol: Protocol::Reference, user, session, expires_at: Timestamp::MAX };
        Connection::new(ConnectionId(0), entrant)
    }

    #[test]
    fn a_full_outbox_closes_and_keeps_nothing() {
        let connection = connection();
        for _ in 0..=MAX_FRAMES {
            connection.push(&Frame::ping());
        }
        let taken = connection.take();
        assert_eq!((taken.frames.len(), taken.close), (0, Some(Close::SlowReader)));
    }

    #[test]
    fn an_answer_stands_between_what_was_pushed_before_and_after_it() {
        let frames = [Close::Silent, Close::Protocol, Close::GoingAway, Close::Normal].map(Frame::close);
        let connection = connection();
        connection.push(&frames[0]);
        let first = Turn::of_answer();
        connection.push(&frames[2]);
        let merged =
            connection.take().merged_with(vec![(first, frames[1].clone()), (Turn::of_answer(), frames[3].clone())]);
        assert!(merged.iter().map(Frame::bytes).eq(frames.iter().map(Frame::bytes)));
    }

    #[test]
    fn the_first_reason_to_close_stands() {
        let connection = connection();
        connection.close(Close::Unauthorized);
        connection.close(Close::GoingAway);
        assert_eq!(connection.take().close, Some(Close::Unauthorized));
    }

    #[test]
    fn a_silent_peer_is_given_up_after_two_beats_and_a_talking_one_never() {
        let (silent, talking) = (connection(), connection());
        for _ in 0..3 {
            silent.beat(&Frame::ping());
            talking.beat(&Frame::ping());
            talking.peer_is_alive();
        }
        assert_eq!(silent.take().close, Some(Close::Silent));
        assert_eq!(talking.take().close, None);
    }
}
