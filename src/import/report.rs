//! What an import has done, and what it had to change or leave out.

use std::{collections::BTreeMap, fmt};

/// How many examples are shown per remark.
const EXAMPLES: usize = 3;

/// How many rows were read, and how many of them are new here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Rows read from the source.
    pub read: u64,
    /// Rows added by this import; the others already existed or were left out.
    pub added: u64,
}

impl Count {
    pub(super) fn add(&mut self, read: usize, added: u64) {
        self.read += u64::try_from(read).unwrap_or(u64::MAX);
        self.added += added;
    }
}

/// Something that was changed or left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// An account's email differs from another account's only in case.
    EmailTaken,
    /// An account's email had invisible characters.
    EmailCleaned,
    /// An account's email is not an email address.
    NoEmail,
    /// An account's password is not a bcrypt hash.
    NoPassword,
    /// A user's name is out of bounds.
    PersonsName,
    /// A group's name is out of bounds.
    GroupsName,
    /// A group is marked as deleted.
    DeletedGroup,
    /// A group has no members.
    EmptyGroup,
    /// A membership has no user, no group, or a user who cannot log in.
    NoMember,
    /// A message has no text.
    NoText,
    /// A message is too long.
    LongText,
    /// A message's sender or receiver has no account.
    NoPerson,
    /// A message's group does not exist.
    NoGroup,
    /// A message has no recipient, or both a user and a group.
    NoChat,
    /// A notice does not use the reference client's words for what happened.
    UnclearNotice,
    /// A user deleted a message of a group only for themselves.
    HiddenInGroup,
}

impl Remark {
    /// What happened, and why.
    fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::EmailTaken => ("accounts without login", "their email is an older account's, written differently"),
            Self::EmailCleaned => ("emails stored without their invisible characters", "log in with either"),
            Self::NoEmail => ("accounts without login", "their email is not a valid address"),
            Self::NoPassword => ("accounts without password", "theirs is not a bcrypt hash"),
            Self::PersonsName => {
                ("names of users cut, cleaned or filled in", "they have 1 to 64 characters, one visible, no controls")
            }
            Self::GroupsName => {
                ("names of groups cut, cleaned or filled in", "they have 1 to 128 characters, one visible, no controls")
            }
            Self::DeletedGroup => ("groups left out", "they are marked as deleted"),
            Self::EmptyGroup => ("groups left out", "they have no members"),
            Self::NoMember => ("memberships left out", "the group does not exist, or the user cannot log in"),
            Self::NoText => ("messages left out", "they have no text"),
            Self::LongText => ("texts cut", "they have at most 4096 characters"),
            Self::NoPerson => ("messages left out", "their sender or receiver has no account"),
            Self::NoGroup => ("messages left out", "their group is left out, or was deleted here"),
            Self::NoChat => ("messages left out", "they are neither to one user nor to one group"),
            Self::UnclearNotice => ("notices kept as messages", "they do not say who joined or left"),
            Self::HiddenInGroup => ("deletions for one user ignored", "groups do not support them"),
        }
    }
}

/// The report, printed for the operator.
#[derive(Debug, Default)]
pub struct Report {
    /// Accounts.
    pub people: Count,
    /// Groups.
    pub groups: Count,
    /// Memberships.
    pub members: Count,
    /// Messages and notices.
    pub messages: Count,
    remarks: BTreeMap<Remark, (u64, Vec<String>)>,
}

impl Report {
    /// How often a remark was made.
    pub fn count(&self, remark: Remark) -> u64 {
        self.remarks.get(&remark).map_or(0, |(count, _)| *count)
    }

    pub(super) fn remark(&mut self, remark: Remark, example: impl fmt::Display) {
        let (count, examples) = self.remarks.entry(remark).or_default();
        *count += 1;
        if examples.len() < EXAMPLES {
            examples.push(example.to_string());
        }
    }

    pub(super) fn remark_many(&mut self, remark: Remark, count: u64) {
        if count > 0 {
            self.remarks.entry(remark).or_default().0 += count;
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = [
            ("people", self.people),
            ("groups", self.groups),
            ("memberships", self.members),
            ("messages", self.messages),
        ];
        for (name, Count { read, added }) in lines {
            writeln!(f, "  {name:<12} {read:>10} read {added:>10} new")?;
        }
        for (remark, (count, examples)) in &self.remarks {
            let (what, why) = remark.text();
            write!(f, "  {what}: {count} ({why})")?;
            if !examples.is_empty() {
                let more = if u64::try_from(examples.len()).is_ok_and(|shown| shown < *count) { ", …" } else { "" };
                write!(f, ": {}{more}", examples.join(", "))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
