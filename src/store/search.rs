//! Finds people and groups by parts of their names, ranked. Searches people in memory, and groups among the searcher's
//! own.

mod directory;
mod names;

use std::collections::{HashMap, HashSet};

use sqlx::{FromRow, Row};

use super::{
    Store,
    engine::Sql,
    history::Readable,
    types::{column, json},
};
use crate::{
    config::Emails,
    error::Result,
    model::{Found, Person, UserId},
    text::{self, shown_group},
};
use directory::{Rank, Words};

pub(super) use names::NameIndex;

/// A folded text as `LIKE` patterns.
struct Patterns {
    first_word: String,
    /// The other words, as JSON.
    more_words: String,
    whole_begins: String,
}

static USERS: Sql = Sql::new(
    "SELECT u.id, u.first_name, u.last_name, u.email \
     FROM rows($1: id UUID) q JOIN one(users u: u.id = q.id) WHERE u.deleted_at IS NULL",
);

/// The first word has a parameter of its own: it rules out most names, and a list of words costs more to look through.
static GROUPS: Sql = Sql::new(
    "SELECT c.group_id, c.name, CASE WHEN c.name_folded LIKE $4 ESCAPE '!' THEN 1 ELSE 2 END AS rank \
     FROM members me JOIN chats c ON c.id = me.chat_id \
     WHERE me.user_id = $2 AND me.left_at IS NULL AND c.dropped_at IS NULL AND c.group_id IS NOT NULL \
       AND c.name_folded LIKE $3 ESCAPE '!' \
       AND NOT EXISTS (SELECT 1 FROM rows($1: pattern TEXT) w WHERE NOT (c.name_folded LIKE w.pattern ESCAPE '!')) \
     ORDER BY rank, c.name, c.group_id LIMIT $5",
);

impl Store {
    /// Other people and the searcher's groups: by rank, people before groups, then by name.
    pub async fn search(&self, searcher: UserId, text: &str, limit: i64, emails: Emails) -> Result<Vec<Found>> {
        let text = text::search(text);
        let Some(words) = Words::of(&text, emails) else { return Ok(Vec::new()) };
        let mut found = self.find_users(words, HashSet::from([searcher]), limit).await?;
        found.extend(self.find_groups(searcher, &text, limit).await?);
        // The sort is stable: people stay before groups, and both in the order of their names.
        found.sort_by_key(|(rank, _)| *rank);
        let limit = usize::try_from(limit).unwrap_or_default();
        Ok(found.into_iter().map(|(_, found)| found).take(limit).collect())
    }

    /// Other people who are not in a group.
    pub async fn search_outside(
        &self,
        searcher: UserId,
        text: &str,
        group: &Readable,
        limit: i64,
        emails: Emails,
    ) -> Result<Vec<Found>> {
        let Some(words) = Words::of(&text::search(text), emails) else { return Ok(Vec::new()) };
        let query = sqlx::query_scalar("SELECT user_id FROM members WHERE chat_id = $1 AND left_at IS NULL");
        let members = self.within(query.bind(group.id).fetch_all(&self.reads)).await?;
        let mut hidden = HashSet::from_iter(members);
        hidden.insert(searcher);
        let users = self.find_users(words, hidden, limit).await?;
        Ok(users.into_iter().map(|(_, found)| found).collect())
    }

    /// Finds people in memory, and reads what clients show of them from the database.
    async fn find_users(&self, words: Words, hidden: HashSet<UserId>, limit: i64) -> Result<Vec<(Rank, Found)>> {
        let shows = words.shows();
        let ranked = self.find_ids(words, hidden, usize::try_from(limit).unwrap_or_default()).await?;
        if ranked.is_empty() {
            return Ok(Vec::new());
        }
        let ids = json(&column("id", ranked.iter().map(|(_, user)| user)));
        let work = async {
            let rows = sqlx::query(USERS.on(self.engine)).bind(ids).fetch_all(&self.reads).await?;
            let user = rows.iter().map(|row| {
                let (person, email): (_, String) = (Person::from_row(row)?, row.try_get("email")?);
                let email = Some(email).filter(|email| shows(&text::search(email))).unwrap_or_default();
                Ok((person.id, Found::User { person, email }))
            });
            user.collect::<sqlx::Result<HashMap<_, _>>>()
        };
        let mut users = self.within(work).await?;
        Ok(ranked.into_iter().filter_map(|(rank, user)| Some((rank, users.remove(&user)?))).collect())
    }

    async fn find_groups(&self, searcher: UserId, text: &str, limit: i64) -> Result<Vec<(Rank, Found)>> {
        let patterns = patterns(text);
        let work = async {
            // Planned each time: the best plan depends on the number of groups and on how rare the word is.
            let query = sqlx::query(GROUPS.on(self.engine)).persistent(false);
            let query = query.bind(&patterns.more_words).bind(searcher);
            let query = query.bind(&patterns.first_word).bind(&patterns.whole_begins);
            let rows = query.bind(limit).fetch_all(&self.reads).await?;
            let found = rows.iter().map(|row| {
                let (id, name) = (row.try_get("group_id")?, shown_group(row.try_get("name")?));
                Ok((row.try_get("rank")?, Found::Group { id, name }))
            });
            found.collect()
        };
        self.within(work).await
    }
}

fn patterns(folded: &str) -> Patterns {
    let text = escape(folded);
    let mut words = text.split_whitespace();
    let first_word = format!("%{}%", words.next().unwrap_or_default());
    // Each word once: a repeated word costs nothing.
    let distinct: HashSet<_> = words.collect();
    let more = column("pattern", distinct.into_iter().map(|word| format!("%{word}%")));
    Patterns { first_word, more_words: json(&more), whole_begins: format!("{}%", text.trim()) }
}

/// Escapes `%` and `_`, which `LIKE` treats specially.
fn escape(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}
