//! The one task that delivers what was committed, in the order of the commits, and then answers.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::{connection::ConnectionId, hub::Hub, turn::Turn, view};
use crate::{
    error::Result,
    model::Event,
    protocol::{Answer, Protocol},
};

/// What a command led to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What happened, first what the requester is answered with. Empty if there was nothing to do.
    pub events: Vec<Event>,
    /// The connection that asked, if it was one.
    pub cause: Option<ConnectionId>,
    /// It was done before, or changes nothing: nobody but the requester learns of it.
    pub is_repeated: bool,
}

impl Outcome {
    /// These events.
    pub fn of(events: impl Into<Vec<Event>>) -> Self {
        Self { events: events.into(), ..Self::default() }
    }

    /// An answer, and nothing for anyone else.
    pub fn repeated(event: Event) -> Self {
        Self { is_repeated: true, ..Self::of([event]) }
    }

    /// What the requester is answered.
    pub fn answer(self, protocol: Protocol) -> Answer {
        Answer { item: self.events.into_iter().next().and_then(|event| view::answer(event, protocol)), data: None }
    }
}

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
