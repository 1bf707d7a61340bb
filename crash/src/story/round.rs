//! One round, from the first request to the last observation.

use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use fastrand::Rng;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use super::{
    actor::Actor,
    cast::Cast,
    fault::Fault,
    house::House,
    request::{Request, request},
    snapshot,
    stage::{Phase, Stage},
};
use crate::{
    client::{log::Log, socket::Socket},
    record::{Change, Model, Op, Outcome, Protocol, Round, Snapshot},
    wire::Chat,
};

/// How long the server may take to work again after the last fault, and clients to get all answers.
const RECOVERY: Duration = Duration::from_secs(40);
const PAUSE: Duration = Duration::from_millis(20);
/// How long clients work at least.
const WORK: Duration = Duration::from_millis(1200);
/// The requests that the clients of a user send at full speed in a round.
const SHARE: [(Protocol, usize); 3] = [(Protocol::Hearth, 220), (Protocol::Auth, 60), (Protocol::Hearth, 0)];

/// Users, their clients, and what was last seen of their chats.
pub(crate) struct Story {
    pub(crate) cast: Cast,
    actors: Vec<Actor>,
    before: Snapshot,
    quarrels: BTreeSet<Chat>,
    former: usize,
    /// The account that is deleted is deleted with its texts. The server erases them at some later time and sends no
    /// frames about that, so this is only for the last round.
    pub(crate) erases: bool,
}

impl Story {
    /// Signs up users, and starts their clients.
    pub(crate) async fn begin(house: &House, chance: &mut Rng) -> Result<Self> {
        let address = *house.address.borrow();
        let cast = Cast::assemble(address).await?;
        let before = snapshot::take(address, &cast, chance).await?;
        let mut story = Self { actors: Vec::new(), cast, before, quarrels: BTreeSet::new(), former: 0, erases: false };
        (0..story.cast.people.len()).for_each(|number| story.enter(number));
        Ok(story)
    }

    /// Starts the clients of a user.
    fn enter(&mut self, number: usize) {
        let user = &self.cast.people[number].id;
        self.actors.extend(SHARE.map(|(protocol, share)| Actor::new(number, protocol, user, share)));
    }

    /// New users take the places of those who have deleted their accounts.
    async fn fill_places(&mut self, house: &House, chance: &mut Rng) -> Result<()> {
        let address = *house.address.borrow();
        let gone = std::mem::take(&mut self.before.gone);
        for number in gone.iter().copied() {
            self.cast.replace(address, number).await?;
            self.actors.retain(|actor| actor.person != number);
            self.enter(number);
        }
        if !gone.is_empty() {
            self.before = snapshot::take(address, &self.cast, chance).await?;
        }
        self.former += gone.len();
        Ok(())
    }

    /// Plays a round with these faults, one after the other.
    pub(crate) async fn round(&mut self, house: &mut House, faults: &[Fault], chance: &mut Rng) -> Result<Round> {
        self.fill_places(house, chance).await?;
        let log = Arc::new(Log::default());
        let phase = watch::channel(Phase::Work).0;
        let stage = Stage {
            cast: self.cast.clone(),
            log: log.clone(),
            phase: phase.subscribe(),
            address: house.address.subscribe(),
            erases: self.erases,
            drained: Arc::default(),
        };
        let (mut clients, began) = (JoinSet::new(), Instant::now());
        let count = self.actors.len();
        for mut actor in std::mem::take(&mut self.actors) {
            actor.begin(chance.u64(..));
            clients.spawn(actor.work(stage.clone()));
        }
        for fault in faults {
            sleep(Duration::from_millis(chance.u64(50..500))).await;
            house.suffer(*fault, chance).await.with_context(|| fault.name())?;
        }
        sleep(WORK.saturating_sub(began.elapsed())).await;
        house.mend().await?;
        if let Err(error) = self.recovers(house, &log, chance).await {
            house.surprises.push(format!("the server does not recover: {error:#}"));
        }
        phase.send_replace(Phase::Drain);
        let drained = async {
            while stage.drained.load(Ordering::SeqCst) < count {
                sleep(PAUSE).await;
            }
        };
        if timeout(RECOVERY, drained).await.is_err() {
            house.surprises.push("not every request was answered, or a client cannot return".to_owned());
        }
        phase.send_replace(Phase::Settle);
        let ended = async {
            while let Some(actor) = clients.join_next().await {
                self.actors.push(actor?);
            }
            anyhow::Ok(())
        };
        if timeout(RECOVERY, ended).await.context("the clients").is_err() {
            house.surprises.push("a client does not settle".to_owned());
        }
        house.inspect().await?;
        self.actors.sort_by_key(|actor| (actor.person, actor.protocol == Protocol::Auth));
        let after = snapshot::take(*house.address.borrow(), &self.cast, chance).await?;
        let models = self.actors.iter().filter(|actor| actor.protocol == Protocol::Hearth);
        let models = models.filter(|actor| !after.gone.contains(&actor.person));
        let models = models.map(|actor| Model { person: actor.person, view: actor.model.view.clone() }).collect();
        let records = log.take();
        let blocks = records.ops.iter().filter(|op| matches!(op.change, Change::Block { .. }) && !op.is_refused());
        self.quarrels.extend(blocks.map(|op| op.chat.clone()));
        let before = std::mem::replace(&mut self.before, after.clone());
        Ok(Round {
            people: self.cast.people.iter().map(|person| person.id.clone()).collect(),
            ops: records.ops,
            lines: records.lines,
            before,
            after,
            models,
            quarrels: self.quarrels.clone(),
            former: self.former,
            surprises: house.surprises.drain(..).chain(records.surprises).collect(),
        })
    }

    /// Returns when the server has stored a message.
    async fn recovers(&self, house: &House, log: &Arc<Log>, chance: &mut Rng) -> Result<()> {
        let ([person, other, ..], began) = (&self.cast.people[..], Instant::now()) else { bail!("no users") };
        let id = uuid::Builder::from_random_bytes(chance.u128(..).to_be_bytes()).into_uuid().to_string();
        let change = Change::Send { text: id.clone(), id };
        let op = Op {
            person: 0,
            chat: Chat::dialog(&person.id, &other.id),
            change,
            is_forbidden: false,
            attempts: Vec::new(),
        };
        let op = log.op(op);
        loop {
            let address = *house.address.borrow();
            let complaint = match self.probe(address, log, op).await {
                Ok(None) => return Ok(()),
                Ok(Some(refusal)) => refusal,
                Err(error) => format!("{error:#}"),
            };
            if began.elapsed() > RECOVERY {
                bail!("{complaint} for {RECOVERY:?}");
            }
            sleep(PAUSE).await;
        }
    }

    /// Tries once; returns the reason of a refusal.
    async fn probe(&self, server: std::net::SocketAddr, log: &Arc<Log>, op: usize) -> Result<Option<String>> {
        let mut socket = Socket::open(server, (0, &self.cast.people[0]), Protocol::Auth, log).await?;
        let Request::Frame(kind, params) = request(&log.get(op), &self.cast) else { bail!("it is a message") };
        let attempt = log.attempt(op, Some(socket.line));
        socket.send(kind, &params).await?;
        let mut answer = timeout(RECOVERY, socket.next()).await.context("no answer")??;
        while answer.params.is_broadcast {
            answer = timeout(RECOVERY, socket.next()).await.context("no answer")??;
        }
        let outcome = Outcome::of(answer.success, (&answer.code, &answer.message), &answer.params.item);
        log.outcome((op, attempt), outcome);
        Ok((!answer.success).then(|| format!("{}: {}", answer.code, answer.message)))
    }
}
