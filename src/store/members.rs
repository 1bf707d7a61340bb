//! The members of a group, and people who share a chat.

use std::collections::HashSet;

use serde::Serialize;
use sqlx::{FromRow, Row, any::AnyRow};

use super::{
    Store,
    engine::Sql,
    history::Readable,
    rows::{is_one, is_set},
    types::{column, json},
};
use crate::{
    error::Result,
    model::{ChatRef, Member, Person, Timestamp, UserId},
};

/// Whether two people have both written in a dialog, or in a group of at most `$2` members. SQLite takes the tables of a
/// CROSS JOIN in their order, so it reads the first person's memberships. With OFFSET, PostgreSQL does not turn the
/// subquery into a join over all memberships; with COALESCE, it finds the other person's by key.
macro_rules! both_wrote {
    ($one:literal, $other:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM members one CROSS JOIN members other CROSS JOIN chats c \
             WHERE one.user_id = ",
            $one,
            " AND one.wrote = 1 AND one.left_at IS NULL AND other.user_id = ",
            $other,
            " AND other.chat_id = one.chat_id AND other.wrote = 1 AND COALESCE(other.left_at, 0) = 0 \
             AND c.id = one.chat_id AND c.dropped_at IS NULL AND c.member_count <= $2 LIMIT 1 OFFSET 0)"
        )
    };
}

/// The pairs of `$1`, all of one watcher, in which the watched person is the watcher or both have written in a chat. Reads
/// the watched people's memberships: a list of strangers does not read the watcher's memberships again and again.
static SHARING: Sql = Sql::new(concat!(
    "SELECT q.watched, b.created_at AS blocked_since, \
       CASE WHEN q.watched = q.watcher THEN 1 ELSE u.shows_presence * w.shows_presence END AS shows \
     FROM rows($1: watcher UUID, watched UUID) q \
     JOIN one(users u: u.id = q.watched) JOIN one(users w: w.id = q.watcher) \
     LEFT JOIN one(blocks b: b.user_id = q.watched AND b.blocked_id = q.watcher) \
     WHERE q.watched = q.watcher OR ",
    both_wrote!("q.watched", "q.watcher"),
    " ORDER BY q.watched"
));

/// The pairs of `$1`, mostly many watchers of one person, in which the watcher may see the watched person's presence.
/// Reads the watchers' memberships: those of a person with many chats are not read for each watcher.
static WATCHING: Sql = Sql::new(concat!(
    "SELECT q.watcher, q.watched FROM rows($1: watcher UUID, watched UUID) q \
     JOIN one(users u: u.id = q.watched) JOIN one(users w: w.id = q.watcher) \
     WHERE (q.watched = q.watcher OR u.shows_presence = 1 AND w.shows_presence = 1 AND ",
    both_wrote!("q.watcher", "q.watched"),
    ") AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.user_id = q.watched AND b.blocked_id = q.watcher)"
));

static NAMES: Sql = Sql::new(
    "SELECT u.id, u.first_name, u.last_name FROM rows($1: id UUID) q JOIN one(users u: u.id = q.id) ORDER BY u.id",
);

static LAST_SEEN: Sql = Sql::new(
    "SELECT q.id, MAX(s.last_seen_at) AS last_seen_at FROM rows($1: id UUID) q \
     JOIN sessions s ON s.user_id = q.id GROUP BY q.id",
);

/// A person who shares a chat with a watcher.
pub struct Sharing {
    /// The person.
    pub user: UserId,
    /// Whether this person blocks the watcher.
    pub blocks: bool,
    /// Whether both show their presence.
    pub shows: bool,
}

impl FromRow<'_, AnyRow> for Sharing {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self { user: row.try_get("watched")?, blocks: is_set(row, "blocked_since")?, shows: is_one(row, "shows")? })
    }
}

#[derive(Serialize)]
struct Pair {
    watcher: UserId,
    watched: UserId,
}

impl FromRow<'_, AnyRow> for Member {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            person: Person::from_row(row)?,
            role: row.try_get("role")?,
            joined_at: row.try_get("joined_at")?,
            read_up_to: row.try_get("read_up_to_seq")?,
        })
    }
}

impl Store {
    /// A page of a group's members as `reader` sees them, in the order in which they joined, after one of them; and the
    /// number of all members.
    pub async fn members(
        &self,
        chat: &Readable,
        reader: UserId,
        after: Option<UserId>,
        limit: i64,
    ) -> Result<(Vec<Member>, i64)> {
        let work = async {
            let query = sqlx::query_as(
                "SELECT u.id, u.first_name, u.last_name, m.role, m.joined_at, \
                   CASE WHEN u.id = w.id OR u.sends_receipts = 1 AND w.sends_receipts = 1 THEN m.read_up_to_seq END \
                     AS read_up_to_seq \
                 FROM members m JOIN users u ON u.id = m.user_id JOIN users w ON w.id = $4 \
                 WHERE m.chat_id = $1 AND m.left_at IS NULL AND (m.joined_at, m.user_id) > (\
                   COALESCE((SELECT l.joined_at FROM members l WHERE l.chat_id = $1 AND l.user_id = $2), 0), $2) \
                 ORDER BY m.joined_at, m.user_id LIMIT $3",
            );
            let after = after.unwrap_or(UserId(uuid::Uuid::nil()));
            let members = query.bind(chat.id).bind(after).bind(limit).bind(reader).fetch_all(&self.reads).await?;
            let query = sqlx::query_scalar("SELECT member_count FROM chats WHERE id = $1");
            Ok((members, query.bind(chat.id).fetch_one(&self.reads).await?))
        };
        self.within(work).await
    }

    /// Those who see a person's typing indicator: in a dialog or a group of at most `up_to` members, those who have
    /// written there, if the person has, too; neither side blocks the other in a dialog, and both show their presence.
    /// `None` if the chat is not one of the person's.
    pub async fn readers_of_typing(&self, user: UserId, chat: ChatRef, up_to: i64) -> Result<Option<Vec<UserId>>> {
        let work = async {
            let rows = match chat {
                ChatRef::Group(group) => {
                    let query = sqlx::query(
                        "SELECT m.user_id, m.wrote * u.shows_presence AS takes_part FROM chats c \
                         JOIN members m ON m.chat_id = c.id AND m.left_at IS NULL JOIN users u ON u.id = m.user_id \
                         WHERE c.group_id = $1 AND c.dropped_at IS NULL AND (c.member_count <= $2 OR m.user_id = $3)",
                    );
                    query.bind(group).bind(up_to).bind(user).fetch_all(&self.reads).await?
                }
                ChatRef::Dialog(other) => {
                    let query = sqlx::query(
                        "SELECT u.id AS user_id, COALESCE(m.wrote, 0) * u.shows_presence AS takes_part FROM users u \
                         LEFT JOIN chats c ON c.user_low = $3 AND c.user_high = $4 \
                         LEFT JOIN members m ON m.chat_id = c.id AND m.user_id = u.id \
                         WHERE u.id IN ($1, $2) AND u.deleted_at IS NULL AND (u.id = $1 OR NOT EXISTS (\
                           SELECT 1 FROM blocks b WHERE b.user_id = $1 AND b.blocked_id = $2 \
                             OR b.user_id = $2 AND b.blocked_id = $1))",
                    );
                    let query = query.bind(user).bind(other).bind(user.min(other)).bind(user.max(other));
                    query.fetch_all(&self.reads).await?
                }
            };
            let mut members = Vec::with_capacity(rows.len());
            for row in &rows {
                members.push((row.try_get("user_id")?, is_one(row, "takes_part")?));
            }
            let Some(&(_, is_shown)) = members.iter().find(|(member, _)| *member == user) else { return Ok(None) };
            let readers = members.into_iter().filter(|&(member, reads)| is_shown && reads && member != user);
            Ok(Some(readers.map(|(member, _)| member).collect()))
        };
        self.within(work).await
    }

    /// Those of these people who have an account or had one, in the order of their ids.
    pub async fn names(&self, users: &[UserId]) -> Result<Vec<Person>> {
        let query = sqlx::query_as(NAMES.on(self.engine)).bind(json(&column("id", users)));
        self.within(query.fetch_all(&self.reads)).await
    }

    /// A page of the people that a person blocks, in the order of their ids.
    pub async fn blocked(&self, user: UserId, after: Option<UserId>, limit: i64) -> Result<Vec<Person>> {
        let query = sqlx::query_as(
            "SELECT u.id, u.first_name, u.last_name FROM blocks b JOIN users u ON u.id = b.blocked_id \
             WHERE b.user_id = $1 AND b.blocked_id > $2 ORDER BY b.blocked_id LIMIT $3",
        );
        let after = after.unwrap_or(UserId(uuid::Uuid::nil()));
        self.within(query.bind(user).bind(after).bind(limit).fetch_all(&self.reads)).await
    }

    /// Those of these people whose presence a person may watch: the person, and those with whom they share a dialog or
    /// a group of at most `up_to` members in which both have written. In the order of their ids.
    pub async fn sharing_with(&self, watcher: UserId, people: &[UserId], up_to: i64) -> Result<Vec<Sharing>> {
        let pairs: Vec<_> = people.iter().map(|&watched| Pair { watcher, watched }).collect();
        let query = sqlx::query_as(SHARING.on(self.engine)).bind(json(&pairs)).bind(up_to);
        self.within(query.fetch_all(&self.reads)).await
    }

    /// Of these pairs of a watcher and a watched person, those in which the watcher may see the other's presence, as in
    /// [`Self::sharing_with`].
    pub async fn watching(&self, pairs: &[(UserId, UserId)], up_to: i64) -> Result<HashSet<(UserId, UserId)>> {
        if pairs.is_empty() {
            return Ok(HashSet::new());
        }
        let pairs: Vec<_> = pairs.iter().map(|&(watcher, watched)| Pair { watcher, watched }).collect();
        let work = async {
            let query = sqlx::query(WATCHING.on(self.engine)).bind(json(&pairs)).bind(up_to);
            let rows = query.fetch_all(&self.reads).await?;
            rows.iter().map(|row| Ok((row.try_get("watcher")?, row.try_get("watched")?))).collect()
        };
        self.within(work).await
    }

    /// When these people last used a session, as far as it is known.
    pub async fn last_seen(&self, people: &[UserId]) -> Result<Vec<(UserId, Timestamp)>> {
        let work = async {
            let query = sqlx::query(LAST_SEEN.on(self.engine)).bind(json(&column("id", people)));
            let rows = query.fetch_all(&self.reads).await?;
            rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("last_seen_at")?))).collect()
        };
        self.within(work).await
    }
}
