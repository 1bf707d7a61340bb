//! What one client knows. It follows broadcasts, and catches up after an absence with what it missed.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::wire::{CHANGED_ROWS, Chat, Known, Message, NEW_ROWS, Reaction, View};

/// The chats of a user, as a client keeps them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    pub(crate) user: String,
    pub(crate) view: View,
    /// Rows and changes that arrived before those they follow: an answer may come after later broadcasts.
    early: BTreeMap<Chat, Early>,
    /// The revisions of entries of the list that are older than what is known of their histories: the end of an account
    /// changes an entry and its revision, but no row.
    outdated: BTreeMap<Chat, i64>,
    /// A row of an unknown chat arrived, or the user lost a chat: the model must catch up.
    pub(crate) is_stale: bool,
}

#[derive(Debug, Clone, Default)]
struct Early {
    rows: BTreeMap<i64, Value>,
    changes: BTreeMap<i64, Value>,
}

impl Model {
    /// A new client of a user, which knows nothing.
    pub(crate) fn new(user: &str) -> Self {
        Self { user: user.to_owned(), ..Self::default() }
    }

    /// Applies the item of an answer, as others apply that of the broadcast.
    pub(crate) fn hear_answer(&mut self, kind: &str, item: &Value) -> Result<()> {
        let as_broadcast = match kind {
            "editMessage" | "deleteMessage" | "react" => "messageEdited",
            "renameGroup" | "setRole" => "groupChanged",
            other => other,
        };
        self.hear(as_broadcast, item)
    }

    /// Applies the item of a broadcast.
    pub(crate) fn hear(&mut self, kind: &str, item: &Value) -> Result<()> {
        let Some(chat) = Chat::of_frame(&self.user, kind, item) else { return Ok(()) };
        if kind == "removedFromGroup" || kind == "dropGroup" || (kind == "leaveGroup" && item.get("seq").is_none()) {
            // It may be the user's again by now.
            self.forget(&chat);
            self.is_stale = true;
            return Ok(());
        }
        if kind == "dialogHidden" {
            return self.hide(&chat, item);
        }
        if kind == "personDeleted" {
            // All chats of that user have a new revision.
            self.is_stale = true;
            return Ok(());
        }
        let (is_row, is_change) = (NEW_ROWS.contains(&kind), CHANGED_ROWS.contains(&kind));
        let Some(known) = self.view.get_mut(&chat) else {
            self.is_stale |= is_row;
            return Ok(());
        };
        // The frame does not have the new state.
        self.is_stale |= kind == "blockUser";
        let early = self.early.entry(chat).or_default();
        if is_row {
            early.rows.insert(integer(item, "seq")?, item.clone());
        } else if is_change {
            early.changes.insert(integer(item, "revision")?, item.clone());
        } else {
            known.set(kind, item, &self.user);
        }
        early.apply(known, &self.user)
    }

    /// Forgets a chat that is no longer the user's.
    pub(crate) fn forget(&mut self, chat: &Chat) {
        self.view.remove(chat);
        self.early.remove(chat);
        self.outdated.remove(chat);
    }

    fn hide(&mut self, chat: &Chat, item: &Value) -> Result<()> {
        let Some(known) = self.view.get_mut(chat) else { return Ok(()) };
        // A client that caught up meanwhile may know more.
        known.hidden_up_to = known.hidden_up_to.max(integer(item, "hiddenUpTo")?);
        known.read_up_to = known.read_up_to.max(integer(item, "readUpTo")?);
        known.state = known.state.max(integer(item, "state")?);
        known.drop_hidden();
        if known.rows.is_empty() {
            self.forget(chat);
        }
        Ok(())
    }

    /// Whether a revision was skipped: there are no frames about changes of hidden messages, and none when the texts of
    /// a deleted account are erased. While a request has no answer, its answer may be what is missing.
    pub(crate) fn has_gap(&self) -> bool {
        self.early.values().any(|early| !early.changes.is_empty())
    }

    /// The param `known` of `getChangedChats` for the chats after this one, in the server's order.
    pub(crate) fn known(&self, after: Option<&(String, bool)>) -> Vec<Value> {
        let mut chats: Vec<_> = self.view.iter().map(|(chat, known)| (chat.rank(&self.user), chat, known)).collect();
        chats.retain(|(rank, ..)| after.is_none_or(|after| rank > after));
        chats.sort_by(|one, other| one.0.cmp(&other.0));
        let entry = |(_, chat, known): (_, &Chat, &Known)| {
            let revision = self.outdated.get(chat).unwrap_or(&known.revision);
            json!({ "chat": chat.side(&self.user), "lastSeq": known.last_seq, "revision": revision,
                "state": known.state })
        };
        chats.into_iter().take(500).map(entry).collect()
    }

    /// Applies a row of `getChangedChats`. Returns the chat, and the counters from which to read its changes.
    pub(crate) fn refresh(&mut self, row: &Value) -> Result<(Chat, i64, i64)> {
        let chat = Chat::seen_by(&self.user, &row["chat"]).context("a row names its chat")?;
        let mut known: Known = serde_json::from_value(row.clone())?;
        let (last_seq, revision) = match self.view.remove(&chat) {
            Some(old) => {
                known.rows = old.rows;
                known.drop_hidden();
                (old.last_seq, old.revision)
            }
            None => (known.hidden_up_to, known.revision),
        };
        self.early.remove(&chat);
        self.outdated.remove(&chat);
        self.view.insert(chat.clone(), known);
        Ok((chat, last_seq, revision))
    }

    /// Knows a chat only up to these counters, because reading its changes was interrupted.
    pub(crate) fn rewind(&mut self, chat: &Chat, last_seq: i64, revision: i64) {
        if let Some(known) = self.view.get_mut(chat) {
            (known.last_seq, known.revision) = (last_seq, revision);
        }
    }

    /// Applies an answer of `getChanges`.
    pub(crate) fn changes(&mut self, chat: &Chat, item: &Value, rows: &[Value]) -> Result<()> {
        let Some(known) = self.view.get_mut(chat) else { return Ok(()) };
        for row in rows {
            known.follow(row, &self.user)?;
            known.put(row)?;
        }
        if item["complete"] == true {
            if integer(item, "revision")? > known.revision {
                self.outdated.insert(chat.clone(), known.revision);
                self.is_stale = true;
            }
            known.last_seq = known.last_seq.max(integer(item, "lastSeq")?);
            known.revision = known.revision.max(integer(item, "revision")?);
        }
        known.count();
        Ok(())
    }
}

impl Early {
    /// Applies what follows what is known, and discards what is known.
    fn apply(&mut self, known: &mut Known, user: &str) -> Result<()> {
        while let Some(entry) = self.rows.first_entry().filter(|entry| *entry.key() <= known.last_seq + 1) {
            let row = entry.remove();
            known.follow(&row, user)?;
            if !known.rows.contains_key(&integer(&row, "seq")?) {
                known.put(&row)?;
            }
        }
        while let Some(entry) = self.changes.first_entry().filter(|entry| *entry.key() <= known.revision + 1) {
            let is_covered = integer(entry.get(), "lastSeq")? <= known.last_seq;
            if !is_covered {
                break;
            }
            let (revision, change) = entry.remove_entry();
            if revision <= known.revision {
                continue;
            }
            known.revision = revision;
            if change.get("emoji").is_some() {
                known.react(&change, user)?;
            } else {
                known.put(&change)?;
            }
        }
        known.count();
        Ok(())
    }
}

impl Known {
    /// Applies a new row to the counters, unless they cover it.
    fn follow(&mut self, row: &Value, user: &str) -> Result<()> {
        let seq = integer(row, "seq")?;
        if seq <= self.last_seq {
            return Ok(());
        }
        self.last_seq = seq;
        let joined = match row["event"]["kind"].as_str() {
            Some("added") => 1,
            Some("left" | "removed") => -1,
            _ => 0,
        };
        self.member_count = self.member_count.map(|count| count + joined);
        if let Some(name) = row["event"]["groupName"].as_str() {
            self.group_name = Some(name.to_owned());
        }
        if row["senderId"] == user {
            self.read_up_to = seq;
        } else if let Some(read) = &mut self.partner_read_up_to {
            *read = seq;
        }
        Ok(())
    }

    fn set(&mut self, kind: &str, item: &Value, user: &str) {
        let read = item["readUpTo"].as_i64().unwrap_or(0);
        match kind {
            "messagesRead" | "markRead" if item["userId"] == user => self.read_up_to = self.read_up_to.max(read),
            "messagesRead" if item.get("state").is_some() => {
                self.partner_read_up_to = self.partner_read_up_to.map(|known| known.max(read));
            }
            "muteChat" => self.muted_until = item["mutedUntil"].as_str().map(str::to_owned),
            "roleChanged" if item["state"].as_i64() >= Some(self.state) => {
                self.role = item["role"].as_str().map(str::to_owned);
            }
            _ => return,
        }
        self.state = self.state.max(item["state"].as_i64().unwrap_or(0));
    }

    fn drop_hidden(&mut self) {
        self.rows = self.rows.split_off(&(self.hidden_up_to + 1));
        self.count();
    }

    fn put(&mut self, row: &Value) -> Result<()> {
        let mut message: Message = serde_json::from_value(row.clone())?;
        if message.seq <= self.hidden_up_to {
            return Ok(());
        }
        keep_mine(&mut message.reactions, self.rows.get(&message.seq));
        self.rows.insert(message.seq, message);
        Ok(())
    }

    fn react(&mut self, item: &Value, user: &str) -> Result<()> {
        let Some(row) = self.rows.get_mut(&integer(item, "seq")?) else { return Ok(()) };
        let mut reactions: Vec<Reaction> = serde_json::from_value(item["reactions"].clone())?;
        keep_mine(&mut reactions, Some(row));
        for reaction in &mut reactions {
            if item["userId"] == user && item["emoji"] == reaction.emoji.as_str() {
                reaction.mine = item["on"].as_bool();
            }
        }
        row.reactions = reactions;
        Ok(())
    }

    fn count(&mut self) {
        self.unread_count = self.last_seq - self.read_up_to.max(self.hidden_up_to);
    }
}

/// Broadcasts do not say which reactions are the reader's own: keeps what was known.
fn keep_mine(reactions: &mut [Reaction], known: Option<&Message>) {
    for reaction in reactions.iter_mut().filter(|reaction| reaction.mine.is_none()) {
        let known = known.and_then(|row| row.reactions.iter().find(|other| other.emoji == reaction.emoji));
        reaction.mine = Some(known.is_some_and(|known| known.mine == Some(true)));
    }
}

pub(super) fn integer(value: &Value, key: &str) -> Result<i64> {
    value[key].as_i64().with_context(|| format!("no {key} in {value}"))
}
