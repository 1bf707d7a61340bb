//! The open loop: requests are sent when they are due, and their latency counts from then. A server that stalls is so
//! measured with the requests that it delays, not only with those that were in flight.

use std::{collections::VecDeque, time::Duration};

use anyhow::{Context, Result};
use futures_util::FutureExt;
use tokio::sync::mpsc;

use super::{KIND, Sent, request};
use crate::{
    client::Client,
    delivery::{Clock, text_of},
    latencies::Latencies,
    report::{Kind, Report, count},
};

/// A request that this program sends later than this was not on schedule.
const LATE: Duration = Duration::from_millis(10);
/// The share of such requests that is accepted.
const TOLERATED: f64 = 0.01;

/// Sends a message to the receiver at each of these times; returns when all are acknowledged.
pub(super) async fn send(
    sender: &mut Client,
    receiver: &str,
    clock: Clock,
    mut times: mpsc::Receiver<Duration>,
    sent: &mut Sent,
) -> Result<()> {
    let (mut waiting, mut number) = (VecDeque::new(), 0);
    // If the socket is full, the server is late.
    let mut ready = Duration::ZERO;
    let mut due = None;
    loop {
        tokio::select! {
            next = times.recv(), if !times.is_closed() || !times.is_empty() => due = next,
            frame = sender.next(), if !waiting.is_empty() => {
                let mut frame = Some(frame);
                while let Some(answer) = frame {
                    answer?.acknowledged(KIND)?;
                    let due: Duration = waiting.pop_front().context("a message was answered twice")?;
                    sent.latencies.push(clock.elapsed().saturating_sub(due));
                    frame = sender.read().now_or_never();
                }
            }
            else => return Ok(()),
        }
        if due.is_none() {
            continue;
        }
        while let Some(at) = due {
            sent.late.push(clock.elapsed().saturating_sub(at.max(ready)));
            sender.feed(request(receiver, &text_of(number, at))).await?;
            waiting.push_back(at);
            number += 1;
            due = times.try_recv().ok();
        }
        sender.flush().await?;
        ready = clock.elapsed();
    }
}

/// Adds how late this program was. Rejects the measurement if it was too often too late.
pub(super) fn judge(report: &mut Report, late: &[Duration]) {
    report.latencies(Kind::Limit, "generator late", &late.iter().copied().collect::<Latencies>());
    let share = count(late.iter().filter(|late| **late > LATE).count()) / count(late.len());
    if share > TOLERATED {
        let percent = share * 100.0;
        report.fault =
            Some(format!("the generator sent {percent:.1} % of the messages {LATE:?} late: use a lower --rate"));
    }
}
