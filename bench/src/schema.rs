//! A PostgreSQL schema for a measurement, so that nothing of it stays.

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use uuid::Uuid;

/// A PostgreSQL schema for one measurement.
pub(crate) struct Schema {
    name: String,
    /// Of the whole database.
    url: String,
}

impl Schema {
    /// Creates an empty schema.
    pub(crate) async fn create(url: &str) -> Result<Self> {
        let schema = Self { name: format!("bench_{}", Uuid::new_v4().simple()), url: url.to_owned() };
        schema.execute(format!("CREATE SCHEMA {}", schema.name)).await?;
        Ok(schema)
    }

    /// The URL whose connections use this schema.
    pub(crate) fn url(&self) -> String {
        let separator = if self.url.contains('?') { '&' } else { '?' };
        format!("{}{separator}options=-csearch_path%3D{}", self.url, self.name)
    }

    /// Removes it with everything in it.
    pub(crate) async fn remove(self) -> Result<()> {
        self.execute(format!("SET client_min_messages = warning; DROP SCHEMA {} CASCADE", self.name)).await
    }

    async fn execute(&self, sql: String) -> Result<()> {
        let mut connection = PgConnection::connect(&self.url).await.context("PostgreSQL")?;
        connection.execute(AssertSqlSafe(sql)).await?;
        Ok(connection.close().await?)
    }
}
