//! What a move to another database needs of both of them, while a server may write to the source.
//!
//! The source records the key of every row that changes, from before the first row is copied. The target keeps how far
//! the copy is, in the transactions that copy. So a move that was interrupted continues where it stopped. Both keep what
//! they know of the move in a table of its own, which the migrations do not know.

mod capture;
mod constraints;
mod source;
mod switch;
mod target;

pub use source::{MoveSource, Taken};
pub use switch::Switch;
pub use target::{MoveTarget, Reached};

use std::collections::BTreeMap;

use anyhow::bail;
use sqlx::{AnyConnection, AssertSqlSafe, Executor, Row};

use super::{
    DatabaseResult, Store,
    engine::Engine,
    tables::{Row as TableRow, Table},
};
use crate::model::Timestamp;

/// Key and value, both texts. The keys are the constants below.
const CREATE: &str = "CREATE TABLE IF NOT EXISTS moving (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)";
/// The move's id, of both.
const ID: &str = "id";
/// Of a source: the version of its schema when the move began.
const SCHEMA: &str = "schema";
/// Of a source: where the target is.
const TO: &str = "to";
/// Of a target: where the source is.
const FROM: &str = "from";
/// Of a source whose data has moved: since when.
const MOVED_AT: &str = "moved_at";

/// Rows of a source's table that the target must have, because no change of them waits.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The table.
    pub table: Table,
    /// How many these are.
    pub rows: i64,
    /// The keys of all other rows, in either database.
    pub apart: Vec<TableRow>,
}

/// The part that a database has in a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    None,
    /// It is being copied to the database at this place.
    Source {
        id: String,
        to: String,
    },
    /// It is in another place since then.
    Moved {
        id: String,
        to: String,
        at: Timestamp,
    },
    /// It is filled from the database at this place.
    Target {
        id: String,
        from: String,
    },
}

impl Part {
    pub(super) async fn of(engine: Engine, connection: &mut AnyConnection) -> DatabaseResult<Self> {
        let exists = AssertSqlSafe(engine.find_table("moving"));
        if connection.fetch_optional(exists).await?.is_none() {
            return Ok(Self::None);
        }
        let mut notes = notes(connection).await?;
        let Some(id) = notes.remove(ID) else { return Ok(Self::None) };
        let moved_at = notes.get(MOVED_AT).and_then(|at| at.parse().ok()).map(Timestamp);
        Ok(match (notes.remove(TO), notes.remove(FROM), moved_at) {
            (Some(to), _, Some(at)) => Self::Moved { id, to, at },
            (Some(to), ..) => Self::Source { id, to },
            (None, Some(from), _) => Self::Target { id, from },
            (None, None, _) => Self::None,
        })
    }

    /// Fails if the database must not be used: a part of its data is elsewhere.
    pub(super) fn allow_use(&self) -> anyhow::Result<()> {
        match self {
            Self::None | Self::Source { .. } => Ok(()),
            Self::Moved { to, at, .. } => bail!("it was moved to {to} on {at}: set database.url to that database"),
            Self::Target { from, .. } => bail!(
                "the move from {from} into it is not finished: run `hearth move` there again, or, to give it up, delete \
                 this database"
            ),
        }
    }
}

impl Store {
    /// Where the data is now, if this database was moved.
    pub async fn moved_to(&self) -> Option<String> {
        let part = self.within(async { Part::of(self.engine, &mut *self.reads.acquire().await?).await }).await;
        match part {
            Ok(Part::Moved { to, .. }) => Some(to),
            _ => None,
        }
    }
}

async fn notes(connection: &mut AnyConnection) -> DatabaseResult<BTreeMap<String, String>> {
    let rows = connection.fetch_all("SELECT key, value FROM moving").await?;
    rows.iter().map(|row| Ok((row.try_get("key")?, row.try_get("value")?))).collect()
}

async fn note(connection: &mut AnyConnection, key: &str, value: &str) -> DatabaseResult<()> {
    let query = sqlx::query(
        "INSERT INTO moving (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    );
    query.bind(key).bind(value).execute(connection).await.map(|_| ())
}
