//! The one task that delivers committed events, in the order of the commits, and then sends the answers.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::{connection::ConnectionId, hub::Hub, turn::Turn, view};
#[cfg(feature = "mutations")]
use crate::mutations::{self, Mutation};
use crate::{
    error::Result,
    model::Event,
    protocol::{Answer, Protocol},
};

/// The result of a command.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What happened; the first event is the answer. Empty if there was nothing to do.
    pub events: Vec<Event>,
    /// The connection that sent the request; `None` for REST.
    pub cause: Option<ConnectionId>,
    /// Set if the command was a retry or changed nothing: only the requester gets an answer.
    pub is_repeated: bool,
}

impl Outcome {
    /// The result of a command that caused these events.
    pub fn of(events: impl Into<Vec<Event>>) -> Self {
        Self { events: events.into(), ..Self::default() }
    }

    /// An answer that causes no broadcast.
    pub fn repeated(event: Event) -> Self {
        Self { is_repeated: true, ..Self::of([event]) }
    }

    /// The answer for the requester.
    pub fn answer(self, protocol: Protocol) -> Answer {
        Answer { item: self.events.into_iter().next().and_then(|event| view::answer(event, protocol)), data: None }
    }
}

/// Carries the result to the requester, after everyone else's frames were pushed.
pub type Reply = oneshot::Sender<(Turn, Result<Outcome>)>;

/// The result of a task of the writer.
pub struct Publication {
    /// What it led to, or why it was rejected.
    pub outcome: Result<Outcome>,
    /// `None` if the requester was already answered, before the outcome was known.
    pub reply: Option<Reply>,
}

/// Publishes batches until the writer stops.
pub async fn publish(hub: Arc<Hub>, mut batches: mpsc::Receiver<Vec<Publication>>) {
    while let Some(batch) = batches.recv().await {
        #[cfg(feature = "mutations")]
        let batch: Vec<_> =
            if mutations::makes(Mutation::PublishOutOfOrder) { batch.into_iter().rev().collect() } else { batch };
        for Publication { outcome, reply } in batch {
            if let Ok(outcome) = &outcome
                && !outcome.is_repeated
            {
                outcome.events.iter().for_each(|event| hub.deliver(event, outcome.cause));
            }
            // The requester may have disconnected; what was committed stays.
            if let Some(reply) = reply {
                drop(reply.send((Turn::of_answer(), outcome)));
            }
        }
    }
}
