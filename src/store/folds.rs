//! Rewrites the folded texts when their rule has changed: after the migrations, before anything reads them. Works in
//! steps, each a transaction that also stores its progress: an interrupted process continues there at its next start.

mod progress;

use std::collections::HashMap;

use progress::Progress;
use serde::Serialize;
use sqlx::{AnyConnection, Connection, FromRow, Row};

use super::{
    DatabaseResult,
    engine::{Engine, Sql},
    rows::from_columns,
    types::{column, json, number},
};
use crate::{
    model::{ChatId, Timestamp, UserId},
    text::{identity, search},
};

/// Rows of one step: some ten milliseconds.
const STEP: i64 = 1000;

/// An account that may own its e-mail's identity.
#[derive(Clone)]
struct Account {
    id: UserId,
    created_at: Timestamp,
    legacy: i64,
    email: String,
    first_name: String,
    last_name: String,
}

from_columns! {
    Account { id, created_at, legacy, email, first_name, last_name }
}

#[derive(Serialize)]
struct Folded {
    id: UserId,
    email_folded: Option<String>,
    email_search: String,
    first_name_folded: String,
    last_name_folded: String,
    legacy: i64,
}

static OWNERS: Sql = Sql::new(
    "SELECT u.id, u.created_at, u.email_folded FROM rows($1: email_folded TEXT) q \
     JOIN users u ON u.email_folded = q.email_folded",
);

static RELEASE: Sql =
    Sql::new("UPDATE users SET email_folded = NULL WHERE id IN (SELECT q.id FROM rows($1: id UUID) q)");

static MARK: Sql = Sql::new("UPDATE users SET legacy = 1 WHERE id IN (SELECT q.id FROM rows($1: id UUID) q)");

static FOLD_USERS: Sql = Sql::new(
    "UPDATE users SET email_folded = q.email_folded, email_search = q.email_search, \
       first_name_folded = q.first_name_folded, last_name_folded = q.last_name_folded, legacy = q.legacy \
     FROM rows($1: id UUID, email_folded TEXT, email_search TEXT, first_name_folded TEXT, last_name_folded TEXT, \
       legacy BIGINT) q WHERE users.id = q.id",
);

static FOLD_CHATS: Sql = Sql::new(
    "UPDATE chats SET name_folded = q.name_folded \
     FROM rows($1: id BIGINT, name_folded TEXT) q WHERE chats.id = q.id",
);

/// Folds all texts by the present rule, and logs accounts that share an e-mail by it.
pub(super) async fn run(engine: Engine, connection: &mut AnyConnection) -> DatabaseResult<()> {
    if !are_done(connection).await? {
        while step(engine, connection, STEP).await? != Progress::Done {}
    }
    report(connection).await
}

/// Whether all texts are folded by the present rule.
pub(super) async fn are_done(connection: &mut AnyConnection) -> DatabaseResult<bool> {
    Ok(Progress::kept(connection).await? == Progress::Done)
}

async fn step(engine: Engine, connection: &mut AnyConnection, rows: i64) -> DatabaseResult<Progress> {
    let mut transaction = connection.begin_with(engine.begin()).await?;
    let next = match Progress::hold(&mut transaction).await? {
        Progress::Done => return Ok(Progress::Done),
        Progress::UsersAfter(last) => users(engine, &mut transaction, last, rows).await?,
        Progress::ChatsAfter(last) => chats(engine, &mut transaction, last, rows).await?,
    };
    next.keep(&mut transaction).await?;
    transaction.commit().await?;
    Ok(next)
}

/// If several accounts have the same folded e-mail now, the oldest owns it, whatever the order of the ids.
async fn users(engine: Engine, connection: &mut AnyConnection, after: UserId, limit: i64) -> DatabaseResult<Progress> {
    let query = sqlx::query(
        "SELECT id, created_at, legacy, email, first_name, last_name FROM users \
         WHERE id > $1 AND email IS NOT NULL ORDER BY id LIMIT $2",
    );
    let rows = query.bind(after).bind(limit).fetch_all(&mut *connection).await?;
    let Some(last) = rows.last() else { return Ok(Progress::ChatsAfter(ChatId(0))) };
    let last: UserId = last.try_get("id")?;
    let accounts: Vec<Account> = rows.iter().map(FromRow::from_row).collect::<DatabaseResult<_>>()?;

    let mut owners: HashMap<String, (Timestamp, UserId)> = HashMap::new();
    for account in &accounts {
        let claim = (account.created_at, account.id);
        let owner = owners.entry(identity(&account.email)).or_insert(claim);
        *owner = claim.min(*owner);
    }
    let (mut released, mut displaced) = (accounts.iter().map(|account| account.id).collect::<Vec<_>>(), Vec::new());
    for (key, other) in others_with(engine, connection, &owners).await? {
        let Some(owner) = owners.get_mut(&key).filter(|_| !accounts.iter().any(|account| account.id == other.1)) else {
            continue;
        };
        if other.1 > last {
            // Folded by an older rule: a later step folds it again.
            released.push(other.1);
        } else if other < *owner {
            *owner = other;
        } else {
            released.push(other.1);
            displaced.push(other.1);
        }
    }
    let folded = accounts.iter().map(|account| {
        let key = identity(&account.email);
        let is_owner = owners.get(&key).is_some_and(|(_, owner)| *owner == account.id);
        Folded {
            id: account.id,
            email_folded: is_owner.then_some(key),
            email_search: search(&account.email),
            first_name_folded: search(&account.first_name),
            last_name_folded: search(&account.last_name),
            legacy: if is_owner { 0 } else { account.legacy.max(1) },
        }
    });
    let folded: Vec<_> = folded.collect();
    write(engine, connection, &RELEASE, &column("id", released)).await?;
    write(engine, connection, &MARK, &column("id", displaced)).await?;
    write(engine, connection, &FOLD_USERS, &folded).await?;
    Ok(Progress::UsersAfter(last))
}

/// The accounts that own these identities.
async fn others_with(
    engine: Engine,
    connection: &mut AnyConnection,
    wanted: &HashMap<String, (Timestamp, UserId)>,
) -> DatabaseResult<Vec<(String, (Timestamp, UserId))>> {
    let keys = column("email_folded", wanted.keys());
    let rows = sqlx::query(OWNERS.on(engine)).bind(json(&keys)).fetch_all(connection).await?;
    let owner =
        |row: &sqlx::any::AnyRow| Ok((row.try_get("email_folded")?, (row.try_get("created_at")?, row.try_get("id")?)));
    rows.iter().map(owner).collect()
}

async fn chats(engine: Engine, connection: &mut AnyConnection, after: ChatId, limit: i64) -> DatabaseResult<Progress> {
    #[derive(Serialize)]
    struct Folded {
        #[serde(serialize_with = "number")]
        id: ChatId,
        name_folded: String,
    }
    let query = sqlx::query("SELECT id, name FROM chats WHERE id > $1 ORDER BY id LIMIT $2");
    let rows = query.bind(after).bind(limit).fetch_all(&mut *connection).await?;
    let Some(last) = rows.last() else { return Ok(Progress::Done) };
    let last = last.try_get("id")?;
    let folded = rows.iter().map(|row| {
        let name: String = row.try_get("name")?;
        Ok(Folded { id: row.try_get("id")?, name_folded: search(&name) })
    });
    let mut folded: Vec<_> = folded.collect::<DatabaseResult<_>>()?;
    // A dialog has no name.
    folded.retain(|chat| !chat.name_folded.is_empty());
    write(engine, connection, &FOLD_CHATS, &folded).await?;
    Ok(Progress::ChatsAfter(last))
}

async fn write(
    engine: Engine,
    connection: &mut AnyConnection,
    sql: &'static Sql,
    rows: &[impl Serialize],
) -> DatabaseResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(sql.on(engine)).bind(json(rows)).execute(connection).await.map(|_| ())
}

/// Logs each account once that shares its e-mail with an older one. By its id: the log contains no e-mails.
async fn report(connection: &mut AnyConnection) -> DatabaseResult<()> {
    let query = sqlx::query_scalar("SELECT id FROM users WHERE legacy > 0 AND legacy = 1 ORDER BY id");
    let users: Vec<UserId> = query.fetch_all(&mut *connection).await?;
    if users.is_empty() {
        return Ok(());
    }
    for user in users {
        tracing::warn!(%user, "an older account has the same e-mail: this one logs in only by its exact spelling");
    }
    sqlx::query("UPDATE users SET legacy = 2 WHERE legacy > 0 AND legacy = 1").execute(connection).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use sqlx::{Executor, any::install_default_drivers};
    use uuid::Uuid;

    use super::*;
    use crate::store::migrations;

    /// E-mails by id from 1 on, with the time of the sign-up: three of one identity, two of another, one of a third.
    const ACCOUNTS: [(&str, i64); 6] =
        [("sam@x", 3), ("ｓam@x", 1), ("a@x", 9), ("SAM\u{ad}@x", 2), ("ａ@x", 4), ("zoë@x", 5)];

    async fn database() -> AnyConnection {
        install_default_drivers();
        let mut connection = AnyConnection::connect("sqlite::memory:").await.unwrap();
        migrations::run(Engine::Sqlite, &mut connection).await.unwrap();
        for ((email, created_at), id) in ACCOUNTS.into_iter().zip(1..) {
            let query = sqlx::query(
                "INSERT INTO users (id, email, email_folded, first_name, last_name, first_name_folded, \
                 last_name_folded, password_hash, created_at, updated_at) \
                 VALUES ($1, $2, $3, 'Zoë', '', 'zoë', '', '', $4, 0)",
            );
            let query = query.bind(UserId(Uuid::from_u128(id))).bind(email).bind(email.to_lowercase());
            query.bind(created_at).execute(&mut connection).await.unwrap();
        }
        connection
    }

    async fn owners(connection: &mut AnyConnection) -> Vec<(Option<String>, i64, String)> {
        let sql =
            "SELECT email_folded, legacy, email_search || ' ' || first_name_folded AS found FROM users ORDER BY id";
        let rows = connection.fetch_all(sql).await.unwrap();
        let row = |row: &sqlx::any::AnyRow| (row.get("email_folded"), row.get("legacy"), row.get("found"));
        rows.iter().map(row).collect()
    }

    #[tokio::test]
    async fn the_oldest_has_the_email_however_large_the_steps_and_whatever_version_came_before() {
        let has = |email: &str, found: &str| (Some(email.to_owned()), 0, format!("{found} zoe"));
        let legacy = |found: &str| (None, 2, format!("{found} zoe"));
        let expected = [
            legacy("sam@x"),
            has("sam@x", "sam@x"),
            legacy("a@x"),
            legacy("sam@x"),
            has("a@x", "a@x"),
            has("zoë@x", "zoe@x"),
        ];
        for rows in 1..8 {
            let mut connection = database().await;
            for _ in 0..2 {
                while step(Engine::Sqlite, &mut connection, rows).await.unwrap() != Progress::Done {}
                report(&mut connection).await.unwrap();
                assert_eq!(owners(&mut connection).await, expected, "{rows} a step");
                // As if this were the next version.
                connection.execute("DELETE FROM settings").await.unwrap();
            }
        }
    }
}
