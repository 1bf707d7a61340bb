//! Finding people and groups by parts of their names, ranked.

use std::collections::BTreeSet;

use serde::Serialize;
use sqlx::Row;

use super::{
    Store,
    engine::Sql,
    history::Readable,
    types::{fold, json, person},
};
use crate::{
    error::Result,
    model::{Found, UserId},
};

/// A folded text and its words as `LIKE` patterns.
struct Patterns {
    /// Every word, each contained.
    words: String,
    first_word_begins: String,
    first_word_inside: String,
    whole_begins: String,
}

#[derive(Serialize)]
struct Word {
    pattern: String,
}

static USERS: Sql = Sql::steps(&["SELECT u.id, u.first_name, u.last_name, u.email, \
       CASE WHEN u.first_name_folded LIKE $3 ESCAPE '!' THEN 1 \
         WHEN u.last_name_folded LIKE $3 ESCAPE '!' THEN 2 \
         WHEN u.first_name_folded LIKE $4 ESCAPE '!' THEN 3 \
         WHEN u.last_name_folded LIKE $4 ESCAPE '!' THEN 4 ELSE 5 END AS rank \
     FROM users u \
     WHERE u.deleted_at IS NULL AND u.id <> $2 \
       AND NOT EXISTS (SELECT 1 FROM rows($1: pattern TEXT) w \
         WHERE NOT (u.first_name_folded LIKE w.pattern ESCAPE '!' OR u.last_name_folded LIKE w.pattern ESCAPE '!' \
           OR u.email_folded LIKE w.pattern ESCAPE '!')) \
       AND NOT EXISTS (SELECT 1 FROM members m WHERE m.user_id = u.id AND m.chat_id = $5 AND m.left_at IS NULL) \
     ORDER BY rank, u.first_name, u.last_name, u.id LIMIT $6"]);

static GROUPS: Sql =
    Sql::steps(&["SELECT c.group_id, c.name, CASE WHEN c.name_folded LIKE $3 ESCAPE '!' THEN 1 ELSE 2 END AS rank \
     FROM members me JOIN chats c ON c.id = me.chat_id \
     WHERE me.user_id = $2 AND me.left_at IS NULL AND c.dropped_at IS NULL AND c.group_id IS NOT NULL \
       AND NOT EXISTS (SELECT 1 FROM rows($1: pattern TEXT) w WHERE NOT (c.name_folded LIKE w.pattern ESCAPE '!')) \
     ORDER BY rank, c.name, c.group_id LIMIT $4"]);

impl Store {
    /// People but the searcher, and the searcher's groups: by rank, people before groups, then by name.
    pub async fn search(&self, searcher: UserId, text: &str, limit: i64) -> Result<Vec<Found>> {
        let Some(patterns) = patterns(text) else { return Ok(Vec::new()) };
        let mut found = self.find_users(searcher, &patterns, None, limit).await?;
        found.extend(self.find_groups(searcher, &patterns, limit).await?);
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
    ) -> Result<Vec<Found>> {
        let Some(patterns) = patterns(text) else { return Ok(Vec::new()) };
        let users = self.find_users(searcher, &patterns, Some(group), limit).await?;
        Ok(users.into_iter().map(|(_, found)| found).collect())
    }

    async fn find_users(
        &self,
        searcher: UserId,
        patterns: &Patterns,
        outside: Option<&Readable>,
        limit: i64,
    ) -> Result<Vec<(i64, Found)>> {
        let work = async {
            // Chats are numbered from 1: nobody is in chat 0.
            let outside = outside.map_or(0, |group| group.id.0);
            let query = sqlx::query(USERS.on(self.engine)).bind(&patterns.words).bind(searcher);
            let query = query.bind(&patterns.first_word_begins).bind(&patterns.first_word_inside);
            let rows = query.bind(outside).bind(limit).fetch_all(&self.reads).await?;
            let found = rows
                .iter()
                .map(|row| Ok((row.try_get(4)?, Found::User { person: person(row, 0)?, email: row.try_get(3)? })));
            found.collect()
        };
        self.within(work).await
    }

    async fn find_groups(&self, searcher: UserId, patterns: &Patterns, limit: i64) -> Result<Vec<(i64, Found)>> {
        let work = async {
            let query = sqlx::query(GROUPS.on(self.engine)).bind(&patterns.words).bind(searcher);
            let rows = query.bind(&patterns.whole_begins).bind(limit).fetch_all(&self.reads).await?;
            let found = rows
                .iter()
                .map(|row| Ok((row.try_get(2)?, Found::Group { id: row.try_get(0)?, name: row.try_get(1)? })));
            found.collect()
        };
        self.within(work).await
    }
}

/// `None` for a blank text.
fn patterns(text: &str) -> Option<Patterns> {
    let text = escape(&fold(text));
    let words: Vec<_> = text.split_whitespace().collect();
    let first = words.first()?;
    // Each once: a text of many times the same word costs no more than that word.
    let distinct: BTreeSet<_> = words.iter().collect();
    let inside: Vec<_> = distinct.iter().map(|word| Word { pattern: format!("%{word}%") }).collect();
    Some(Patterns {
        words: json(&inside),
        first_word_begins: format!("{first}%"),
        first_word_inside: format!("%{first}%"),
        whole_begins: format!("{}%", text.trim()),
    })
}

/// `%` and `_` as the ordinary characters that they are to people.
fn escape(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}
