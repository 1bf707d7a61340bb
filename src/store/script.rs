//! Statements that are sent together, in one round trip: on an idle server, a message waits mostly for round trips and
//! the sync.
//!
//! PostgreSQL takes several statements at once only without parameters. There, values are written as literals, and each
//! connection for writes knows the statements by name, already planned. PostgreSQL logs the literals of a statement that
//! fails, so no value may be what people write.

use futures_util::TryStreamExt;
use sqlx::{AnyConnection, AssertSqlSafe, Either, Executor, any::AnyRow};

use super::engine::{Engine, Sql};

/// Settings of PostgreSQL that scripts need. A quote is the only special character of a literal: the encoding is always
/// UTF-8, in which no other character contains its byte. Rows arrive as text, and sqlx reads only this form of BYTEA.
pub(super) const SETTINGS: &str = "SET standard_conforming_strings = on; SET bytea_output = hex";

/// A statement that scripts execute.
pub(super) struct Prepared {
    /// Its name and the types of its parameters on PostgreSQL: `look_up(TEXT)`.
    signature: &'static str,
    sql: Sql,
}

/// The value of a parameter.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Number(i64),
    Text(String),
}

/// Statements to be sent together.
pub(super) struct Script {
    engine: Engine,
    sql: String,
    /// On SQLite.
    values: Vec<Value>,
}

impl Prepared {
    pub(super) const fn new(signature: &'static str, text: &'static str) -> Self {
        Self { signature, sql: Sql::new(text) }
    }

    /// The statement that makes it known to a connection of PostgreSQL.
    pub(super) fn declaration(&'static self) -> String {
        format!("PREPARE {} AS {}", self.signature, self.sql.on(Engine::Postgres))
    }

    fn name(&self) -> &'static str {
        self.signature.split('(').next().unwrap_or_default()
    }
}

impl Script {
    /// Begins with a statement.
    pub(super) fn new(engine: Engine, sql: impl Into<String>) -> Self {
        Self { engine, sql: sql.into(), values: Vec::new() }
    }

    /// Has no statements yet.
    pub(super) fn empty(engine: Engine) -> Self {
        Self::new(engine, "")
    }

    /// Adds a statement.
    pub(super) fn then(mut self, sql: &str) -> Self {
        if !self.sql.is_empty() {
            self.sql.push_str("; ");
        }
        self.sql.push_str(sql);
        self
    }

    /// Adds a statement with the values of its parameters.
    pub(super) fn execute(self, statement: &'static Prepared, values: impl IntoIterator<Item = Value>) -> Self {
        match self.engine {
            Engine::Sqlite => self.bind(&statement.sql, values),
            Engine::Postgres => {
                let literals: Vec<_> = values.into_iter().map(literal).collect();
                self.then(&format!("EXECUTE {}({})", statement.name(), literals.join(", ")))
            }
        }
    }

    /// Adds a statement with the values of its parameters, for SQLite.
    pub(super) fn bind(mut self, sql: &'static Sql, values: impl IntoIterator<Item = Value>) -> Self {
        let text = renumbered(sql.on(self.engine), self.values.len());
        self = self.then(&text);
        self.values.extend(values);
        self
    }

    /// Sends the statements. Returns the rows of the last one.
    pub(super) async fn send(&self, connection: &mut AnyConnection) -> sqlx::Result<Vec<AnyRow>> {
        Ok(self.answers(connection).await?.pop().unwrap_or_default())
    }

    /// Sends the statements. Returns the rows of each.
    pub(super) async fn answers(&self, connection: &mut AnyConnection) -> sqlx::Result<Vec<Vec<AnyRow>>> {
        let sql = AssertSqlSafe(self.sql.clone());
        let mut answers = match self.engine {
            Engine::Sqlite => {
                let query = self.values.iter().fold(sqlx::query(sql), |query, value| match value {
                    Value::Number(number) => query.bind(number),
                    Value::Text(text) => query.bind(text),
                });
                connection.fetch_many(query)
            }
            Engine::Postgres => connection.fetch_many(sql),
        };
        let (mut rows, mut all) = (Vec::new(), Vec::new());
        while let Some(answer) = answers.try_next().await? {
            match answer {
                Either::Left(_) => all.push(std::mem::take(&mut rows)),
                Either::Right(row) => rows.push(row),
            }
        }
        Ok(all)
    }
}

/// A value as PostgreSQL reads it, with [`SETTINGS`].
fn literal(value: Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
    }
}

/// The statement with its parameters numbered after those of the statements before it.
fn renumbered(text: &str, before: usize) -> String {
    let mut parts = text.split('$');
    let mut numbered = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(part.len());
        let number: usize = part[..end].parse().expect("a dollar sign begins a parameter");
        numbered.extend(["$", &(number + before).to_string(), &part[end..]]);
    }
    numbered
}

#[cfg(test)]
mod tests {
    use super::*;

    static NAME: Prepared = Prepared::new("rename(BIGINT, TEXT)", "UPDATE a SET name = $2 WHERE id = $1");

    fn script(engine: Engine) -> Script {
        let values = || [Value::Number(7), Value::Text("it's; \\".to_owned())];
        Script::new(engine, "BEGIN").execute(&NAME, values()).execute(&NAME, values()).then("COMMIT")
    }

    #[test]
    fn sqlite_binds_values() {
        let script = script(Engine::Sqlite);
        let expected = "BEGIN; UPDATE a SET name = $2 WHERE id = $1; UPDATE a SET name = $4 WHERE id = $3; COMMIT";
        assert_eq!(script.sql, expected);
        assert_eq!(script.values.len(), 4);
    }

    #[test]
    fn postgres_executes_by_name_with_literals() {
        let script = script(Engine::Postgres);
        let execute = "EXECUTE rename(7, 'it''s; \\')";
        assert_eq!(script.sql, format!("BEGIN; {execute}; {execute}; COMMIT"));
        assert_eq!(NAME.declaration(), "PREPARE rename(BIGINT, TEXT) AS UPDATE a SET name = $2 WHERE id = $1");
    }
}
