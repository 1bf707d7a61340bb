//! The one task that delivers committed events, in the order of the commits, and then sends the answers.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::{connection::ConnectionId, hub::Hub, turn::Turn, view};
#[cfg(feature = "mutations")]
use crate::mutations::{self, Mutation};
use crate::{
    error::Result,
    model::{Event, Logged},
    protocol::{Answer, Protocol},
};

/// The result of a command.
#[derive(Debug, Clone, Default)]
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

/// What a transaction of the writer led to.
#[derive(Default)]
pub struct Committed {
    /// Its row in the log; `None` if it changed nothing.
    pub logged: Option<Logged>,
    /// What each of its tasks led to, in order.
    pub publications: Vec<Publication>,
}

/// The result of a task of the writer.
pub struct Publication {
    /// What it led to, or why it was rejected.
    pub outcome: Result<Outcome>,
    /// `None` if the requester was already answered, before the outcome was known.
    pub reply: Option<Reply>,
}

impl Committed {
    /// Answers the requesters whose changes are made before everyone else has their frames.
    pub fn answer_early(&mut self) {
        for Publication { outcome, reply } in &mut self.publications {
            if let Ok(outcome) = outcome
                && let Some(reply) = reply.take()
            {
                drop(reply.send((Turn::of_answer(), Ok(outcome.clone()))));
            }
        }
    }

    /// Sends everyone their frames, and then each requester the answer.
    pub fn publish(self, hub: &Hub) {
        let all = self.publications;
        #[cfg(feature = "mutations")]
        let all: Vec<_> =
            if mutations::makes(Mutation::PublishOutOfOrder) { all.into_iter().rev().collect() } else { all };
        for publication in all {
            publication.events().for_each(|(event, cause)| hub.deliver(event, cause));
            publication.answer();
        }
    }
}

impl Publication {
    /// What it caused, and the connection that sent the request.
    pub fn events(&self) -> impl Iterator<Item = (&Event, Option<ConnectionId>)> {
        let caused = self.outcome.as_ref().ok().filter(|outcome| !outcome.is_repeated);
        caused.into_iter().flat_map(|outcome| outcome.events.iter().map(|event| (event, outcome.cause)))
    }

    /// Answers the requester, who may have disconnected; what was committed stays.
    pub fn answer(self) {
        if let Some(reply) = self.reply {
            drop(reply.send((Turn::of_answer(), self.outcome)));
        }
    }
}

/// Publishes what the writer commits until it stops.
pub async fn publish(hub: Arc<Hub>, mut committed: mpsc::Receiver<Vec<Committed>>) {
    while let Some(all) = committed.recv().await {
        for one in all {
            one.publish(&hub);
        }
    }
}
