//! The one task that delivers what was committed, in the order of the commits, and then answers.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::{deliver::Outcome, hub::Hub, turn::Turn};
use crate::error::Result;

/// What became of a task, for the requester: comes after what everyone else is sent of it.
pub type Reply = oneshot::Sender<(Turn, Result<Outcome>)>;

/// What became of a task of the writer.
pub struct Publication {
    /// What it led to.
    pub outcome: Result<Outcome>,
    /// `None` if the requester was answered earlier, when the outcome was not known.
    pub reply: Option<Reply>,
}

/// Publishes batches until there are no more.
pub async fn publish(hub: Arc<Hub>, mut batches: mpsc::Receiver<Vec<Publication>>) {
    while let Some(batch) = batches.recv().await {
        for Publication { outcome, reply } in batch {
            if let Ok(outcome) = &outcome
                && !outcome.is_repeated
            {
                outcome.events.iter().for_each(|event| hub.deliver(event, outcome.cause));
            }
            // The requester may be gone by now: what was committed stays.
            if let Some(reply) = reply {
                drop(reply.send((Turn::of_answer(), outcome)));
            }
        }
    }
}
