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

/// The number of users. User `n` owns group `n`.
pub(crate) const PEOPLE: usize = 4;
/// The number of groups. In the first, the members stay the same.
pub(crate) const GROUPS: usize = 3;

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
            cast.people.push(http::sign_up(server, &format!("Person{number}")).await?);
        }
        for number in 0..GROUPS {
            let (group, owner) = (Uuid::new_v4().to_string(), &cast.people[number]);
            http::create_group(server, owner, &group).await?;
            let log = Arc::new(Log::default());
            let mut socket = Socket::open(server, (number, owner), Protocol::Hearth, &log).await?;
            for other in cast.people.iter().filter(|person| person.id != owner.id) {
                let params = json!({ "groupId": group, "userId": other.id, "messageId": Uuid::new_v4(),
                    "message": "added" });
                let answer = socket.ask("addUserInGroup", &params, &mut Vec::new()).await?;
                ensure!(answer.success, "addUserInGroup: {}", answer.message);
            }
            cast.groups.push(Chat::group(&group));
        }
        Ok(cast)
    }
}
