//! Filling a database that nobody serves meanwhile with people, groups and histories that were made elsewhere. What is
//! there already stays as it is, so that loading again adds what is missing and nothing else.

mod chats;
mod history;

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use sqlx::{AnyConnection, Executor, Row};

use super::{
    DatabaseResult, Store,
    change::Change,
    engine::{Engine, Sql},
    types::{Hex, json},
};
use crate::{
    model::{GroupId, Person, Role, Timestamp, UserId},
    text::{identity, search},
};

pub use chats::Unread;
pub use history::{Fate, LoadedMessage, LoadedReaction};

/// A transaction that loads. Dropped without [`Load::commit`], it changes nothing.
pub struct Load {
    engine: Engine,
    change: Change,
}

/// An account to be loaded.
pub struct LoadedPerson {
    /// Id and names.
    pub person: Person,
    /// None for somebody who can log in no more.
    pub email: Option<String>,
    /// A PHC string, or bcrypt's.
    pub password_hash: String,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// A group to be loaded.
pub struct LoadedGroup {
    /// The client's id.
    pub id: GroupId,
    /// As it is shown.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Somebody's place in a group.
pub struct LoadedMember {
    /// Who.
    pub user: UserId,
    /// Where.
    pub group: GroupId,
    /// As what; of every group, one is the owner.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
}

#[derive(Serialize)]
struct PersonRow<'a> {
    id: Hex,
    email: Option<&'a str>,
    email_folded: Option<String>,
    email_search: String,
    first_name: &'a str,
    last_name: &'a str,
    first_name_folded: String,
    last_name_folded: String,
    password_hash: &'a str,
    created_at: i64,
    deleted_at: Option<i64>,
}

#[derive(Serialize)]
struct GroupRow<'a> {
    group_id: Hex,
    name: &'a str,
    name_folded: String,
    created_at: i64,
}

#[derive(Serialize)]
struct MemberRow {
    user_id: Hex,
    group_id: Hex,
    role: i64,
    joined_at: i64,
}

static ADD_PEOPLE: Sql = Sql::steps(&[
    "INSERT INTO users (id, email, email_folded, email_search, first_name, last_name, \
       first_name_folded, last_name_folded, password_hash, created_at, updated_at, deleted_at) \
     SELECT id, email, email_folded, email_search, first_name, last_name, first_name_folded, last_name_folded, password_hash, \
       created_at, created_at, deleted_at \
     FROM rows($1: id BYTES, email TEXT, email_folded TEXT, email_search TEXT, first_name TEXT, last_name TEXT, first_name_folded TEXT, \
       last_name_folded TEXT, password_hash TEXT, created_at BIGINT, deleted_at BIGINT) q WHERE true \
     ON CONFLICT (id) DO NOTHING",
]);

static OWNERS: Sql = Sql::steps(&["SELECT u.email_folded, u.id FROM rows($1: email_folded TEXT) q \
     JOIN users u ON u.email_folded = q.email_folded"]);

static ADD_GROUPS: Sql = Sql::steps(&["INSERT INTO chats (group_id, name, name_folded, last_seq, last_at, \
       member_count, created_at) \
     SELECT group_id, name, name_folded, 0, 0, 0, created_at \
     FROM rows($1: group_id BYTES, name TEXT, name_folded TEXT, created_at BIGINT) q WHERE true \
     ON CONFLICT (group_id) DO NOTHING"]);

/// What is joined late is read: only what is said afterwards is new.
static ADD_MEMBERS: Sql = Sql::steps(&["INSERT INTO members (user_id, chat_id, side, role, joined_at, \
       hidden_up_to_seq, read_up_to_seq) \
     SELECT q.user_id, c.id, c.group_id, q.role, q.joined_at, 0, c.last_seq \
     FROM rows($1: user_id BYTES, group_id BYTES, role BIGINT, joined_at BIGINT) q \
     JOIN chats c ON c.group_id = q.group_id AND c.dropped_at IS NULL \
     JOIN users u ON u.id = q.user_id AND u.deleted_at IS NULL \
     WHERE true ON CONFLICT (user_id, chat_id) DO NOTHING"]);

static COUNT_MEMBERS: Sql = Sql::steps(&["UPDATE chats SET member_count = \
       (SELECT COUNT(*) FROM members m WHERE m.chat_id = chats.id AND m.left_at IS NULL) \
     WHERE dropped_at IS NULL AND group_id IN (SELECT group_id FROM rows($1: group_id BYTES) q)"]);

/// A group whose owner did not come along has its longest-standing member as owner; one that nobody is in goes.
const SETTLE: &[&str] = &[
    "UPDATE members SET role = 2 WHERE (chat_id, user_id) IN (\
       SELECT chat_id, user_id FROM (\
         SELECT m.chat_id, m.user_id, \
           ROW_NUMBER() OVER (PARTITION BY m.chat_id ORDER BY m.joined_at, m.user_id) AS place \
         FROM members m JOIN chats c ON c.id = m.chat_id AND c.group_id IS NOT NULL \
         WHERE m.left_at IS NULL AND NOT EXISTS (\
           SELECT 1 FROM members o WHERE o.chat_id = m.chat_id AND o.left_at IS NULL AND o.role = 2)) candidates \
       WHERE place = 1)",
    "INSERT INTO purges (chat_id, next_seq) SELECT id, 0 FROM chats \
     WHERE group_id IS NOT NULL AND dropped_at IS NULL AND member_count = 0",
    "UPDATE chats SET dropped_at = created_at WHERE group_id IS NOT NULL AND dropped_at IS NULL AND member_count = 0",
];

impl Store {
    /// Begins to load.
    pub async fn load(&self) -> DatabaseResult<Load> {
        Ok(Load { engine: self.engine, change: self.begin().await? })
    }

    /// Whether anybody has an account, or had one.
    pub async fn has_users(&self) -> DatabaseResult<bool> {
        let query = sqlx::query("SELECT CASE WHEN EXISTS (SELECT 1 FROM users) THEN 1 ELSE 0 END");
        let found: i64 = query.fetch_one(&self.reads).await?.try_get(0)?;
        Ok(found == 1)
    }
}

impl Load {
    /// Makes it permanent.
    pub async fn commit(self) -> DatabaseResult<()> {
        self.change.commit().await
    }

    /// Who of these cannot have their e-mail, because its identity is somebody else's, here or earlier among them.
    pub async fn too_late(&mut self, claims: &[(&str, UserId)]) -> DatabaseResult<HashSet<UserId>> {
        #[derive(Serialize)]
        struct Email {
            email_folded: String,
        }
        let rows: Vec<_> = claims.iter().map(|(email, _)| Email { email_folded: identity(email) }).collect();
        let query = sqlx::query(OWNERS.on(self.engine)).bind(json(&rows));
        let mut owners = HashMap::<String, UserId>::new();
        for row in query.fetch_all(self.connection()).await? {
            owners.insert(row.try_get(0)?, row.try_get(1)?);
        }
        let claims = rows.into_iter().zip(claims).map(|(row, &(_, user))| (row.email_folded, user));
        Ok(claims.filter_map(|(email, user)| (*owners.entry(email).or_insert(user) != user).then_some(user)).collect())
    }

    /// Adds accounts; how many of them are new. Without an e-mail an account is one that was deleted, but for its name.
    /// No two may have e-mails of one identity.
    pub async fn add_people(&mut self, people: &[LoadedPerson]) -> DatabaseResult<u64> {
        let rows: Vec<_> = people.iter().map(PersonRow::from).collect();
        self.execute(&ADD_PEOPLE, &rows).await
    }

    /// Adds groups, without anybody in them yet; how many of them are new.
    pub async fn add_groups(&mut self, groups: &[LoadedGroup]) -> DatabaseResult<u64> {
        let rows: Vec<_> = groups.iter().map(GroupRow::from).collect();
        self.execute(&ADD_GROUPS, &rows).await
    }

    /// Adds members to groups; how many of them are new. Who was there once is not taken back.
    pub async fn add_members(&mut self, members: &[LoadedMember]) -> DatabaseResult<u64> {
        let row = |member: &LoadedMember| MemberRow {
            user_id: Hex(member.user.0),
            group_id: Hex(member.group.0),
            role: member.role as i64,
            joined_at: member.joined_at.0,
        };
        let added = self.execute(&ADD_MEMBERS, &members.iter().map(row).collect::<Vec<_>>()).await?;
        self.count_members(members.iter().map(|member| member.group)).await?;
        Ok(added)
    }

    /// When all members are added: every group has one owner and is nobody's no longer.
    pub async fn settle_groups(&mut self) -> DatabaseResult<()> {
        for step in SETTLE {
            self.connection().execute(*step).await?;
        }
        Ok(())
    }

    async fn count_members(&mut self, groups: impl Iterator<Item = GroupId>) -> DatabaseResult<()> {
        #[derive(Serialize)]
        struct Group {
            group_id: Hex,
        }
        let groups: HashSet<_> = groups.collect();
        let rows: Vec<_> = groups.into_iter().map(|group| Group { group_id: Hex(group.0) }).collect();
        self.execute(&COUNT_MEMBERS, &rows).await.map(|_| ())
    }

    async fn execute(&mut self, sql: &'static Sql, rows: &[impl Serialize]) -> DatabaseResult<u64> {
        if rows.is_empty() {
            return Ok(0);
        }
        let query = sqlx::query(sql.on(self.engine)).bind(json(rows));
        Ok(query.execute(self.connection()).await?.rows_affected())
    }

    fn connection(&mut self) -> &mut AnyConnection {
        &mut self.change
    }
}

impl<'a> From<&'a LoadedPerson> for PersonRow<'a> {
    fn from(loaded: &'a LoadedPerson) -> Self {
        let Person { id, first_name, last_name } = &loaded.person;
        Self {
            id: Hex(id.0),
            email: loaded.email.as_deref(),
            email_folded: loaded.email.as_deref().map(identity),
            email_search: loaded.email.as_deref().map(search).unwrap_or_default(),
            first_name,
            last_name,
            first_name_folded: search(first_name),
            last_name_folded: search(last_name),
            password_hash: &loaded.password_hash,
            created_at: loaded.created_at.0,
            deleted_at: loaded.email.is_none().then_some(loaded.created_at.0),
        }
    }
}

impl<'a> From<&'a LoadedGroup> for GroupRow<'a> {
    fn from(group: &'a LoadedGroup) -> Self {
        let name_folded = search(&group.name);
        Self { group_id: Hex(group.id.0), name: &group.name, name_folded, created_at: group.created_at.0 }
    }
}
