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
    model::{ChatSide, Member, Person, Timestamp, UserId},
};

/// With which of `$1` the person `$2` shares a chat, and when those who block that person began to. A dialog is found at
/// once; only for others groups are looked through, theirs and not the person's: who asks about 200 strangers is to look
/// through 200 times nothing. SQLite takes the tables of a CROSS JOIN in their order.
static SHARING: Sql = Sql::steps(&["SELECT q.id, b.created_at FROM rows($1: id BYTES) q \
     LEFT JOIN blocks b ON b.user_id = q.id AND b.blocked_id = $2 \
     WHERE q.id = $2 OR EXISTS (SELECT 1 FROM chats d \
         WHERE d.user_low = CASE WHEN q.id < $2 THEN q.id ELSE $2 END \
           AND d.user_high = CASE WHEN q.id < $2 THEN $2 ELSE q.id END) \
       OR EXISTS (SELECT 1 FROM members other CROSS JOIN members me \
         WHERE other.user_id = q.id AND other.left_at IS NULL AND me.user_id = $2 AND me.chat_id = other.chat_id \
           AND me.left_at IS NULL) \
     ORDER BY q.id"]);

/// Who of `$1` may keep an eye on the person `$2`.
static WATCHING: Sql = Sql::steps(&["SELECT q.id FROM rows($1: id BYTES) q \
     WHERE (q.id = $2 OR EXISTS (SELECT 1 FROM chats d \
         WHERE d.user_low = CASE WHEN q.id < $2 THEN q.id ELSE $2 END \
           AND d.user_high = CASE WHEN q.id < $2 THEN $2 ELSE q.id END) \
       OR EXISTS (SELECT 1 FROM members me JOIN members other ON other.chat_id = me.chat_id \
         WHERE me.user_id = q.id AND me.left_at IS NULL AND other.user_id = $2 AND other.left_at IS NULL)) \
       AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.user_id = $2 AND b.blocked_id = q.id)"]);

static NAMES: Sql = Sql::steps(&["SELECT u.id, u.first_name, u.last_name FROM rows($1: id BYTES) q \
     JOIN users u ON u.id = q.id ORDER BY u.id"]);

/// When these people used a session last.
static SEEN: Sql = Sql::steps(&["SELECT q.id, MAX(s.last_seen_at) FROM rows($1: id BYTES) q \
     JOIN sessions s ON s.user_id = q.id GROUP BY q.id"]);

#[derive(Serialize)]
struct Id {
    id: Hex,
}

fn ids(users: &[UserId]) -> String {
    json(&users.iter().map(|user| Id { id: Hex(user.0) }).collect::<Vec<_>>())
}

impl Store {
    /// A page of a group's members in the order in which they joined, after one of them; and how many there are.
    pub async fn members(&self, chat: &Readable, after: Option<UserId>, limit: i64) -> Result<(Vec<Member>, i64)> {
        let work = async {
            let query = sqlx::query(
                "SELECT u.id, u.first_name, u.last_name, m.role, m.joined_at, m.read_up_to_seq \
                 FROM members m JOIN users u ON u.id = m.user_id \
                 WHERE m.chat_id = $1 AND m.left_at IS NULL AND (m.joined_at, m.user_id) > (\
                   COALESCE((SELECT l.joined_at FROM members l WHERE l.chat_id = $1 AND l.user_id = $2), 0), $2) \
                 ORDER BY m.joined_at, m.user_id LIMIT $3",
            );
            let after = after.unwrap_or(UserId(uuid::Uuid::nil()));
            let rows = query.bind(chat.id).bind(after).bind(limit).fetch_all(&self.reads).await?;
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

    /// Those to whom somebody's typing is shown: the other members of a group of at most `up_to`, or the other side of
    /// a dialog unless it blocks the person. Nothing if the chat is not one of the person's.
    pub async fn readers_of_typing(&self, user: UserId, chat: ChatSide, up_to: i64) -> Result<Option<Vec<UserId>>> {
        let work = async {
            let rows = match chat {
                ChatSide::Group(group) => {
                    let query = sqlx::query(
                        "SELECT m.user_id FROM chats c JOIN members m ON m.chat_id = c.id AND m.left_at IS NULL \
                         WHERE c.group_id = $1 AND c.dropped_at IS NULL AND (c.member_count <= $2 OR m.user_id = $3)",
                    );
                    query.bind(group).bind(up_to).bind(user).fetch_all(&self.reads).await?
                }
                ChatSide::Dialog(other) => {
                    let query = sqlx::query(
                        "SELECT u.id FROM users u WHERE u.id IN ($1, $2) AND u.deleted_at IS NULL AND NOT EXISTS (\
                           SELECT 1 FROM blocks b WHERE b.user_id = u.id AND b.blocked_id = $1)",
                    );
                    query.bind(user).bind(other).fetch_all(&self.reads).await?
                }
            };
            let mut people = rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<Vec<UserId>>>()?;
            let is_there = people.contains(&user);
            people.retain(|person| *person != user);
            Ok(is_there.then_some(people))
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

    /// Those of these people with whom somebody shares a chat; and whether they block that person, who is to see them
    /// as gone.
    pub async fn sharing_with(&self, watcher: UserId, people: &[UserId]) -> Result<Vec<(UserId, bool)>> {
        let work = async {
            let query = sqlx::query(SHARING.on(self.engine)).bind(ids(people)).bind(watcher);
            let rows = query.fetch_all(&self.reads).await?;
            rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get::<Option<Timestamp>, _>(1)?.is_some()))).collect()
        };
        self.within(work).await
    }

    /// Those of these people who may see somebody's coming and going.
    pub async fn watchers_of(&self, user: UserId, watchers: &[UserId]) -> Result<HashSet<UserId>> {
        if watchers.is_empty() {
            return Ok(HashSet::new());
        }
        let work = async {
            let query = sqlx::query(WATCHING.on(self.engine)).bind(ids(watchers)).bind(user);
            query.fetch_all(&self.reads).await?.iter().map(|row| row.try_get(0)).collect()
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
