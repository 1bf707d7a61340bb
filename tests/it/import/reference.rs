//! A database with the schema of the reference messenger, for tests to fill.

use sqlx::{AssertSqlSafe, Executor};
use uuid::Uuid;

use crate::support::TestDatabase;

/// The tables, exactly as its migrations create them.
const TABLES: &str = "\
    CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), first_name varchar(255), \
      last_name varchar(255), email varchar(255) NOT NULL UNIQUE, password varchar(255) NOT NULL, \
      created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL); \
    CREATE TABLE groups (id uuid PRIMARY KEY, name varchar(255), created_at timestamptz NOT NULL, \
      updated_at timestamptz NOT NULL, deleted_at timestamptz); \
    CREATE TABLE users_groups (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), \
      group_id uuid NOT NULL REFERENCES groups (id) ON DELETE CASCADE, \
      user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE, \
      CONSTRAINT user_id_group_id_unique UNIQUE (user_id, group_id)); \
    CREATE TABLE messages (id uuid PRIMARY KEY, deleted_by_users uuid[] DEFAULT '{}', \
      sender_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE, \
      receiver_id uuid REFERENCES users (id) ON DELETE CASCADE, \
      group_id uuid REFERENCES groups (id) ON DELETE CASCADE, content varchar(255), notification boolean, \
      created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, deleted_at timestamptz)";

/// The password of all its users.
pub const OLD_PASSWORD: &str = "1234";

/// The database. Its clock advances by a minute per row.
pub struct Reference {
    pub database: TestDatabase,
    minute: std::cell::Cell<u32>,
}

impl Reference {
    /// An empty database.
    pub async fn create() -> Self {
        let database = TestDatabase::create().await;
        database.run(TABLES).await;
        Self { database, minute: std::cell::Cell::new(0) }
    }

    /// Adds a user with this name and email.
    pub async fn user(&self, first_name: &str, last_name: &str, email: &str) -> String {
        let hash = bcrypt::hash_with_salt(OLD_PASSWORD, 5, Uuid::new_v4().into_bytes()).expect("a hash");
        let hash = hash.format_for_version(bcrypt::Version::TwoB);
        let (id, now) = (Uuid::new_v4(), self.tick());
        self.run(&format!(
            "INSERT INTO users VALUES ('{id}', '{first_name}', '{last_name}', '{email}', '{hash}', {now}, {now})"
        ))
        .await;
        id.to_string()
    }

    /// Adds a group with its notice, as `create-group` does, and its members.
    pub async fn group(&self, name: &str, creator: &str, members: &[&str]) -> String {
        let (id, now) = (Uuid::new_v4().to_string(), self.tick());
        self.run(&format!("INSERT INTO groups VALUES ('{id}', '{name}', {now}, {now}, NULL)")).await;
        // In any order: the table has none.
        for member in members.iter().rev().chain([&creator]) {
            self.join(&id, member).await;
        }
        self.notice(creator, &id, "создал(a) группу").await;
        id
    }

    pub async fn join(&self, group: &str, user: &str) {
        self.run(&format!("INSERT INTO users_groups (group_id, user_id) VALUES ('{group}', '{user}')")).await;
    }

    pub async fn notice(&self, sender: &str, group: &str, text: &str) -> String {
        self.message(sender, "NULL", &format!("'{group}'"), text, true, &self.tick()).await
    }

    pub async fn write_in(&self, sender: &str, group: &str, text: &str) -> String {
        self.message(sender, "NULL", &format!("'{group}'"), text, false, &self.tick()).await
    }

    pub async fn write_to(&self, sender: &str, receiver: &str, text: &str) -> String {
        self.message(sender, &format!("'{receiver}'"), "NULL", text, false, &self.tick()).await
    }

    /// Adds these texts at the same instant.
    pub async fn write_at_once(&self, sender: &str, receiver: &str, texts: &[&str]) {
        let now = self.tick();
        for text in texts {
            self.message(sender, &format!("'{receiver}'"), "NULL", text, false, &now).await;
        }
    }

    /// Does what its `mark-as-deleted` does.
    pub async fn mark_as_deleted(&self, user: &str, companion: &str) {
        self.run(&format!(
            "UPDATE messages SET deleted_by_users = array_append(deleted_by_users, '{user}'::uuid) \
             WHERE (sender_id = '{user}' AND receiver_id = '{companion}') \
             OR (sender_id = '{companion}' AND receiver_id = '{user}')"
        ))
        .await;
    }

    /// Runs statements.
    pub async fn run(&self, sql: &str) {
        let mut connection = self.database.connect().await;
        connection.execute(AssertSqlSafe(sql.to_owned())).await.expect("the statement works");
    }

    async fn message(
        &self,
        sender: &str,
        receiver: &str,
        group: &str,
        text: &str,
        is_notice: bool,
        now: &str,
    ) -> String {
        let id = Uuid::new_v4().to_string();
        self.run(&format!(
            "INSERT INTO messages VALUES ('{id}', '{{}}', '{sender}', {receiver}, {group}, '{text}', {is_notice}, \
             {now}, {now}, NULL)"
        ))
        .await;
        id
    }

    fn tick(&self) -> String {
        self.minute.set(self.minute.get() + 1);
        format!("timestamptz '2025-06-13T10:00:00.123+03:00' + interval '{} minutes'", self.minute.get())
    }
}
