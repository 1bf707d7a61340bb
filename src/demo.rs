//! Demo data that looks real: users who write to each other in dialogs and groups, from weeks ago until today. The
//! texts are in `demo/en` and `demo/ru`.

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

/// The password of all demo users.
pub const PASSWORD: &str = "hearth demo";
/// Messages stored per statement.
const PAGE: usize = 1_000;

/// The languages of the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Russian.
    Russian,
}

/// The parameters of a demo besides its language.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// Nothing happens after this time.
    pub now: Timestamp,
    /// The random seed. Another seed gives other conversations between other users.
    pub seed: u64,
}

/// A demo user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// First and last name.
    pub name: String,
    /// The account's email.
    pub email: String,
    /// City and offset from UTC.
    pub place: String,
}

/// The contents of a demo.
#[derive(Debug)]
pub struct Filled {
    /// The users, all with [`PASSWORD`].
    pub logins: Vec<Login>,
    /// How many groups.
    pub groups: usize,
    /// How many messages and notices.
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

/// The material of a language, the users first.
fn texts(language: Language) -> &'static [&'static str] {
    match language {
        Language::English => material!("en"),
        Language::Russian => material!("ru"),
    }
}

/// Loads the demo into the database, all or nothing. `None` if its users already exist.
pub async fn fill(store: &Store, language: Language, start: Start) -> anyhow::Result<Option<Filled>> {
    let plan = plan::make(texts(language), start).map_err(|error| anyhow::anyhow!("the demo's material: {error}"))?;
    let password_hash = Passwords::start().hash(PASSWORD.to_owned(), Source::Program).await?;
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

/// Stores everything in one transaction; false if one of these users or emails already exists.
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
