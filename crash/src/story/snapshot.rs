//! What fresh clients see.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use anyhow::{Context, Result, ensure};
use fastrand::Rng;
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::cast::{Cast, GROUPS};
use crate::{
    client::{
        log::Log,
        model::Model,
        socket::{PATIENCE, Socket},
    },
    record::{History, Protocol, Snapshot},
    wire::{Chat, View},
};

/// Rows per page of a history.
const PAGE: usize = 50;

/// Reads all chats, with new clients. Chance chooses the histories to read page by page.
pub(crate) async fn take(server: SocketAddr, cast: &Cast, chance: &mut Rng) -> Result<Snapshot> {
    let views = try_join_all((0..cast.people.len()).map(|person| view(server, cast, person))).await?;
    let mut members = BTreeMap::new();
    for number in 0..GROUPS {
        members.insert(cast.groups[number].clone(), roster(server, cast, number).await?);
    }
    let mut histories = Vec::new();
    for (person, view) in views.iter().enumerate() {
        for protocol in [Protocol::Auth, Protocol::Hearth] {
            if let Some(chat) = chance.choice(view.keys()) {
                histories.push(history(server, cast, person, protocol, chat).await?);
            }
        }
    }
    Ok(Snapshot { views, members, histories })
}

async fn open(server: SocketAddr, cast: &Cast, person: usize, protocol: Protocol) -> Result<Socket> {
    Socket::open(server, (person, &cast.people[person]), protocol, &Arc::new(Log::default())).await
}

async fn view(server: SocketAddr, cast: &Cast, person: usize) -> Result<View> {
    let mut socket = open(server, cast, person, Protocol::Hearth).await?;
    let mut model = Model::new(&cast.people[person].id);
    model.catch_up(&mut socket).await.context("a fresh client")?;
    Ok(model.view)
}

/// The members of the group that this user owns, and their roles.
async fn roster(server: SocketAddr, cast: &Cast, owner: usize) -> Result<BTreeMap<String, String>> {
    let mut socket = open(server, cast, owner, Protocol::Hearth).await?;
    let mut params = cast.groups[owner].params(&cast.people[owner].id);
    params["limit"] = 100.into();
    let answer = socket.ask("groupMembers", &params, &mut Vec::new()).await?;
    ensure!(answer.success, "groupMembers: {}", answer.message);
    let rows = answer.params.data.as_array().context("members")?;
    rows.iter().map(|row| Ok((text(row, "userId")?, text(row, "role")?))).collect()
}

async fn history(server: SocketAddr, cast: &Cast, person: usize, protocol: Protocol, chat: &Chat) -> Result<History> {
    let mut socket = open(server, cast, person, protocol).await?;
    let kind = if chat.group_id().is_some() { "getlatestMessageGroup" } else { "getlatestMessageDialog" };
    let (mut rows, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let mut params = chat.params(&cast.people[person].id);
        (params["limit"], params["cursorCreatedAt"]) = (PAGE.into(), json!(cursor));
        socket.send(kind, &params).await?;
        let mut page = timeout(PATIENCE, socket.next()).await.context("no page")??;
        while page.params.is_broadcast {
            page = timeout(PATIENCE, socket.next()).await.context("no page")??;
        }
        ensure!(page.success, "{kind}: {}", page.message);
        let page = page.params.data.as_array().context("rows")?.clone();
        let Some(last) = page.last() else { break };
        cursor = last["createdAt"].clone();
        for row in &page {
            rows.push((text(row, "messageId")?, text(row, "content")?, text(row, "createdAt")?));
        }
    }
    rows.reverse();
    Ok(History { person, protocol, chat: chat.clone(), rows })
}

fn text(row: &Value, key: &str) -> Result<String> {
    row[key].as_str().map(str::to_owned).with_context(|| format!("no {key} in {row}"))
}
