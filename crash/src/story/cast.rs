//! The users and groups of a run.

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Result, ensure};
use serde_json::json;
use uuid::Uuid;

use crate::{
    client::{
        http::{self, Person},
        log::Log,
        socket::Socket,
    },
    record::Protocol,
    wire::Chat,
};

/// The number of users. User `n` creates group `n`.
pub(crate) const PEOPLE: usize = 4;
/// The user who stays a member of every group, and takes no part in blocks: so every history has a reader.
pub(crate) const ANCHOR: usize = 0;
/// The number of groups. In the first, the members stay the same.
pub(crate) const GROUPS: usize = 3;
/// The user who deletes the account in some rounds. Before the next round, a new user takes the place.
pub(crate) const LEAVER: usize = PEOPLE - 1;

#[derive(Debug, Clone)]
pub(crate) struct Cast {
    pub(crate) people: Vec<Person>,
    pub(crate) groups: Vec<Chat>,
}

impl Cast {
    /// Signs up the users and creates the groups, with all users as members.
    pub(crate) async fn assemble(server: SocketAddr) -> Result<Self> {
        let mut cast = Self { people: Vec::new(), groups: Vec::new() };
        for number in 0..PEOPLE {
            cast.people.push(sign_up(server, number).await?);
        }
        for number in 0..GROUPS {
            let (group, owner) = (Uuid::new_v4().to_string(), &cast.people[number]);
            http::create_group(server, owner, &group).await?;
            let group = Chat::group(&group);
            for other in (0..PEOPLE).filter(|other| *other != number) {
                cast.add(server, number, other, &group).await?;
            }
            cast.groups.push(group);
        }
        Ok(cast)
    }

    /// A new user takes the place of one who has deleted the account, also in the groups.
    pub(crate) async fn replace(&mut self, server: SocketAddr, number: usize) -> Result<()> {
        self.people[number] = sign_up(server, number).await?;
        for group in &self.groups {
            self.add(server, ANCHOR, number, group).await?;
        }
        Ok(())
    }

    async fn add(&self, server: SocketAddr, by: usize, whom: usize, group: &Chat) -> Result<()> {
        let (by, log) = ((by, &self.people[by]), Arc::new(Log::default()));
        let mut socket = Socket::open(server, by, Protocol::Hearth, &log).await?;
        let params = json!({ "groupId": group.group_id(), "userId": self.people[whom].id,
            "messageId": Uuid::new_v4(), "message": "added" });
        let answer = socket.ask("addUserInGroup", &params, &mut Vec::new()).await?;
        ensure!(answer.success, "addUserInGroup: {}", answer.message);
        Ok(())
    }
}

async fn sign_up(server: SocketAddr, number: usize) -> Result<Person> {
    http::sign_up(server, &format!("Person{number}")).await
}
