//! Fills a database with people, dialogs, groups and messages, in SQL: a million messages take seconds, through a server they
//! would take minutes. `hearth check` finds nothing wrong with the result.

mod statements;

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::{Args, value_parser};
use serde::Serialize;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, any::install_default_drivers};

use crate::{database::Database, report::Report};
use statements::Statements;
pub(crate) use statements::email;

#[derive(Args, Clone, Copy, Serialize)]
pub(crate) struct Options {
    /// People
    #[arg(long, default_value_t = 5_000, value_parser = value_parser!(u32).range(3..=1_000_000))]
    people: u32,

    /// Dialogs that each of them begins
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u32).range(1..=1_000))]
    dialogs: u32,

    /// Dialogs that the first person has besides
    #[arg(long, default_value_t = 0, value_parser = value_parser!(u32).range(0..=100_000))]
    busy: u32,

    /// Groups
    #[arg(long, default_value_t = 100, value_parser = value_parser!(u32).range(0..=100_000))]
    groups: u32,

    /// Members of each group
    #[arg(long, default_value_t = 50, value_parser = value_parser!(u32).range(2..=10_000))]
    members: u32,

    /// Messages in all, the same number in each chat
    #[arg(long, default_value_t = 1_000_000, value_parser = value_parser!(u64).range(1..=100_000_000))]
    messages: u64,
}

/// Fills a database, after `hearth migrate` and while no server uses it.
pub(crate) async fn run(database: Option<&Database>, options: Options) -> Result<Report> {
    let Options { people, dialogs, busy, groups, members, messages } = options;
    let database = database.context("name the database with --database")?;
    ensure!(dialogs * 2 + busy < people, "twice --dialogs and --busy must be less than --people: {people}");
    ensure!(members <= people, "groups of {members} members need as many --people");
    let began = Instant::now();
    let chats = u64::from(people) * u64::from(dialogs) + u64::from(busy) + u64::from(groups);
    let each = messages.div_ceil(chats);
    install_default_drivers();
    let mut connection = AnyConnection::connect(&database.url()).await.context("the database")?;
    if matches!(database, Database::Sqlite(_)) {
        // Nothing here must survive a power loss, so nothing is written twice. The server sets its own mode again.
        connection.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000").await?;
    }
    let before = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) FROM chats").fetch_one(&mut connection).await?;

    let statements = Statements::new(database, options, each, before);
    for sql in statements.people_and_chats() {
        execute(&mut connection, sql).await?;
    }
    // As many as there are chats at a time, in the order in which they would have arrived.
    for seq in 1..=each {
        execute(&mut connection, statements.messages(seq)).await?;
    }
    connection.close().await?;

    let mut report = Report::new(format_args!("fill: {people} people, {chats} chats"));
    report.rate("messages", usize::try_from(each * chats)?, began.elapsed());
    Ok(report)
}

async fn execute(connection: &mut AnyConnection, sql: String) -> Result<()> {
    connection.execute(AssertSqlSafe(sql)).await.map(drop).context("the database: has `hearth migrate` run?")
}
