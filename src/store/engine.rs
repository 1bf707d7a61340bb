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

    /// Begins a transaction that will write. SQLite takes its lock now: it may refuse a reader that starts to write.
    pub(super) fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// Begins the transaction that takes the right to write. On PostgreSQL it waits for the transactions of the
    /// previous server; PostgreSQL ends idle ones.
    pub(super) fn take_over(self) -> &'static str {
        match self {
            Self::Sqlite => self.begin(),
            Self::Postgres => {
                "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '60s'; \
                 SELECT pg_advisory_xact_lock(hashtextextended('hearth writes ' || current_schema(), 0))"
            }
        }
    }

    /// Asks whether there is a table with this name. On PostgreSQL only in the schema in which new tables are created: one
    /// of another schema of the search path is another database's.
    pub(super) fn find_table(self, name: &str) -> String {
        match self {
            Self::Sqlite => format!("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{name}'"),
            Self::Postgres => format!(
                "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE c.relname = '{name}' AND n.nspname = current_schema()"
            ),
        }
    }

    /// Begins a transaction that reads one snapshot of the database.
    pub(super) fn begin_snapshot(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }
}

/// A SQL text for both engines in which `rows($1: id UUID, seq BIGINT, name TEXT)` is the table that the JSON text
/// parameter `$1` holds: an array of objects. A UUID becomes 16 bytes. Lists and batches are bound this way.
///
/// `JOIN one(users u: u.id = q.id)` joins the only row of a table with this key: both engines then look it up for each row
/// of the tables before. With a plain join they may begin with the wrong table, because they do not know how long a list is.
/// `one(members m: m.chat_id = q.id IF m.left_at IS NULL)` has a further condition: as a part of the key, PostgreSQL could
/// look the row up among all that satisfy it, by an index of these.
///
/// Several statements, separated by `; `, are sent as one, a script on SQLite and common table expressions on
/// PostgreSQL, so none may depend on what another changes.
pub(super) struct Sql {
    text: &'static str,
    sqlite: OnceLock<String>,
    postgres: OnceLock<String>,
}

impl Sql {
    pub(super) const fn new(text: &'static str) -> Self {
        Self { text, sqlite: OnceLock::new(), postgres: OnceLock::new() }
    }

    /// The text for one engine, made once.
    pub(super) fn on(&'static self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite.get_or_init(|| expand(self.text, engine)),
            Engine::Postgres => self.postgres.get_or_init(|| one_statement(&expand(self.text, engine))),
        }
    }
}

/// Makes all statements but the last common table expressions of the last.
fn one_statement(text: &str) -> String {
    let Some((others, last)) = text.rsplit_once("; ") else { return text.to_owned() };
    let named: Vec<_> =
        others.split("; ").enumerate().map(|(index, text)| format!("step{index} AS ({text})")).collect();
    format!("WITH {} {last}", named.join(", "))
}

fn expand(text: &str, engine: Engine) -> String {
    let joined = match engine {
        // A cross join is never reordered.
        Engine::Sqlite => {
            let outer = replace(text, "LEFT JOIN one(", |inside| sqlite_join("LEFT", inside));
            replace(&outer, "JOIN one(", |inside| sqlite_join("CROSS", inside))
        }
        Engine::Postgres => replace(text, "JOIN one(", postgres_join),
    };
    replace(&joined, "rows(", |inside| {
        let (parameter, columns) = inside.split_once(':').expect("rows( names its parameter");
        let columns =
            columns.split(',').map(|column| column.trim().split_once(' ').expect("a column has a name and a type"));
        match engine {
            Engine::Sqlite => sqlite_rows(parameter, columns),
            Engine::Postgres => postgres_rows(parameter, columns),
        }
    })
}

fn sqlite_join(kind: &str, inside: &str) -> String {
    let (table, key, condition) = looked_up(inside);
    let condition = condition.map(|condition| format!(" AND {condition}")).unwrap_or_default();
    format!("{kind} JOIN {table} ON {key}{condition}")
}

fn postgres_join(inside: &str) -> String {
    let (table, key, condition) = looked_up(inside);
    let (_, alias) = table.split_once(' ').expect("the table has an alias");
    // A subquery with a limit is never merged into the other joins.
    let condition = condition.unwrap_or("TRUE");
    format!("JOIN LATERAL (SELECT {alias}.* FROM {table} WHERE {key} LIMIT 1) {alias} ON {condition}")
}

/// The table, the key and the further condition inside of `one(…)`.
fn looked_up(inside: &str) -> (&str, &str, Option<&str>) {
    let (table, key) = inside.split_once(": ").expect("one( names its table");
    match key.split_once(" IF ") {
        Some((key, condition)) => (table, key, Some(condition)),
        None => (table, key, None),
    }
}

/// Replaces each `start` with what is inside its parentheses.
fn replace(text: &str, start: &str, by: impl Fn(&str) -> String) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(start) {
        let (inside, tail) = closed(after);
        replaced.push_str(before);
        replaced.push_str(&by(inside));
        rest = tail;
    }
    replaced + rest
}

/// What comes before the parenthesis that closes an open one, and what comes after it.
fn closed(text: &str) -> (&str, &str) {
    let mut depth = 1;
    let end = text.find(|character| {
        depth += i32::from(character == '(') - i32::from(character == ')');
        depth == 0
    });
    let end = end.expect("every parenthesis is closed");
    (&text[..end], &text[end + 1..])
}

/// Uses `jsonb_each`: `json_each` would write every object out as text and parse it again for each of its keys.
fn sqlite_rows<'a>(parameter: &str, columns: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let select = columns.map(|(name, kind)| match kind {
        "UUID" => format!("unhex(value ->> '{name}', '-') AS {name}"),
        _ => format!("value ->> '{name}' AS {name}"),
    });
    format!("(SELECT {} FROM jsonb_each({parameter}))", select.collect::<Vec<_>>().join(", "))
}

fn postgres_rows<'a>(parameter: &str, columns: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let (select, types): (Vec<_>, Vec<_>) = columns
        .map(|(name, kind)| match kind {
            "UUID" => (format!("uuid_send({name}) AS {name}"), format!("{name} UUID")),
            _ => (name.to_owned(), format!("{name} {kind}")),
        })
        .unzip();
    let (select, types) = (select.join(", "), types.join(", "));
    format!("(SELECT {select} FROM json_to_recordset({parameter}::json) AS r({types}))")
}

#[cfg(test)]
mod tests {
    use super::*;

    static LIST: Sql = Sql::new("SELECT * FROM rows($1: id UUID, seq BIGINT) q WHERE seq > $2");
    static BOTH: Sql = Sql::new("DELETE FROM a WHERE id = $1; UPDATE b SET id = $2");

    static EACH: Sql =
        Sql::new("SELECT u.id FROM rows($1: id UUID) q LEFT JOIN one(users u: u.id = COALESCE(q.id, $2)) WHERE 1");

    static INNER: Sql = Sql::new("SELECT u.id FROM rows($1: id UUID) q JOIN one(users u: u.id = q.id IF u.a = 1)");

    #[test]
    fn the_only_row_of_a_key_is_looked_up_for_each_row() {
        assert!(EACH.on(Engine::Sqlite).ends_with(" q LEFT JOIN users u ON u.id = COALESCE(q.id, $2) WHERE 1"));
        assert!(INNER.on(Engine::Sqlite).ends_with(" q CROSS JOIN users u ON u.id = q.id AND u.a = 1"));
        assert!(EACH.on(Engine::Postgres).ends_with(
            " q LEFT JOIN LATERAL (SELECT u.* FROM users u WHERE u.id = COALESCE(q.id, $2) LIMIT 1) u ON TRUE WHERE 1"
        ));
        assert!(
            INNER
                .on(Engine::Postgres)
                .ends_with(" q JOIN LATERAL (SELECT u.* FROM users u WHERE u.id = q.id LIMIT 1) u ON u.a = 1")
        );
    }

    #[test]
    fn several_statements_become_one() {
        assert_eq!(BOTH.on(Engine::Sqlite), "DELETE FROM a WHERE id = $1; UPDATE b SET id = $2");
        assert_eq!(BOTH.on(Engine::Postgres), "WITH step0 AS (DELETE FROM a WHERE id = $1) UPDATE b SET id = $2");
    }

    #[test]
    fn rows_become_each_engines_own_table() {
        assert_eq!(
            LIST.on(Engine::Sqlite),
            "SELECT * FROM (SELECT unhex(value ->> 'id', '-') AS id, value ->> 'seq' AS seq FROM jsonb_each($1)) q \
             WHERE seq > $2"
        );
        assert_eq!(
            LIST.on(Engine::Postgres),
            "SELECT * FROM (SELECT uuid_send(id) AS id, seq FROM json_to_recordset($1::json) \
             AS r(id UUID, seq BIGINT)) q WHERE seq > $2"
        );
    }
}
