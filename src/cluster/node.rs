//! The one task that delivers events in a cluster: this server's own and those of the others, in an order that agrees with
//! the database.

use std::{
    collections::HashMap,
    iter,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use tokio::{
    sync::{Notify, mpsc, oneshot},
    time::{MissedTickBehavior, interval, sleep, sleep_until},
};

use tokio_util::task::AbortOnDropHandle;

use super::{
    Cluster, State,
    bus::{Bus, Sender},
    fill::Filler,
    merge::Merge,
    packet::{self, Carried, Heard, News, Packet},
    peers::Peers,
};
use crate::{
    auth::{Sessions, TRUSTED_FOR},
    live::{Committed, Hub, Publication, Whereabouts},
    model::{Cursor, Event, Timestamp},
    protocol::Close,
    store::{Aside, Store},
};

/// How long a row may wait for others before the log is read.
const PATIENCE: Duration = Duration::from_millis(30);
/// How long requesters may wait for the rows of other servers before they are answered.
const ANSWER_WITHIN: Duration = Duration::from_millis(100);
/// How often the log is read in any case.
const READ_EVERY: Duration = Duration::from_secs(1);
/// How often it is read while the bus is away.
const READ_EVERY_ALONE: Duration = Duration::from_millis(100);
/// How long to wait before a failed query is repeated.
const TRY_AGAIN: Duration = Duration::from_millis(200);
/// How often others are told that this server is there.
const BEAT_EVERY: Duration = Duration::from_millis(500);
/// How many of these pass between two lists of everyone who is connected.
const BEATS_PER_LIST: u32 = 120;
/// Rows of one server per query.
const PAGE: i64 = 500;
/// Users per packet.
const USERS: usize = 2_000;

/// This server as a part of its cluster.
pub struct Node {
    me: i64,
    store: Store,
    hub: Arc<Hub>,
    sessions: Arc<Sessions>,
    bus: Bus,
    sender: Sender,
    asides: mpsc::UnboundedReceiver<Aside>,
    merge: Merge<Row>,
    filler: Filler,
    peers: Peers,
    state: Arc<State>,
    last_read: Instant,
    /// Whether rows are known that were neither heard nor read.
    lacks_rows: bool,
    /// Connections that are about to be opened.
    waiting: mpsc::UnboundedReceiver<oneshot::Sender<()>>,
    /// Notified when connections are opened or closed.
    moved: Arc<Notify>,
    beats: u32,
    had_bus: bool,
}

/// Tells the others that this server is there.
async fn beat(me: i64, sender: Sender, state: Arc<State>) {
    let mut ticks = interval(BEAT_EVERY);
    loop {
        ticks.tick().await;
        sender.send(packet::beat(me, state.newest.load(Ordering::Relaxed)));
    }
}

/// A row of the log that waits for its turn.
enum Row {
    /// Of this server's writer.
    Own(Committed),
    /// Of this server: whoever committed it has delivered it, or it has no effect.
    Delivered,
    /// Of another server.
    Heard(Vec<Heard>),
}

impl Node {
    /// Joins the cluster, whose servers use the NATS servers `urls` and the database with this `epoch`.
    pub async fn join(
        urls: &str,
        epoch: &str,
        store: &Store,
        hub: &Arc<Hub>,
        sessions: &Arc<Sessions>,
    ) -> anyhow::Result<(Cluster, Self)> {
        let (me, asides) = store.generation().zip(store.asides()).ok_or_else(|| anyhow::anyhow!("it joins once"))?;
        // First the bus, then the places in the log: nothing is missed in between.
        let bus = Bus::connect(urls, epoch).await?;
        let sender = bus.sender();
        let state = Arc::<State>::default();
        let cursors = store.newest_commits().await?;
        let moved = hub.share_presence();
        sessions.trust_until(Instant::now() + TRUSTED_FOR);
        let (waits, waiting) = mpsc::unbounded_channel();
        let cluster = Cluster { me, sender: sender.clone(), waiting: waits, state: state.clone() };
        let node = Self {
            me,
            filler: Filler::new(store.clone(), hub.clone()),
            store: store.clone(),
            hub: hub.clone(),
            sessions: sessions.clone(),
            bus,
            sender,
            asides,
            merge: Merge::after(cursors),
            peers: Peers::default(),
            state,
            last_read: Instant::now(),
            lacks_rows: false,
            waiting,
            moved,
            beats: 0,
            had_bus: false,
        };
        Ok((cluster, node))
    }

    /// Delivers until the writer stops.
    pub async fn run(mut self, mut committed: mpsc::Receiver<Vec<Committed>>) {
        // In a task of its own: it goes on while the database is away.
        let _beats = AbortOnDropHandle::new(tokio::spawn(beat(self.me, self.sender.clone(), self.state.clone())));
        let (moved, mut ticks) = (self.moved.clone(), interval(BEAT_EVERY));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            if !self.deliver_all().await {
                return;
            }
            self.state.newest.store(self.merge.arrived(self.me), Ordering::Relaxed);
            let next_read = self.next_read();
            tokio::select! {
                all = committed.recv() => match all {
                    Some(all) => all.into_iter().for_each(|one| self.take(one)),
                    None => break,
                },
                Some(aside) = self.asides.recv() => self.take_aside(aside),
                packet = self.bus.next() => self.hear(&packet),
                () = sleep_until(next_read.into()) => self.read_log().await,
                Some(first) = self.waiting.recv() => {
                    let mut all = vec![first];
                    all.extend(iter::from_fn(|| self.waiting.try_recv().ok()));
                    self.read_log().await;
                    // Those who asked may have gone.
                    for one in all {
                        let _ = one.send(());
                    }
                }
                () = moved.notified() => self.tell(false, &self.hub.take_whereabouts(Timestamp::now())),
                _ = ticks.tick() => self.look_around(),
            }
        }
        self.sender.send(packet::leaving(self.me));
        self.sender.flush().await;
    }

    /// Delivers every row whose turn it is. Returns whether the server goes on.
    async fn deliver_all(&mut self) -> bool {
        while let Some((_, row)) = self.merge.next() {
            match row {
                Row::Own(committed) => committed.publish(&self.hub),
                Row::Delivered => {}
                Row::Heard(heard) => {
                    let Some(events) = self.complete(&heard).await else { return false };
                    for event in &events {
                        self.deliver(event);
                    }
                }
            }
        }
        true
    }

    /// Completes events, however long the database is away. `None` when it is closed.
    async fn complete(&mut self, heard: &[Heard]) -> Option<Vec<Event>> {
        loop {
            match self.filler.fill(heard).await {
                Ok(events) => return Some(events),
                Err(_) if self.store.is_closed() => return None,
                Err(error) if error.outage().is_some() => sleep(TRY_AGAIN).await,
                Err(error) => {
                    error.log();
                    // Their clients read what has happened.
                    self.hub.close_all(Close::GoingAway);
                    return Some(Vec::new());
                }
            }
        }
    }

    fn deliver(&self, event: &Event) {
        match event {
            Event::PersonAdded { user } | Event::PersonRenamed { user, .. } | Event::PersonDeleted { user, .. } => {
                self.store.have_changed([*user]);
                if matches!(event, Event::PersonDeleted { .. }) {
                    self.store.has_erased();
                }
            }
            _ => {}
        }
        self.hub.deliver(event, None);
    }

    /// What this server's writer has committed.
    fn take(&mut self, committed: Committed) {
        let Some(logged) = committed.logged.clone() else { return committed.publish(&self.hub) };
        let events = committed.publications.iter().flat_map(Publication::events);
        self.sender.send(packet::committed(self.me, &logged, events.map(|(event, _)| event)));
        let at = Cursor { writer: self.me, n: logged.n };
        self.merge.add(at, logged.follows, Row::Own(committed), Instant::now());
    }

    /// What this server has committed otherwise.
    fn take_aside(&mut self, Aside { logged, events }: Aside) {
        self.sender.send(packet::committed(self.me, &logged, events.iter()));
        let at = Cursor { writer: self.me, n: logged.n };
        self.merge.add(at, Vec::new(), Row::Delivered, Instant::now());
    }

    fn hear(&mut self, packet: &[u8]) {
        // From a newer version: what it has committed is read from the log.
        let Ok(Packet { from, news }) = serde_json::from_slice(packet) else { return };
        if from == self.me {
            return;
        }
        if self.peers.hear(from, Instant::now()) {
            self.tell_everyone();
        }
        match news {
            News::Committed { n, follows, events } => {
                let follows = follows.into_iter().map(|(writer, n)| Cursor { writer, n }).collect();
                let heard = events.into_iter().map(Carried::unpacked).collect();
                self.merge.add(Cursor { writer: from, n }, follows, Row::Heard(heard), Instant::now());
            }
            News::Beat { n } => {
                self.lacks_rows |= n > self.merge.arrived(from);
            }
            News::Presence { whole, users } => self.hub.hear_of(from, whole, users, Timestamp::now()),
            News::Passing(event) => {
                let Heard { event, lacks_users } = event.unpacked();
                if !lacks_users {
                    self.hub.deliver(&event, None);
                }
            }
            News::Leaving => {
                self.peers.lose(from);
                self.hub.lose_server(from, Timestamp::now());
            }
        }
        self.state.peers.store(self.peers.count(), Ordering::Relaxed);
    }

    /// When the log must be read: soon, if a row waits for others.
    fn next_read(&self) -> Instant {
        let (every, patience) =
            if self.sender.is_connected() { (READ_EVERY, PATIENCE) } else { (READ_EVERY_ALONE, Duration::ZERO) };
        let regular = self.last_read + if self.lacks_rows { PATIENCE } else { every };
        match self.merge.waiting_since() {
            Some(since) => regular.min((since + patience).max(self.last_read + PATIENCE)),
            None => regular,
        }
    }

    /// Adds what the other servers have logged.
    async fn read_log(&mut self) {
        loop {
            let read = self.store.commits_of_others(&self.merge.delivered(), PAGE).await;
            (self.last_read, self.lacks_rows) = (Instant::now(), false);
            self.state.is_behind.store(read.is_err(), Ordering::Relaxed);
            let Ok(commits) = read else { break };
            let mut pages = HashMap::<i64, i64>::new();
            for commit in commits {
                let Cursor { writer, n } = commit.cursor;
                let rows = pages.entry(writer).or_default();
                if *rows == 0 && self.merge.lacks(commit.cursor) {
                    tracing::warn!(writer, n, "rows of the log were removed before they were read; clients reconnect");
                    self.hub.close_all(Close::GoingAway);
                }
                *rows += 1;
                let heard = commit.events.into_iter().map(Heard::from_log).collect();
                self.merge.add(commit.cursor, commit.follows, Row::Heard(heard), self.last_read);
                self.merge.have_read(commit.cursor);
            }
            if !self.deliver_all().await || pages.values().all(|rows| *rows < PAGE) {
                self.sessions.trust_until(self.last_read + TRUSTED_FOR);
                break;
            }
        }
        let late = self.last_read.checked_sub(ANSWER_WITHIN);
        if self.merge.waiting_since().zip(late).is_some_and(|(since, late)| since <= late) {
            for row in self.merge.waiting(self.me) {
                if let Row::Own(committed) = row {
                    committed.answer_early();
                }
            }
        }
    }

    /// Notices servers that are gone, and a bus that is back.
    fn look_around(&mut self) {
        self.beats = self.beats.wrapping_add(1);
        let has_bus = self.sender.is_connected();
        let is_back = !std::mem::replace(&mut self.had_bus, has_bus) && has_bus;
        if is_back || self.beats.is_multiple_of(BEATS_PER_LIST) {
            self.tell_everyone();
        }
        for (server, silent) in self.peers.lose_silent(Instant::now()) {
            let millis = i64::try_from(silent.as_millis()).unwrap_or(i64::MAX);
            self.hub.lose_server(server, Timestamp::now().plus_millis(-millis));
        }
        self.state.peers.store(self.peers.count(), Ordering::Relaxed);
    }

    /// Tells the others of everyone who is connected here.
    fn tell_everyone(&self) {
        let now = Timestamp::now();
        drop(self.hub.take_whereabouts(now));
        let users = self.hub.all_whereabouts(now);
        if users.is_empty() {
            return self.sender.send(packet::presence(self.me, true, &[]));
        }
        self.tell(true, &users);
    }

    fn tell(&self, whole: bool, users: &[Whereabouts]) {
        for (page, users) in users.chunks(USERS).enumerate() {
            self.sender.send(packet::presence(self.me, whole && page == 0, users));
        }
    }
}
