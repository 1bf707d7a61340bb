//! Reads the log of `crash_shim`.

use std::{io::Write, ops::Range, path::PathBuf};

use anyhow::{Context, Result, ensure};

use super::format::{HEADER, Header, Kind};

/// Every kind, in the order of the numbers, which begin with one.
const KINDS: [Kind; 10] = [
    Kind::Found,
    Kind::Created,
    Kind::Wrote,
    Kind::Truncated,
    Kind::Synced,
    Kind::SyncFailed,
    Kind::Renamed,
    Kind::Removed,
    Kind::Linked,
    Kind::MadeFolder,
];

/// A complete log.
pub(crate) struct Log(Vec<u8>);

#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// Its place in the log, by which syncs name what they cover.
    pub(crate) position: u64,
    pub(crate) header: Header,
    /// What follows the header.
    pub(crate) body: Range<usize>,
}

impl Log {
    /// Checks that the log consists of records.
    pub(crate) fn new(bytes: Vec<u8>) -> Result<Self> {
        let log = Self(bytes);
        let end = log.records().last().map_or(0, |record| record.body.end);
        ensure!(end == log.0.len(), "the log is damaged at byte {end}");
        Ok(log)
    }

    /// The records in their order.
    pub(crate) fn records(&self) -> impl Iterator<Item = Record> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let record = self.record(at)?;
            at = record.body.end;
            Some(record)
        })
    }

    /// The bytes that a record holds.
    pub(crate) fn bytes(&self, body: &Range<usize>) -> &[u8] {
        &self.0[body.clone()]
    }

    /// The path that a record holds.
    pub(crate) fn path(&self, record: &Record) -> Result<String> {
        String::from_utf8(self.bytes(&record.body).to_vec()).context("a path is not UTF-8")
    }

    /// The two paths that a record holds.
    pub(crate) fn paths(&self, record: &Record) -> Result<(String, String)> {
        let both = self.path(record)?;
        let (from, to) = both.split_once('\0').context("the record has one path")?;
        Ok((from.to_owned(), to.to_owned()))
    }

    /// Writes the log to a temporary file that stays.
    pub(crate) fn keep(&self) -> Result<PathBuf> {
        let (mut file, path) = tempfile::Builder::new().prefix("crash-log-").tempfile()?.keep()?;
        file.write_all(&self.0)?;
        Ok(path)
    }

    fn record(&self, at: usize) -> Option<Record> {
        let header = self.0.get(at..at + HEADER)?;
        let half = |at: usize| header[at..at + 4].try_into().map(u32::from_ne_bytes).ok();
        let number = |at: usize| header[at..at + 8].try_into().map(u64::from_ne_bytes).ok();
        let kind = *KINDS.get(half(0)?.checked_sub(1)? as usize)?;
        let header = Header { kind, length: half(4)?, moment: number(8)?, inode: number(16)?, value: number(24)? };
        let body = at + HEADER..at + HEADER + header.length as usize;
        (body.end <= self.0.len()).then_some(Record { position: at as u64, header, body })
    }
}
