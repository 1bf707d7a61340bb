//! Rows that arrive in one piece, as a JSON text. sqlx passes rows from SQLite's thread one at a time, each with a wake-up
//! of the receiver, and copies every value several times: a hundred rows took 0.8 to 1.5 ms, packed 0.4 ms.

use std::collections::HashMap;

use serde_json::Value;
use sqlx::{Any, Decode, Row, Type, ValueRef, any::AnyRow};

use super::engine::Engine;

/// A row of a packed answer.
pub(super) struct Packed {
    columns: &'static HashMap<String, usize>,
    values: Vec<Value>,
}

/// A type of a column's values.
pub(super) trait Stored: Packable + Type<Any> + for<'r> Decode<'r, Any> {}

impl<T: Packable + Type<Any> + for<'r> Decode<'r, Any>> Stored for T {}

/// What a packed row can have as a value.
pub(super) trait Packable: Sized {
    /// `None` if it is something else.
    fn of(value: &Value) -> Option<Self>;
}

/// A row, packed or not, whose columns are read by name.
pub(super) trait Columns {
    /// The value of a column.
    fn read<T: Stored>(&self, column: &str) -> sqlx::Result<T>;

    /// Whether the value of a column is not NULL.
    fn is_set(&self, column: &str) -> sqlx::Result<bool>;

    /// Whether the value of a column is 1.
    fn is_one(&self, column: &str) -> sqlx::Result<bool> {
        Ok(self.read::<Option<i64>>(column)? == Some(1))
    }
}

impl Packed {
    fn value(&self, column: &str) -> sqlx::Result<&Value> {
        let place = self.columns.get(column).ok_or_else(|| sqlx::Error::ColumnNotFound(column.to_owned()))?;
        self.values.get(*place).ok_or_else(|| sqlx::Error::ColumnNotFound(column.to_owned()))
    }
}

impl Columns for Packed {
    fn read<T: Stored>(&self, column: &str) -> sqlx::Result<T> {
        let value = T::of(self.value(column)?);
        value.ok_or_else(|| sqlx::Error::Decode(format!("column {column} has a value of another type").into()))
    }

    fn is_set(&self, column: &str) -> sqlx::Result<bool> {
        Ok(!self.value(column)?.is_null())
    }
}

impl Columns for AnyRow {
    fn read<T: Stored>(&self, column: &str) -> sqlx::Result<T> {
        self.try_get(column)
    }

    fn is_set(&self, column: &str) -> sqlx::Result<bool> {
        Ok(!self.try_get_raw(column)?.is_null())
    }
}

impl Packable for i64 {
    fn of(value: &Value) -> Option<Self> {
        value.as_i64()
    }
}

impl Packable for String {
    fn of(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

/// Bytes, in hexadecimal; PostgreSQL writes `\\x` before them.
impl Packable for Vec<u8> {
    fn of(value: &Value) -> Option<Self> {
        let text = value.as_str()?;
        let digits = text.strip_prefix("\\x").unwrap_or(text);
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        digits.as_bytes().chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?)).collect()
    }
}

impl<T: Packable> Packable for Option<T> {
    fn of(value: &Value) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::of(value).map(Some) }
    }
}

/// The query whose only row has all rows of another query.
pub(super) fn pack(engine: Engine, query: &str, columns: &[String]) -> String {
    let cells = columns.iter().map(|column| match engine {
        // Only ids are bytes, but not every id is.
        Engine::Sqlite if column == "id" || column.ends_with("_id") => {
            format!("CASE typeof({column}) WHEN 'blob' THEN hex({column}) ELSE {column} END")
        }
        _ => column.clone(),
    });
    let cells = cells.collect::<Vec<_>>().join(", ");
    match engine {
        Engine::Sqlite => format!("SELECT json_group_array(json_array({cells})) AS packed FROM ({query})"),
        Engine::Postgres => format!("SELECT json_agg(json_build_array({cells}))::TEXT AS packed FROM ({query}) rows"),
    }
}

/// The rows of a packed answer.
pub(super) fn unpack(answer: &[AnyRow], columns: &'static HashMap<String, usize>) -> sqlx::Result<Vec<Packed>> {
    // PostgreSQL returns NULL for no rows.
    let Some(text) = answer.first().map(|row| row.try_get::<Option<String>, _>("packed")).transpose()?.flatten() else {
        return Ok(Vec::new());
    };
    let rows: Vec<Vec<Value>> = serde_json::from_str(&text).map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(rows.into_iter().map(|values| Packed { columns, values }).collect())
}

/// The names of a query's columns.
pub(super) fn columns(query: &str) -> Vec<String> {
    let outside = outside(query);
    let begin = outside.rfind("SELECT ").expect("it is a query") + "SELECT ".len();
    let end = begin + outside[begin..].find(" FROM ").expect("it reads a table");
    let commas = outside[begin..end].match_indices(',').map(|(place, _)| begin + place);
    let ends: Vec<_> = commas.chain([end]).collect();
    let begins = [begin].into_iter().chain(ends.iter().map(|end| end + 1));
    begins.zip(&ends).map(|(begin, end)| name(&query[begin..*end])).collect()
}

/// The text with everything inside of parentheses blanked.
fn outside(text: &str) -> String {
    let mut depth = 0;
    let blank = |byte: u8| {
        depth -= i32::from(byte == b')');
        let shown = if depth > 0 || !byte.is_ascii() { ' ' } else { char::from(byte) };
        depth += i32::from(byte == b'(');
        shown
    };
    text.bytes().map(blank).collect()
}

fn name(column: &str) -> String {
    let named = column.rsplit_once(" AS ").or_else(|| column.rsplit_once('.'));
    named.map_or(column, |(_, name)| name).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_after_subqueries_and_in_calls() {
        let query = "WITH a AS (SELECT x, y FROM b) SELECT a.x, COALESCE(a.y, 1) AS y, \
                     CASE WHEN EXISTS (SELECT 1 FROM c WHERE c.z = a.x) THEN 1 ELSE 0 END AS is_there FROM a";
        assert_eq!(columns(query), ["x", "y", "is_there"]);
    }

    #[test]
    fn each_engine_packs_in_its_own_way() {
        let (query, columns) = ("SELECT m.id, m.seq FROM messages m", ["id".to_owned(), "seq".to_owned()]);
        assert_eq!(
            pack(Engine::Sqlite, query, &columns),
            "SELECT json_group_array(json_array(CASE typeof(id) WHEN 'blob' THEN hex(id) ELSE id END, seq)) AS packed \
             FROM (SELECT m.id, m.seq FROM messages m)"
        );
        assert_eq!(
            pack(Engine::Postgres, query, &columns),
            "SELECT json_agg(json_build_array(id, seq))::TEXT AS packed FROM (SELECT m.id, m.seq FROM messages m) rows"
        );
    }
}
