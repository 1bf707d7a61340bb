//! Reads the database of the reference messenger, on PostgreSQL: tables `users`, `groups`, `users_groups` and
//! `messages`, as its migrations create them. Reads one snapshot, in order of creation.

use std::collections::HashMap;

use anyhow::{Context, bail};
use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use sqlx::{
    AnyConnection, AssertSqlSafe, Connection, Executor, FromRow, Row,
    any::{AnyRow, install_default_drivers},
};

use super::{DatabaseResult, connect, rows::from_columns};
use crate::model::{GroupId, MessageId, Timestamp, UserId};

/// Rows per page.
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
    /// Hearth uses the same id.
    pub id: UserId,
    /// May be missing.
    pub first_name: Option<String>,
    /// May be missing.
    pub last_name: Option<String>,
    /// Unique except for its case.
    pub email: Option<String>,
    /// A bcrypt hash.
    pub password: Option<String>,
    /// When the account was created.
    pub created_at: Timestamp,
}

/// A row of `groups`.
pub struct SourceGroup {
    /// Hearth uses the same id.
    pub id: GroupId,
    /// May be missing.
    pub name: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// Whether it is marked as deleted.
    pub is_deleted: bool,
    /// Whether it has members.
    pub has_members: bool,
}

/// A row of `users_groups`.
pub struct SourceMember {
    /// The group.
    pub group: GroupId,
    /// The member.
    pub user: UserId,
    /// Not before the group and the account were created; older accounts joined before younger ones, and the sender of
    /// the group's first row, the notice of its creation, before all others.
    pub joined_at: Timestamp,
}

/// A row of `messages`.
pub struct SourceMessage {
    /// Unique.
    pub id: MessageId,
    /// Who sent it.
    pub sender: UserId,
    /// The recipient, in a dialog.
    pub receiver: Option<UserId>,
    /// The group, in a group.
    pub group: Option<GroupId>,
    /// The text.
    pub content: Option<String>,
    /// Whether it is a notice about the group.
    pub is_notice: bool,
    /// Its time.
    pub created_at: Timestamp,
    /// When it was deleted for all.
    pub deleted_at: Option<Timestamp>,
    /// The people who have hidden it.
    pub deleted_by: Vec<UserId>,
}

from_columns! {
    SourceUser { id, first_name, last_name, email, password, created_at }
    SourceGroup { id, name, created_at, is_deleted, has_members }
}

impl FromRow<'_, AnyRow> for SourceMember {
    fn from_row(row: &AnyRow) -> DatabaseResult<Self> {
        let (group, user) = (row.try_get("group_id")?, row.try_get("user_id")?);
        Ok(Self { group, user, joined_at: row.try_get("joined_at")? })
    }
}

impl FromRow<'_, AnyRow> for SourceMessage {
    fn from_row(row: &AnyRow) -> DatabaseResult<Self> {
        let deleted_by: Option<String> = row.try_get("deleted_by")?;
        Ok(Self {
            id: row.try_get("id")?,
            sender: row.try_get("sender_id")?,
            receiver: row.try_get("receiver_id")?,
            group: row.try_get("group_id")?,
            content: row.try_get("content")?,
            is_notice: row.try_get("is_notice")?,
            created_at: row.try_get("created_at")?,
            deleted_at: row.try_get("deleted_at")?,
            deleted_by: deleted_by.map_or_else(Vec::new, |list| ids(&list)),
        })
    }
}

/// The rows of a table, a page at a time.
pub struct Pages<'a, T> {
    rows: BoxStream<'a, DatabaseResult<T>>,
}

impl<T> Pages<'_, T> {
    /// The next rows; empty at the end.
    pub async fn next(&mut self) -> DatabaseResult<Vec<T>> {
        self.rows.by_ref().take(PAGE).try_collect().await
    }
}

/// The required columns, and the types that they may have.
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
    /// Connects, checks the schema, and begins a snapshot.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        install_default_drivers();
        let named = || format!("database {}", connect::place(url));
        let mut connection = AnyConnection::connect(url).await.with_context(named)?;
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let rows = connection
            .fetch_all(
                "SELECT table_name::text || '.' || column_name::text AS name, data_type::text AS type \
                 FROM information_schema.columns WHERE table_schema = ANY (current_schemas(false))",
            )
            .await?;
        let column = |row: &AnyRow| DatabaseResult::Ok((row.try_get("name")?, row.try_get("type")?));
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
        let count: i64 = sqlx::query_scalar(sql).fetch_one(&mut self.connection).await?;
        Ok(count.unsigned_abs())
    }

    /// All accounts, the oldest first.
    pub fn users(&mut self) -> Pages<'_, SourceUser> {
        let created_at = millis("created_at");
        let sql = format!(
            "SELECT uuid_send(id) AS id, first_name::text AS first_name, last_name::text AS last_name, \
               email::text AS email, password::text AS password, {created_at} AS created_at \
             FROM users ORDER BY users.created_at, users.id"
        );
        self.pages(sql)
    }

    /// All groups, the oldest first.
    pub fn groups(&mut self) -> Pages<'_, SourceGroup> {
        let is_deleted = if self.has("groups.deleted_at") { "deleted_at IS NOT NULL" } else { "false" };
        let sql = format!(
            "SELECT uuid_send(id) AS id, name::text AS name, {} AS created_at, \
               {is_deleted} AS is_deleted, \
               EXISTS (SELECT 1 FROM users_groups m WHERE m.group_id = groups.id) AS has_members \
             FROM groups ORDER BY groups.created_at, groups.id",
            millis("created_at")
        );
        self.pages(sql)
    }

    /// All memberships of existing groups and people.
    pub fn members(&mut self) -> Pages<'_, SourceMember> {
        let (group, user) = (millis("g.created_at"), millis("u.created_at"));
        let rank = "ROW_NUMBER() OVER (PARTITION BY g.id ORDER BY u.created_at, u.id)";
        let sql = format!(
            "SELECT uuid_send(m.group_id) AS group_id, uuid_send(m.user_id) AS user_id, \
               CASE WHEN m.user_id = f.sender_id THEN {group} ELSE GREATEST({group} + {rank}, {user}) END AS joined_at \
             FROM users_groups m JOIN groups g ON g.id = m.group_id JOIN users u ON u.id = m.user_id \
             LEFT JOIN (SELECT DISTINCT ON (group_id) group_id, sender_id FROM messages WHERE group_id IS NOT NULL \
               ORDER BY group_id, created_at, id) f ON f.group_id = g.id \
             ORDER BY g.created_at, g.id, u.created_at, u.id"
        );
        self.pages(sql)
    }

    /// All messages, the oldest first.
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
            "SELECT uuid_send(id) AS id, uuid_send(sender_id) AS sender_id, uuid_send(receiver_id) AS receiver_id, \
               uuid_send(group_id) AS group_id, content::text AS content, \
               COALESCE({notification}, false) AS is_notice, {} AS created_at, \
               {deleted_at} AS deleted_at, {deleted_by} AS deleted_by \
             FROM messages ORDER BY messages.created_at, messages.id",
            millis("created_at")
        );
        self.pages(sql)
    }

    fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    fn pages<T: for<'r> FromRow<'r, AnyRow> + Send + Unpin + 'static>(&mut self, sql: String) -> Pages<'_, T> {
        Pages { rows: sqlx::query_as(AssertSqlSafe(sql)).fetch(&mut self.connection) }
    }
}

/// A time, with or without its zone, in milliseconds. Without a zone it is UTC. Bounded by 1970 and the present, in
/// case a clock was wrong: later messages of a chat must be stored with later times.
fn millis(column: &str) -> String {
    format!("floor(GREATEST(LEAST(extract(epoch FROM {column}), extract(epoch FROM now())), 0) * 1000)::bigint")
}

/// The ids of a JSON array, without other values.
fn ids(list: &str) -> Vec<UserId> {
    let list: Vec<serde_json::Value> = serde_json::from_str(list).unwrap_or_default();
    list.iter().filter_map(|id| Some(UserId(id.as_str()?.parse().ok()?))).collect()
}
