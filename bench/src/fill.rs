//! Fills a database with people, dialogs and messages, in SQL: a million messages take seconds, through a server they would
//! take minutes. `hearth check` finds nothing wrong with the result.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::{Args, value_parser};
use serde::Serialize;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, any::install_default_drivers};
use uuid::Uuid;

use crate::{accounts::HASH, database::Database, report::Report};

/// The parts of an email around the number of the person. A database can be filled once.
const EMAIL: &str = "fill-";
const DOMAIN: &str = "@bench.example";
/// The text of each message, after its number of eight digits.
const TEXT: &str = " is a message of some eighty bytes, which is as long as people write in chats.";
/// What a message counts for besides its text, as the server does.
const ROW_BYTES: usize = 128;
/// The time of the first messages: 2026-01-01.
const BEGAN: i64 = 1_767_225_600_000;
/// Milliseconds between two messages of a dialog.
const APART: i64 = 60_000;

#[derive(Args, Serialize)]
pub(crate) struct Options {
    /// People
    #[arg(long, default_value_t = 5_000, value_parser = value_parser!(u32).range(3..=1_000_000))]
    people: u32,

    /// Dialogs that each of them begins
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u32).range(1..=1_000))]
    dialogs: u32,

    /// Messages in all, the same number in each dialog
    #[arg(long, default_value_t = 1_000_000, value_parser = value_parser!(u64).range(1..=100_000_000))]
    messages: u64,
}

/// How an engine writes what the statements need.
struct Dialect {
    is_postgres: bool,
}

impl Dialect {
    /// The numbers from one to another, as a table with the column `n`.
    fn numbers(&self, from: u64, to: u64) -> String {
        if self.is_postgres {
            return format!("generate_series({from}::BIGINT, {to}::BIGINT) AS numbers (n)");
        }
        format!(
            "(WITH RECURSIVE numbers (n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM numbers WHERE n < {to}) \
             SELECT n FROM numbers) numbers"
        )
    }

    /// Sixteen bytes: eight of a prefix, and a number.
    fn id(&self, prefix: &str, number: &str) -> String {
        if self.is_postgres {
            return format!("decode('{prefix}' || lpad(to_hex({number}), 16, '0'), 'hex')");
        }
        format!("unhex('{prefix}' || printf('%016x', {number}))")
    }
}

/// The email of the person with this number. The password is that of all accounts.
pub(crate) fn email(number: u32) -> String {
    format!("{EMAIL}{number}{DOMAIN}")
}

/// Fills a database, after `hearth migrate` and while no server uses it.
pub(crate) async fn run(database: Option<&Database>, options: Options) -> Result<Report> {
    let Options { people, dialogs, messages } = options;
    let database = database.context("name the database with --database")?;
    ensure!(dialogs * 2 < people, "--dialogs must be less than half of --people: {dialogs}");
    let (chats, began) = (u64::from(people) * u64::from(dialogs), Instant::now());
    let each = messages.div_ceil(chats);
    install_default_drivers();
    let mut connection = AnyConnection::connect(&database.url()).await.context("the database")?;
    let dialect = Dialect { is_postgres: matches!(database, Database::Postgres(_)) };
    if !dialect.is_postgres {
        // Nothing here must survive a power loss.
        connection.execute("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000").await?;
    }
    let before: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) FROM chats").fetch_one(&mut connection).await?;

    // Half of an id.
    let prefix = &Uuid::now_v7().simple().to_string()[..16];
    let person = |number: &str| dialect.id(prefix, number);
    execute(&mut connection, &add_people(&dialect, &person("n"), people)).await?;
    execute(&mut connection, &add_dialogs(&dialect, person, (people, dialogs), each)).await?;
    for (user, side) in [("user_low", "user_high"), ("user_high", "user_low")] {
        execute(&mut connection, &add_members(user, side, each, before)).await?;
    }
    // As many as there are dialogs at a time, in the order in which they would have arrived.
    for seq in 1..=each {
        execute(&mut connection, &add_messages(&dialect, seq, before)).await?;
    }
    connection.close().await?;

    let mut report = Report::new(format_args!("fill: {people} people, {chats} dialogs"));
    report.rate("messages", usize::try_from(each * chats)?, began.elapsed());
    Ok(report)
}

async fn execute(connection: &mut AnyConnection, sql: &str) -> Result<()> {
    connection.execute(AssertSqlSafe(sql.to_owned())).await.map(drop).context("the database: has `hearth migrate` run?")
}

fn add_people(dialect: &Dialect, id: &str, people: u32) -> String {
    let numbers = dialect.numbers(0, u64::from(people) - 1);
    let email = format!("'{EMAIL}' || n || '{DOMAIN}'");
    format!(
        "INSERT INTO users (id, email, email_folded, email_search, first_name, last_name, first_name_folded, \
           last_name_folded, password_hash, created_at, updated_at) \
         SELECT {id}, {email}, {email}, {email}, 'Bench', 'p' || n, 'bench', 'p' || n, '{HASH}', {BEGAN}, {BEGAN} \
         FROM {numbers}"
    )
}

/// Each person begins dialogs with the next ones; those after the last are the first.
fn add_dialogs(
    dialect: &Dialect,
    person: impl Fn(&str) -> String,
    (people, dialogs): (u32, u32),
    messages: u64,
) -> String {
    let numbers = dialect.numbers(0, u64::from(people) * u64::from(dialogs) - 1);
    let (low, high) = (person("CASE WHEN a < b THEN a ELSE b END"), person("CASE WHEN a < b THEN b ELSE a END"));
    let last_at = BEGAN + messages.cast_signed() * APART;
    format!(
        "INSERT INTO chats (name, name_folded, user_low, user_high, last_seq, last_at, member_count, created_at) \
         SELECT '', '', {low}, {high}, {messages}, {last_at}, 2, {BEGAN} \
         FROM (SELECT n / {dialogs} AS a, (n / {dialogs} + 1 + n % {dialogs}) % {people} AS b FROM {numbers}) pairs"
    )
}

/// One of the two members of each dialog. Those with the lower id write every other message, and the first one.
fn add_members(user: &str, side: &str, messages: u64, before: i64) -> String {
    let count = if user == "user_low" { messages.div_ceil(2) } else { messages / 2 };
    let (bytes, wrote) = (count * (8 + TEXT.len() + ROW_BYTES) as u64, u64::from(count > 0));
    format!(
        "INSERT INTO members (user_id, chat_id, side, role, joined_at, hidden_up_to_seq, read_up_to_seq, wrote, bytes) \
         SELECT {user}, id, {side}, 0, {BEGAN}, 0, {messages}, {wrote}, {bytes} FROM chats WHERE id > {before}"
    )
}

/// The message with this seq in each dialog.
fn add_messages(dialect: &Dialect, seq: u64, before: i64) -> String {
    let id = dialect.id(&format!("{seq:016x}"), "id");
    let (sender, at) = (if seq % 2 == 1 { "user_low" } else { "user_high" }, BEGAN + seq.cast_signed() * APART);
    format!(
        "INSERT INTO messages (chat_id, seq, id, sender_id, content, event, created_at) \
         SELECT id, {seq}, {id}, {sender}, '{seq:08}{TEXT}', 0, {at} FROM chats WHERE id > {before} ORDER BY id"
    )
}
