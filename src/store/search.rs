//! Finding people and groups by parts of their names, ranked. People are found in memory, groups among one's own.

mod directory;
mod names;

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use sqlx::Row;

use super::{
    Store,
    engine::Sql,
    history::Readable,
    rows::person,
    types::{Hex, json},
};
use crate::{
    config::Emails,
    error::Result,
    model::{Found, UserId},
    text::{self, shown_group},
};
use directory::{Rank, Words};

pub(super) use names::NameIndex;

/// A folded text as `LIKE` patterns.
struct Patterns {
    first_word: String,
    /// The others, as JSON.
    more_words: String,
    whole_begins: String,
}

static USERS: Sql = Sql::steps(&["SELECT u.id, u.first_name, u.last_name, u.email \
     FROM rows($1: id BYTES) q JOIN users u ON u.id = q.id WHERE u.deleted_at IS NULL"]);

static MEMBERS: Sql = Sql::steps(&["SELECT user_id FROM members WHERE chat_id = $1 AND left_at IS NULL"]);

/// Looking up a list costs more than one word: most names are dismissed by the first word, and mostly there is no other.
static GROUPS: Sql =
    Sql::steps(&["SELECT c.group_id, c.name, CASE WHEN c.name_folded LIKE $4 ESCAPE '!' THEN 1 ELSE 2 END AS rank \
     FROM members me JOIN chats c ON c.id = me.chat_id \
     WHERE me.user_id = $2 AND me.left_at IS NULL AND c.dropped_at IS NULL AND c.group_id IS NOT NULL \
       AND c.name_folded LIKE $3 ESCAPE '!' \
       AND NOT EXISTS (SELECT 1 FROM rows($1: pattern TEXT) w WHERE NOT (c.name_folded LIKE w.pattern ESCAPE '!')) \
     ORDER BY rank, c.name, c.group_id LIMIT $5"]);

impl Store {
    /// People but the searcher, and the searcher's groups: by rank, people before groups, then by name.
    pub async fn search(&self, searcher: UserId, text: &str, limit: i64, emails: Emails) -> Result<Vec<Found>> {
        let text = text::search(text);
        let Some(words) = Words::of(&text, emails) else { return Ok(Vec::new()) };
        let mut found = self.find_users(words, HashSet::from([searcher]), limit).await?;
        found.extend(self.find_groups(searcher, &text, limit).await?);
        // Stable: people stay before groups, and both in the order of their names.
        found.sort_by_key(|(rank, _)| *rank);
        let limit = usize::try_from(limit).unwrap_or_default();
        Ok(found.into_iter().map(|(_, found)| found).take(limit).collect())
    }

    /// People but the searcher who are not in a group.
    pub async fn search_outside(
        &self,
        searcher: UserId,
        text: &str,
        group: &Readable,
        limit: i64,
        emails: Emails,
    ) -> Result<Vec<Found>> {
        let Some(words) = Words::of(&text::search(text), emails) else { return Ok(Vec::new()) };
        let work = async {
            let rows = sqlx::query(MEMBERS.on(self.engine)).bind(group.id).fetch_all(&self.reads).await?;
            rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<HashSet<_>>>()
        };
        let mut hidden = self.within(work).await?;
        hidden.insert(searcher);
        let users = self.find_users(words, hidden, limit).await?;
        Ok(users.into_iter().map(|(_, found)| found).collect())
    }

    /// The directory tells who is found; what is shown of them comes from the database.
    async fn find_users(&self, words: Words, hidden: HashSet<UserId>, limit: i64) -> Result<Vec<(Rank, Found)>> {
        #[derive(Serialize)]
        struct Id {
            id: Hex,
        }
        let shows = words.shows();
        let ranked = self.find_people(words, hidden, usize::try_from(limit).unwrap_or_default()).await?;
        if ranked.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<_> = ranked.iter().map(|(_, user)| Id { id: Hex(user.0) }).collect();
        let work = async {
            let rows = sqlx::query(USERS.on(self.engine)).bind(json(&ids)).fetch_all(&self.reads).await?;
            let user = rows.iter().map(|row| {
                let person = person(row, 0)?;
                let email =
                    Some(row.try_get(3)?).filter(|email: &String| shows(&text::search(email))).unwrap_or_default();
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
            // Planned each time: how depends on the number of groups and on how rare the word is.
            let query = sqlx::query(GROUPS.on(self.engine)).persistent(false);
            let query = query.bind(&patterns.more_words).bind(searcher);
            let query = query.bind(&patterns.first_word).bind(&patterns.whole_begins);
            let rows = query.bind(limit).fetch_all(&self.reads).await?;
            let found = rows.iter().map(|row| {
                Ok((row.try_get(2)?, Found::Group { id: row.try_get(0)?, name: shown_group(row.try_get(1)?) }))
            });
            found.collect()
        };
        self.within(work).await
    }
}

fn patterns(folded: &str) -> Patterns {
    #[derive(Serialize)]
    struct Word {
        pattern: String,
    }
    let text = escape(folded);
    let mut words = text.split_whitespace();
    let first_word = format!("%{}%", words.next().unwrap_or_default());
    // Each once: a text of many times the same word costs no more than that word.
    let distinct: HashSet<_> = words.collect();
    let more: Vec<_> = distinct.into_iter().map(|word| Word { pattern: format!("%{word}%") }).collect();
    Patterns { first_word, more_words: json(&more), whole_begins: format!("{}%", text.trim()) }
}

/// `%` and `_` as the ordinary characters that they are to people.
fn escape(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}
