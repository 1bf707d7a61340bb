//! Which binaries work with a schema, as the database keeps it: so that a server of the version before can restart after a
//! newer one has migrated the database, and an older one is refused.

use sqlx::AnyConnection;

use super::{Older, Version};
use crate::store::{DatabaseResult, engine::Engine};

/// The name of the setting.
const KEY: &str = "oldest_binary";

/// The oldest binary that works with a schema. Stored as `SCHEMA HEARTH`, such as `7 0.1.0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Oldest {
    /// The version of the schema that it has to know. Decides: every binary knows it of itself.
    pub(super) schema: i64,
    /// The first Hearth that knows it, for messages.
    pub(super) hearth: String,
}

impl Oldest {
    /// The oldest binary that works with a version of the schema.
    pub(super) fn of(versions: &[Version], number: i64) -> Option<Self> {
        let mut needed =
            versions.iter().filter(|version| version.number <= number).filter_map(|version| match version.older {
                Older::Work => None,
                Older::Need(hearth) => Some(Self { schema: version.number, hearth: hearth.to_owned() }),
            });
        needed.next_back()
    }

    /// The statement that stores it.
    pub(super) fn record(&self, engine: Engine) -> String {
        let text = format!("{} {}", self.schema, self.hearth);
        let value = match engine {
            Engine::Sqlite => format!("CAST('{text}' AS BLOB)"),
            Engine::Postgres => format!("convert_to('{text}', 'UTF8')"),
        };
        format!(
            "INSERT INTO settings (key, value) VALUES ('{KEY}', {value}) \
             ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        )
    }

    /// What the database keeps; `None` if it was last migrated by a version that kept nothing.
    pub(super) async fn kept(connection: &mut AnyConnection) -> DatabaseResult<Option<Self>> {
        let query = sqlx::query_scalar("SELECT value FROM settings WHERE key = $1").bind(KEY);
        let value: Option<Vec<u8>> = query.fetch_optional(connection).await?;
        Ok(value.and_then(|value| Self::read(&String::from_utf8_lossy(&value))))
    }

    fn read(text: &str) -> Option<Self> {
        let (schema, hearth) = text.split_once(' ')?;
        Some(Self { schema: schema.parse().ok()?, hearth: hearth.to_owned() })
    }
}
