//! Rows and their text: one JSON array per row, the same on both engines.

use anyhow::{Context, ensure};
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use super::{Column, Kind, Table};
use crate::store::types::json;

/// A row: one value per column of its table, or, where that is said, per column of its key.
pub type Row = Vec<Value>;

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// No value.
    Null,
    /// A number.
    Integer(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// Bytes become lower-case hexadecimal digits: the column says whether they are a text.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Blob(bytes) => serializer.serialize_str(&hex::encode(bytes)),
        }
    }
}

impl Table {
    /// The text of a row: a JSON array without a line break. Equal rows have equal texts.
    pub fn line(row: &[Value]) -> String {
        json(row)
    }

    /// The row that a text of [`Self::line`] describes. Fails if it does not fit the columns.
    pub fn parse(&self, line: &str) -> anyhow::Result<Row> {
        parse(line, self.columns.iter()).with_context(|| format!("table {}", self.name))
    }

    /// The key that a text of [`Self::line`] describes.
    pub(in crate::store) fn parse_key(&self, line: &str) -> anyhow::Result<Row> {
        parse(line, self.key_columns()).with_context(|| format!("key of table {}", self.name))
    }

    /// The values of a row's key.
    pub fn key_of(&self, row: &[Value]) -> Row {
        self.key.iter().map(|&index| row[index].clone()).collect()
    }
}

fn parse<'a>(line: &str, columns: impl Iterator<Item = &'a Column> + Clone) -> anyhow::Result<Row> {
    let values: Vec<Json> = serde_json::from_str(line).context("a row is not a JSON array")?;
    let expected = columns.clone().count();
    ensure!(values.len() == expected, "a row has {} values instead of {expected}", values.len());
    let value = |(column, value): (&Column, Json)| {
        column.value(value).with_context(|| format!("column {} has a value of another kind", column.name))
    };
    columns.zip(values).map(value).collect()
}

impl Column {
    fn value(&self, json: Json) -> Option<Value> {
        match (self.kind, json) {
            (_, Json::Null) => self.is_nullable.then_some(Value::Null),
            (Kind::Integer, Json::Number(number)) => number.as_i64().map(Value::Integer),
            (Kind::Text, Json::String(text)) => (!text.contains('\0')).then_some(Value::Text(text)),
            (Kind::Blob, Json::String(text)) => hex::decode(text).ok().map(Value::Blob),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let column =
            |(name, kind, is_nullable): (&str, Kind, bool)| Column { name: name.to_owned(), kind, is_nullable };
        let columns = [("id", Kind::Blob, false), ("n", Kind::Integer, false), ("text", Kind::Text, true)];
        Table { name: "things".to_owned(), columns: columns.map(column).into(), key: vec![1, 0], is_numbered: false }
    }

    #[test]
    fn a_row_survives_its_text() {
        let row = |text| vec![Value::Blob(vec![0, 0xaf, 255]), Value::Integer(i64::MIN), text];
        for text in [Value::Null, Value::Text(String::new()), Value::Text("\u{7f}\n\"é\u{2028}🫖\\u0041".to_owned())]
        {
            let line = Table::line(&row(text.clone()));
            assert!(!line.contains('\n'));
            assert_eq!(table().parse(&line).unwrap(), row(text));
        }
        assert_eq!(Table::line(&row(Value::Null)), r#"["00afff",-9223372036854775808,null]"#);
        assert_eq!(table().parse_key(r#"[7, "00"]"#).unwrap(), [Value::Integer(7), Value::Blob(vec![0])]);
    }

    #[test]
    fn a_text_that_is_not_a_row_of_the_table_is_rejected_with_the_reason() {
        for (line, reason) in [
            ("{", "not a JSON array"),
            (r#"["00",1]"#, "2 values instead of 3"),
            (r#"["0",1,null]"#, "column id"),
            (r#"["0G",1,null]"#, "column id"),
            (r#"["00",9223372036854775808,null]"#, "column n"),
            (r#"["00",1.5,null]"#, "column n"),
            (r#"["00",null,null]"#, "column n"),
            (r#"["00",1,2]"#, "column text"),
            (r#"["00",1,"\u0000"]"#, "column text"),
        ] {
            let error = format!("{:#}", table().parse(line).unwrap_err());
            assert!(error.starts_with("table things: ") && error.contains(reason), "{error}");
        }
    }
}
