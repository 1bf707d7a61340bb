//! Collects the requests that all clients of a round send and the frames that they receive.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    moment,
    record::{Attempt, Heard, Line, Op, Outcome, Protocol},
};

/// The records of a round, shared by its clients.
#[derive(Default)]
pub(crate) struct Log(Mutex<Records>);

/// Operations and connections by their numbers.
#[derive(Default)]
pub(crate) struct Records {
    pub(crate) ops: Vec<Op>,
    pub(crate) lines: Vec<Line>,
    /// What no server may do in any round.
    pub(crate) surprises: Vec<String>,
}

impl Log {
    /// A new connection; returns its number.
    pub(crate) fn line(&self, person: usize, protocol: Protocol) -> usize {
        let mut records = self.records();
        records.lines.push(Line {
            person,
            protocol,
            ready: None,
            is_logged_out: false,
            is_settled: false,
            heard: Vec::new(),
        });
        records.lines.len() - 1
    }

    /// A new operation; returns its number.
    pub(crate) fn op(&self, op: Op) -> usize {
        let mut records = self.records();
        records.ops.push(op);
        records.ops.len() - 1
    }

    /// A request for an operation is about to be sent; returns the number of the attempt.
    pub(crate) fn attempt(&self, op: usize, line: Option<usize>) -> usize {
        let attempts = &mut self.records().ops[op].attempts;
        attempts.push(Attempt { line, sent: moment::now(), outcome: Outcome::Unanswered });
        attempts.len() - 1
    }

    /// The outcome of an attempt.
    pub(crate) fn outcome(&self, (op, attempt): (usize, usize), outcome: Outcome) {
        self.records().ops[op].attempts[attempt].outcome = outcome;
    }

    /// A copy of an operation.
    pub(crate) fn get(&self, op: usize) -> Op {
        self.records().ops[op].clone()
    }

    /// A frame arrived.
    pub(crate) fn heard(&self, line: usize, heard: Heard) {
        self.records().lines[line].heard.push(heard);
    }

    /// From now on the connection must receive every frame.
    pub(crate) fn ready(&self, line: usize) {
        self.records().lines[line].ready = Some(moment::now());
    }

    /// The server closed the connection because the session has ended.
    pub(crate) fn logged_out(&self, line: usize) {
        self.records().lines[line].is_logged_out = true;
    }

    /// The connection has received every frame.
    pub(crate) fn settled(&self, line: usize) {
        self.records().lines[line].is_settled = true;
    }

    /// The server did what it never may.
    pub(crate) fn surprise(&self, what: String) {
        self.records().surprises.push(what);
    }

    /// The records so far; the log is empty afterwards.
    pub(crate) fn take(&self) -> Records {
        std::mem::take(&mut self.records())
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
