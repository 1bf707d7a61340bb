//! Numbered texts with their sending times, each of which must arrive exactly once and in order.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::{sync::oneshot, time::timeout};

use crate::client::Client;

/// How long a receiver waits for frames that should not come.
const LINGER: Duration = Duration::from_millis(300);

/// The start of a measurement, for sender and receiver. Cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Clock(Instant);

impl Clock {
    /// Starts now.
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    /// The text with this number, sent now: 100 bytes.
    pub(crate) fn text(self, number: usize) -> String {
        text_of(number, self.elapsed())
    }

    /// A text's number, and how long its delivery took.
    fn read(self, text: &str) -> Option<(usize, Duration)> {
        let mut parts = text.split_whitespace();
        let number = parts.next()?.parse().ok()?;
        let sent = Duration::from_micros(parts.next()?.parse().ok()?);
        Some((number, self.elapsed().saturating_sub(sent)))
    }
}

/// The text with this number, due at this time: 100 bytes.
pub(crate) fn text_of(number: usize, due: Duration) -> String {
    format!("{number:<20}{:<80}", due.as_micros())
}

/// What a receiver measured.
pub(crate) struct Delivered {
    /// How long the delivery of each message took.
    pub(crate) latencies: Vec<Duration>,
    /// When the last one arrived.
    pub(crate) finished: Duration,
}

/// Receives broadcasts of one type until their number is `total`, which is known at the end. Fails if one is missing,
/// duplicated or out of order, or if another frame arrives.
pub(crate) async fn receive(
    client: &mut Client,
    kind: &str,
    clock: Clock,
    mut total: oneshot::Receiver<usize>,
) -> Result<Delivered> {
    let mut latencies = Vec::new();
    let mut expected = None;
    while expected.is_none_or(|expected| latencies.len() < expected) {
        let frame = tokio::select! {
            total = &mut total, if expected.is_none() => {
                expected = Some(total.context("the sender failed")?);
                continue;
            }
            frame = client.next() => frame,
        };
        let text = frame.with_context(|| format!("after {} deliveries", latencies.len()))?.broadcast_text(kind)?;
        let (number, latency) = clock.read(&text).with_context(|| format!("an unknown text: {text}"))?;
        ensure!(number == latencies.len(), "received message {number} instead of {}", latencies.len());
        latencies.push(latency);
    }
    let finished = clock.elapsed();
    if let Ok(extra) = timeout(LINGER, client.read()).await {
        bail!("received more than was sent: {extra:?}");
    }
    Ok(Delivered { latencies, finished })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_its_number_and_is_a_hundred_bytes() {
        let clock = Clock::start();
        let text = clock.text(123_456);
        assert_eq!(text.len(), 100);
        assert_eq!(clock.read(&text).map(|(number, _)| number), Some(123_456));
        assert!(clock.read("something else").is_none());
    }
}
