//! A database per test. The only place that knows which engine the tests run on.

use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, join, join_all};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, Row};
use tempfile::TempDir;

use super::{
    User,
    line::{Line, Loss},
};

/// An empty database; dropping this deletes it.
pub struct TestDatabase {
    pub url: String,
    pub(super) kind: Kind,
    outage: Option<Outage>,
}

pub(super) enum Kind {
    Sqlite { folder: TempDir },
    Postgres { server: String, schema: String },
}

/// How this database is made unavailable.
enum Outage {
    /// Another connection holds the only write lock.
    Locked(AnyConnection),
    /// Through a line that can be cut.
    Line(Line),
}

impl TestDatabase {
    pub async fn create() -> Self {
        sqlx::any::install_default_drivers();
        match std::env::var("TEST_DATABASE_URL") {
            Ok(server) => {
                let schema = format!("test_{}", uuid::Uuid::new_v4().simple());
                run(&server, &format!("CREATE SCHEMA {schema}")).await;
                let separator = if server.contains('?') { '&' } else { '?' };
                // Tests do not cut the power: waiting for the disk would take most of their time.
                // A setting that Hearth must not depend on.
                let options = "%20-c%20bytea_output%3Descape%20-c%20synchronous_commit%3Doff";
                let options = format!("-c%20search_path%3D{schema}{options}");
                let url = format!("{server}{separator}options={options}");
                Self { url, kind: Kind::Postgres { server, schema }, outage: None }
            }
            Err(_) => Self::create_sqlite(),
        }
    }

    /// A database on SQLite, also if the tests run on PostgreSQL.
    pub fn create_sqlite() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let url = format!("sqlite://{}", folder.path().join("hearth.db").display());
        Self { url, kind: Kind::Sqlite { folder }, outage: None }
    }

    /// The folder of the engine's migrations.
    pub(super) fn engine(&self) -> &'static str {
        match self.kind {
            Kind::Sqlite { .. } => "sqlite",
            Kind::Postgres { .. } => "postgres",
        }
    }

    /// A database that [`Self::gone`] can make unavailable.
    pub async fn create_breakable() -> Self {
        let mut database = Self::create().await;
        if let Kind::Postgres { .. } = database.kind {
            let (line, url) = Line::to(&database.url).await;
            database.url = url;
            database.outage = Some(Outage::Line(line));
        }
        database
    }

    /// Makes writes fail (and reads, if the engine is another process), until [`Self::back`].
    pub async fn gone(&mut self) {
        match &mut self.outage {
            Some(Outage::Line(line)) => line.cut().await,
            Some(Outage::Locked(_)) => panic!("it is gone already"),
            None => {
                let mut connection = self.connect().await;
                connection.execute("BEGIN IMMEDIATE").await.expect("the lock is free");
                self.outage = Some(Outage::Locked(connection));
            }
        }
    }

    /// Like [`Self::gone`], but requests get no answer instead of an error.
    pub async fn silent(&mut self) {
        match &mut self.outage {
            Some(Outage::Line(line)) => line.silence(),
            _ => self.gone().await,
        }
    }

    /// Loses the next commit in this way, if the line to the database can be cut. Otherwise commits always answer, and
    /// [`Loss::AnswerAndLine`] has the effect of [`Self::gone`].
    pub async fn loses(&mut self, loss: Loss) {
        match &mut self.outage {
            Some(Outage::Line(line)) => line.lose(loss),
            _ if loss == Loss::AnswerAndLine => self.gone().await,
            _ => {}
        }
    }

    /// Ends the connection that locks out other servers. Returns whether there is one.
    pub async fn unguard(&self) -> bool {
        if let Kind::Sqlite { .. } = self.kind {
            return false;
        }
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' \
             AND (classid::BIGINT << 32) + objid::BIGINT = hashtextextended('hearth serves ' || current_schema(), 0)",
        )
        .await;
        true
    }

    /// Makes the database available again.
    pub async fn back(&mut self) {
        match self.outage.take() {
            Some(Outage::Line(mut line)) => {
                line.mend().await;
                self.outage = Some(Outage::Line(line));
            }
            Some(Outage::Locked(mut connection)) => {
                connection.execute("ROLLBACK").await.expect("the lock can be given back");
                connection.close().await.expect("the connection closes");
            }
            None => panic!("it was never gone"),
        }
    }

    /// Blocks all other writes to this table (or to any, depending on the engine) until it is let go.
    pub async fn hold(&self, table: &str) -> Held {
        let mut connection = self.connect().await;
        match self.kind {
            Kind::Sqlite { .. } => connection.execute("BEGIN IMMEDIATE").await.expect("the lock is free"),
            Kind::Postgres { .. } => {
                let lock = format!("BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE");
                connection.execute(AssertSqlSafe(lock)).await.expect("the lock is free")
            }
        };
        Held { connection, shows_waiters: matches!(self.kind, Kind::Postgres { .. }) }
    }

    /// Whether it answers queries now.
    pub async fn answers(&self) -> bool {
        AnyConnection::connect(&self.url).await.is_ok()
    }

    /// Makes this table unusable; everything else works.
    pub async fn hide(&self, table: &str) {
        self.run(&format!("ALTER TABLE {table} RENAME TO hidden_{table}")).await;
    }

    /// Undoes [`Self::hide`].
    pub async fn show(&self, table: &str) {
        self.run(&format!("ALTER TABLE hidden_{table} RENAME TO {table}")).await;
    }

    /// Stops recording for a move what changes in this table.
    pub async fn stop_recording(&self, table: &str) {
        match self.kind {
            Kind::Sqlite { .. } => self.run(&format!("DROP TRIGGER moving_DELETE_{table}")).await,
            Kind::Postgres { .. } => self.run(&format!("DROP TRIGGER moving_{table} ON {table}")).await,
        }
    }

    /// Whether this text is stored anywhere in the data of users and messages.
    pub async fn keeps(&self, text: &str) -> bool {
        let columns = [
            ("users", "email"),
            ("users", "email_folded"),
            ("users", "email_search"),
            ("users", "first_name"),
            ("users", "last_name"),
            ("users", "first_name_folded"),
            ("users", "last_name_folded"),
            ("messages", "content"),
        ];
        let count = |(table, column)| format!("(SELECT COUNT(*) FROM {table} WHERE {column} LIKE '%{text}%')");
        let sql = format!("SELECT {}", columns.map(count).join(" + "));
        let row = self.connect().await.fetch_one(AssertSqlSafe(sql)).await.expect("the question can be answered");
        row.get::<i64, _>(0) > 0
    }

    /// Whether this table has rows.
    pub async fn has_rows(&self, table: &str) -> bool {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        let row = self.connect().await.fetch_one(AssertSqlSafe(sql)).await.expect("the question can be answered");
        row.get::<i64, _>(0) > 0
    }

    /// What a user's messages take up.
    pub async fn stored_bytes(&self, person: &User) -> i64 {
        let sql = format!(
            "SELECT CAST(SUM(m.bytes) AS BIGINT) AS bytes FROM members m JOIN users u ON u.id = m.user_id \
             WHERE u.email = '{}'",
            person.email
        );
        self.connect().await.fetch_one(AssertSqlSafe(sql)).await.expect("the question can be answered").get("bytes")
    }

    /// Marks all members as having written in their chats, without a connection.
    pub async fn everybody_has_written(&self) {
        self.run("UPDATE members SET wrote = 1").await;
    }

    /// Makes a user an admin of the groups with this name.
    pub async fn make_admin(&self, person: &User, group_name: &str) {
        let (email, chats) = (&person.email, format!("SELECT id FROM chats WHERE name = '{group_name}'"));
        let person = format!("SELECT id FROM users WHERE email = '{email}'");
        self.run(&format!("UPDATE members SET role = 1 WHERE user_id IN ({person}) AND chat_id IN ({chats})")).await;
    }

    /// Adds messages to the end of the group with this name: `number 1` to `number count`, 5 ms apart.
    pub async fn fill_group(&self, group_name: &str, sender: &User, count: u64) {
        let id = self.bytes_of("n");
        let email = &sender.email;
        self.run(&format!(
            "INSERT INTO messages (chat_id, seq, id, sender_id, content, event, created_at) \
             WITH RECURSIVE numbers (n) AS (\
               SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) \
             SELECT c.id, c.last_seq + n, {id}, s.id, 'number ' || n, 0, c.last_at + 5 * n \
             FROM numbers, chats c, users s WHERE c.name = '{group_name}' AND s.email = '{email}'"
        ))
        .await;
        let update = format!("last_seq = last_seq + {count}, last_at = last_at + 5 * {count}");
        self.run(&format!("UPDATE chats SET {update} WHERE name = '{group_name}'")).await;
    }

    /// Adds users with the name `Zoë`, stored without folded names.
    pub async fn add_unfolded_people(&self, count: u64) {
        let id = self.bytes_of("n");
        self.run(&format!(
            "INSERT INTO users (id, email, email_folded, first_name, last_name, first_name_folded, last_name_folded, \
             password_hash, created_at, updated_at) \
             WITH RECURSIVE numbers (n) AS (\
               SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) \
             SELECT {id}, 'zoe' || n || '@example.org', 'zoe' || n || '@example.org', 'Zoë', '', '', '', '', 1, 1 \
             FROM numbers"
        ))
        .await;
        self.run("DELETE FROM settings WHERE key = 'folds'").await;
    }

    /// The progress of folding, as the server stores it.
    pub async fn folding(&self) -> Option<String> {
        let sql = "SELECT value FROM settings WHERE key = 'folds'";
        let row =
            sqlx::query(sql).fetch_optional(&mut self.connect().await).await.expect("the question can be answered")?;
        Some(String::from_utf8(row.get("value")).expect("a text"))
    }

    /// How many users the folded name `zoe` finds.
    pub async fn folded_people(&self) -> i64 {
        let sql = "SELECT COUNT(*) AS people FROM users WHERE first_name_folded = 'zoe'";
        self.connect().await.fetch_one(sql).await.expect("the question can be answered").get("people")
    }

    /// Whether nothing has been created in it.
    pub async fn is_untouched(&self) -> bool {
        match &self.kind {
            Kind::Sqlite { folder } => !folder.path().join("hearth.db").exists(),
            Kind::Postgres { .. } => {
                let sql = "SELECT COUNT(*) AS tables FROM pg_class WHERE relnamespace = current_schema()::REGNAMESPACE";
                self.connect().await.fetch_one(sql).await.expect("the question can be answered").get::<i64, _>("tables")
                    == 0
            }
        }
    }

    /// Whether a restore into it has begun and not ended.
    pub async fn is_being_restored(&self) -> bool {
        match &self.kind {
            Kind::Sqlite { folder } => folder.path().join("hearth.db.new").exists(),
            Kind::Postgres { .. } => {
                let sql = "SELECT 1 FROM pg_class WHERE oid = to_regclass('unfinished_restore')";
                self.connect().await.fetch_optional(sql).await.expect("the question can be answered").is_some()
            }
        }
    }

    /// Its URL for those who also find the tables of another database, after its own. SQLite has no such names.
    pub fn url_that_finds(&self, other: &Self) -> String {
        match (&self.kind, &other.kind) {
            (Kind::Postgres { schema, .. }, Kind::Postgres { schema: other, .. }) => {
                self.url.replace(schema, &format!("{schema}%2C{other}"))
            }
            _ => self.url.clone(),
        }
    }

    /// SQL for 16 bytes that end with a number.
    pub fn bytes_of(&self, number: &str) -> String {
        match self.kind {
            Kind::Sqlite { .. } => format!("unhex(printf('%032x', {number}))"),
            Kind::Postgres { .. } => format!("decode(lpad(to_hex({number}), 32, '0'), 'hex')"),
        }
    }

    /// Moves the newest message of the groups with these names to an instant.
    pub async fn move_newest(&self, group_names: &[&str], millis: i64) {
        for name in group_names {
            self.run(&format!("UPDATE chats SET last_at = {millis} WHERE name = '{name}'")).await;
        }
        self.run(
            "UPDATE messages SET created_at = (SELECT last_at FROM chats WHERE id = chat_id) \
             WHERE seq = (SELECT last_seq FROM chats WHERE id = chat_id)",
        )
        .await;
    }

    /// A connection besides the server's.
    pub async fn connect(&self) -> AnyConnection {
        AnyConnection::connect(&self.url).await.expect("the database answers")
    }

    /// Runs statements that break foreign keys.
    pub async fn run_unchecked(&self, sql: &str) {
        let unchecked = match self.kind {
            Kind::Sqlite { .. } => "PRAGMA foreign_keys = OFF",
            Kind::Postgres { .. } => "SET session_replication_role = replica",
        };
        self.run(&format!("{unchecked}; {sql}")).await;
    }

    /// Runs statements behind the server's back.
    pub async fn run(&self, sql: &str) {
        run(&self.url, sql).await;
    }
}

/// A table that no other connection can write to.
pub struct Held {
    connection: AnyConnection,
    shows_waiters: bool,
}

impl Held {
    /// Lets the table go when `first` waits for it, and the others behind that one; returns all results.
    pub async fn in_turn<T>(mut self, first: impl Future<Output = T>, others: Vec<BoxFuture<'_, T>>) -> (T, Vec<T>) {
        let rest = async {
            self.is_awaited_by(1).await;
            let count = i64::try_from(1 + others.len()).expect("a few");
            let let_go = async {
                self.is_awaited_by(count).await;
                self.let_go().await;
            };
            join(join_all(others), let_go).await.0
        };
        join(first, rest).await
    }

    /// Waits for a limited time until this many wait for it, directly or behind others, if the engine shows it.
    async fn is_awaited_by(&mut self, count: i64) {
        let waiting = "WITH RECURSIVE waiting (pid) AS (\
             SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)) \
             UNION SELECT l.pid FROM pg_locks l JOIN waiting w ON w.pid = ANY (pg_blocking_pids(l.pid)) \
             WHERE NOT l.granted) \
           SELECT COUNT(*) FROM waiting";
        let began = Instant::now();
        while self.shows_waiters && began.elapsed() < Duration::from_secs(2) {
            let row = self.connection.fetch_one(waiting).await.expect("the question can be answered");
            if row.get::<i64, _>(0) >= count {
                return;
            }
        }
    }

    /// Lets others write again.
    pub async fn let_go(mut self) {
        self.connection.execute("ROLLBACK").await.expect("the lock can be given back");
        self.connection.close().await.expect("the connection closes");
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Kind::Postgres { server, schema } = &self.kind {
            // The server's task does not run now, maybe in the middle of a transaction: release its locks first.
            let unlock = format!(
                "SELECT pg_terminate_backend(pid) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation \
                 WHERE c.relnamespace = '{schema}'::regnamespace AND pid <> pg_backend_pid()"
            );
            let (server, drop_schema) = (server.clone(), format!("DROP SCHEMA {schema} CASCADE"));
            let drop_schema = move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.expect("a runtime").block_on(async {
                    run(&server, &unlock).await;
                    run(&server, &drop_schema).await;
                });
            };
            std::thread::spawn(drop_schema).join().expect("the schema can be dropped");
        }
    }
}

pub(super) async fn run(url: &str, sql: &str) {
    let mut connection = AnyConnection::connect(url).await.expect("the database answers");
    connection.execute(AssertSqlSafe(sql.to_owned())).await.expect("the statement works");
    connection.close().await.expect("the connection closes");
}
