//! The searchable names of all people in memory: finds any part of a name or e-mail among 200,000 people in a few
//! milliseconds, in the same way on both engines. Contains no SQL; `names` keeps it up to date.

use std::{collections::HashSet, ops::Range};

use memchr::memmem::Finder;

use crate::{config::Emails, model::UserId};

/// Texts are packed when more bytes than this, and more than half of all, are unused.
const SLACK: usize = 64 * 1024;
/// Between two fields: no name, e-mail or searched word contains it.
const SEPARATOR: &str = "\n";

/// A person's row in the database.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: UserId,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) first_name_folded: String,
    pub(super) last_name_folded: String,
    pub(super) email_search: String,
}

/// Folded words, each of which must be part of a field; the first decides the rank.
pub(super) struct Words {
    first: Finder<'static>,
    /// All words, the longest first: it rules out most people.
    all: Vec<Finder<'static>>,
    /// The whole text, if only whole e-mail addresses are found.
    whole_email: Option<String>,
}

/// How well a person matches; less is better.
pub(super) type Rank = i64;

/// The worst rank: only the e-mail matches.
const RANKS: usize = 5;

/// People in the order in which clients show those of one rank: by first name, last name, id.
#[derive(Default)]
pub(super) struct Directory {
    people: Vec<Entry>,
    /// The texts of all entries, mostly in the same order: a search reads them sequentially.
    texts: String,
    /// Bytes in `texts` that no entry refers to.
    unused: usize,
}

/// A person's place in the texts: first name, last name, then `first\nlast\nemail`, folded.
struct Entry {
    id: UserId,
    start: usize,
    first_name: u16,
    last_name: u16,
    first_name_folded: u16,
    last_name_folded: u16,
    email_search: u16,
}

impl Words {
    /// `None` if there is no word in a folded text.
    pub(super) fn of(text: &str, emails: Emails) -> Option<Self> {
        let finder = |word: &str| Finder::new(word).into_owned();
        let first = finder(text.split_whitespace().next()?);
        // Each word once: a repeated word costs nothing.
        let distinct: HashSet<_> = text.split_whitespace().collect();
        let mut all: Vec<_> = distinct.into_iter().map(finder).collect();
        all.sort_by_key(|word| std::cmp::Reverse(word.needle().len()));
        let whole_email = (emails == Emails::Hidden).then(|| text.trim().to_owned());
        Some(Self { first, all, whole_email })
    }

    /// Whether a found person's folded e-mail address may be shown.
    pub(super) fn shows(&self) -> impl Fn(&str) -> bool + use<> {
        let whole_email = self.whole_email.clone();
        move |email| whole_email.as_ref().is_none_or(|whole| whole == email)
    }
}

impl Directory {
    /// Replaces the entries of people who have changed by their present rows; deleted accounts have none.
    pub(super) fn update(&mut self, changed: &HashSet<UserId>, rows: &[Row]) {
        let unused = &mut self.unused;
        self.people.retain(|entry| {
            let is_kept = !changed.contains(&entry.id);
            *unused += if is_kept { 0 } else { entry.length() };
            is_kept
        });
        for row in rows {
            let entry = self.write(row);
            let place = self.people.partition_point(|other| self.key(other) < self.key(&entry));
            self.people.insert(place, entry);
        }
        if self.unused > SLACK.max(self.texts.len() / 2) {
            self.pack();
        }
    }

    /// Adds many people who have no entry yet. Call [`Self::pack`] after the last.
    pub(super) fn load(&mut self, rows: &[Row]) {
        for row in rows {
            let entry = self.write(row);
            self.people.push(entry);
        }
    }

    /// Sorts the people, and rewrites their texts in that order.
    pub(super) fn pack(&mut self) {
        let mut people = std::mem::take(&mut self.people);
        people.sort_by(|one, other| self.key(one).cmp(&self.key(other)));
        let mut texts = String::with_capacity(self.texts.len() - self.unused);
        for entry in &mut people {
            let text = &self.texts[entry.start..entry.start + entry.length()];
            entry.start = texts.len();
            texts.push_str(text);
        }
        people.shrink_to_fit();
        (self.people, self.texts, self.unused) = (people, texts, 0);
    }

    /// The best matches without `hidden` people, in order: at most `limit`.
    pub(super) fn find(&self, words: &Words, hidden: &HashSet<UserId>, limit: usize) -> Vec<(Rank, UserId)> {
        let mut ranks: [Vec<UserId>; RANKS] = Default::default();
        for entry in &self.people {
            let Some(rank) = self.rank(entry, words) else { continue };
            let found = &mut ranks[rank];
            if found.len() < limit && !hidden.contains(&entry.id) {
                found.push(entry.id);
                if rank == 0 && found.len() == limit {
                    break;
                }
            }
        }
        let ranked = (1..).zip(ranks).flat_map(|(rank, found)| found.into_iter().map(move |id| (rank, id)));
        ranked.take(limit).collect()
    }

    /// How well a person matches, from 0; `None` if not at all.
    fn rank(&self, entry: &Entry, words: &Words) -> Option<usize> {
        let folded = &self.texts.as_bytes()[entry.folded()];
        let (names, email) = folded.split_at(folded.len() - usize::from(entry.email_search));
        let searched = if words.whole_email.is_some() { names } else { folded };
        if !words.all.iter().all(|word| word.find(searched).is_some()) {
            let is_whole = words.whole_email.as_ref().is_some_and(|whole| whole.as_bytes() == email);
            return is_whole.then_some(RANKS - 1);
        }
        let (first_name, rest) = folded.split_at(entry.first_name_folded.into());
        let last_name = &rest[1..=usize::from(entry.last_name_folded)];
        let word = words.first.needle();
        let conditions = [
            first_name.starts_with(word),
            last_name.starts_with(word),
            words.first.find(first_name).is_some(),
            words.first.find(last_name).is_some(),
        ];
        Some(conditions.iter().position(|condition| *condition).unwrap_or(RANKS - 1))
    }

    fn write(&mut self, row: &Row) -> Entry {
        let start = self.texts.len();
        let mut write = |text: &str| {
            self.texts.push_str(text);
            u16::try_from(text.len()).expect("names and e-mails are short")
        };
        let (first_name, last_name) = (write(&row.first_name), write(&row.last_name));
        let first_name_folded = write(&row.first_name_folded);
        write(SEPARATOR);
        let last_name_folded = write(&row.last_name_folded);
        write(SEPARATOR);
        let email_search = write(&row.email_search);
        Entry { id: row.id, start, first_name, last_name, first_name_folded, last_name_folded, email_search }
    }

    /// The key by which people of one rank are sorted.
    fn key(&self, entry: &Entry) -> (&str, &str, UserId) {
        let (first_name, rest) = self.texts[entry.start..].split_at(entry.first_name.into());
        (first_name, &rest[..entry.last_name.into()], entry.id)
    }
}

impl Entry {
    fn length(&self) -> usize {
        self.folded().end - self.start
    }

    /// The range of the folded fields, separators included.
    fn folded(&self) -> Range<usize> {
        let start = self.start + usize::from(self.first_name) + usize::from(self.last_name);
        let fields = [self.first_name_folded, self.last_name_folded, self.email_search];
        start..start + fields.map(usize::from).iter().sum::<usize>() + 2 * SEPARATOR.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn row(id: u8, [first_name, last_name, email]: [&str; 3]) -> Row {
        let [first_name_folded, last_name_folded] = [first_name, last_name].map(str::to_lowercase);
        let [first_name, last_name, email_search] = [first_name, last_name, email].map(str::to_owned);
        let id = UserId(Uuid::from_u128(id.into()));
        Row { id, first_name, last_name, first_name_folded, last_name_folded, email_search }
    }

    /// What `find` must return, computed without a directory.
    fn matching(people: &[Row], text: &str, limit: usize) -> Vec<(Rank, UserId)> {
        let Some(first) = text.split_whitespace().next() else { return Vec::new() };
        let ranked = people.iter().filter_map(
            |Row { id, first_name, last_name, first_name_folded, last_name_folded, email_search }| {
                let fields = [first_name_folded, last_name_folded, email_search];
                let found = text.split_whitespace().all(|word| fields.iter().any(|field| field.contains(word)));
                let ranks = [
                    first_name_folded.starts_with(first),
                    last_name_folded.starts_with(first),
                    first_name_folded.contains(first),
                    last_name_folded.contains(first),
                    true,
                ];
                let rank = (1..).zip(ranks).find(|(_, holds)| *holds).map(|(rank, _)| rank)?;
                found.then_some((rank, first_name, last_name, *id))
            },
        );
        let mut ranked: Vec<_> = ranked.collect();
        ranked.sort();
        ranked.into_iter().map(|(rank, _, _, id)| (rank, id)).take(limit).collect()
    }

    fn people() -> impl Strategy<Value = Vec<Row>> {
        let name = "[abAB]{0,3}";
        let person = (any::<u8>(), "[abAB]{1,3}", name, "[ab]{1,3}@[ab]");
        let rows = proptest::collection::vec(person, 0..40);
        rows.prop_map(|rows| {
            let mut rows: Vec<_> = rows.iter().map(|(id, one, two, three)| row(*id, [one, two, three])).collect();
            rows.sort_by_key(|row| row.id);
            rows.dedup_by_key(|row| row.id);
            rows
        })
    }

    proptest! {
        #[test]
        fn everybody_who_matches_is_found_in_order(
            mut present in people(), changes in people(), text in "[ab@]{1,3}( [ab]{1,2}){0,2}", limit in 1..50_usize
        ) {
            let mut directory = Directory::default();
            directory.load(&present);
            directory.pack();
            // Every other change is an end.
            let changed: HashSet<_> = changes.iter().map(|row| row.id).collect();
            let renamed: Vec<_> = changes.into_iter().step_by(2).collect();
            directory.update(&changed, &renamed);
            present.retain(|row| !changed.contains(&row.id));
            present.extend(renamed);
            let words = Words::of(&text, Emails::Shown).expect("there is a word");
            prop_assert_eq!(directory.find(&words, &HashSet::new(), limit), matching(&present, &text, limit));
        }
    }

    #[test]
    fn a_hidden_email_is_found_by_all_of_it() {
        let mut directory = Directory::default();
        directory.load(&[row(1, ["Ann", "", "ann@b.org"]), row(2, ["Bob", "", "bob@b.org"])]);
        let found = |text: &str, emails| {
            let words = Words::of(text, emails).expect("a word");
            directory.find(&words, &HashSet::new(), 9).into_iter().map(|(_, id)| id.0.as_u128()).collect::<Vec<_>>()
        };
        assert_eq!(found("b.org", Emails::Shown), [1, 2]);
        for part in ["b.org", "bob@", "ob@b.org", "bob@b.org ann", "bob@b.or"] {
            assert_eq!(found(part, Emails::Hidden), [0; 0], "{part}");
        }
        assert_eq!(found(" bob@b.org ", Emails::Hidden), [2]);
        assert_eq!(found("bo", Emails::Hidden), [2]);
    }

    #[test]
    fn hidden_people_take_no_place() {
        let mut directory = Directory::default();
        directory.load(&[row(1, ["Ann", "", "a@b"]), row(2, ["Anna", "", "b@b"]), row(3, ["Anne", "", "c@b"])]);
        let hidden = HashSet::from([UserId(Uuid::from_u128(2))]);
        let found = directory.find(&Words::of("ann", Emails::Hidden).expect("a word"), &hidden, 2);
        assert_eq!(found, [(1, UserId(Uuid::from_u128(1))), (1, UserId(Uuid::from_u128(3)))]);
    }

    #[test]
    fn texts_that_are_no_more_are_given_back() {
        let mut directory = Directory::default();
        let long = "x".repeat(200);
        for _ in 0..1000 {
            let rows = [row(1, [&long, "", "a@b"])];
            directory.update(&HashSet::from([rows[0].id]), &rows);
        }
        assert!(directory.texts.len() < 2 * SLACK, "{} bytes are kept", directory.texts.len());
        assert_eq!(directory.find(&Words::of("xxx", Emails::Hidden).expect("a word"), &HashSet::new(), 9).len(), 1);
    }
}
