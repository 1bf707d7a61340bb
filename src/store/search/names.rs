//! Keeps the directory of people up to date: reads those who have changed again before the next search.

use std::{
    collections::HashSet,
    mem::take,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};
use uuid::Uuid;

use super::directory::{Directory, Rank, Row, Words};
use crate::{
    error::{Error, Result},
    model::UserId,
    store::{
        Store,
        engine::Sql,
        rows::from_columns,
        types::{column, json},
    },
};

/// People that one statement reads.
const PAGE: usize = 10_000;
/// Concurrent searches: among very many people each takes a core for some milliseconds.
const SEARCHES: usize = 2;

/// Shared by the clones of a store.
pub(in crate::store) struct NameIndex {
    directory: RwLock<Directory>,
    /// People whose rows may differ from the directory.
    changed: Mutex<HashSet<UserId>>,
    /// Whether all people were read. Locked while rows are read: an older row must not replace a newer one.
    loaded: tokio::sync::Mutex<bool>,
    searches: Semaphore,
}

const ALL: &str = "SELECT id, first_name, last_name, first_name_folded, last_name_folded, email_search FROM users \
     WHERE id > $1 AND deleted_at IS NULL ORDER BY id LIMIT $2";

static CHANGED: Sql = Sql::new(
    "SELECT u.id, u.first_name, u.last_name, u.first_name_folded, u.last_name_folded, u.email_search \
     FROM rows($1: id UUID) q JOIN one(users u: u.id = q.id) WHERE u.deleted_at IS NULL",
);

from_columns! {
    Row { id, first_name, last_name, first_name_folded, last_name_folded, email_search }
}

impl Default for NameIndex {
    fn default() -> Self {
        Self {
            directory: RwLock::default(),
            changed: Mutex::default(),
            loaded: tokio::sync::Mutex::default(),
            searches: Semaphore::new(SEARCHES),
        }
    }
}

impl NameIndex {
    /// Marks these people as changed. Call it after the change.
    pub(in crate::store) fn have_changed(&self, users: impl IntoIterator<Item = UserId>) {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner).extend(users);
    }

    async fn change(self: &Arc<Self>, change: impl FnOnce(&mut Directory) + Send + 'static) -> Result<()> {
        let names = self.clone();
        let work = move || change(&mut names.directory.write().unwrap_or_else(PoisonError::into_inner));
        spawn_blocking(work).await.map_err(|panic| Error::Internal(panic.into()))
    }
}

impl Store {
    /// Marks people as changed by another server.
    pub fn have_changed(&self, users: impl IntoIterator<Item = UserId>) {
        self.names.have_changed(users);
    }

    /// Brings the directory up to date. Takes half a second for 200,000 people the first time, and almost nothing
    /// later.
    pub async fn refresh_people(&self) -> Result<()> {
        let mut loaded = self.names.loaded.lock().await;
        if !*loaded {
            let all = self.read_all().await?;
            self.names.change(|directory| *directory = all).await?;
            *loaded = true;
        }
        let changed = take(&mut *self.names.changed.lock().unwrap_or_else(PoisonError::into_inner));
        if changed.is_empty() {
            return Ok(());
        }
        match self.rows_of(&changed).await {
            Ok(rows) => self.names.change(move |directory| directory.update(&changed, &rows)).await,
            Err(error) => {
                self.names.have_changed(changed);
                Err(error)
            }
        }
    }

    /// People who match, without the `hidden` ones, best first.
    pub(super) async fn find_ids(
        &self,
        words: Words,
        hidden: HashSet<UserId>,
        limit: usize,
    ) -> Result<Vec<(Rank, UserId)>> {
        let ready = timeout(self.timeout, self.refresh_people()).await;
        ready.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut.into()))?;
        let _permit = self.names.searches.acquire().await.expect("it is never closed");
        let names = self.names.clone();
        let work = move || {
            let directory = names.directory.read().unwrap_or_else(PoisonError::into_inner);
            directory.find(&words, &hidden, limit)
        };
        spawn_blocking(work).await.map_err(|panic| Error::Internal(panic.into()))
    }

    async fn read_all(&self) -> Result<Directory> {
        let (mut directory, mut last) = (Directory::default(), UserId(Uuid::nil()));
        loop {
            let query = sqlx::query_as(ALL).bind(last).bind(i64::try_from(PAGE).unwrap_or(i64::MAX));
            let rows: Vec<Row> = self.within(query.fetch_all(&self.reads)).await?;
            directory.load(&rows);
            match rows.last() {
                Some(row) if rows.len() == PAGE => last = row.id,
                _ => break,
            }
        }
        let packed = spawn_blocking(move || {
            directory.pack();
            directory
        });
        packed.await.map_err(|panic| Error::Internal(panic.into()))
    }

    async fn rows_of(&self, users: &HashSet<UserId>) -> Result<Vec<Row>> {
        let query = sqlx::query_as(CHANGED.on(self.engine)).bind(json(&column("id", users)));
        self.within(query.fetch_all(&self.reads)).await
    }
}
