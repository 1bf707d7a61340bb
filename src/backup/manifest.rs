//! What an archive says about itself: its versions, its tables, and their checksums.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::Timestamp;

/// The version of the archive's layout that this program writes, and the newest that it reads.
pub(super) const FORMAT: u32 = 1;
/// The last entry of an archive.
pub(super) const MANIFEST: &str = "manifest.json";

/// The entry `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the archive's layout.
    pub format: u32,
    /// The version of Hearth that wrote it.
    pub hearth: String,
    /// The version of the database's schema.
    pub schema: i64,
    /// The engine of the database: `sqlite` or `postgres`.
    pub engine: String,
    /// When its snapshot was taken.
    pub created_at: Timestamp,
    /// The epoch of the database; empty before the server's first start.
    pub epoch: String,
    /// The tables, in the order in which they are restored.
    pub tables: Vec<ArchivedTable>,
    /// The highest number that each numbered table has given to a row, so that none is given again.
    pub numbers: BTreeMap<String, i64>,
    /// The rows of all tables.
    pub rows: u64,
    /// The SHA-256 of the names, counts and checksums of all tables.
    pub sha256: String,
}

/// One table of an archive: its entry is `tables/NAME.jsonl`, the names of the columns and then one row per line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchivedTable {
    /// The name of the table.
    pub name: String,
    /// The rows of its entry, without the line of the columns.
    pub rows: u64,
    /// The SHA-256 of its entry.
    pub sha256: String,
}

impl ArchivedTable {
    /// The name of a table's entry.
    pub(super) fn entry(name: &str) -> String {
        format!("tables/{name}.jsonl")
    }
}

/// The checksum of the list of tables.
pub(super) fn checksum(tables: &[ArchivedTable]) -> String {
    let mut hash = Sha256::new();
    for table in tables {
        hash.update(format!("{} {} {}\n", table.name, table.rows, table.sha256));
    }
    hex(&hash.finalize())
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"))
}
