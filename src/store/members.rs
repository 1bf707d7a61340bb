//! Who is in a group, and who shares a chat with whom.

use std::collections::HashSet;

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
    error::Result,
    model::{ChatRef, Member, Person, Timestamp, UserId},
};

/// Whether two people have both written in a dialog of theirs, or in a group of at most so many members. SQLite takes the
/// tables of a CROSS JOIN in their order: the first person's memberships are looked through, not the second one's. With
/// OFFSET, PostgreSQL does not turn the subquery into a join over all memberships.
macro_rules! both_wrote {
    ($one:literal, $other:literal, $up_to:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM members one CROSS JOIN members other CROSS JOIN chats c \
             WHERE one.user_id = ",
            $one,
            " AND one.wrote = 1 AND one.left_at IS NULL AND other.user_id = ",
            $other,
            " AND other.chat_id = one.chat_id AND other.wrote = 1 AND other.left_at IS NULL \
             AND c.id = one.chat_id AND c.dropped_at IS NULL AND c.member_count <= ",
            $up_to,
            " LIMIT 1 OFFSET 0)"
        )
    };
}

/// Those of `$1` whose presence the person `$2` may watch: the person, and those with whom it has written in a dialog or a
/// group of at most `$3` members. Also whether they block the person, and whether both show their presence. For the others
/// their groups are looked through and not the person's: a question about 200 strangers looks through nothing 200 times.
static SHARING: Sql = Sql::steps(&[concat!(
    "SELECT q.id, b.created_at, CASE WHEN q.id = $2 THEN 1 ELSE u.shows_presence * w.shows_presence END \
     FROM rows($1: id BYTES) q JOIN users u ON u.id = q.id JOIN users w ON w.id = $2 \
     LEFT JOIN blocks b ON b.user_id = q.id AND b.blocked_id = $2 \
     WHERE q.id = $2 OR ",
    both_wrote!("q.id", "$2", "$3"),
    " ORDER BY q.id"
)]);

/// The pairs of `$1` whose watcher may see the watched person's presence, as in `SHARING`; `$2` bounds the groups.
static WATCHING: Sql = Sql::steps(&[concat!(
    "SELECT q.watcher, q.watched FROM rows($1: watcher BYTES, watched BYTES) q \
     JOIN users u ON u.id = q.watcher JOIN users w ON w.id = q.watched \
     WHERE (q.watcher = q.watched OR u.shows_presence = 1 AND w.shows_presence = 1 AND ",
    both_wrote!("q.watcher", "q.watched", "$2"),
    ") AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.user_id = q.watched AND b.blocked_id = q.watcher)"
)]);

static NAMES: Sql = Sql::steps(&["SELECT u.id, u.first_name, u.last_name FROM rows($1: id BYTES) q \
     JOIN users u ON u.id = q.id ORDER BY u.id"]);

/// When these people used a session last.
static SEEN: Sql = Sql::steps(&["SELECT q.id, MAX(s.last_seen_at) FROM rows($1: id BYTES) q \
     JOIN sessions s ON s.user_id = q.id GROUP BY q.id"]);

/// Somebody with whom a watcher has written.
pub struct Sharing {
    /// Who.
    pub user: UserId,
    /// Whether this person blocks the watcher.
    pub blocks: bool,
    /// Whether both show their presence.
    pub shows: bool,
}

#[derive(Serialize)]
struct Id {
    id: Hex,
}

fn ids(users: &[UserId]) -> String {
    json(&users.iter().map(|user| Id { id: Hex(user.0) }).collect::<Vec<_>>())
}

impl Store {
    /// A page of a group's members as `reader` sees them, in the order in which they joined, after one of them; and how many
    /// there are.
    pub async fn members(
        &self,
        chat: &Readable,
        reader: UserId,
        after: Option<UserId>,
        limit: i64,
    ) -> Result<(Vec<Member>, i64)> {
        let work = async {
            let query = sqlx::query(
                "SELECT u.id, u.first_name, u.last_name, m.role, m.joined_at, \
                   CASE WHEN u.id = w.id OR u.sends_receipts = 1 AND w.sends_receipts = 1 THEN m.read_up_to_seq END \
                 FROM members m JOIN users u ON u.id = m.user_id JOIN users w ON w.id = $4 \
                 WHERE m.chat_id = $1 AND m.left_at IS NULL AND (m.joined_at, m.user_id) > (\
                   COALESCE((SELECT l.joined_at FROM members l WHERE l.chat_id = $1 AND l.user_id = $2), 0), $2) \
                 ORDER BY m.joined_at, m.user_id LIMIT $3",
            );
            let after = after.unwrap_or(UserId(uuid::Uuid::nil()));
            let rows = query.bind(chat.id).bind(after).bind(limit).bind(reader).fetch_all(&self.reads).await?;
            let member = |row: &sqlx::any::AnyRow| {
                Ok(Member {
                    person: person(row, 0)?,
                    role: row.try_get(3)?,
                    joined_at: row.try_get(4)?,
                    read_up_to: row.try_get(5)?,
                })
            };
            let members = rows.iter().map(member).collect::<sqlx::Result<Vec<_>>>()?;
            let query = sqlx::query("SELECT member_count FROM chats WHERE id = $1");
            let count = query.bind(chat.id).fetch_one(&self.reads).await?.try_get(0)?;
            Ok((members, count))
        };
        self.within(work).await
    }

    /// Those to whom somebody's typing is shown: of a group of at most `up_to` members or a dialog, those who have written
    /// there, if the person has, too; neither side blocks the other in a dialog, and both show their presence. `None` if
    /// the chat is not one of the person's.
    pub async fn readers_of_typing(&self, user: UserId, chat: ChatRef, up_to: i64) -> Result<Option<Vec<UserId>>> {
        let work = async {
            let rows = match chat {
                ChatRef::Group(group) => {
                    let query = sqlx::query(
                        "SELECT m.user_id, m.wrote * u.shows_presence FROM chats c \
                         JOIN members m ON m.chat_id = c.id AND m.left_at IS NULL JOIN users u ON u.id = m.user_id \
                         WHERE c.group_id = $1 AND c.dropped_at IS NULL AND (c.member_count <= $2 OR m.user_id = $3)",
                    );
                    query.bind(group).bind(up_to).bind(user).fetch_all(&self.reads).await?
                }
                ChatRef::Dialog(other) => {
                    let query = sqlx::query(
                        "SELECT u.id, COALESCE(m.wrote, 0) * u.shows_presence FROM users u \
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
            let mut people = Vec::with_capacity(rows.len());
            for row in &rows {
                people.push((row.try_get::<UserId, _>(0)?, row.try_get::<i64, _>(1)? == 1));
            }
            let Some(&(_, is_shown)) = people.iter().find(|(person, _)| *person == user) else { return Ok(None) };
            let readers = people.into_iter().filter(|&(person, reads)| is_shown && reads && person != user);
            Ok(Some(readers.map(|(person, _)| person).collect()))
        };
        self.within(work).await
    }

    /// Those of these people who exist or have existed, by name, in the order of their ids.
    pub async fn names(&self, users: &[UserId]) -> Result<Vec<Person>> {
        let work = async {
            let query = sqlx::query(NAMES.on(self.engine)).bind(ids(users));
            query.fetch_all(&self.reads).await?.iter().map(|row| person(row, 0)).collect()
        };
        self.within(work).await
    }

    /// A page of those whom somebody blocks, in the order of their ids.
    pub async fn blocked(&self, user: UserId, after: Option<UserId>, limit: i64) -> Result<Vec<Person>> {
        let work = async {
            let query = sqlx::query(
                "SELECT u.id, u.first_name, u.last_name FROM blocks b JOIN users u ON u.id = b.blocked_id \
                 WHERE b.user_id = $1 AND b.blocked_id > $2 ORDER BY b.blocked_id LIMIT $3",
            );
            let after = after.unwrap_or(UserId(uuid::Uuid::nil()));
            let rows = query.bind(user).bind(after).bind(limit).fetch_all(&self.reads).await?;
            rows.iter().map(|row| person(row, 0)).collect()
        };
        self.within(work).await
    }

    /// Those of these people whose presence somebody may watch, because both have written in a chat of at most `up_to`
    /// members, in the order of their ids.
    pub async fn sharing_with(&self, watcher: UserId, people: &[UserId], up_to: i64) -> Result<Vec<Sharing>> {
        let work = async {
            let query = sqlx::query(SHARING.on(self.engine)).bind(ids(people)).bind(watcher).bind(up_to);
            let rows = query.fetch_all(&self.reads).await?;
            let sharing = |row: &sqlx::any::AnyRow| {
                let blocks = row.try_get::<Option<Timestamp>, _>(1)?.is_some();
                Ok(Sharing { user: row.try_get(0)?, blocks, shows: row.try_get::<i64, _>(2)? == 1 })
            };
            rows.iter().map(sharing).collect()
        };
        self.within(work).await
    }

    /// Of these pairs of a watcher and a watched person, those in which the watcher may see the other's presence, as in
    /// [`Self::sharing_with`].
    pub async fn watching(&self, pairs: &[(UserId, UserId)], up_to: i64) -> Result<HashSet<(UserId, UserId)>> {
        #[derive(Serialize)]
        struct Pair {
            watcher: Hex,
            watched: Hex,
        }
        if pairs.is_empty() {
            return Ok(HashSet::new());
        }
        let pair = |&(watcher, watched): &(UserId, UserId)| Pair { watcher: Hex(watcher.0), watched: Hex(watched.0) };
        let pairs: Vec<_> = pairs.iter().map(pair).collect();
        let work = async {
            let query = sqlx::query(WATCHING.on(self.engine)).bind(json(&pairs)).bind(up_to);
            let rows = query.fetch_all(&self.reads).await?;
            rows.iter().map(|row| Ok((row.try_get("watcher")?, row.try_get("watched")?))).collect()
        };
        self.within(work).await
    }

    /// When these people used a session last, as far as it is known.
    pub async fn last_seen(&self, people: &[UserId]) -> Result<Vec<(UserId, Timestamp)>> {
        let work = async {
            let query = sqlx::query(SEEN.on(self.engine)).bind(ids(people));
            let rows = query.fetch_all(&self.reads).await?;
            rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
        };
        self.within(work).await
    }
}
