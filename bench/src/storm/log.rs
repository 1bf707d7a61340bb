//! What a member must receive of a group: each message once, in order, whoever wrote it.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};

/// What a member knows of a group.
pub(super) struct Log {
    /// The seq before the first message.
    base: i64,
    /// Of messages that were delivered, ascending.
    heard: Vec<i64>,
    /// Of own messages, ascending.
    own: Vec<i64>,
    /// The number of the next message of each writer.
    next: HashMap<usize, usize>,
}

impl Log {
    pub(super) fn new(base: i64) -> Self {
        Self { base, heard: Vec::new(), own: Vec::new(), next: HashMap::new() }
    }

    /// The newest seq that is known.
    pub(super) fn newest(&self) -> i64 {
        [self.heard.last(), self.own.last()].into_iter().flatten().copied().max().unwrap_or(self.base)
    }

    /// How many messages were written here.
    pub(super) fn written(&self) -> usize {
        self.own.len()
    }

    /// An own message was acknowledged.
    pub(super) fn write(&mut self, seq: i64) -> Result<()> {
        ensure!(
            seq > self.own.last().copied().unwrap_or(self.base),
            "a message was acknowledged with an old seq: {seq}"
        );
        self.own.push(seq);
        Ok(())
    }

    /// The message with this number of a writer was delivered.
    pub(super) fn hear(&mut self, seq: i64, writer: usize, number: usize) -> Result<()> {
        let last = self.heard.last().copied().unwrap_or(self.base);
        ensure!(seq > last, "received seq {seq} after {last}");
        self.heard.push(seq);
        let next = self.next.entry(writer).or_default();
        ensure!(number == *next, "received message {number} of person {writer} instead of {next}");
        *next += 1;
        Ok(())
    }

    /// Whether everything up to this seq is known.
    pub(super) fn is_complete(&self, last: i64) -> bool {
        let known = self.heard.len() + self.own.len();
        i64::try_from(known).is_ok_and(|known| known >= last - self.base)
    }

    /// Fails unless each seq up to the last was heard or written, and only once; the last is the newest known if it is `None`.
    pub(super) fn check(&self, last: Option<i64>) -> Result<()> {
        let mut known = [&self.heard[..], &self.own[..]].concat();
        known.sort_unstable();
        let wrong = known.iter().zip(self.base + 1..).find(|(known, expected)| **known != *expected);
        ensure!(wrong.is_none(), "seq {:?} is missing or was received twice", wrong.map(|(_, expected)| expected));
        let newest = known.last().copied().unwrap_or(self.base);
        let last = last.unwrap_or(newest);
        ensure!(newest == last, "received messages up to seq {newest} of {last}");
        Ok(())
    }
}

/// The text of a message, of a hundred bytes.
pub(super) fn text(writer: usize, number: usize, micros: u128) -> String {
    format!("{:<100}", format_args!("{writer} {number} {micros}").to_string())
}

/// Who wrote this, its number, and when.
pub(super) fn read(text: &str) -> Result<(usize, usize, u64)> {
    let mut parts = text.split_whitespace();
    let mut next = || parts.next()?.parse().ok();
    let (writer, number) = (next(), next());
    let micros = parts.next().and_then(|micros| micros.parse().ok());
    let known = writer.zip(number).zip(micros).map(|((writer, number), micros)| (writer, number, micros));
    known.with_context(|| format!("an unknown text: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_doubled_or_out_of_order_is_noticed() {
        let mut log = Log::new(5);
        log.hear(6, 1, 0).unwrap();
        log.write(7).unwrap();
        log.hear(8, 1, 1).unwrap();
        assert!(log.check(Some(8)).is_ok() && log.is_complete(8));
        assert!(log.check(Some(9)).is_err() && !log.is_complete(9));
        assert!(log.hear(8, 1, 2).is_err() && log.hear(9, 1, 4).is_err() && log.write(7).is_err());
        let mut log = Log::new(5);
        log.hear(7, 1, 0).unwrap();
        assert!(log.check(None).is_err());
    }

    #[test]
    fn a_text_says_who_and_when() {
        assert_eq!(text(3, 7, 1_000).len(), 100);
        assert_eq!(read(&text(3, 7, 1_000)).unwrap(), (3, 7, 1_000));
        assert!(read("added").is_err());
    }
}
