//! How a database answers, for `hearth doctor`. Works beside running servers, with a connection of its own.

use std::time::{Duration, Instant};

use sqlx::{AnyConnection, Connection, Executor};

use super::{
    DatabaseResult, connect,
    engine::Engine,
    migrations,
    nodes::{self, Node},
};
use crate::model::Timestamp;

/// Questions that are asked to measure the latency.
const QUESTIONS: usize = 20;

/// What was found.
#[derive(Debug)]
pub struct Diagnosis {
    /// The version of the schema.
    pub schema: i64,
    /// The schema's version that this program has.
    pub newest_schema: i64,
    /// The median of the answers to a small question.
    pub median: Duration,
    /// The slowest of them.
    pub slowest: Duration,
    /// How far this machine's clock is ahead of the database's, in milliseconds; `None` if they are the same.
    pub clock_ahead: Option<i64>,
    /// The servers of the cluster.
    pub nodes: Vec<Node>,
}

impl Diagnosis {
    /// Asks the database that this URL names.
    pub async fn of(url: &str) -> anyhow::Result<Self> {
        let (engine, mut connection) = connect::existing(url).await?;
        let mut answers = Vec::with_capacity(QUESTIONS);
        for _ in 0..QUESTIONS {
            let asked = Instant::now();
            connection.execute("SELECT 1").await?;
            answers.push(asked.elapsed());
        }
        answers.sort_unstable();
        let (clock_ahead, nodes) = match engine {
            Engine::Sqlite => (None, Vec::new()),
            Engine::Postgres => (Some(clock_ahead(&mut connection).await?), nodes::listed(&mut connection).await?),
        };
        let schema = migrations::version(engine, &mut connection).await?;
        connection.close().await?;
        let (median, slowest) = (answers[QUESTIONS / 2], answers[QUESTIONS - 1]);
        Ok(Self { schema, newest_schema: migrations::newest(), median, slowest, clock_ahead, nodes })
    }
}

async fn clock_ahead(connection: &mut AnyConnection) -> DatabaseResult<i64> {
    let before = Timestamp::now().0;
    let theirs: i64 = sqlx::query_scalar(concat!("SELECT ", nodes::now!())).fetch_one(connection).await?;
    // Halfway between question and answer.
    Ok(before.midpoint(Timestamp::now().0) - theirs)
}
