//! The progress of folding, as stored in the settings.

use sqlx::AnyConnection;
use uuid::Uuid;

use crate::{
    model::{ChatId, UserId},
    store::DatabaseResult,
    text::FOLD_VERSION,
};

/// The name of the setting.
const KEY: &str = "folds";

/// Stored as `VERSION users ID`, `VERSION chats ID` or `VERSION done`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    UsersAfter(UserId),
    ChatsAfter(ChatId),
    Done,
}

impl Progress {
    const START: Self = Self::UsersAfter(UserId(Uuid::nil()));

    /// Reads the progress without writing, so that a server can start on a full disk.
    pub(super) async fn kept(connection: &mut AnyConnection) -> DatabaseResult<Self> {
        let query = sqlx::query_scalar("SELECT value FROM settings WHERE key = $1");
        let value: Option<Vec<u8>> = query.bind(KEY).fetch_optional(connection).await?;
        Ok(value.map_or(Self::START, |value| Self::read(&String::from_utf8_lossy(&value))))
    }

    /// Reads the progress and locks its row: of two processes one waits for the other's step.
    pub(super) async fn hold(connection: &mut AnyConnection) -> DatabaseResult<Self> {
        let query = sqlx::query("INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING");
        query.bind(KEY).bind(Self::START.to_string().into_bytes()).execute(&mut *connection).await?;
        let query = sqlx::query_scalar("UPDATE settings SET value = value WHERE key = $1 RETURNING value");
        let value: Vec<u8> = query.bind(KEY).fetch_one(connection).await?;
        Ok(Self::read(&String::from_utf8_lossy(&value)))
    }

    /// Stores the progress.
    pub(super) async fn keep(self, connection: &mut AnyConnection) -> DatabaseResult<()> {
        let query = sqlx::query("UPDATE settings SET value = $1 WHERE key = $2");
        query.bind(self.to_string().into_bytes()).bind(KEY).execute(connection).await.map(|_| ())
    }

    /// The progress of another version counts as none.
    fn read(text: &str) -> Self {
        let (version, rest) = text.split_once(' ').unwrap_or_default();
        if version != FOLD_VERSION.to_string() {
            return Self::START;
        }
        let place = match rest.split_once(' ') {
            Some(("users", id)) => id.parse().ok().map(|id| Self::UsersAfter(UserId(id))),
            Some(("chats", id)) => id.parse().ok().map(|id| Self::ChatsAfter(ChatId(id))),
            _ => (rest == "done").then_some(Self::Done),
        };
        place.unwrap_or(Self::START)
    }
}

impl std::fmt::Display for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UsersAfter(user) => write!(f, "{FOLD_VERSION} users {user}"),
            Self::ChatsAfter(chat) => write!(f, "{FOLD_VERSION} chats {}", chat.0),
            Self::Done => write!(f, "{FOLD_VERSION} done"),
        }
    }
}
