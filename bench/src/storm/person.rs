//! A person in groups: one connection, which writes one request at a time, only reads, or reads slowly.

use std::{collections::HashMap, sync::Arc, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep, timeout, timeout_at},
};
use uuid::Uuid;

use super::{Groups, law, log, log::Log};
use crate::{
    client::{Client, Frame, PATIENCE},
    delivery::Clock,
    group,
};

/// A slow reader reads so many frames, and then nothing for a while.
const SIP: usize = 64;
const PAUSE: Duration = Duration::from_millis(250);
/// How long to wait for frames that should not come.
const LINGER: Duration = Duration::from_millis(300);

/// What a person does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Writer,
    Reader,
    Slow,
}

impl Role {
    /// The first people write, the next ones read slowly.
    pub(super) fn of(place: u32, writers: u32, slow: u32) -> Self {
        match place {
            place if place < writers => Self::Writer,
            place if place < writers + slow => Self::Slow,
            _ => Self::Reader,
        }
    }
}

/// What a person measured.
#[derive(Default)]
pub(super) struct Received {
    pub(super) acknowledgements: Vec<Duration>,
    /// None of slow readers.
    pub(super) deliveries: Vec<Duration>,
    pub(super) messages: usize,
    /// Typing indicators and read receipts.
    pub(super) others: usize,
    pub(super) bytes: usize,
    /// Zero for slow readers.
    pub(super) finished: Duration,
    /// The server has ended the connection of a slow reader.
    pub(super) closed: bool,
}

/// The last seq of each group.
type Totals = watch::Receiver<Option<Arc<Vec<i64>>>>;

pub(super) struct Person {
    place: usize,
    role: Role,
    client: Client,
    groups: Arc<Groups>,
    /// Of the groups in which the person is, by their place.
    logs: HashMap<usize, Log>,
    chance: fastrand::Rng,
    received: Received,
}

/// A request that is not answered yet.
struct Asked {
    id: u64,
    group: usize,
    is_message: bool,
    at: Duration,
}

impl Person {
    pub(super) fn new(place: usize, role: Role, client: Client, groups: Arc<Groups>, seed: u64) -> Self {
        let mine = groups.all.iter().enumerate().filter(|(_, group)| group.members.contains(&place));
        let logs = mine.map(|(number, group)| (number, Log::new(group.base))).collect();
        let chance = fastrand::Rng::with_seed(seed ^ (place as u64 + 1));
        Self { place, role, client, groups, logs, chance, received: Received::default() }
    }

    /// Takes part until the end; then reports how much it wrote, and reads until it has everything.
    pub(super) async fn run(
        mut self,
        clock: Clock,
        end: Duration,
        written: mpsc::Sender<Vec<usize>>,
        mut totals: Totals,
    ) -> Result<Received> {
        let done = Instant::now() + end.saturating_sub(clock.elapsed());
        match self.role {
            Role::Writer => self.write(clock, end).await?,
            Role::Reader => self.read(clock, done).await?,
            Role::Slow => self.sip(clock, done).await?,
        }
        let counts = (0..self.groups.all.len()).map(|group| self.logs.get(&group).map_or(0, Log::written));
        written.send(counts.collect()).await?;
        drop(written);
        let last = loop {
            if let Some(last) = totals.borrow_and_update().clone() {
                break last;
            }
            tokio::select! {
                changed = totals.changed() => changed.context("the run has failed")?,
                frame = self.client.read(), if !self.received.closed => self.take(frame, clock)?,
            }
        };
        while !self.received.closed && !self.logs.iter().all(|(group, log)| log.is_complete(last[*group])) {
            let frame = timeout(PATIENCE, self.client.read()).await;
            self.take(frame.with_context(|| format!("person {} misses a message", self.place))?, clock)?;
        }
        if self.role != Role::Slow {
            self.received.finished = clock.elapsed();
        }
        self.read(clock, Instant::now() + LINGER).await?;
        // A slow reader receives everything up to the end of the connection.
        let last = |group: usize| if self.received.closed { None } else { Some(last[group]) };
        self.logs.iter().try_for_each(|(group, log)| log.check(last(*group)))?;
        self.received.bytes = self.client.received();
        Ok(self.received)
    }

    /// Writes one request after the other.
    async fn write(&mut self, clock: Clock, end: Duration) -> Result<()> {
        let mine: Vec<_> = self.logs.keys().copied().collect();
        if mine.is_empty() {
            return Ok(());
        }
        for id in 1.. {
            if clock.elapsed() >= end {
                break;
            }
            let asked = self.ask(id, &mine, clock).await?;
            loop {
                let frame = self.client.next().await?;
                if frame.id() != Some(asked.id) {
                    self.hear(frame, clock)?;
                    continue;
                }
                frame.succeeded()?;
                if asked.is_message {
                    self.received.acknowledgements.push(clock.elapsed().saturating_sub(asked.at));
                    let seq = frame.seq().context("a message has a seq")?;
                    self.logs.get_mut(&asked.group).context("a group of the person")?.write(seq)?;
                }
                break;
            }
        }
        Ok(())
    }

    /// Sends the next request: of ten, six are messages, two are typing indicators, and two read receipts.
    async fn ask(&mut self, id: u64, mine: &[usize], clock: Clock) -> Result<Asked> {
        let group = self.choose(mine);
        let (log, at) = (&self.logs[&group], clock.elapsed());
        let group_id = &self.groups.all[group].id;
        let (kind, params) = match id % 10 {
            0 | 5 => ("typing", json!({ "groupId": group_id })),
            3 | 7 => ("markRead", json!({ "groupId": group_id, "seq": log.newest() })),
            _ => {
                let text = log::text(self.place, log.written(), at.as_micros());
                (group::SEND, json!({ "groupId": group_id, "messageId": Uuid::now_v7(), "content": text }))
            }
        };
        let is_message = kind == group::SEND;
        self.client.send(json!({ "type": kind, "id": id, "params": params }).to_string()).await?;
        Ok(Asked { id, group, is_message, at })
    }

    /// One of the person's groups: the largest is the most active.
    fn choose(&mut self, mine: &[usize]) -> usize {
        let mut chance = self.chance.f64() * mine.iter().map(|group| law::activity(*group)).sum::<f64>();
        for group in mine {
            chance -= law::activity(*group);
            if chance <= 0.0 {
                return *group;
            }
        }
        mine[0]
    }

    async fn read(&mut self, clock: Clock, end: Instant) -> Result<()> {
        while !self.received.closed
            && let Ok(frame) = timeout_at(end, self.client.read()).await
        {
            self.take(frame, clock)?;
        }
        Ok(())
    }

    async fn sip(&mut self, clock: Clock, end: Instant) -> Result<()> {
        while !self.received.closed && Instant::now() < end {
            for _ in 0..SIP {
                let Ok(frame) = timeout_at(end, self.client.read()).await else { break };
                self.take(frame, clock)?;
                if self.received.closed {
                    break;
                }
            }
            sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Checks what was read. The server may end the connection of a slow reader.
    fn take(&mut self, frame: Result<Frame>, clock: Clock) -> Result<()> {
        match frame {
            Ok(frame) => self.hear(frame, clock),
            Err(_) if self.role == Role::Slow => {
                self.received.closed = true;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Checks a broadcast.
    fn hear(&mut self, frame: Frame, clock: Clock) -> Result<()> {
        match frame.kind() {
            group::SEND => {}
            "typing" | "messagesRead" => {
                self.received.others += 1;
                return Ok(());
            }
            "hello" | "presence" => return Ok(()),
            kind => bail!("received {kind}: {frame:?}"),
        }
        let (group, seq) = frame.group().zip(frame.seq()).context("a message names its group and seq")?;
        let group = *self.groups.places.get(group).context("an unknown group")?;
        let (writer, number, micros) = log::read(frame.content())?;
        ensure!(writer != self.place, "received an own message");
        self.logs.get_mut(&group).context("a foreign group")?.hear(seq, writer, number)?;
        self.received.messages += 1;
        if self.role != Role::Slow {
            self.received.deliveries.push(clock.elapsed().saturating_sub(Duration::from_micros(micros)));
        }
        Ok(())
    }
}
