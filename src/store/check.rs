//! Examines a database while it is used, and changes nothing. Works through ranges of keys, each in one snapshot, so what
//! others write meanwhile is neither delayed nor reported. Memory does not grow with the database.

mod folded;
mod integrity;
mod ranges;
mod rules;

use std::fmt;

use anyhow::{Context, bail};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, any::install_default_drivers};

use super::{
    DatabaseError, DatabaseResult, connect,
    engine::Engine,
    errors::{Trouble, trouble},
    file::DatabaseFile,
    migrations,
};

/// Most findings that a check reports: a damaged database may break a rule in every row.
const MOST: usize = 1000;

/// A row that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its table or index.
    pub table: String,
    /// The columns that identify it, with their values. Empty if it is not a row.
    pub key: String,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.table)?;
        if !self.key.is_empty() {
            write!(f, " {}", self.key)?;
        }
        write!(f, ": {}", self.problem)
    }
}

/// How far a check has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckProgress {
    /// What is examined now.
    pub stage: &'static str,
    /// How much of it is done, of `total`.
    pub done: u64,
    /// Tables, messages or users.
    pub total: u64,
}

/// The result of a check.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// In the order in which they were found; none if the database is sound.
    pub findings: Vec<Finding>,
    /// Whether there are more than these.
    pub is_cut: bool,
    /// How many chats were examined.
    pub chats: u64,
    /// How many messages were examined.
    pub messages: u64,
    /// How many users were examined.
    pub users: u64,
}

/// A database that is examined.
pub struct Inspection {
    engine: Engine,
    connection: AnyConnection,
    checked: Checked,
}

impl Inspection {
    /// Connects, and makes sure that the database can be examined: it has this program's schema, or a newer one that
    /// this program can use.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        install_default_drivers();
        let place = connect::place(url);
        Self::connect(url).await.with_context(|| format!("database {place}"))
    }

    async fn connect(url: &str) -> anyhow::Result<Self> {
        let engine = Engine::of(url);
        let url = match engine {
            Engine::Sqlite => {
                let file = DatabaseFile::existing(url)?;
                if !file.exists()? {
                    bail!("it is missing");
                }
                file.url()?
            }
            Engine::Postgres => url.to_owned(),
        };
        let mut connection = AnyConnection::connect(&url).await?;
        connection.execute(read_only(engine)).await?;
        migrations::require(engine, &mut connection).await?;
        Ok(Self { engine, connection, checked: Checked::default() })
    }

    /// Examines everything.
    pub async fn run(mut self, mut report: impl FnMut(CheckProgress)) -> DatabaseResult<Checked> {
        match self.examine(&mut report).await {
            Ok(()) => {}
            Err(error) if trouble(&error) == Some(Trouble::Damaged) => self.add(damage(&error)),
            Err(error) => return Err(error),
        }
        self.connection.close().await?;
        Ok(self.checked)
    }

    async fn examine(&mut self, report: &mut impl FnMut(CheckProgress)) -> DatabaseResult<()> {
        integrity::examine(self, report).await?;
        if self.checked.findings.is_empty() {
            ranges::examine(self, report).await?;
        }
        Ok(())
    }

    /// Runs a query whose rows break a rule. `found` and `expected` say what is stored and what should be; the other
    /// columns identify the row.
    async fn look_for(&mut self, rule: &rules::Rule, binds: &[ranges::Bound]) -> DatabaseResult<()> {
        let room = MOST - self.checked.findings.len().min(MOST);
        let sql = format!("{} LIMIT {}", rule.sql, room + 1);
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for bind in binds {
            query = bind.bind(query);
        }
        for row in query.fetch_all(&mut self.connection).await? {
            self.add(rule.finding(&row)?);
        }
        Ok(())
    }

    fn add(&mut self, finding: Finding) {
        if self.checked.findings.len() < MOST {
            self.checked.findings.push(finding);
        } else {
            self.checked.is_cut = true;
        }
    }

    async fn begin_snapshot(&mut self) -> DatabaseResult<()> {
        self.connection.execute(self.engine.begin_snapshot()).await.map(|_| ())
    }

    async fn end_snapshot(&mut self) -> DatabaseResult<()> {
        self.connection.execute("ROLLBACK").await.map(|_| ())
    }

    async fn number(&mut self, sql: &'static str) -> DatabaseResult<u64> {
        let number: i64 = sqlx::query_scalar(sql).fetch_one(&mut self.connection).await?;
        Ok(number.unsigned_abs())
    }
}

/// Makes the engine reject every change by this connection.
fn read_only(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "PRAGMA query_only = ON; PRAGMA busy_timeout = 10000; PRAGMA temp_store = MEMORY",
        Engine::Postgres => "SET default_transaction_read_only = on; SET jit = off",
    }
}

/// What the engine reports about damaged pages.
fn damage(error: &DatabaseError) -> Finding {
    let problem = error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned());
    Finding { table: "database".into(), key: String::new(), problem: format!("damaged: {problem}") }
}
