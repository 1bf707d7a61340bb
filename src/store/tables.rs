//! Whole tables in and out, for backups, restores and moves: the tables of a database as its own schema describes them,
//! in any version. Knows no table by name except those that never leave their database.

mod columns;
mod load;
mod read;
mod rows;
mod schema;

pub use load::{Conflict, Loader};
pub use read::Snapshot;
pub use rows::{Row, Value};

pub(super) use read::{count, numbers, page, with_keys};
pub(super) use schema::{analyze, tables};

use serde::{Deserialize, Serialize};

/// Rows per page: small enough that a page of the longest messages takes a few ten MB.
pub const PAGE: usize = 1000;

/// A table, as the schema of its database describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// In the order of the schema.
    pub columns: Vec<Column>,
    /// The columns of the primary key, as indexes into `columns`: rows are read in its order.
    pub key: Vec<usize>,
    /// Whether the engine numbers new rows, in the only column of the key.
    pub is_numbered: bool,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The values that it has.
    pub kind: Kind,
    /// Whether it may be NULL.
    pub is_nullable: bool,
}

/// The values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// 64 bits, signed.
    Integer,
    /// Unicode, without U+0000.
    Text,
    /// Bytes.
    Blob,
}

impl Table {
    /// The columns of the primary key.
    pub(super) fn key_columns(&self) -> impl Iterator<Item = &Column> + Clone {
        self.key.iter().map(|&index| &self.columns[index])
    }
}
