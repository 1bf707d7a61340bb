//! The servers of a cluster, as the database knows them, and the work that one of them does for all. Times are those of
//! the database's clock.

use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

use super::{DatabaseResult, Store, commits::WRITERS, fence::Fence};
use crate::{error::Result, model::Cursor};

/// A server that was not seen for this long is removed: after that, it can write nothing.
const GONE_MILLIS: i64 = 60_000;
/// How long work belongs to a server that does not renew its lease.
const LEASE_MILLIS: i64 = 8_000;

/// The time in milliseconds.
macro_rules! now {
    () => {
        "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
    };
}

pub(super) use now;

/// A server of the cluster.
#[derive(Debug, Clone)]
pub struct Node {
    /// Names it in the log of commits.
    pub generation: i64,
    /// Its version of Hearth.
    pub version: String,
    /// How long ago it was seen.
    pub silent_millis: i64,
}

impl Store {
    /// Whether other servers write to the same database.
    pub fn is_shared(&self) -> bool {
        self.fence.is_shared()
    }

    /// The number that names this process in the log of commits.
    pub fn generation(&self) -> Option<i64> {
        self.fence.generation()
    }

    /// Registers this process. Removes processes that have not been seen for long.
    pub(super) async fn join(&self) -> DatabaseResult<i64> {
        let (mut change, _) = self.begin_by(&self.opening()).await?;
        remove_gone(&mut change).await?;
        let add = concat!(
            "INSERT INTO writers (started_at, seen_at, version) VALUES (",
            now!(),
            ", ",
            now!(),
            ", $1) RETURNING generation"
        );
        let generation = sqlx::query_scalar(add).bind(env!("CARGO_PKG_VERSION")).fetch_one(&mut *change).await?;
        change.commit().await?;
        Ok(generation)
    }

    /// Tells the others that this process is there, and removes those that have not done so for long.
    pub async fn be_seen(&self) -> Result<()> {
        let work = async {
            let mut change = self.begin().await?;
            let seen = concat!("UPDATE writers SET seen_at = ", now!(), " WHERE generation = $1");
            sqlx::query(seen).bind(self.fence.generation()).execute(&mut *change).await?;
            remove_gone(&mut change).await?;
            change.commit().await
        };
        self.within(work).await
    }

    /// Hands over this process's work: it writes nothing from now on. Its row stays for a while, because others may not
    /// have read all that it has logged.
    pub async fn leave(&self) -> Result<()> {
        if !self.is_shared() {
            return Ok(());
        }
        let work = async {
            let mut change = self.begin().await?;
            for leave in
                ["DELETE FROM leases WHERE holder = $1", "UPDATE writers SET version = '' WHERE generation = $1"]
            {
                sqlx::query(leave).bind(self.fence.generation()).execute(&mut *change).await?;
            }
            change.commit().await
        };
        self.within(work).await
    }

    /// The newest row of the log of each server that has some.
    pub async fn newest_commits(&self) -> Result<Vec<Cursor>> {
        let sql = format!(
            "SELECT w.writer, (SELECT c.n FROM commits c WHERE c.writer = w.writer ORDER BY c.n DESC LIMIT 1) AS n \
             FROM ({WRITERS}) w"
        );
        let rows = self.within(sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.reads)).await?;
        let cursor = |row: &AnyRow| Ok(Cursor { writer: row.try_get("writer")?, n: row.try_get("n")? });
        Ok(rows.iter().map(cursor).collect::<DatabaseResult<_>>()?)
    }

    /// Takes over work that one server does for all, or keeps it. Returns whether it is this server's now, for some
    /// seconds. A server alone has all work.
    pub async fn lease(&self, work: &'static str) -> Result<bool> {
        if !self.is_shared() {
            return Ok(true);
        }
        let sql = concat!(
            "INSERT INTO leases (name, holder, until) VALUES ($1, $2, ",
            now!(),
            " + $3) ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until \
             WHERE leases.holder = excluded.holder OR leases.until < ",
            now!(),
            " OR NOT EXISTS (SELECT 1 FROM writers w WHERE w.generation = leases.holder)"
        );
        let lease = sqlx::query(sql).bind(work).bind(self.fence.generation()).bind(LEASE_MILLIS);
        Ok(self.within(self.write(lease)).await? > 0)
    }

    /// This database for work with a lease: a transaction fails if the work has been taken over, and keeps others from
    /// taking it over until it ends.
    #[must_use]
    pub fn for_work(&self, work: &'static str) -> Self {
        Self { fence: Fence::of_work(&self.fence, work), ..self.clone() }
    }
}

async fn remove_gone(connection: &mut AnyConnection) -> DatabaseResult<()> {
    let sql = concat!("DELETE FROM writers WHERE seen_at < ", now!(), " - $1");
    sqlx::query(sql).bind(GONE_MILLIS).execute(connection).await.map(drop)
}

/// The servers of the cluster.
pub(super) async fn listed(connection: &mut AnyConnection) -> DatabaseResult<Vec<Node>> {
    let sql = concat!(
        "SELECT generation, version, ",
        now!(),
        " - seen_at AS silent_millis FROM writers WHERE version <> '' ORDER BY generation"
    );
    sqlx::query(sql).fetch_all(connection).await?.iter().map(node).collect()
}

fn node(row: &AnyRow) -> DatabaseResult<Node> {
    Ok(Node {
        generation: row.try_get("generation")?,
        version: row.try_get("version")?,
        silent_millis: row.try_get("silent_millis")?,
    })
}
