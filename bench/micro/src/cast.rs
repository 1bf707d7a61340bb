//! People, ids and texts: random, but the same in each run.

use fastrand::Rng;
use hearth::model::{Person, UserId};
use uuid::{Builder, Uuid};

const NAMES: [&str; 6] = ["Ann", "Bob", "Zoë", "Иван", "Maria", "Søren"];
const WORDS: [&str; 12] = ["tomorrow", "the", "kettle", "is", "on", "see", "you", "at", "eight", "и", "чай", "☕"];

/// The source of all inputs.
pub(crate) struct Cast(Rng);

impl Cast {
    /// Starts again: gives the same as every new one.
    pub(crate) fn new() -> Self {
        Self(Rng::with_seed(12))
    }

    pub(crate) fn id(&mut self) -> Uuid {
        Builder::from_random_bytes(self.0.u128(..).to_le_bytes()).into_uuid()
    }

    pub(crate) fn person(&mut self) -> Person {
        let mut name = || NAMES[self.0.usize(..NAMES.len())].to_owned();
        let (first_name, last_name) = (name(), name());
        Person { id: UserId(self.id()), first_name, last_name }
    }

    pub(crate) fn people(&mut self, count: usize) -> Vec<Person> {
        (0..count).map(|_| self.person()).collect()
    }

    /// The text of a message, of 4 to 24 words.
    pub(crate) fn text(&mut self) -> String {
        let words: Vec<_> = (0..self.0.usize(4..=24)).map(|_| WORDS[self.0.usize(..WORDS.len())]).collect();
        words.join(" ")
    }
}
