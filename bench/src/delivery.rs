//! What is sent and what must arrive: numbered texts that say when they left, each exactly once and in order.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::{sync::oneshot, time::timeout};

use crate::client::Client;

/// How long a receiver waits for what should not come.
const LINGER: Duration = Duration::from_millis(300);

/// The beginning of a measurement, known to both ends. Cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Clock(Instant);

impl Clock {
    /// Begins now.
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Since the beginning.
    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    /// The text with this number, leaving now: 100 bytes.
    pub(crate) fn text(self, number: usize) -> String {
        format!("{number:<20}{:<80}", self.elapsed().as_micros())
    }

    /// A text's number, and how long it was on its way.
    fn read(self, text: &str) -> Option<(usize, Duration)> {
        let mut parts = text.split_whitespace();
        let number = parts.next()?.parse().ok()?;
        let sent = Duration::from_micros(parts.next()?.parse().ok()?);
        Some((number, self.elapsed().saturating_sub(sent)))
    }
}

/// What a receiver saw.
pub(crate) struct Delivered {
    /// How long each message was on its way.
    pub(crate) latencies: Vec<Duration>,
    /// When the last one came.
    pub(crate) finished: Duration,
}

/// Receives broadcasts of one type until there were as many as `total` says in the end. Fails if one is missing,
/// doubled or out of order, or if anything else comes.
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
                expected = Some(total.context("the sender gave up")?);
                continue;
            }
            frame = client.next() => frame,
        };
        let text = frame.with_context(|| format!("after {} deliveries", latencies.len()))?.told(kind)?;
        let (number, latency) = clock.read(&text).with_context(|| format!("an unknown text: {text}"))?;
        ensure!(number == latencies.len(), "message {number} came where {} should have", latencies.len());
        latencies.push(latency);
    }
    let finished = clock.elapsed();
    if let Ok(extra) = timeout(LINGER, client.read()).await {
        bail!("more came than was sent: {extra:?}");
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
