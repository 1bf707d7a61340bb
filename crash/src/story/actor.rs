//! A client at work: it sends as fast as the server answers, loses its connection, returns, and retries.

use std::{collections::VecDeque, sync::atomic::Ordering, time::Duration};

use anyhow::{Result, bail};
use fastrand::Rng;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{
    cast::LEAVER,
    choice::Choice,
    request::{Request, request},
    retries::Retries,
    stage::{Phase, Stage},
};
use crate::{
    client::{
        http,
        model::Model,
        socket::{LoggedOut, Socket},
    },
    record::{Outcome, Protocol},
    wire::Frame,
};

/// The time between two requests after a client has sent its share.
const PACE: Duration = Duration::from_millis(40);
/// The user who deletes the account does so in one of this many rounds, within this many milliseconds.
const LEAVES: (u32, u64) = (2, 1200);

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
    /// When it deletes the account.
    leaves: Option<Instant>,
    retries: Retries,
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
            leaves: None,
            retries: Retries::default(),
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
        self.retries = Retries::default();
    }

    /// Works until everything has settled.
    pub(super) async fn work(mut self, stage: Stage) -> Self {
        let mut stage = stage;
        let may_leave = self.person == LEAVER && self.protocol == Protocol::Hearth && self.share > 0;
        let leaves = may_leave && (stage.erases || self.chance.u32(0..LEAVES.0) == 0);
        self.leaves = leaves.then(|| Instant::now() + Duration::from_millis(self.chance.u64(0..LEAVES.1)));
        loop {
            match self.connection(&mut stage).await {
                Ok(End::Settled) => return self,
                Err(error) if error.is::<LoggedOut>() => {
                    self.drained(&stage);
                    return self;
                }
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
                self.retries.failed(op, &stage.log.get(op), &mut self.chance);
            }
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
                if phase == Phase::Drain && self.pending.is_empty() && self.retries.is_empty() {
                    self.drained(stage);
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
            if self.must_catch_up() {
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

    fn drained(&mut self, stage: &Stage) {
        if !std::mem::replace(&mut self.is_drained, true) {
            stage.drained.fetch_add(1, Ordering::SeqCst);
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
            if !self.must_catch_up() {
                return Ok(());
            }
        }
    }

    fn must_catch_up(&self) -> bool {
        self.model.is_stale || self.pending.is_empty() && self.model.has_gap()
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
            Phase::Drain => self.retries.next(),
        }
    }

    fn choose(&mut self, stage: &Stage) -> usize {
        let is_over = self.leaves.is_some_and(|at| at <= Instant::now());
        if let Some(op) = self.retries.choose(&mut self.chance).filter(|_| !is_over) {
            return op;
        }
        let mut choice = Choice { cast: &stage.cast, person: self.person, chance: &mut self.chance };
        stage.log.op(match self.protocol {
            Protocol::Auth => choice.blind(),
            Protocol::Hearth if is_over => {
                self.leaves = None;
                choice.destroy(stage.erases)
            }
            Protocol::Hearth => choice.next(&self.model),
        })
    }

    async fn request(&mut self, socket: &mut Socket, op: usize, stage: &Stage) -> Result<()> {
        match request(&stage.log.get(op), &stage.cast) {
            Request::Frame(kind, params) => {
                let attempt = stage.log.attempt(op, Some(socket.line));
                // Before it is sent: a part of it may arrive.
                self.pending.push_back(Pending { request: socket.next_request(), kind, op: Some((op, attempt)) });
                socket.send(kind, &params).await.map(drop)
            }
            Request::Call(path, body) => {
                let attempt = stage.log.attempt(op, None);
                let (server, token) = (*stage.address.borrow(), &stage.cast.people[self.person].token);
                let (is_success, reply) = http::call(server, token, path, &body).await?;
                let text = |key: &str| reply[key].as_str().unwrap_or_default();
                stage
                    .log
                    .outcome((op, attempt), Outcome::of(is_success, (text("code"), text("message")), &Value::Null));
                Ok(())
            }
        }
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
        let outcome = Outcome::of(frame.success, (&frame.code, &frame.message), item);
        if frame.success {
            if self.protocol == Protocol::Hearth {
                self.model.hear_answer(pending.kind, item)?;
            }
            self.retries.acknowledged(op, &stage.log.get(op));
        } else if matches!(frame.code.as_str(), "unavailable" | "disk_full") {
            self.retries.failed(op, &stage.log.get(op), &mut self.chance);
        }
        stage.log.outcome((op, attempt), outcome);
        Ok(())
    }
}
