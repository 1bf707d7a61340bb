//! Converts users and groups of the reference messenger to fit our bounds.

use serde_json::Value;

use super::report::{Remark, Report};
use crate::{
    auth::{NOBODYS, Passwords},
    config::CommonPasswords,
    model::Person,
    protocol::{Bounds, Email, Field, Protocol},
    store::{LoadedGroup, LoadedPerson, SourceGroup, SourceUser},
    text::{bidi_control, has_visible, without_ignorable},
};

const PERSON_MAX: usize = 64;
const GROUP_MAX: usize = 128;
/// None of these settings affects what a valid email is.
const BOUNDS: Bounds =
    Bounds { password_min: 0, common_passwords: CommonPasswords::Allow, protocol: Protocol::Reference };

/// Removes invisible characters from an email. It identifies the same account with and without them.
pub(super) fn clean_email(user: &mut SourceUser, report: &mut Report) {
    let Some(email) = &mut user.email else { return };
    let cleaned = without_ignorable(email);
    if cleaned != *email {
        report.remark(Remark::EmailCleaned, &cleaned);
        *email = cleaned;
    }
}

/// Converts an account; if its email is taken, nobody can log in to it.
pub(super) fn person(user: SourceUser, is_taken: bool, report: &mut Report) -> LoadedPerson {
    let named = user.email.clone().unwrap_or_else(|| user.id.to_string());
    let local_part = named.split('@').next().unwrap_or_default().to_owned();
    let first_name = name(user.first_name, PERSON_MAX, &local_part);
    let last_name = name(user.last_name.or_else(|| Some(String::new())), PERSON_MAX, "");
    if first_name.1 || last_name.1 {
        report.remark(Remark::PersonsName, &named);
    }
    let person = Person { id: user.id, first_name: first_name.0, last_name: last_name.0 };

    let email = user.email.filter(|email| Email::read(&Value::from(email.as_str()), BOUNDS).is_ok());
    let email = match email {
        Some(email) if is_taken => {
            report.remark(Remark::EmailTaken, email);
            None
        }
        Some(email) => Some(email),
        None => {
            report.remark(Remark::NoEmail, &named);
            None
        }
    };
    let password = user.password.filter(|hash| Passwords::is_bcrypt(hash));
    if password.is_none() && email.is_some() {
        report.remark(Remark::NoPassword, &named);
    }
    let password_hash = if email.is_some() { password.unwrap_or_else(|| NOBODYS.to_owned()) } else { String::new() };
    LoadedPerson { person, email, password_hash, created_at: user.created_at }
}

/// Converts a group; `None` if it is left out.
pub(super) fn group(group: SourceGroup, report: &mut Report) -> Option<LoadedGroup> {
    if group.is_deleted || !group.has_members {
        let remark = if group.is_deleted { Remark::DeletedGroup } else { Remark::EmptyGroup };
        report.remark(remark, group.name.unwrap_or_else(|| group.id.to_string()));
        return None;
    }
    let (name, changed) = name(group.name, GROUP_MAX, "Group");
    if changed {
        report.remark(Remark::GroupsName, &name);
    }
    Some(LoadedGroup { id: group.id, name, created_at: group.created_at, retention_days: None })
}

/// Fits a name into its bounds, and returns whether it changed.
fn name(given: Option<String>, max: usize, instead: &str) -> (String, bool) {
    let given = given.unwrap_or_default();
    let within = |text: &str| {
        let turns = |c: &char| bidi_control(c.encode_utf8(&mut [0; 4])).is_some();
        let plain: String = text.chars().filter(|c| !turns(c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let cut: String = plain.trim().chars().take(max).collect();
        if has_visible(&cut) { cut.trim_end().to_owned() } else { String::new() }
    };
    let mut name = within(&given);
    if name.is_empty() {
        name = within(instead);
    }
    let changed = name != given.trim();
    (name, changed)
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn names_are_kept_cut_or_filled_in() {
        assert_eq!(name(Some(" Ann ".into()), 64, "x"), ("Ann".into(), false));
        assert_eq!(name(Some("Ann\tLee".into()), 64, "x"), ("Ann Lee".into(), true));
        assert_eq!(name(Some("Annabel Lee".into()), 8, "x"), ("Annabel".into(), true));
        assert_eq!(name(Some("\u{202e}Ann\u{200e}".into()), 64, "x"), ("Ann".into(), true));
        assert_eq!(name(Some("\u{3164}".into()), 64, "x"), ("x".into(), true));
        assert_eq!(name(Some("علی\u{200c}رضا".into()), 64, "x"), ("علی\u{200c}رضا".into(), false));
        assert_eq!(name(None, 64, "ann"), ("ann".into(), true));
        assert_eq!(name(Some(String::new()), 64, ""), (String::new(), false));
    }
}
