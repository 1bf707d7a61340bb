//! Prepared inserts into a PostgreSQL table that is shaped as the server's, on one connection: one trip for each commit, as
//! `pgbench -M prepared` makes it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqlSafeStr, query};

use super::{BATCH, COLUMNS, Row};
use crate::schema::Schema;

const CREATE: &str = "CREATE TABLE messages (
    chat_id BIGINT NOT NULL, seq BIGINT NOT NULL, id BYTEA NOT NULL, sender_id BYTEA NOT NULL,
    content TEXT COLLATE \"C\" NOT NULL, event BIGINT NOT NULL, subject_id BYTEA, reply_to BIGINT, created_at BIGINT NOT NULL,
    edited_at BIGINT, deleted_at BIGINT, PRIMARY KEY (chat_id, seq), UNIQUE (chat_id, id))";

/// The table, in a schema of its own.
pub(crate) struct Table {
    schema: Schema,
    connection: PgConnection,
    next: i64,
}

impl Table {
    pub(super) async fn create(url: &str) -> Result<Self> {
        let schema = Schema::create(url).await?;
        let mut connection = PgConnection::connect(&schema.url()).await.context("PostgreSQL")?;
        connection.execute(CREATE).await?;
        Ok(Self { schema, connection, next: 0 })
    }

    pub(super) async fn batches(&mut self, time: Duration) -> Result<f64> {
        let sql = format!(
            "INSERT INTO messages ({COLUMNS}) SELECT chat_id, seq, id, sender_id, content, 0, created_at \
             FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BYTEA[], $4::BYTEA[], $5::TEXT[], $6::BIGINT[]) \
             rows (chat_id, seq, id, sender_id, content, created_at)"
        );
        let sql = AssertSqlSafe(sql).into_sql_str();
        let (began, first) = (Instant::now(), self.next);
        while began.elapsed() < time {
            let rows: Vec<_> = (self.next..self.next + BATCH).map(Row::new).collect();
            let insert = query(sql.clone())
                .bind(rows.iter().map(|row| row.chat_id).collect::<Vec<_>>())
                .bind(rows.iter().map(|row| row.seq).collect::<Vec<_>>())
                .bind(rows.iter().map(|row| row.id.to_vec()).collect::<Vec<_>>())
                .bind(rows.iter().map(|row| row.sender_id.to_vec()).collect::<Vec<_>>())
                .bind(rows.iter().map(|row| row.content.clone()).collect::<Vec<_>>())
                .bind(rows.iter().map(|row| row.created_at).collect::<Vec<_>>());
            insert.execute(&mut self.connection).await?;
            self.next += BATCH;
        }
        let rows = u32::try_from(self.next - first)?;
        Ok(f64::from(rows) / began.elapsed().as_secs_f64())
    }

    pub(super) async fn single(&mut self) -> Result<Duration> {
        let sql = format!("INSERT INTO messages ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, 0, $6)");
        let row = Row::new(self.next);
        let insert = query(AssertSqlSafe(sql))
            .bind(row.chat_id)
            .bind(row.seq)
            .bind(&row.id[..])
            .bind(&row.sender_id[..])
            .bind(row.content)
            .bind(row.created_at);
        let began = Instant::now();
        insert.execute(&mut self.connection).await?;
        self.next += 1;
        Ok(began.elapsed())
    }

    pub(super) async fn remove(self) -> Result<()> {
        self.connection.close().await?;
        self.schema.remove().await
    }
}
