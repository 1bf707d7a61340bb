//! A fixed schedule of sending times, in a thread of its own: the runtime's timers are a millisecond late.

use std::{
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Result, bail};
use tokio::sync::mpsc;

use crate::delivery::Clock;

/// Times that a sender may leave waiting: more than a second's at any rate that it can reach.
const WAITING: usize = 65_536;

/// A schedule: this many times per second in all, in turn for each sender.
pub(crate) struct Metronome {
    /// One for each sender.
    pub(crate) times: Vec<mpsc::Receiver<Duration>>,
    thread: JoinHandle<bool>,
}

impl Metronome {
    /// Begins at the start of the clock.
    pub(crate) fn start(clock: Clock, rate: u32, senders: usize, end: Duration) -> Self {
        let (lanes, times): (Vec<_>, Vec<_>) = (0..senders).map(|_| mpsc::channel(WAITING)).unzip();
        let thread = thread::spawn(move || {
            let each = Duration::from_secs(1) / rate;
            let dues = (0..).map(|number| each * number).take_while(|due| *due < end);
            for (due, lane) in dues.zip(lanes.iter().cycle()) {
                thread::sleep(due.saturating_sub(clock.elapsed()));
                match lane.try_send(due) {
                    Ok(()) => {}
                    // The sender has failed, and reports its own error.
                    Err(mpsc::error::TrySendError::Closed(_)) => return true,
                    Err(mpsc::error::TrySendError::Full(_)) => return false,
                }
            }
            true
        });
        Self { times, thread }
    }

    /// Waits for the end. Fails if a sender left too many times waiting.
    pub(crate) async fn finish(thread: JoinHandle<bool>) -> Result<()> {
        if let Ok(true) = tokio::task::spawn_blocking(|| thread.join()).await? {
            return Ok(());
        }
        bail!("a sender was {WAITING} messages behind the schedule: use a lower --rate")
    }

    /// The times, and the thread for [`Self::finish`].
    pub(crate) fn split(self) -> (Vec<mpsc::Receiver<Duration>>, JoinHandle<bool>) {
        (self.times, self.thread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn times_are_spread_evenly_over_the_senders() {
        let metronome = Metronome::start(Clock::start(), 1000, 2, Duration::from_millis(10));
        let (mut times, thread) = metronome.split();
        let mut millis = Vec::new();
        for lane in &mut times {
            while let Some(due) = lane.recv().await {
                millis.push(due.as_millis());
            }
        }
        assert_eq!(millis, [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]);
        Metronome::finish(thread).await.unwrap();
    }
}
