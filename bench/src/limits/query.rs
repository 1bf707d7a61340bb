//! The rows of a page of history, straight from the server's database through sqlx's `Any`, as the server reads them.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use sqlx::{AnyConnection, Connection, any::install_default_drivers, query};
use uuid::Uuid;

use crate::database::Database;

/// A page before a message, newest first, with the names that a client shows.
const PAGE: &str = "SELECT m.seq, m.id, m.sender_id, m.content, m.event, m.reply_to, m.created_at, m.edited_at, m.deleted_at, \
     u.first_name, u.last_name FROM messages m JOIN users u ON u.id = m.sender_id \
     WHERE m.chat_id = $1 AND m.seq < $2 ORDER BY m.seq DESC LIMIT $3";

/// A dialog in the database.
pub(crate) struct History {
    connection: AnyConnection,
    chat_id: i64,
}

impl History {
    /// The dialog of the person with this email and a partner.
    pub(crate) async fn open(database: &Database, email: &str, partner: &str) -> Result<Self> {
        install_default_drivers();
        let url = match database {
            Database::Sqlite(file) => format!("sqlite://{}?mode=ro", file.display()),
            Database::Postgres(url) => url.clone(),
        };
        let mut connection = AnyConnection::connect(&url).await.context("the database")?;
        let chat =
            "SELECT m.chat_id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = $1 AND m.side = $2";
        let partner = Uuid::parse_str(partner)?.into_bytes();
        let chat_id = sqlx::query_scalar(chat).bind(email).bind(&partner[..]).fetch_one(&mut connection).await;
        Ok(Self { chat_id: chat_id.context("the dialog is not in this database")?, connection })
    }

    /// Reads a page before a message. Returns how long it took.
    pub(crate) async fn read(&mut self, before: i64, rows: u32) -> Result<Duration> {
        let began = Instant::now();
        let page = query(PAGE).bind(self.chat_id).bind(before).bind(i64::from(rows));
        page.fetch_all(&mut self.connection).await?;
        Ok(began.elapsed())
    }
}
