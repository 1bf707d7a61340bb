//! Loads people, groups and histories into a database that no server uses meanwhile. Existing rows stay as they are, so
//! loading again only adds what is missing.

mod chats;
mod history;

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use sqlx::{AnyConnection, Executor, Row};

use super::{
    DatabaseResult, Store,
    change::Change,
    engine::{Engine, Sql},
    tables::analyze,
    types::{column, json, number},
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
    /// `None` if the account is deleted.
    pub email: Option<String>,
    /// A PHC string, or bcrypt's.
    pub password_hash: String,
    /// When the person signed up.
    pub created_at: Timestamp,
}

/// A group to be loaded.
pub struct LoadedGroup {
    /// The client's id.
    pub id: GroupId,
    /// As clients show it.
    pub name: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// After how many days its messages expire.
    pub retention_days: Option<i64>,
}

/// A member of a group to be loaded.
#[derive(Serialize)]
pub struct LoadedMember {
    /// The person.
    #[serde(rename = "user_id")]
    pub user: UserId,
    /// The group.
    #[serde(rename = "group_id")]
    pub group: GroupId,
    /// One member of every group is the owner.
    #[serde(serialize_with = "number")]
    pub role: Role,
    /// When the person joined.
    #[serde(serialize_with = "number")]
    pub joined_at: Timestamp,
}

#[derive(Serialize)]
struct PersonRow<'a> {
    id: UserId,
    email: Option<&'a str>,
    email_folded: Option<String>,
    email_search: String,
    first_name: &'a str,
    last_name: &'a str,
    first_name_folded: String,
    last_name_folded: String,
    password_hash: &'a str,
    #[serde(serialize_with = "number")]
    created_at: Timestamp,
    #[serde(serialize_with = "number")]
    deleted_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct GroupRow<'a> {
    group_id: GroupId,
    name: &'a str,
    name_folded: String,
    #[serde(serialize_with = "number")]
    created_at: Timestamp,
    retention_days: Option<i64>,
}

static ADD_PEOPLE: Sql = Sql::new(
    "INSERT INTO users (id, email, email_folded, email_search, first_name, last_name, \
       first_name_folded, last_name_folded, password_hash, created_at, updated_at, deleted_at) \
     SELECT id, email, email_folded, email_search, first_name, last_name, first_name_folded, last_name_folded, \
       password_hash, created_at, created_at, deleted_at \
     FROM rows($1: id UUID, email TEXT, email_folded TEXT, email_search TEXT, first_name TEXT, last_name TEXT, \
       first_name_folded TEXT, last_name_folded TEXT, password_hash TEXT, created_at BIGINT, deleted_at BIGINT) q \
     WHERE true ON CONFLICT (id) DO NOTHING",
);

static OWNERS: Sql = Sql::new(
    "SELECT u.email_folded, u.id FROM rows($1: email_folded TEXT) q JOIN users u ON u.email_folded = q.email_folded",
);

static ADD_GROUPS: Sql = Sql::new(
    "INSERT INTO chats (group_id, name, name_folded, last_seq, last_at, member_count, created_at, retention_days) \
     SELECT group_id, name, name_folded, 0, 0, 0, created_at, retention_days \
     FROM rows($1: group_id UUID, name TEXT, name_folded TEXT, created_at BIGINT, retention_days BIGINT) q WHERE true \
     ON CONFLICT (group_id) DO NOTHING",
);

/// A new member of a group that has messages already has read them.
static ADD_MEMBERS: Sql = Sql::new(
    "INSERT INTO members (user_id, chat_id, side, role, joined_at, hidden_up_to_seq, read_up_to_seq) \
     SELECT q.user_id, c.id, c.group_id, q.role, q.joined_at, 0, c.last_seq \
     FROM rows($1: user_id UUID, group_id UUID, role BIGINT, joined_at BIGINT) q \
     JOIN chats c ON c.group_id = q.group_id AND c.dropped_at IS NULL \
     JOIN users u ON u.id = q.user_id AND u.deleted_at IS NULL \
     WHERE true ON CONFLICT (user_id, chat_id) DO NOTHING",
);

static COUNT_MEMBERS: Sql = Sql::new(
    "UPDATE chats SET member_count = \
       (SELECT COUNT(*) FROM members m WHERE m.chat_id = chats.id AND m.left_at IS NULL) \
     WHERE dropped_at IS NULL AND group_id IN (SELECT group_id FROM rows($1: group_id UUID) q)",
);

/// Makes the longest-standing member of a group without an owner its owner, and deletes groups without members.
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
    /// Begins a transaction that loads.
    pub async fn load(&self) -> DatabaseResult<Load> {
        Ok(Load { engine: self.engine, change: self.begin().await? })
    }

    /// Measures the tables for the planner of queries. Call it when they are full.
    pub async fn analyze(&self) -> DatabaseResult<()> {
        let mut change = self.begin().await?;
        analyze(self.engine, &mut change).await?;
        change.commit().await
    }

    /// Whether there is any account, even a deleted one.
    pub async fn has_users(&self) -> DatabaseResult<bool> {
        let query = sqlx::query("SELECT 1 FROM users LIMIT 1");
        Ok(query.fetch_optional(&self.reads).await?.is_some())
    }
}

impl Load {
    /// Commits.
    pub async fn commit(self) -> DatabaseResult<()> {
        self.change.commit().await
    }

    /// Those of these people whose e-mail's identity belongs to another account or an earlier claim.
    pub async fn too_late(&mut self, claims: &[(&str, UserId)]) -> DatabaseResult<HashSet<UserId>> {
        let emails: Vec<_> = claims.iter().map(|(email, _)| identity(email)).collect();
        let query = sqlx::query(OWNERS.on(self.engine)).bind(json(&column("email_folded", &emails)));
        let mut owners = HashMap::<String, UserId>::new();
        for row in query.fetch_all(self.connection()).await? {
            owners.insert(row.try_get("email_folded")?, row.try_get("id")?);
        }
        let claims = emails.into_iter().zip(claims).map(|(email, &(_, user))| (email, user));
        Ok(claims.filter_map(|(email, user)| (*owners.entry(email).or_insert(user) != user).then_some(user)).collect())
    }

    /// Adds accounts, and returns how many of them are new. One without an e-mail counts as deleted, but keeps its
    /// name. No two may have e-mails of the same identity.
    pub async fn add_people(&mut self, people: &[LoadedPerson]) -> DatabaseResult<u64> {
        let rows: Vec<_> = people.iter().map(PersonRow::from).collect();
        self.execute(&ADD_PEOPLE, &rows).await
    }

    /// Adds groups without members. Returns how many of them are new.
    pub async fn add_groups(&mut self, groups: &[LoadedGroup]) -> DatabaseResult<u64> {
        let rows: Vec<_> = groups.iter().map(GroupRow::from).collect();
        self.execute(&ADD_GROUPS, &rows).await
    }

    /// Adds members to groups, without former members. Returns how many of them are new.
    pub async fn add_members(&mut self, members: &[LoadedMember]) -> DatabaseResult<u64> {
        let added = self.execute(&ADD_MEMBERS, members).await?;
        let groups: HashSet<_> = members.iter().map(|member| member.group).collect();
        self.execute(&COUNT_MEMBERS, &column("group_id", groups)).await?;
        Ok(added)
    }

    /// Call it when all members are added: gives every group an owner, and deletes groups without members.
    pub async fn settle_groups(&mut self) -> DatabaseResult<()> {
        for step in SETTLE {
            self.connection().execute(*step).await?;
        }
        Ok(())
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
            id: *id,
            email: loaded.email.as_deref(),
            email_folded: loaded.email.as_deref().map(identity),
            email_search: loaded.email.as_deref().map(search).unwrap_or_default(),
            first_name,
            last_name,
            first_name_folded: search(first_name),
            last_name_folded: search(last_name),
            password_hash: &loaded.password_hash,
            created_at: loaded.created_at,
            deleted_at: loaded.email.is_none().then_some(loaded.created_at),
        }
    }
}

impl<'a> From<&'a LoadedGroup> for GroupRow<'a> {
    fn from(group: &'a LoadedGroup) -> Self {
        let name_folded = search(&group.name);
        let LoadedGroup { id, name, created_at, retention_days } = group;
        Self { group_id: *id, name, name_folded, created_at: *created_at, retention_days: *retention_days }
    }
}
