//! The directory of people, kept true to the database: whoever has changed is read again before the next search.

use std::{
    collections::HashSet,
    mem::take,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use serde::Serialize;
use sqlx::{Row as _, any::AnyRow};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};
use uuid::Uuid;

use super::directory::{Directory, Rank, Row, Words};
use crate::{
    error::{Error, Result},
    model::UserId,
    store::{
        Store,
        engine::Sql,
        types::{Hex, json},
    },
};

/// People that are read by one statement.
const PAGE: usize = 10_000;
/// Searches side by side: among very many people each takes a core for some milliseconds.
const SEARCHES: usize = 2;

/// Shared by the clones of a store.
pub(in crate::store) struct NameIndex {
    directory: RwLock<Directory>,
    /// Whose rows may differ from the directory's.
    changed: Mutex<HashSet<UserId>>,
    /// Whether everybody was read. Held while rows are on their way: an older row must not follow a newer one.
    loaded: tokio::sync::Mutex<bool>,
    searches: Semaphore,
}

static PEOPLE: Sql = Sql::steps(&["SELECT id, first_name, last_name, first_name_folded, last_name_folded, \
       email_search FROM users WHERE id > $1 AND deleted_at IS NULL ORDER BY id LIMIT $2"]);

static CHANGED: Sql = Sql::steps(&["SELECT u.id, u.first_name, u.last_name, u.first_name_folded, \
       u.last_name_folded, u.email_search FROM rows($1: id BYTES) q JOIN users u ON u.id = q.id \
     WHERE u.deleted_at IS NULL"]);

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
    /// Says that these rows may have changed; not before they have.
    pub(in crate::store) fn have_changed(&self, users: impl IntoIterator<Item = UserId>) {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner).extend(users);
    }

    async fn change(self: &Arc<Self>, change: impl FnOnce(&mut Directory) + Send + 'static) -> Result<()> {
        let people = self.clone();
        let work = move || change(&mut people.directory.write().unwrap_or_else(PoisonError::into_inner));
        spawn_blocking(work).await.map_err(|panic| Error::Internal(panic.into()))
    }
}

impl Store {
    /// Brings the directory up to date. The first time that is half a second for 200,000 people, later next to nothing.
    pub async fn refresh_people(&self) -> Result<()> {
        let mut loaded = self.names.loaded.lock().await;
        if !*loaded {
            let everybody = self.everybody().await?;
            self.names.change(|directory| *directory = everybody).await?;
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

    /// People who match, but the `hidden` ones, best first.
    pub(super) async fn find_people(
        &self,
        words: Words,
        hidden: HashSet<UserId>,
        limit: usize,
    ) -> Result<Vec<(Rank, UserId)>> {
        let ready = timeout(self.timeout, self.refresh_people()).await;
        ready.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut.into()))?;
        let _permit = self.names.searches.acquire().await.expect("it is never closed");
        let people = self.names.clone();
        let work = move || {
            let directory = people.directory.read().unwrap_or_else(PoisonError::into_inner);
            directory.find(&words, &hidden, limit)
        };
        spawn_blocking(work).await.map_err(|panic| Error::Internal(panic.into()))
    }

    async fn everybody(&self) -> Result<Directory> {
        let (mut directory, mut last) = (Directory::default(), UserId(Uuid::nil()));
        loop {
            let work = async {
                let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
                let query = sqlx::query(PEOPLE.on(self.engine)).bind(last).bind(limit);
                query.fetch_all(&self.reads).await?.iter().map(row).collect::<sqlx::Result<Vec<_>>>()
            };
            let rows = self.within(work).await?;
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
        #[derive(Serialize)]
        struct Id {
            id: Hex,
        }
        let ids: Vec<_> = users.iter().map(|user| Id { id: Hex(user.0) }).collect();
        let work = async {
            let query = sqlx::query(CHANGED.on(self.engine)).bind(json(&ids));
            query.fetch_all(&self.reads).await?.iter().map(row).collect()
        };
        self.within(work).await
    }
}

fn row(row: &AnyRow) -> sqlx::Result<Row> {
    Ok(Row {
        id: row.try_get(0)?,
        first_name: row.try_get(1)?,
        last_name: row.try_get(2)?,
        first_name_folded: row.try_get(3)?,
        last_name_folded: row.try_get(4)?,
        email_search: row.try_get(5)?,
    })
}
