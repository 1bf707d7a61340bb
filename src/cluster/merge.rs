//! Puts the rows that the servers of a cluster log into one order that agrees with the database: each row is delivered
//! after those that its transaction has waited for, and after the earlier rows of the same server. Knows no rows but their
//! places, and does no I/O.
//!
//! Rows arrive in any order, several times or not at all. What does not arrive is read from the log: see
//! [`Merge::have_read`].

use std::{
    collections::{BTreeMap, HashMap},
    time::Instant,
};

use crate::model::Cursor;

/// Rows that wait for their turn.
pub(super) struct Merge<T> {
    writers: HashMap<i64, Writer<T>>,
}

/// The rows of one server.
struct Writer<T> {
    /// Everything up to this one was delivered.
    delivered: i64,
    /// Everything up to this one has arrived: rows that are not held do not exist.
    read: i64,
    held: BTreeMap<i64, Held<T>>,
}

struct Held<T> {
    follows: Vec<Cursor>,
    since: Instant,
    row: T,
}

impl<T> Default for Writer<T> {
    fn default() -> Self {
        Self { delivered: 0, read: 0, held: BTreeMap::new() }
    }
}

impl<T> Writer<T> {
    /// Whether everything up to this row was delivered.
    fn is_past(&self, n: i64) -> bool {
        self.delivered >= n || (self.read >= n && self.held.first_key_value().is_none_or(|(first, _)| *first > n))
    }

    /// The next row, if nothing is missing before it.
    fn first(&self) -> Option<(i64, &Held<T>)> {
        let (n, held) = self.held.first_key_value()?;
        self.is_past(n - 1).then_some((*n, held))
    }
}

impl<T> Merge<T> {
    /// Begins after these rows.
    pub(super) fn after(cursors: Vec<Cursor>) -> Self {
        let writer = |Cursor { writer, n }| (writer, Writer { delivered: n, ..Writer::default() });
        Self { writers: cursors.into_iter().map(writer).collect() }
    }

    /// Adds a row, unless it has arrived before.
    pub(super) fn add(&mut self, at: Cursor, follows: Vec<Cursor>, row: T, since: Instant) {
        let writer = self.writers.entry(at.writer).or_default();
        if at.n > writer.delivered {
            writer.held.entry(at.n).or_insert(Held { follows, since, row });
        }
    }

    /// All rows of a server up to this one were added.
    pub(super) fn have_read(&mut self, up_to: Cursor) {
        let writer = self.writers.entry(up_to.writer).or_default();
        writer.read = writer.read.max(up_to.n);
    }

    /// The next row to be delivered.
    pub(super) fn next(&mut self) -> Option<(Cursor, T)> {
        let next = self.writers.iter().find_map(|(number, writer)| {
            let (n, held) = writer.first()?;
            let is_past = |Cursor { writer, n }: &Cursor| self.writers.get(writer).is_some_and(|it| it.is_past(*n));
            held.follows.iter().all(is_past).then_some(Cursor { writer: *number, n })
        })?;
        let writer = self.writers.get_mut(&next.writer)?;
        let held = writer.held.remove(&next.n)?;
        writer.delivered = next.n;
        Some((next, held.row))
    }

    /// Since when the oldest row has been waiting.
    pub(super) fn waiting_since(&self) -> Option<Instant> {
        self.writers.values().filter_map(|writer| Some(writer.held.first_key_value()?.1.since)).min()
    }

    /// The rows of a server that wait.
    pub(super) fn waiting(&mut self, writer: i64) -> impl Iterator<Item = &mut T> {
        self.writers.get_mut(&writer).into_iter().flat_map(|writer| writer.held.values_mut().map(|held| &mut held.row))
    }

    /// The rows that were delivered last.
    pub(super) fn delivered(&self) -> Vec<Cursor> {
        self.writers.iter().map(|(writer, it)| Cursor { writer: *writer, n: it.delivered.max(it.passed()) }).collect()
    }

    /// Whether rows before this one are missing, which is the first that the log has.
    pub(super) fn lacks(&self, at: Cursor) -> bool {
        self.writers.get(&at.writer).is_some_and(|it| at.n > it.delivered.max(it.passed()) + 1)
    }

    /// The last row of a server that has arrived, with everything before it.
    pub(super) fn arrived(&self, writer: i64) -> i64 {
        self.writers.get(&writer).map_or(0, |it| {
            let mut last = it.delivered.max(it.read);
            while it.held.contains_key(&(last + 1)) {
                last += 1;
            }
            last
        })
    }
}

impl<T> Writer<T> {
    /// The last row that was delivered or does not exist.
    fn passed(&self) -> i64 {
        match self.held.first_key_value() {
            Some((first, _)) => self.read.min(first - 1),
            None => self.read,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::Index};

    use super::*;

    fn at(writer: i64, n: i64) -> Cursor {
        Cursor { writer, n }
    }

    fn drain(merge: &mut Merge<()>) -> Vec<(i64, i64)> {
        std::iter::from_fn(|| merge.next()).map(|(cursor, ())| (cursor.writer, cursor.n)).collect()
    }

    #[test]
    fn rows_wait_for_earlier_ones_of_their_server_and_for_those_they_follow() {
        let (mut merge, now) = (Merge::after(vec![at(1, 4), at(2, 0)]), Instant::now());
        merge.add(at(1, 6), vec![], (), now);
        merge.add(at(2, 1), vec![at(1, 5)], (), now);
        assert_eq!(drain(&mut merge), []);
        assert_eq!(merge.waiting_since(), Some(now));
        merge.add(at(1, 5), vec![], (), now);
        assert_eq!(drain(&mut merge).first(), Some(&(1, 5)));
        assert_eq!(merge.waiting_since(), None);
    }

    #[test]
    fn a_row_that_does_not_exist_is_not_waited_for_once_the_log_was_read() {
        let (mut merge, now) = (Merge::after(vec![]), Instant::now());
        merge.add(at(1, 2), vec![at(3, 9)], (), now);
        merge.have_read(at(1, 2));
        assert_eq!(drain(&mut merge), []);
        merge.have_read(at(3, 9));
        assert_eq!(drain(&mut merge), [(1, 2)]);
    }

    #[test]
    fn a_row_is_delivered_once() {
        let (mut merge, now) = (Merge::after(vec![]), Instant::now());
        for _ in 0..2 {
            merge.add(at(1, 1), vec![], (), now);
            merge.add(at(1, 1), vec![], (), now);
            let _ = drain(&mut merge);
        }
        merge.add(at(1, 2), vec![], (), now);
        assert_eq!(drain(&mut merge), [(1, 2)]);
    }

    /// A log as the database allows it: each row follows some of the rows before it.
    fn log() -> impl Strategy<Value = Vec<(Cursor, Vec<Cursor>)>> {
        prop::collection::vec((1..4_i64, any::<bool>()), 1..40).prop_map(|rows| {
            let (mut newest, mut log) = (HashMap::<i64, i64>::new(), Vec::new());
            for (writer, follows) in rows {
                let others = newest.iter().filter(|(other, _)| **other != writer && follows);
                let follows = others.map(|(other, n)| at(*other, *n)).collect();
                let n = newest.entry(writer).or_default();
                *n += 1;
                log.push((at(writer, *n), follows));
            }
            log
        })
    }

    proptest! {
        #[test]
        fn whatever_is_lost_or_doubled_every_row_is_delivered_once_and_in_order(
            log in log(),
            arrivals in prop::collection::vec(any::<Index>(), 0..60),
            reads in prop::collection::vec(any::<Index>(), 0..4),
        ) {
            let (mut merge, mut delivered, now) = (Merge::after(vec![]), Vec::new(), Instant::now());
            let mut take = |merge: &mut Merge<()>| delivered.extend(drain(merge));
            for arrival in &arrivals {
                let (cursor, follows) = arrival.get(&log).clone();
                merge.add(cursor, follows, (), now);
                take(&mut merge);
            }
            // Each read of the log has all rows up to some moment; the last one has all.
            let ends = reads.iter().map(|read| read.index(log.len()) + 1).chain([log.len()]);
            for end in ends {
                for (cursor, follows) in &log[..end] {
                    merge.add(*cursor, follows.clone(), (), now);
                }
                for (cursor, _) in &log[..end] {
                    merge.have_read(*cursor);
                }
                take(&mut merge);
            }
            let place = |row: &(i64, i64)| delivered.iter().position(|it| it == row);
            prop_assert_eq!(delivered.len(), log.len());
            for (cursor, follows) in &log {
                let own = place(&(cursor.writer, cursor.n)).expect("it was delivered");
                let before = follows.iter().map(|it| (it.writer, it.n)).chain((cursor.n > 1).then_some((cursor.writer, cursor.n - 1)));
                for earlier in before {
                    prop_assert!(place(&earlier).expect("it was delivered") < own);
                }
            }
        }
    }
}
