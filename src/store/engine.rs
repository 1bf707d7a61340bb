//! Where SQLite and PostgreSQL differ. Everywhere else one SQL text serves both.

use std::sync::OnceLock;

/// The two engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// The engine that a URL names.
    pub(super) fn of(url: &str) -> Self {
        if url.starts_with("sqlite:") { Self::Sqlite } else { Self::Postgres }
    }

    /// Begins a transaction that will write. SQLite takes its lock now: a reader that turns writer may be refused.
    pub(super) fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// Begins a transaction that reads, and sees one state of the database throughout.
    pub(super) fn begin_snapshot(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }
}

/// A SQL text for both engines in which `rows($1: a BIGINT, b BYTES, c TEXT)` is the table that the JSON text
/// parameter `$1` holds: an array of objects, bytes as hexadecimal digits. Lists and batches travel that way.
///
/// Several statements that do not see each other's changes make one: a script on SQLite, common table expressions on
/// PostgreSQL.
pub(super) struct Sql {
    steps: &'static [&'static str],
    sqlite: OnceLock<String>,
    postgres: OnceLock<String>,
}

impl Sql {
    pub(super) const fn steps(steps: &'static [&'static str]) -> Self {
        Self { steps, sqlite: OnceLock::new(), postgres: OnceLock::new() }
    }

    /// The text for one engine, made once.
    pub(super) fn on(&'static self, engine: Engine) -> &'static str {
        let cell = match engine {
            Engine::Sqlite => &self.sqlite,
            Engine::Postgres => &self.postgres,
        };
        cell.get_or_init(|| {
            let steps: Vec<_> = self.steps.iter().map(|step| expand(step, engine)).collect();
            match engine {
                Engine::Sqlite => steps.join("; "),
                Engine::Postgres => nested(steps),
            }
        })
    }
}

/// All but the last step as common table expressions of the last.
fn nested(mut steps: Vec<String>) -> String {
    let last = steps.pop().unwrap_or_default();
    if steps.is_empty() {
        return last;
    }
    let named: Vec<_> = steps.iter().enumerate().map(|(place, step)| format!("step{place} AS ({step})")).collect();
    format!("WITH {} {last}", named.join(", "))
}

fn expand(text: &str, engine: Engine) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("rows(") {
        let (inside, tail) = after.split_once(')').expect("rows( is closed");
        let (parameter, columns) = inside.split_once(':').expect("rows( names its parameter");
        let columns =
            columns.split(',').map(|column| column.trim().split_once(' ').expect("a column has a name and a type"));
        expanded.push_str(before);
        expanded.push_str(&match engine {
            Engine::Sqlite => sqlite_rows(parameter, columns),
            Engine::Postgres => postgres_rows(parameter, columns),
        });
        rest = tail;
    }
    expanded + rest
}

/// By `jsonb_each`: with `json_each` every object would be written out as text, and read again for each of its keys.
fn sqlite_rows<'a>(parameter: &str, columns: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let select = columns.map(|(name, kind)| match kind {
        "BYTES" => format!("unhex(value ->> '{name}') AS {name}"),
        _ => format!("value ->> '{name}' AS {name}"),
    });
    format!("(SELECT {} FROM jsonb_each({parameter}))", select.collect::<Vec<_>>().join(", "))
}

fn postgres_rows<'a>(parameter: &str, columns: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let (select, types): (Vec<_>, Vec<_>) = columns
        .map(|(name, kind)| match kind {
            "BYTES" => (format!("decode({name}, 'hex') AS {name}"), format!("{name} TEXT")),
            _ => (name.to_owned(), format!("{name} {kind}")),
        })
        .unzip();
    let (select, types) = (select.join(", "), types.join(", "));
    format!("(SELECT {select} FROM json_to_recordset({parameter}::json) AS r({types}))")
}

#[cfg(test)]
mod tests {
    use super::*;

    static LIST: Sql = Sql::steps(&["SELECT * FROM rows($1: id BYTES, seq BIGINT) q WHERE seq > $2"]);
    static BOTH: Sql = Sql::steps(&["DELETE FROM a WHERE id = $1", "UPDATE b SET id = $2"]);

    #[test]
    fn several_statements_become_one() {
        assert_eq!(BOTH.on(Engine::Sqlite), "DELETE FROM a WHERE id = $1; UPDATE b SET id = $2");
        assert_eq!(BOTH.on(Engine::Postgres), "WITH step0 AS (DELETE FROM a WHERE id = $1) UPDATE b SET id = $2");
    }

    #[test]
    fn rows_become_each_engines_own_table() {
        assert_eq!(
            LIST.on(Engine::Sqlite),
            "SELECT * FROM (SELECT unhex(value ->> 'id') AS id, value ->> 'seq' AS seq FROM jsonb_each($1)) q \
             WHERE seq > $2"
        );
        assert_eq!(
            LIST.on(Engine::Postgres),
            "SELECT * FROM (SELECT decode(id, 'hex') AS id, seq FROM json_to_recordset($1::json) \
             AS r(id TEXT, seq BIGINT)) q WHERE seq > $2"
        );
    }
}
