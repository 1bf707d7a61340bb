//! What a notice of the reference messenger tells: there it is a text alone, worded by the client.

use std::collections::{HashMap, HashSet};

use crate::model::{GroupId, MessageKind, UserId};

/// As the reference web client words it: "Ann Lee добавил(a) в группу Bob Brown", "Bob Brown покинул(a) группу".
const ADDED: &str = " в группу ";
const ADDED_VERB: &str = "добавил";
const LEFT: &str = "покинул";

/// What is known of people and groups so far.
#[derive(Default)]
pub(super) struct Notices {
    /// By first and last name; nobody where two have the same.
    people: HashMap<String, Option<UserId>>,
    /// Groups that have begun.
    begun: HashSet<GroupId>,
}

impl Notices {
    /// Says that somebody has this name.
    pub(super) fn know(&mut self, user: UserId, first_name: &str, last_name: &str) {
        let entry = self.people.entry(full_name(first_name, last_name)).or_insert(Some(user));
        if *entry != Some(user) {
            *entry = None;
        }
    }

    /// Hears of a group's next row, the oldest first. A notice's kind and whom it is about; none if it does not tell.
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

/// However many spaces a client put between and behind.
fn full_name(first_name: &str, last_name: &str) -> String {
    let words = first_name.split_whitespace().chain(last_name.split_whitespace());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn notices_are_told_by_their_place_and_the_reference_clients_words() {
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
    fn of_two_with_the_same_name_nobody_is_meant() {
        let mut notices = Notices::default();
        notices.know(UserId(Uuid::new_v4()), "Bob", "Brown");
        notices.know(UserId(Uuid::new_v4()), "Bob", "Brown");
        notices.begun.insert(GroupId(Uuid::nil()));
        assert_eq!(notices.kind(GroupId(Uuid::nil()), true, "Ann добавил(a) в группу Bob Brown"), None);
    }
}
