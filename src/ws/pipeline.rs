//! The requests of one connection that are in progress. Answers come in the order of the requests, and a request sees
//! the effects of those before it. Consecutive writes are queued together, so that they share a sync. A read waits for
//! the writes before it, and a write for the reads before it.

use std::{collections::VecDeque, sync::Arc};

use futures_util::{StreamExt, future::BoxFuture, stream::FuturesOrdered};

use super::dispatch;
use crate::{
    error::Error,
    live::Turn,
    protocol::{Ask, Bounds, Envelope, Frame, Kind, RequestId, limits::IN_FLIGHT},
    service::{App, Caller},
};

/// The requests in progress.
pub(super) struct Pipeline {
    app: Arc<App>,
    caller: Caller,
    waiting: VecDeque<Waiting>,
    running: FuturesOrdered<BoxFuture<'static, (Turn, Frame)>>,
    reading: bool,
}

enum Waiting {
    Request { kind: Kind, id: Option<RequestId>, request: Ask },
    Refused(Frame),
}

impl Pipeline {
    pub(super) fn new(app: Arc<App>, caller: Caller) -> Self {
        Self { app, caller, waiting: VecDeque::new(), running: FuturesOrdered::new(), reading: false }
    }

    /// Whether one more request fits.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.len() + self.running.len() < IN_FLIGHT
    }

    /// Parses and queues a frame.
    pub(super) fn push(&mut self, text: &[u8]) {
        let bounds = Bounds { protocol: self.caller.protocol, ..self.app.bounds };
        self.queue(Envelope::parse(text, bounds));
    }

    /// Rejects a frame without parsing all of it; the answer comes in order.
    pub(super) fn refuse(&mut self, text: &[u8], error: Error) {
        self.queue(Envelope::refuse(text, self.caller.protocol, error));
    }

    fn queue(&mut self, envelope: Envelope) {
        let Envelope { name, id, request } = envelope;
        let waiting = match request {
            Ok((kind, request)) => Waiting::Request { kind, id, request },
            Err(error) => Waiting::Refused(Frame::failure(name, id.as_ref(), &error)),
        };
        self.waiting.push_back(waiting);
        self.start();
    }

    /// The next answer, in the order of the requests, with its turn. Waits forever if nothing is in progress.
    pub(super) async fn next(&mut self) -> (Turn, Frame) {
        let Some(answer) = self.running.next().await else { return std::future::pending().await };
        self.reading &= !self.running.is_empty();
        self.start();
        answer
    }

    /// The answers to everything that was read so far.
    pub(super) async fn finish(&mut self) -> Vec<Frame> {
        let mut answers = Vec::new();
        while !self.running.is_empty() {
            answers.push(self.next().await.1);
        }
        answers
    }

    fn start(&mut self) {
        while let Some(next) = self.waiting.pop_front() {
            let (kind, id, request) = match next {
                Waiting::Refused(answer) => {
                    self.running.push_back(Box::pin(async move { (Turn::of_answer(), answer) }));
                    continue;
                }
                Waiting::Request { kind, id, request } => (kind, id, request),
            };
            let writes = matches!(request, Ask::Write(..));
            let may_start = if writes { !self.reading } else { self.running.is_empty() };
            if !may_start {
                self.waiting.push_front(Waiting::Request { kind, id, request });
                return;
            }
            self.reading = !writes;
            let answer = dispatch::start(&self.app, self.caller, request);
            self.running.push_back(Box::pin(async move {
                match answer.await {
                    (turn, Ok(answer)) => (turn, Frame::answer(kind, id.as_ref(), &answer)),
                    (turn, Err(error)) => (turn, Frame::failure(kind.name(), id.as_ref(), &error)),
                }
            }));
        }
    }
}
