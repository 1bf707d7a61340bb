//! The plan of a demo: who is in which group, and which pairs talk, how much and since when.

use std::collections::HashMap;

use super::{
    Start,
    cast::{self, Actor},
    chance::Chance,
    schedule::{Late, Stage},
    script::{Section, Thread, parse},
};
use crate::{
    model::{ChatKey, GroupId, MessageId, MessageKind, Role, Timestamp, UserId},
    store::{LoadedGroup, LoadedMember, LoadedMessage, Unread},
};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// How many weeks ago the first users signed up.
const WEEKS: i64 = 9;
/// Pairs that have a dialog, by distance in the cast, and how many conversations they have.
const NEAR: [(usize, [i64; 2]); 5] = [(1, [6, 9]), (2, [4, 6]), (3, [2, 3]), (5, [2, 3]), (8, [1, 2])];
/// Everything to store, in order.
pub(super) struct Plan {
    pub(super) cast: Vec<Actor>,
    /// When the first users signed up.
    pub(super) began_at: Timestamp,
    pub(super) groups: Vec<LoadedGroup>,
    pub(super) members: Vec<LoadedMember>,
    pub(super) messages: Vec<LoadedMessage>,
    pub(super) unread: Vec<Unread>,
}

/// Plans a demo in one language. The same seed on the same day gives the same plan, except for what is said after
/// `now`.
pub(super) fn make(texts: &[&str], Start { now, seed }: Start) -> Result<Plan, String> {
    let mut sections = Vec::new();
    for text in texts {
        sections.extend(parse(text)?);
    }
    let people = sections.iter().position(|section| section.title == "people").ok_or("no people")?;
    let people = sections.remove(people);
    let notices = sections.iter().position(|section| section.title == "notices").ok_or("no notices")?;
    let notices = sections.remove(notices);
    let (groups, pools) = sections.into_iter().partition::<Vec<_>, _>(|section| !section.head("members").is_empty());

    let today = now.0.div_euclid(DAY);
    let mut chance = Chance::of(&format!("{seed} {today}"));
    let mut cast = cast::read(&people).ok_or("a person that cannot be read")?;
    // Before the oldest group in every time zone.
    let began_at = Timestamp((today - WEEKS * 7 - 1) * DAY);
    for actor in &mut cast {
        actor.id = UserId(chance.id_of(began_at));
    }
    let plan = Plan {
        cast: cast.clone(),
        began_at,
        groups: Vec::new(),
        members: Vec::new(),
        messages: Vec::new(),
        unread: Vec::new(),
    };
    let pools = pools.into_iter().map(|section| (section.title, section.threads)).collect();
    let mut planner = Planner {
        plan,
        cast: &cast,
        notices: &notices,
        pools,
        used: HashMap::new(),
        looks: Chance::of(&format!("{seed} looks")),
        chance,
        today,
        now,
    };
    for group in &groups {
        planner.group(group)?;
    }
    planner.dialogs()?;
    planner.notes()?;
    Ok(planner.plan)
}

pub(super) struct Planner<'a> {
    pub(super) plan: Plan,
    cast: &'a [Actor],
    notices: &'a Section,
    /// Conversations between any users, by kind.
    pools: HashMap<String, Vec<Thread>>,
    /// How many of each pool have been used.
    used: HashMap<String, usize>,
    pub(super) chance: Chance,
    /// For details that depend on the hour; the conversations must not.
    pub(super) looks: Chance,
    /// In days since 1970.
    pub(super) today: i64,
    pub(super) now: Timestamp,
}

impl<'a> Planner<'a> {
    fn actor(&self, key: &str) -> Result<&'a Actor, String> {
        self.cast.iter().find(|actor| actor.key == key).ok_or_else(|| format!("no user is called {key}"))
    }

    /// `members: anna ben +cleo -dan`: the owner first; Cleo joined later, Dan has left.
    fn group(&mut self, section: &Section) -> Result<(), String> {
        let id = GroupId(self.chance.id());
        let chat = ChatKey::Group(id);
        let (mut steady, mut late, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        for word in section.head("members").split_whitespace() {
            match (word.strip_prefix('+'), word.strip_prefix('-')) {
                (Some(key), _) => late.push(self.actor(key)?),
                (_, Some(key)) => gone.push(self.actor(key)?),
                _ => steady.push(self.actor(word)?),
            }
        }
        let owner = *steady.first().ok_or_else(|| format!("{} has no owner", section.title))?;
        let number = |key: &str| section.head(key).parse::<i64>().map_err(|_| format!("{}: no {key}", section.title));
        let (days, talks) = (number("weeks")? * 7, number("talks")?);
        let created_at =
            owner.day_before(self.today, days, self.chance.between(10, 19), self.chance.between(0, 59) * MINUTE);

        let mut history = vec![self.notice(chat, MessageKind::Created, owner, None, created_at)];
        let mut at = created_at;
        for actor in steady[1..].iter().chain(&gone) {
            at = at.plus_millis(self.chance.between(4, 40) * 1000);
            history.push(self.notice(chat, MessageKind::Added, owner, Some(actor), at));
            self.member(id, actor, Role::Member, at);
        }
        self.member(id, owner, Role::Owner, created_at);
        let mut since = Vec::new();
        for actor in &late {
            let middle = self.chance.between(days / 4, days / 2);
            let at =
                owner.day_before(self.today, middle, self.chance.between(10, 20), self.chance.between(0, 59) * MINUTE);
            history.push(self.notice(chat, MessageKind::Added, owner, Some(actor), at));
            self.member(id, actor, Role::Member, at);
            since.push(Late { actor, days: middle, joined_at: at });
        }
        for actor in &gone {
            self.plan.members.retain(|member| member.group != id || member.user != actor.id);
            // When it is evening far in the west, yesterday there may not be over in UTC.
            let recent = self.chance.between(2, days / 4 + 2);
            let at =
                actor.day_before(self.today, recent, self.chance.between(10, 20), self.chance.between(0, 59) * MINUTE);
            history.push(self.notice(chat, MessageKind::Left, actor, None, at));
        }
        let keeps_all = section.head("keep_days").is_empty();
        let retention_days = if keeps_all { None } else { Some(number("keep_days")?) };
        self.plan.groups.push(LoadedGroup { id, name: section.title.clone(), created_at, retention_days });

        // A group starts with the first of its own conversations.
        let (mut threads, mut later) = match section.threads.split_first() {
            Some((first, rest)) => (vec![first.clone()], rest.to_vec()),
            None => (Vec::new(), Vec::new()),
        };
        let kinds: Vec<_> = section.head("about").split_whitespace().collect();
        for kind in &kinds {
            later.extend(self.draw(kind, talks / i64::try_from(kinds.len()).unwrap_or(1))?);
        }
        self.chance.shuffle(&mut later);
        threads.append(&mut later);
        let is_work = kinds.contains(&"work");
        let stage = Stage { chat, members: steady, late: since, days: days - 1, is_work, history };
        self.talk(stage, &threads);
        Ok(())
    }

    fn dialogs(&mut self) -> Result<(), String> {
        for (place, one) in self.cast.iter().enumerate() {
            for (step, [least, most]) in NEAR {
                let other = &self.cast[(place + step) % self.cast.len()];
                let talks = self.chance.between(least, most);
                let threads = self.draw("dialog", talks)?;
                let days = self.chance.between(20, WEEKS * 7 - 1);
                self.talk(Stage::dialog([one, other], days), &threads);
            }
        }
        Ok(())
    }

    fn notes(&mut self) -> Result<(), String> {
        for actor in self.cast {
            if self.chance.percent(70) {
                let count = self.chance.between(2, 5);
                let threads = self.draw("notes", count)?;
                self.talk(Stage::dialog([actor, actor], 30), &threads);
            }
        }
        Ok(())
    }

    /// Takes a number of conversations of a kind, in rotation, so that all are used equally often.
    fn draw(&mut self, kind: &str, count: i64) -> Result<Vec<Thread>, String> {
        let pool =
            self.pools.get(kind).filter(|pool| !pool.is_empty()).ok_or_else(|| format!("nothing about {kind}"))?;
        let used = self.used.entry(kind.to_owned()).or_default();
        let count = usize::try_from(count).unwrap_or_default().min(pool.len());
        let drawn = (*used..*used + count).map(|place| pool[place % pool.len()].clone()).collect();
        *used += count;
        Ok(drawn)
    }

    fn member(&mut self, group: GroupId, actor: &Actor, role: Role, joined_at: Timestamp) {
        self.plan.members.push(LoadedMember { user: actor.id, group, role, joined_at });
    }

    fn notice(
        &mut self,
        chat: ChatKey,
        kind: MessageKind,
        actor: &Actor,
        subject: Option<&Actor>,
        at: Timestamp,
    ) -> LoadedMessage {
        let template = match kind {
            MessageKind::Added => self.notices.head("added"),
            MessageKind::Left => self.notices.head("left"),
            _ => self.notices.head("created"),
        };
        let template = template.split(" / ").nth(usize::from(actor.is_she)).unwrap_or(template);
        let content = template.replace("$name", &actor.first_name);
        let subject_name = subject.map(|subject| format!("{} {}", subject.first_name, subject.last_name));
        LoadedMessage {
            chat,
            id: MessageId(self.chance.id()),
            sender: actor.id,
            content: content.replace("$other", &subject_name.unwrap_or_default()),
            kind,
            subject: subject.map(|subject| subject.id),
            reply_to: None,
            created_at: at,
            edited_at: None,
            deleted_at: None,
            hidden_from: Vec::new(),
            reactions: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::demo::{Language, texts};

    /// The material of a language, with users at these offsets from UTC.
    fn moved(language: Language, offsets: &[i64]) -> Vec<String> {
        let [people, others @ ..] = texts(language) else { panic!("no people") };
        let mut offsets = offsets.iter().cycle();
        let lines = people.lines().filter(|line| !line.starts_with("//"));
        let moved = lines.map(|line| match line.rsplit_once(", ").zip(line.find(['+', '-'])) {
            Some(((_, hours), sign)) => format!("{}{:+}, {hours}", &line[..sign], offsets.next().unwrap_or(&0)),
            None => line.to_owned(),
        });
        let moved = moved.collect::<Vec<_>>().join("\n");
        std::iter::once(moved).chain(others.iter().map(|text| (*text).to_owned())).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn members_write_only_after_they_joined_wherever_they_live(
            millis in 365 * DAY..50_000 * DAY,
            seed: u64,
            offsets in proptest::collection::vec(-12_i64..15, 20),
        ) {
            let material = moved(Language::English, &offsets);
            let texts: Vec<_> = material.iter().map(String::as_str).collect();
            let plan = make(&texts, Start { now: Timestamp(millis), seed }).unwrap();
            prop_assert!(plan.cast.iter().zip(&offsets).all(|(actor, hours)| actor.offset_hours == *hours));
            let joined = plan.members.iter().map(|member| ((ChatKey::Group(member.group), member.user), member.joined_at));
            let joined: HashMap<_, _> = joined.collect();
            for message in &plan.messages {
                prop_assert!(message.created_at.0 <= millis && message.created_at >= plan.began_at);
                let since = joined.get(&(message.chat, message.sender));
                prop_assert!(since.is_none_or(|since| message.created_at >= *since), "{}", message.content);
                let is_group = matches!(message.chat, ChatKey::Group(_));
                prop_assert!(since.is_some() || !is_group || message.kind == MessageKind::Left, "{}", message.content);
            }
        }
    }
}
