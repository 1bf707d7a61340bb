//! One chat as a client keeps it, and how broadcasts change it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// What a client keeps of one chat.
#[derive(Debug, Clone)]
pub struct Chat {
    /// The row of the chat list, its counters kept up to date.
    pub list: Value,
    /// The history by seq.
    pub rows: BTreeMap<i64, Value>,
}

impl Chat {
    /// Applies a new row to the chat list, whose row already shows messages up to its own `lastSeq`.
    pub fn follow(&mut self, row: &Value, user: &str) {
        if number(&row["seq"]) <= number(&self.list["lastSeq"]) {
            return;
        }
        self.list["lastSeq"] = row["seq"].clone();
        let joined = match row["event"]["kind"].as_str() {
            Some("added") => 1,
            Some("left" | "removed") => -1,
            _ => 0,
        };
        if let Some(count) = self.list["memberCount"].as_i64() {
            self.list["memberCount"] = (count + joined).into();
        }
        if let Some(name) = row["event"]["groupName"].as_str() {
            self.list["groupName"] = name.into();
        }
        if row["senderId"] == user {
            self.forward("readUpTo", &row["seq"]);
        } else if self.list.get("partnerReadUpTo").is_some() {
            self.forward("partnerReadUpTo", &row["seq"]);
        }
    }

    /// Raises a number that never decreases.
    pub fn forward(&mut self, key: &str, value: &Value) {
        self.list[key] = number(value).max(number(&self.list[key])).into();
    }

    /// Stores a row, and updates the rows that quote it.
    pub fn put(&mut self, mut row: Value) {
        let seq = number(&row["seq"]);
        if let Some(known) = self.rows.get(&seq) {
            keep_mine(&mut row["reactions"], &known["reactions"]);
        } else {
            keep_mine(&mut row["reactions"], &json!([]));
        }
        for counter in ["lastSeq", "revision", "memberCount"] {
            row.as_object_mut().expect("an object").remove(counter);
        }
        let deleted = !row["deletedAt"].is_null();
        let quoted: String = row["content"].as_str().expect("a text").chars().take(200).collect();
        for other in self.rows.values_mut().filter(|other| other["replyTo"]["seq"] == seq) {
            other["replyTo"]["content"] = quoted.clone().into();
            if deleted {
                other["replyTo"]["senderName"] = "".into();
            }
        }
        self.rows.insert(seq, row);
    }

    pub fn react(&mut self, mut item: Value, user: &str) {
        let Some(row) = self.rows.get_mut(&number(&item["seq"])) else { return };
        let mut reactions = item["reactions"].take();
        keep_mine(&mut reactions, &row["reactions"]);
        for reaction in reactions.as_array_mut().expect("an array") {
            if item["userId"] == user && reaction["emoji"] == item["emoji"] {
                reaction["mine"] = item["on"].clone();
            }
        }
        row["reactions"] = reactions;
    }
}

/// Broadcasts do not say which reactions are the reader's own: keeps those known before.
fn keep_mine(reactions: &mut Value, known: &Value) {
    for reaction in reactions.as_array_mut().expect("an array") {
        if reaction.get("mine").is_none() {
            let mut known = known.as_array().expect("an array").iter();
            let was = known.find(|other| other["emoji"] == reaction["emoji"]);
            reaction["mine"] = was.is_some_and(|other| other["mine"] == true).into();
        }
    }
}

pub fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("a number: {value}"))
}
