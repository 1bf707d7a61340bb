//! What fresh clients see.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::Arc,
};

use anyhow::{Context, Result, ensure};
use fastrand::Rng;
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::cast::{ANCHOR, Cast, GROUPS};
use crate::{
    client::{
        log::Log,
        model::Model,
        socket::{LoggedOut, PATIENCE, Socket},
    },
    record::{History, Protocol, Snapshot},
    wire::{Chat, View},
};

/// Rows per page of a history.
const PAGE: usize = 50;
/// The most rows of lists that have only a few.
const MOST: usize = 100;

/// Reads all chats, with new clients. Chance chooses the histories to read page by page.
pub(crate) async fn take(server: SocketAddr, cast: &Cast, chance: &mut Rng) -> Result<Snapshot> {
    let views = try_join_all((0..cast.people.len()).map(|person| view(server, cast, person))).await?;
    let gone = (0..cast.people.len()).filter(|person| views[*person].is_none()).collect::<BTreeSet<_>>();
    let views: Vec<_> = views.into_iter().map(Option::unwrap_or_default).collect();
    let mut members = BTreeMap::new();
    for number in 0..GROUPS {
        members.insert(cast.groups[number].clone(), roster(server, cast, number).await?);
    }
    let blocked = try_join_all((0..cast.people.len()).map(async |person| {
        if gone.contains(&person) { Ok(BTreeSet::new()) } else { blocked(server, cast, person).await }
    }));
    let blocked = blocked.await?;
    let mut histories = Vec::new();
    for (person, view) in views.iter().enumerate() {
        for protocol in [Protocol::Auth, Protocol::Hearth] {
            if let Some(chat) = chance.choice(view.keys()) {
                histories.push(history(server, cast, person, protocol, chat).await?);
            }
        }
    }
    Ok(Snapshot { views, gone, members, blocked, histories })
}

async fn open(server: SocketAddr, cast: &Cast, person: usize, protocol: Protocol) -> Result<Socket> {
    Socket::open(server, (person, &cast.people[person]), protocol, &Arc::new(Log::default())).await
}

/// The chats of a user; `None` if the session has ended.
async fn view(server: SocketAddr, cast: &Cast, person: usize) -> Result<Option<View>> {
    let mut socket = match open(server, cast, person, Protocol::Hearth).await {
        Ok(socket) => socket,
        Err(error) if error.is::<LoggedOut>() => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut model = Model::new(&cast.people[person].id);
    model.catch_up(&mut socket).await.context("a fresh client")?;
    Ok(Some(model.view))
}

/// The members of a group and their roles, in the order in which they joined.
async fn roster(server: SocketAddr, cast: &Cast, group: usize) -> Result<Vec<(String, String)>> {
    let mut params = cast.groups[group].params(&cast.people[ANCHOR].id);
    params["limit"] = MOST.into();
    let rows = rows(server, cast, ANCHOR, ("groupMembers", params)).await?;
    rows.iter().map(|row| Ok((text(row, "userId")?, text(row, "role")?))).collect()
}

/// The users whom a user blocks.
async fn blocked(server: SocketAddr, cast: &Cast, person: usize) -> Result<BTreeSet<String>> {
    let rows = rows(server, cast, person, ("blockedUsers", json!({ "limit": MOST }))).await?;
    rows.iter().map(|row| text(row, "userId")).collect()
}

/// The rows of an answer.
async fn rows(server: SocketAddr, cast: &Cast, person: usize, (kind, params): (&str, Value)) -> Result<Vec<Value>> {
    let mut socket = open(server, cast, person, Protocol::Hearth).await?;
    let answer = socket.ask(kind, &params, &mut Vec::new()).await?;
    ensure!(answer.success, "{kind}: {}", answer.message);
    answer.params.data.as_array().cloned().with_context(|| format!("{kind}: no rows"))
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
