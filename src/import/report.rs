//! What an import has done, and what it could not do as it stands in the source.

use std::{collections::BTreeMap, fmt};

/// Examples that are shown of a remark.
const EXAMPLES: usize = 3;

/// How many there were, and how many of them are new here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Read from the source.
    pub read: u64,
    /// Added by this import; the others were there, or are left out.
    pub added: u64,
}

impl Count {
    pub(super) fn add(&mut self, read: usize, added: u64) {
        self.read += u64::try_from(read).unwrap_or(u64::MAX);
        self.added += added;
    }
}

/// What is not here as it stands in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// An account's e-mail is another account's, but for its case.
    EmailTaken,
    /// An account's e-mail had invisible characters.
    EmailCleaned,
    /// An account's e-mail is none.
    NoEmail,
    /// An account's password is no hash of bcrypt.
    NoPassword,
    /// A person's name is out of bounds.
    PersonsName,
    /// A group's name is out of bounds.
    GroupsName,
    /// A group is marked as deleted.
    DeletedGroup,
    /// A group has no members.
    EmptyGroup,
    /// A membership is of nobody, of no group, or of an account that can log in no more.
    NoMember,
    /// A message has no text.
    NoText,
    /// A message is longer than may be.
    LongText,
    /// A message's sender or receiver has no account.
    NoPerson,
    /// A message's group is not there.
    NoGroup,
    /// A message is for nobody, or for a person and a group at once.
    NoChat,
    /// A notice does not say in the reference client's words what happened.
    UnclearNotice,
    /// A message of a group was deleted by somebody for themselves.
    HiddenInGroup,
}

impl Remark {
    /// Reads on after the number.
    fn text(self) -> &'static str {
        match self {
            Self::EmailTaken => "accounts without log-in: their e-mail is an older account's, written differently",
            Self::EmailCleaned => "e-mails without the invisible characters that they had: log in with either",
            Self::NoEmail => "accounts without log-in: what they have is no e-mail address",
            Self::NoPassword => "accounts without password: what they have is no hash of bcrypt",
            Self::PersonsName => {
                "names of people cut, cleaned or filled in: they have 1 to 64 characters, one visible, no controls"
            }
            Self::GroupsName => {
                "names of groups cut, cleaned or filled in: they have 1 to 128 characters, one visible, no controls"
            }
            Self::DeletedGroup => "groups left out: they are marked as deleted",
            Self::EmptyGroup => "groups left out: nobody is in them",
            Self::NoMember => "memberships left out: no such group, or nobody who can log in",
            Self::NoText => "messages left out: they have no text",
            Self::LongText => "texts cut: they have at most 4096 characters",
            Self::NoPerson => "messages left out: their sender or receiver has no account",
            Self::NoGroup => "messages left out: their group is left out, or was deleted here",
            Self::NoChat => "messages left out: they are neither for one person nor for one group",
            Self::UnclearNotice => "notices kept as messages: they do not say who came or went",
            Self::HiddenInGroup => "deletions for oneself left out: in groups there are none",
        }
    }
}

/// The report. Printed, it is for the operator.
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
    /// How often something was remarked.
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
            write!(f, "  {count} {}", remark.text())?;
            if !examples.is_empty() {
                let more = if u64::try_from(examples.len()).is_ok_and(|shown| shown < *count) { ", …" } else { "" };
                write!(f, " ({}{more})", examples.join(", "))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
