//! Members, roles and names of groups follow from their histories.

use super::truth::{Stored, Truth};
use crate::wire::Message;

pub(super) fn check(truth: &Truth<'_>, violations: &mut Vec<String>) {
    for (chat, members) in &truth.round.before.members {
        let Some(stored) = truth.chats.get(chat) else {
            violations.push(format!("{chat:?} is lost"));
            continue;
        };
        // There is no notice of the end of an account: it may have ended before any notice, or after the last.
        let gone = truth.round.after.gone.first().map(|person| truth.round.people[*person].as_str());
        let notices = stored.new_rows().filter(|row| gone.is_some() && row.event.is_some()).map(|row| row.seq);
        let mut found = replay(truth, stored, members, gone.map(|gone| (gone, i64::MAX)));
        if !found.is_empty()
            && notices.into_iter().any(|seq| replay(truth, stored, members, gone.map(|gone| (gone, seq))).is_empty())
        {
            found.clear();
        }
        violations.extend(found);
        name(stored, violations);
    }
}

/// What is wrong if an account has ended just before the row with this seq.
fn replay(
    truth: &Truth<'_>,
    stored: &Stored<'_>,
    members: &[(String, String)],
    gone: Option<(&str, i64)>,
) -> Vec<String> {
    let (mut roster, mut violations) = (Roster(members.to_vec()), Vec::new());
    let end = |roster: &mut Roster, seq| {
        if let Some((user, _)) = gone.filter(|(_, at)| *at == seq) {
            roster.leave(user);
        }
    };
    for row in stored.new_rows() {
        end(&mut roster, row.seq);
        if !roster.apply(row, stored) {
            violations.push(format!("{}: seq {} is impossible for these members: {row:?}", stored.name(), row.seq));
        }
    }
    end(&mut roster, i64::MAX);
    compare(truth, stored, &roster, &mut violations);
    violations
}

/// The members of a group and their roles, in the order in which they joined.
struct Roster(Vec<(String, String)>);

impl Roster {
    /// Applies a row. Returns whether its sender was allowed to cause it.
    fn apply(&mut self, row: &Message, stored: &Stored<'_>) -> bool {
        let Some(role) = self.role(&row.sender_id) else { return false };
        let (is_owner, manages) = (role == "owner", role != "member");
        let Some(event) = &row.event else { return true };
        let whom = event.user_id.as_deref().unwrap_or_default();
        let others = self.role(whom).filter(|_| whom != row.sender_id);
        match event.kind.as_str() {
            "added" => {
                let is_allowed = self.role(whom).is_none() && (manages || !was_member(stored, whom, row.seq));
                self.0.push((whom.to_owned(), "member".to_owned()));
                is_allowed
            }
            "removed" => {
                let is_allowed = others.is_some_and(|role| is_owner || manages && role == "member");
                self.remove(whom);
                is_allowed
            }
            "left" => {
                self.leave(&row.sender_id);
                true
            }
            "role" => {
                let role = event.role.as_deref().unwrap_or_default();
                let is_allowed = is_owner && others.is_some_and(|other| other != role);
                self.set(whom, role);
                if role == "owner" {
                    self.set(&row.sender_id, "admin");
                }
                is_allowed
            }
            "renamed" => manages,
            _ => true,
        }
    }

    /// If the owner leaves, the longest-standing member becomes the owner.
    fn leave(&mut self, user: &str) {
        let is_owner = self.role(user).is_some_and(|role| role == "owner");
        self.remove(user);
        if let Some((_, longest_standing)) = self.0.first_mut().filter(|_| is_owner) {
            "owner".clone_into(longest_standing);
        }
    }

    fn role(&self, user: &str) -> Option<String> {
        self.0.iter().find(|(id, _)| id == user).map(|(_, role)| role.clone())
    }

    fn set(&mut self, user: &str, role: &str) {
        self.0.iter_mut().filter(|(id, _)| id == user).for_each(|(_, known)| role.clone_into(known));
    }

    fn remove(&mut self, user: &str) {
        self.0.retain(|(id, _)| id != user);
    }
}

/// Whether a user was a member before: only the owner and the admins may add them again.
fn was_member(stored: &Stored<'_>, user: &str, before: i64) -> bool {
    stored.known.rows.range(..before).any(|(_, row)| match &row.event {
        Some(event) if event.kind == "added" => event.user_id.as_deref() == Some(user),
        Some(event) => event.kind == "created" && row.sender_id == user,
        None => false,
    })
}

fn compare(truth: &Truth<'_>, stored: &Stored<'_>, roster: &Roster, violations: &mut Vec<String>) {
    let name = stored.name();
    let after = truth.round.after.members.get(stored.chat);
    if after != Some(&roster.0) {
        violations.push(format!("{name}: the members are {after:?} instead of {:?}", roster.0));
    }
    if stored.known.member_count != i64::try_from(roster.0.len()).ok() {
        violations.push(format!("{name}: memberCount is {:?}", stored.known.member_count));
    }
    for (person, id) in truth.round.people.iter().enumerate() {
        let (seen, role) = (stored.readers.get(&person).map(|known| known.role.clone()), roster.role(id));
        if seen != role.clone().map(Some) {
            violations.push(format!("{name}: person {person} sees the role {seen:?} instead of {role:?}"));
        }
    }
}

fn name(stored: &Stored<'_>, violations: &mut Vec<String>) {
    let renamed = stored.new_rows().filter_map(|row| row.event.as_ref()?.group_name.as_ref()).last();
    let expected = renamed.or(stored.before.and_then(|before| before.group_name.as_ref()));
    if stored.known.group_name.as_ref() != expected {
        violations.push(format!(
            "{}: its name is {:?} instead of {expected:?}",
            stored.name(),
            stored.known.group_name
        ));
    }
}
