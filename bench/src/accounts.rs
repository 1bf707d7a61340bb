//! The accounts of a run: signs up and logs in over REST, a few at a time.

use anyhow::{Context, Result, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::http::Server;

const PASSWORD: &str = "correct horse battery";
/// A hash of the password, for accounts that are written into a database.
pub(crate) const HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Qe4AoPVXITsVN5qXPxiYmA$Hd9lMYojewMLeUEJFLMAiLElA64aIjs5cMaL+7+R5ws";
/// Concurrent requests: more would only wait for the server's password hashing.
const AT_ONCE: usize = 8;
/// The maximum number of rows that a search returns.
const SEARCH_ROWS: u32 = 100;

/// A user who is logged in.
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) token: String,
}

/// The accounts of a run. Each run has its own, also on the same database.
pub(crate) struct Run {
    server: Server,
    tag: String,
}

impl Run {
    /// A run without accounts.
    pub(crate) fn new(server: Server) -> Self {
        Self { server, tag: Uuid::new_v4().simple().to_string()[..12].to_owned() }
    }

    /// Signs up the accounts with these numbers. Each costs the server a password hash.
    pub(crate) async fn sign_up(&self, numbers: std::ops::Range<u32>) -> Result<()> {
        let calls = numbers.map(|number| async move {
            let body = json!({
                "firstName": "Bench", "lastName": self.page(number),
                "email": self.email(number), "password": PASSWORD,
            });
            self.server.post("/api/auth/sing-up", None, &body).await.map(drop)
        });
        stream::iter(calls).buffer_unordered(AT_ONCE).try_collect().await
    }

    /// Logs in the accounts with these numbers, in this order. Each costs the server a password hash.
    pub(crate) async fn log_in(&self, numbers: std::ops::Range<u32>) -> Result<Vec<Account>> {
        log_in_all(self.server, numbers.map(|number| self.email(number))).await
    }

    /// Signs up and logs in this many accounts.
    pub(crate) async fn people(&self, count: u32) -> Result<Vec<Account>> {
        self.sign_up(0..count).await?;
        self.log_in(0..count).await
    }

    /// The ids of the first `count` accounts except the caller's. Searches, because each login would cost a hash.
    pub(crate) async fn ids(&self, asking: &Account, count: u32) -> Result<Vec<String>> {
        let mut ids = Vec::new();
        for number in (0..count).step_by(SEARCH_ROWS as usize) {
            let path = format!("/api/use-cases/search?searchText={}&limit={SEARCH_ROWS}", self.page(number));
            let found = self.server.get(&path, &asking.token).await?;
            let rows = found["data"].as_array().context("the search returned no data")?;
            for row in rows {
                ids.push(text(row, "userId")?);
            }
        }
        ensure!(ids.len() as u64 + 1 == u64::from(count), "the search found {} of {count} accounts", ids.len() + 1);
        Ok(ids)
    }

    /// The email of the account with this number.
    pub(crate) fn email(&self, number: u32) -> String {
        format!("{}-{number}@bench.example", self.tag)
    }

    /// A last name that is shared by as many accounts as one search returns.
    fn page(&self, number: u32) -> String {
        format!("{}p{:04}", self.tag, number / SEARCH_ROWS)
    }
}

/// Logs in with these emails, in this order. Each costs the server a password hash.
pub(crate) async fn log_in_all(server: Server, emails: impl Iterator<Item = String>) -> Result<Vec<Account>> {
    let calls = emails.map(|email| async move { log_in(server, &email).await });
    stream::iter(calls).buffered(AT_ONCE).try_collect().await
}

/// Logs in. Costs the server a password hash.
pub(crate) async fn log_in(server: Server, email: &str) -> Result<Account> {
    let answer = server.post("/api/auth/login", None, &json!({ "email": email, "password": PASSWORD })).await?;
    Ok(Account { id: text(&answer, "id")?, token: text(&answer, "token")? })
}

fn text(object: &Value, key: &str) -> Result<String> {
    Ok(object[key].as_str().with_context(|| format!("the response has no {key}: {object}"))?.to_owned())
}
