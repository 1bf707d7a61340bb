//! Parts of SQL texts about the columns of a table, and rows as a JSON parameter.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{Column, Kind, Row, Table, Value};
use crate::store::{engine::Engine, types::json};

/// A name as SQL.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

/// The names of columns as SQL, separated by commas, each after a prefix such as `t.`.
pub(super) fn names<'a>(prefix: &str, columns: impl Iterator<Item = &'a Column>) -> String {
    columns.map(|column| format!("{prefix}{}", quoted(&column.name))).collect::<Vec<_>>().join(", ")
}

/// A table, as SQL, of the rows in the parameter `$1` that [`parameter`] makes.
pub(super) fn given<'a>(engine: Engine, columns: impl Iterator<Item = &'a Column> + Clone) -> String {
    let select = columns.clone().enumerate().map(|(index, column)| {
        let value = match engine {
            Engine::Sqlite => format!("value ->> {index}"),
            Engine::Postgres => format!("c{index}"),
        };
        let name = quoted(&column.name);
        match (column.kind, engine) {
            (Kind::Blob, Engine::Sqlite) => format!("unhex({value}) AS {name}"),
            (Kind::Blob, Engine::Postgres) => format!("decode({value}, 'hex') AS {name}"),
            _ => format!("{value} AS {name}"),
        }
    });
    let select = select.collect::<Vec<_>>().join(", ");
    match engine {
        Engine::Sqlite => format!("(SELECT {select} FROM jsonb_each($1))"),
        Engine::Postgres => {
            let types = columns.enumerate().map(|(index, column)| match column.kind {
                Kind::Integer => format!("c{index} BIGINT"),
                Kind::Text | Kind::Blob => format!("c{index} TEXT"),
            });
            let types = types.collect::<Vec<_>>().join(", ");
            format!("(SELECT {select} FROM json_to_recordset($1::JSON) AS r({types}))")
        }
    }
}

/// Rows as the JSON text that [`given`] reads.
pub(super) fn parameter(engine: Engine, rows: &[Row]) -> String {
    match engine {
        Engine::Sqlite => format!("[{}]", rows.iter().map(|row| Table::line(row)).collect::<Vec<_>>().join(",")),
        Engine::Postgres => {
            let objects: Vec<_> = rows.iter().map(|row| Object(row)).collect();
            json(&objects)
        }
    }
}

/// A row as an object: PostgreSQL parses it once for all its columns.
struct Object<'a>(&'a [Value]);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        for (index, value) in self.0.iter().enumerate().filter(|(_, value)| **value != Value::Null) {
            object.serialize_entry(&format!("c{index}"), value)?;
        }
        object.end()
    }
}
