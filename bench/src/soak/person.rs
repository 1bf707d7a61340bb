//! A person at work: one connection, one request after the other.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tokio::time::timeout_at;
use uuid::Uuid;

use super::{
    mix::{Chats, Step},
    samples::Counts,
};
use crate::{
    accounts::Account,
    client::{Client, HEARTH},
    group,
    http::Server,
};

/// People per group.
const GROUP: usize = 8;

/// When to send the next request.
#[derive(Clone, Copy)]
pub(super) enum Pace {
    /// When the last one is answered.
    Fast,
    /// This long after the last one was sent.
    Every(Duration),
}

impl Pace {
    /// The pace of one of several people who together make this many requests per second.
    pub(super) fn at(rate: f64, people: u32) -> Self {
        Self::Every(Duration::from_secs_f64(f64::from(people) / rate))
    }
}

/// A person with a connection.
pub(super) struct Person {
    server: Server,
    token: String,
    client: Client,
    chats: Chats,
    /// How many steps were taken.
    steps: usize,
    counts: Arc<Counts>,
}

impl Person {
    /// Connects all people, creates groups, and begins a dialog for each person.
    pub(super) async fn all(server: Server, accounts: &[Account], counts: &Arc<Counts>) -> Result<Vec<Self>> {
        let mut people = Vec::new();
        for members in accounts.chunks(GROUP) {
            let ids: Vec<_> = members.iter().map(|member| member.id.clone()).collect();
            let owner = &members[0];
            let group = group::create(server, owner).await?;
            for (place, account) in members.iter().enumerate() {
                let client = Client::connect_with(server, HEARTH, &account.token).await?;
                let chats = Chats {
                    partner: ids[place ^ 1].clone(),
                    group: group.clone(),
                    members: ids.iter().filter(|id| **id != account.id).cloned().collect(),
                    message: Uuid::nil(),
                    seq: 1,
                };
                let steps = people.len() * 7;
                people.push(Self {
                    server,
                    token: account.token.clone(),
                    client,
                    chats,
                    steps,
                    counts: counts.clone(),
                });
            }
            let first = people.len() - members.len();
            for id in &ids[1..] {
                let params = json!({ "groupId": group, "userId": id, "messageId": Uuid::now_v7(), "message": "added" });
                people[first].client.ask("addUserInGroup", params).await?;
            }
            // Presence is shown to people who have both written.
            for person in &mut people[first..] {
                person.step(Step::Write).await?;
            }
        }
        counts.take();
        Ok(people)
    }

    /// Works until the end.
    pub(super) async fn work(mut self, pace: Pace, end: Instant) -> Result<Self> {
        let mut next = Instant::now();
        if let Pace::Every(pause) = pace {
            // So that not all begin at once.
            next += pause.mul_f64(f64::from(u32::try_from(self.steps % 100)?) / 100.0);
        }
        while Instant::now() < end {
            if let Pace::Every(pause) = pace {
                while let Ok(frame) = timeout_at(next.into(), self.client.read()).await {
                    frame?;
                }
                next = Instant::now().max(next + pause);
            }
            let step = Step::of(self.steps);
            self.steps += 1;
            let began = Instant::now();
            self.step(step).await.with_context(|| format!("{step:?}"))?;
            self.counts.add(began.elapsed(), step.writes());
        }
        Ok(self)
    }

    async fn step(&mut self, step: Step) -> Result<()> {
        match step.request(&mut self.chats, self.steps) {
            Some((kind, params)) => {
                let seq = self.client.ask(kind, params).await?;
                self.chats.seq = seq.filter(|_| step == Step::Write).unwrap_or(self.chats.seq);
                Ok(())
            }
            None if step == Step::Search => {
                let found = self.server.get("/api/use-cases/search?searchText=bench&limit=20", &self.token).await?;
                ensure!(found["data"].is_array(), "the search returned no data");
                Ok(())
            }
            None => {
                self.client = Client::connect_with(self.server, HEARTH, &self.token).await?;
                Ok(())
            }
        }
    }
}
