//! Interprets the notices of the reference messenger, which stores only a text worded by the client.

use std::collections::{HashMap, HashSet};

use crate::model::{GroupId, MessageKind, UserId};

/// The reference web client's wording: "Ann Lee добавил(a) в группу Bob Brown", "Bob Brown покинул(a) группу".
const ADDED: &str = " в группу ";
const ADDED_VERB: &str = "добавил";
const LEFT: &str = "покинул";

/// The users and groups seen so far.
#[derive(Default)]
pub(super) struct Notices {
    /// By first and last name; `None` if two users have the same.
    people: HashMap<String, Option<UserId>>,
    /// Groups of which a row was seen.
    begun: HashSet<GroupId>,
}

impl Notices {
    /// Adds a user's name.
    pub(super) fn know(&mut self, user: UserId, first_name: &str, last_name: &str) {
        let entry = self.people.entry(full_name(first_name, last_name)).or_insert(Some(user));
        if *entry != Some(user) {
            *entry = None;
        }
    }

    /// The kind of a row, and the user that it is about; `None` if it cannot be told. Call it for a group's rows in
    /// order.
    pub(super) fn kind(
        &mut self,
        group: GroupId,
        is_notice: bool,
        text: &str,
    ) -> Option<(MessageKind, Option<UserId>)> {
        let is_first = self.begun.insert(group);
        match is_notice {
            false => Some((MessageKind::Text, None)),
            true if is_first => Some((MessageKind::Created, None)),
            true if text.contains(LEFT) => Some((MessageKind::Left, None)),
            true => self.added(text).map(|user| (MessageKind::Added, Some(user))),
        }
    }

    fn added(&self, text: &str) -> Option<UserId> {
        let (before, name) = text.split_once(ADDED).filter(|(before, _)| before.contains(ADDED_VERB))?;
        debug_assert!(!before.is_empty());
        *self.people.get(&full_name(name, ""))?
    }
}

/// Normalises the spaces that clients put between and after the names.
fn full_name(first_name: &str, last_name: &str) -> String {
    let words = first_name.split_whitespace().chain(last_name.split_whitespace());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn notices_are_recognised_by_their_place_and_the_reference_clients_words() {
        let (ann, bob, group) = (UserId(Uuid::new_v4()), UserId(Uuid::new_v4()), GroupId(Uuid::new_v4()));
        let mut notices = Notices::default();
        notices.know(ann, "Ann", "Lee");
        notices.know(bob, "Bob", "");
        let mut kind = |is_notice, text| notices.kind(group, is_notice, text);
        assert_eq!(kind(true, "Ann Lee создал(a) группу"), Some((MessageKind::Created, None)));
        assert_eq!(kind(true, "Ann Lee добавил(a) в группу Bob "), Some((MessageKind::Added, Some(bob))));
        assert_eq!(kind(true, "Ann Lee добавил(a) в группу Cleo "), None);
        assert_eq!(kind(true, "Bob  покинул(a) группу"), Some((MessageKind::Left, None)));
        assert_eq!(kind(false, "Bob покинул группу"), Some((MessageKind::Text, None)));
        assert_eq!(kind(true, "something else"), None);
    }

    #[test]
    fn a_name_that_two_users_have_identifies_neither() {
        let mut notices = Notices::default();
        notices.know(UserId(Uuid::new_v4()), "Bob", "Brown");
        notices.know(UserId(Uuid::new_v4()), "Bob", "Brown");
        notices.begun.insert(GroupId(Uuid::nil()));
        assert_eq!(notices.kind(GroupId(Uuid::nil()), true, "Ann добавил(a) в группу Bob Brown"), None);
    }
}
