//! A believable installation to look at: people who talk with each other, alone and in groups, for weeks and today.
//! What they say stands in `demo/en` and `demo/ru`.

mod cast;
mod chance;
mod plan;
mod schedule;
mod script;
mod talk;

use crate::{
    auth::{Passwords, Source},
    model::{Person, Timestamp},
    store::{DatabaseResult, LoadedPerson, Store},
};

/// Everybody's password.
pub const PASSWORD: &str = "hearth demo";
/// Messages that are stored at once.
const PAGE: usize = 1_000;

/// The languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Russian.
    Russian,
}

/// What a demo depends on besides its language.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// The newest instant at which anything happens.
    pub now: Timestamp,
    /// Of everything that is left to chance. Another seed gives other conversations between other people.
    pub seed: u64,
}

/// Somebody who can log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// First and last name.
    pub name: String,
    /// Of the account.
    pub email: String,
    /// City and distance from UTC.
    pub place: String,
}

/// What a demo has brought.
#[derive(Debug)]
pub struct Filled {
    /// Those who can log in, all with [`PASSWORD`].
    pub logins: Vec<Login>,
    /// Groups.
    pub groups: usize,
    /// Messages and notices.
    pub messages: usize,
}

/// The material of one language.
macro_rules! material {
    ($folder:literal) => {
        &[
            include_str!(concat!("demo/", $folder, "/people.txt")),
            include_str!(concat!("demo/", $folder, "/groups.txt")),
            include_str!(concat!("demo/", $folder, "/talk.txt")),
            include_str!(concat!("demo/", $folder, "/dialogs.txt")),
        ]
    };
}

/// The material of a language, people first.
fn texts(language: Language) -> &'static [&'static str] {
    match language {
        Language::English => material!("en"),
        Language::Russian => material!("ru"),
    }
}

/// Fills the database: all of it or nothing. `None` if the demo's people are there already.
pub async fn fill(store: &Store, language: Language, start: Start) -> anyhow::Result<Option<Filled>> {
    let plan = plan::make(texts(language), start).map_err(|error| anyhow::anyhow!("the demo's material: {error}"))?;
    let password_hash = Passwords::default().hash(PASSWORD.to_owned(), Source::Program).await?;
    let email = |key: &str| format!("{key}@example.org");
    let person = |actor: &cast::Actor| LoadedPerson {
        person: Person { id: actor.id, first_name: actor.first_name.clone(), last_name: actor.last_name.clone() },
        email: Some(email(&actor.key)),
        password_hash: password_hash.clone(),
        created_at: plan.began_at,
    };
    let people: Vec<_> = plan.cast.iter().map(person).collect();
    if !store_all(store, &people, &plan).await? {
        return Ok(None);
    }
    let login = |actor: &cast::Actor| Login {
        name: format!("{} {}", actor.first_name, actor.last_name),
        email: email(&actor.key),
        place: format!("{}, UTC{:+}", actor.city, actor.offset_hours),
    };
    let logins = plan.cast.iter().map(login).collect();
    Ok(Some(Filled { logins, groups: plan.groups.len(), messages: plan.messages.len() }))
}

/// In one transaction; false if one of these people, or somebody with such an e-mail, is there.
async fn store_all(store: &Store, people: &[LoadedPerson], plan: &plan::Plan) -> DatabaseResult<bool> {
    let mut load = store.load().await?;
    let claims = people.iter().filter_map(|loaded| Some((loaded.email.as_deref()?, loaded.person.id)));
    if !load.too_late(&claims.collect::<Vec<_>>()).await?.is_empty() {
        return Ok(false);
    }
    if load.add_people(people).await? < people.len() as u64 {
        return Ok(false);
    }
    load.add_groups(&plan.groups).await?;
    load.add_members(&plan.members).await?;
    for page in plan.messages.chunks(PAGE) {
        load.append(page).await?;
    }
    load.leave_unread(&plan.unread).await?;
    load.commit().await?;
    Ok(true)
}
