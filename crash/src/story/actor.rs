//! A client at work: it sends as fast as the server answers, loses its connection, returns, and retries.

use std::{collections::VecDeque, sync::atomic::Ordering, time::Duration};

use anyhow::{Result, bail};
use fastrand::Rng;
use serde_json::json;
use tokio::time::sleep;

use super::{
    choice::{Choice, request},
    stage::{Phase, Stage},
};
use crate::{
    client::{model::Model, socket::Socket},
    moment,
    record::{Outcome, Protocol},
    wire::Frame,
};

/// The time between two requests after a client has sent its share.
const PACE: Duration = Duration::from_millis(40);
/// How many acknowledged requests a client remembers, to repeat them.
const REMEMBERED: usize = 20;

/// A client that runs in all rounds.
#[derive(Clone)]
pub(crate) struct Actor {
    pub(crate) person: usize,
    pub(crate) protocol: Protocol,
    pub(crate) model: Model,
    chance: Rng,
    /// How many requests it sends at full speed in a round; with 0, it only listens.
    share: usize,
    sent: usize,
    /// Operations to try again.
    again: VecDeque<usize>,
    /// Acknowledged operations that can be repeated.
    done: VecDeque<usize>,
    pending: VecDeque<Pending>,
    is_drained: bool,
    /// Why its connection ended last.
    pub(crate) complaint: String,
}

/// A request without an answer.
#[derive(Debug, Clone, Copy)]
struct Pending {
    request: u64,
    kind: &'static str,
    /// The operation and its attempt; `None` for a request that changes nothing.
    op: Option<(usize, usize)>,
}

impl Pending {
    fn is_answered_by(&self, frame: &Frame) -> bool {
        frame.id.is_none_or(|id| id == self.request) && frame.kind == self.kind
    }
}

/// How a connection ended.
enum End {
    /// The client closed it.
    Closed,
    /// Everything has arrived.
    Settled,
}

impl Actor {
    /// A client that knows nothing.
    pub(super) fn new(person: usize, protocol: Protocol, user: &str, share: usize) -> Self {
        Self {
            person,
            protocol,
            model: Model::new(user),
            chance: Rng::with_seed(0),
            share,
            sent: 0,
            again: VecDeque::new(),
            done: VecDeque::new(),
            pending: VecDeque::new(),
            is_drained: false,
            complaint: String::new(),
        }
    }

    /// Forgets the operations of the last round; its choices come from this seed.
    pub(super) fn begin(&mut self, seed: u64) {
        self.chance = Rng::with_seed(seed);
        self.sent = 0;
        self.is_drained = false;
        self.again.clear();
        self.done.clear();
    }

    /// Works until everything has settled.
    pub(super) async fn work(mut self, stage: Stage) -> Self {
        let mut stage = stage;
        loop {
            match self.connection(&mut stage).await {
                Ok(End::Settled) => return self,
                Ok(End::Closed) => sleep(Duration::from_millis(self.chance.u64(20..200))).await,
                Err(error) => {
                    self.complaint = format!("{error:#}");
                    sleep(Duration::from_millis(self.chance.u64(20..60))).await;
                }
            }
            self.give_up(&stage);
        }
    }

    /// Some of the requests without answer are tried again.
    fn give_up(&mut self, stage: &Stage) {
        for pending in std::mem::take(&mut self.pending) {
            if let Some((op, _)) = pending.op {
                self.maybe_again(op, stage);
            }
        }
    }

    fn maybe_again(&mut self, op: usize, stage: &Stage) {
        if self.chance.bool() && stage.log.get(op).change.adds().is_some() {
            self.again.push_back(op);
        }
    }

    async fn connection(&mut self, stage: &mut Stage) -> Result<End> {
        let address = *stage.address.borrow();
        let person = (self.person, &stage.cast.people[self.person]);
        let mut socket = Socket::open(address, person, self.protocol, &stage.log).await?;
        self.catch_up(&mut socket, stage).await?;
        self.ask_nothing(&mut socket).await?;
        let (mut is_ready, mut is_ending, window) = (false, false, self.chance.usize(1..7));
        loop {
            let phase = *stage.phase.borrow_and_update();
            let is_full_speed = self.sent < self.share;
            if is_ready {
                while self.pending.len() < window
                    && let Some(op) = self.next(phase, is_full_speed, stage)
                {
                    self.request(&mut socket, op, stage).await?;
                }
                if phase == Phase::Drain && !self.is_drained && self.pending.is_empty() && self.again.is_empty() {
                    self.is_drained = true;
                    stage.drained.fetch_add(1, Ordering::SeqCst);
                }
                if phase == Phase::Settle && self.pending.is_empty() {
                    if is_ending {
                        stage.log.settled(socket.line);
                        return Ok(End::Settled);
                    }
                    // The second answer follows everything that was sent before the first.
                    is_ending = true;
                    self.ask_nothing(&mut socket).await?;
                    self.ask_nothing(&mut socket).await?;
                }
            }
            tokio::select! {
                frame = socket.next() => self.heard(frame?, stage)?,
                _ = stage.phase.changed() => {}
                () = sleep(PACE), if phase == Phase::Work && !is_full_speed => {
                    if self.share > 0 && self.pending.is_empty() {
                        let op = self.choose(stage);
                        self.request(&mut socket, op, stage).await?;
                    }
                }
            }
            if self.model.is_stale {
                self.catch_up(&mut socket, stage).await?;
            }
            if !is_ready && self.pending.is_empty() {
                is_ready = true;
                stage.log.ready(socket.line);
            }
            if phase == Phase::Work && is_ready && self.loses_connection() {
                if self.chance.bool() {
                    socket.break_off().await;
                }
                return Ok(End::Closed);
            }
        }
    }

    /// Listeners lose their connection more often: they have fewer frames to handle.
    fn loses_connection(&mut self) -> bool {
        self.chance.u32(0..if self.share == 0 { 80 } else { 300 }) == 0
    }

    async fn catch_up(&mut self, socket: &mut Socket, stage: &Stage) -> Result<()> {
        if self.protocol == Protocol::Auth {
            return Ok(());
        }
        loop {
            for frame in self.model.catch_up(socket).await? {
                self.heard(frame, stage)?;
            }
            if !self.model.is_stale {
                return Ok(());
            }
        }
    }

    /// Sends a request that changes nothing.
    async fn ask_nothing(&mut self, socket: &mut Socket) -> Result<()> {
        let request = socket.send("listLastMessage", &json!({ "limit": 0 })).await?;
        self.pending.push_back(Pending { request, kind: "listLastMessage", op: None });
        Ok(())
    }

    /// The operation to send now, if there is one.
    fn next(&mut self, phase: Phase, is_full_speed: bool, stage: &Stage) -> Option<usize> {
        match phase {
            Phase::Work if is_full_speed => {
                self.sent += 1;
                Some(self.choose(stage))
            }
            Phase::Work | Phase::Settle => None,
            Phase::Drain => self.again.pop_front(),
        }
    }

    fn choose(&mut self, stage: &Stage) -> usize {
        if self.chance.u32(0..8) == 0
            && let Some(op) = self.again.pop_front()
        {
            return op;
        }
        if self.chance.u32(0..25) == 0
            && let Some(op) = self.done.pop_front()
        {
            return op;
        }
        let mut choice = Choice { cast: &stage.cast, person: self.person, chance: &mut self.chance };
        stage.log.op(match self.protocol {
            Protocol::Auth => choice.blind(),
            Protocol::Hearth => choice.next(&self.model),
        })
    }

    async fn request(&mut self, socket: &mut Socket, op: usize, stage: &Stage) -> Result<()> {
        let (kind, params) = request(&stage.log.get(op), &stage.cast);
        let attempt = stage.log.attempt(op, socket.line);
        // Before it is sent: a part of it may arrive.
        self.pending.push_back(Pending { request: socket.next_request(), kind, op: Some((op, attempt)) });
        socket.send(kind, &params).await.map(drop)
    }

    fn heard(&mut self, frame: Frame, stage: &Stage) -> Result<()> {
        let item = &frame.params.item;
        if frame.params.is_broadcast {
            if self.protocol == Protocol::Hearth {
                self.model.hear(&frame.kind, item)?;
            }
            return Ok(());
        }
        let pending = self.pending.pop_front().filter(|pending| pending.is_answered_by(&frame));
        let Some(pending) = pending else {
            stage.log.surprise(format!("an answer without a request, or out of order: {frame:?}"));
            bail!("a wrong answer");
        };
        let Some((op, attempt)) = pending.op else { return Ok(()) };
        let outcome = match frame.code.as_str() {
            _ if frame.success => Outcome::Acknowledged {
                at: moment::now(),
                seq: item["seq"].as_i64(),
                revision: item["revision"].as_i64(),
            },
            // The server may find out later that it is done.
            "unavailable" => Outcome::Unanswered,
            code => Outcome::Refused { code: code.to_owned(), message: frame.message.clone() },
        };
        if frame.success {
            if self.protocol == Protocol::Hearth {
                self.model.hear(as_broadcast(pending.kind), item)?;
            }
            if stage.log.get(op).change.adds().is_some() {
                self.done.push_back(op);
                self.done.truncate(REMEMBERED);
            }
        } else if matches!(frame.code.as_str(), "unavailable" | "disk_full") {
            self.maybe_again(op, stage);
        }
        stage.log.outcome((op, attempt), outcome);
        Ok(())
    }
}

/// The type of the broadcast with which others receive what this request changed.
fn as_broadcast(kind: &str) -> &str {
    match kind {
        "editMessage" | "deleteMessage" | "react" => "messageEdited",
        "renameGroup" => "groupChanged",
        other => other,
    }
}
