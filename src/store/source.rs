//! The database of the reference messenger, on PostgreSQL: tables `users`, `groups`, `users_groups` and `messages`, as
//! its migrations make them. It is only read, as of one instant, in the order in which things came to be.

use std::collections::HashMap;

use anyhow::{Context, bail};
use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use sqlx::{
    AnyConnection, AssertSqlSafe, Connection, Executor, Row,
    any::{AnyRow, install_default_drivers},
};
use uuid::Uuid;

use super::{DatabaseResult, connect};
use crate::model::{GroupId, MessageId, Timestamp, UserId};

/// Rows that are handed over at once.
const PAGE: usize = 2_000;

/// An open database of the reference messenger.
pub struct Source {
    connection: AnyConnection,
    /// The type of every column, by `table.column`.
    columns: HashMap<String, String>,
}

/// A table that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Accounts.
    Users,
    /// Groups.
    Groups,
    /// Who is in which group.
    Members,
    /// Messages and notices.
    Messages,
}

/// A row of `users`.
pub struct SourceUser {
    /// The same here and there.
    pub id: UserId,
    /// May be missing.
    pub first_name: Option<String>,
    /// May be missing.
    pub last_name: Option<String>,
    /// Unique, but for its case.
    pub email: Option<String>,
    /// bcrypt's hash.
    pub password: Option<String>,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// A row of `groups`.
pub struct SourceGroup {
    /// The same here and there.
    pub id: GroupId,
    /// May be missing.
    pub name: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether it is marked as deleted.
    pub is_deleted: bool,
    /// Whether anybody is in it.
    pub has_members: bool,
}

/// A row of `users_groups`.
pub struct SourceMember {
    /// In which group.
    pub group: GroupId,
    /// Who.
    pub user: UserId,
    /// Not before the group and the account were made; older accounts joined before younger ones, and before all
    /// of them whoever wrote the group's first row, the notice of its creation.
    pub joined_at: Timestamp,
}

/// A row of `messages`.
pub struct SourceMessage {
    /// Unique in the world.
    pub id: MessageId,
    /// Who.
    pub sender: UserId,
    /// To whom, in a dialog.
    pub receiver: Option<UserId>,
    /// Where, in a group.
    pub group: Option<GroupId>,
    /// The text.
    pub content: Option<String>,
    /// Whether it tells of the group.
    pub is_notice: bool,
    /// When.
    pub created_at: Timestamp,
    /// When it was deleted for everybody.
    pub deleted_at: Option<Timestamp>,
    /// Who deleted it for themselves.
    pub deleted_by: Vec<UserId>,
}

/// The rows of a table, some at a time: however many there are, few are in memory.
pub struct Pages<'a, T> {
    rows: BoxStream<'a, DatabaseResult<AnyRow>>,
    read: fn(&AnyRow) -> DatabaseResult<T>,
}

impl<T> Pages<'_, T> {
    /// The next rows; none at the end.
    pub async fn next(&mut self) -> DatabaseResult<Vec<T>> {
        let rows: Vec<_> = self.rows.by_ref().take(PAGE).try_collect().await?;
        rows.iter().map(self.read).collect()
    }
}

/// What must be there, and of which types a column may be.
const REQUIRED: &[(&str, &[&str])] = &[
    ("users.id", &["uuid"]),
    ("users.first_name", &[]),
    ("users.last_name", &[]),
    ("users.email", &[]),
    ("users.password", &[]),
    ("users.created_at", &[]),
    ("groups.id", &["uuid"]),
    ("groups.name", &[]),
    ("groups.created_at", &[]),
    ("users_groups.group_id", &["uuid"]),
    ("users_groups.user_id", &["uuid"]),
    ("messages.id", &["uuid"]),
    ("messages.sender_id", &["uuid"]),
    ("messages.receiver_id", &["uuid"]),
    ("messages.group_id", &["uuid"]),
    ("messages.content", &[]),
    ("messages.created_at", &[]),
];

impl Source {
    /// Connects, sees whether it is such a database, and holds on to what it is now.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        install_default_drivers();
        let named = || format!("database {}", connect::place(url));
        let mut connection = AnyConnection::connect(url).await.with_context(named)?;
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let rows = connection
            .fetch_all(
                "SELECT table_name::text || '.' || column_name::text, data_type::text FROM information_schema.columns \
                 WHERE table_schema = ANY (current_schemas(false))",
            )
            .await?;
        let column = |row: &AnyRow| DatabaseResult::Ok((row.try_get(0)?, row.try_get(1)?));
        let columns: HashMap<String, String> = rows.iter().map(column).collect::<DatabaseResult<_>>()?;
        let missing = REQUIRED.iter().find(|(name, _)| !columns.contains_key(*name));
        if let Some((name, _)) = missing {
            bail!("{} is none of the reference messenger: no {name}", named());
        }
        let wrong =
            REQUIRED.iter().find(|(name, types)| !types.is_empty() && !types.contains(&columns[*name].as_str()));
        if let Some((name, types)) = wrong {
            let (found, types) = (&columns[*name], types.join(" or "));
            bail!("{} is of an unknown version of the reference messenger: {name} is {found}, not {types}", named());
        }
        Ok(Self { connection, columns })
    }

    /// How many rows there are.
    pub async fn count(&mut self, table: Table) -> DatabaseResult<u64> {
        let sql = match table {
            Table::Users => "SELECT COUNT(*) FROM users",
            Table::Groups => "SELECT COUNT(*) FROM groups",
            Table::Members => "SELECT COUNT(*) FROM users_groups",
            Table::Messages => "SELECT COUNT(*) FROM messages",
        };
        let count: i64 = self.connection.fetch_one(sql).await?.try_get(0)?;
        Ok(count.unsigned_abs())
    }

    /// Everybody, those who came first first.
    pub fn users(&mut self) -> Pages<'_, SourceUser> {
        let created_at = millis("created_at");
        let sql = format!(
            "SELECT id::text, first_name::text, last_name::text, email::text, password::text, {created_at} \
             FROM users ORDER BY created_at, id"
        );
        self.pages(sql, |row| {
            Ok(SourceUser {
                id: UserId(uuid(row, 0)?),
                first_name: row.try_get(1)?,
                last_name: row.try_get(2)?,
                email: row.try_get(3)?,
                password: row.try_get(4)?,
                created_at: row.try_get(5)?,
            })
        })
    }

    /// Every group, the oldest first.
    pub fn groups(&mut self) -> Pages<'_, SourceGroup> {
        let is_deleted = if self.has("groups.deleted_at") { "deleted_at IS NOT NULL" } else { "false" };
        let sql = format!(
            "SELECT id::text, name::text, {}, CASE WHEN {is_deleted} THEN 1::bigint ELSE 0 END, \
               CASE WHEN EXISTS (SELECT 1 FROM users_groups m WHERE m.group_id = groups.id) THEN 1::bigint ELSE 0 END \
             FROM groups ORDER BY created_at, id",
            millis("created_at")
        );
        self.pages(sql, |row| {
            Ok(SourceGroup {
                id: GroupId(uuid(row, 0)?),
                name: row.try_get(1)?,
                created_at: row.try_get(2)?,
                is_deleted: row.try_get::<i64, _>(3)? == 1,
                has_members: row.try_get::<i64, _>(4)? == 1,
            })
        })
    }

    /// Every membership of a group and a person that exist.
    pub fn members(&mut self) -> Pages<'_, SourceMember> {
        let (group, user) = (millis("g.created_at"), millis("u.created_at"));
        let rank = "ROW_NUMBER() OVER (PARTITION BY g.id ORDER BY u.created_at, u.id)";
        let sql = format!(
            "SELECT m.group_id::text, m.user_id::text, \
               CASE WHEN m.user_id = f.sender_id THEN {group} ELSE GREATEST({group} + {rank}, {user}) END \
             FROM users_groups m JOIN groups g ON g.id = m.group_id JOIN users u ON u.id = m.user_id \
             LEFT JOIN (SELECT DISTINCT ON (group_id) group_id, sender_id FROM messages WHERE group_id IS NOT NULL \
               ORDER BY group_id, created_at, id) f ON f.group_id = g.id \
             ORDER BY g.created_at, g.id, u.created_at, u.id"
        );
        self.pages(sql, |row| {
            Ok(SourceMember { group: GroupId(uuid(row, 0)?), user: UserId(uuid(row, 1)?), joined_at: row.try_get(2)? })
        })
    }

    /// Every message, the oldest first.
    pub fn messages(&mut self) -> Pages<'_, SourceMessage> {
        let notification = if self.has("messages.notification") { "notification" } else { "false" };
        let deleted_at = if self.has("messages.deleted_at") {
            format!("CASE WHEN deleted_at IS NOT NULL THEN {} END", millis("deleted_at"))
        } else {
            "NULL::bigint".into()
        };
        let deleted_by = match self.columns.get("messages.deleted_by_users").map(String::as_str) {
            Some("ARRAY") => "array_to_json(deleted_by_users)::text",
            Some("json" | "jsonb") => "deleted_by_users::text",
            _ => "NULL::text",
        };
        let sql = format!(
            "SELECT id::text, sender_id::text, receiver_id::text, group_id::text, content::text, \
               CASE WHEN {notification} THEN 1::bigint ELSE 0 END, {}, {deleted_at}, {deleted_by} \
             FROM messages ORDER BY created_at, id",
            millis("created_at")
        );
        self.pages(sql, |row| {
            let deleted_by: Option<String> = row.try_get(8)?;
            Ok(SourceMessage {
                id: MessageId(uuid(row, 0)?),
                sender: UserId(uuid(row, 1)?),
                receiver: optional_uuid(row, 2)?.map(UserId),
                group: optional_uuid(row, 3)?.map(GroupId),
                content: row.try_get(4)?,
                is_notice: row.try_get::<i64, _>(5)? == 1,
                created_at: row.try_get(6)?,
                deleted_at: row.try_get(7)?,
                deleted_by: deleted_by.map_or_else(Vec::new, |list| ids(&list)),
            })
        })
    }

    fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    fn pages<T>(&mut self, sql: String, read: fn(&AnyRow) -> DatabaseResult<T>) -> Pages<'_, T> {
        Pages { rows: sqlx::query(AssertSqlSafe(sql)).fetch(&mut self.connection), read }
    }
}

/// A time, with or without its zone, in milliseconds. Without one it is UTC. Of a clock that was wrong, the earliest or
/// latest that may be: what is written to a chat later is stored later than all that is there.
fn millis(column: &str) -> String {
    format!("floor(GREATEST(LEAST(extract(epoch FROM {column}), extract(epoch FROM now())), 0) * 1000)::bigint")
}

fn uuid(row: &AnyRow, column: usize) -> DatabaseResult<Uuid> {
    let text: String = row.try_get(column)?;
    text.parse().map_err(|error: uuid::Error| sqlx::Error::Decode(error.into()))
}

fn optional_uuid(row: &AnyRow, column: usize) -> DatabaseResult<Option<Uuid>> {
    match row.try_get::<Option<String>, _>(column)? {
        Some(_) => uuid(row, column).map(Some),
        None => Ok(None),
    }
}

/// The ids of a JSON array. What is none is nobody.
fn ids(list: &str) -> Vec<UserId> {
    let list: Vec<serde_json::Value> = serde_json::from_str(list).unwrap_or_default();
    list.iter().filter_map(|id| Some(UserId(id.as_str()?.parse().ok()?))).collect()
}
