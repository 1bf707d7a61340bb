//! What a person with a long history reads: one request at a time, the time until its answer.

mod reader;

use anyhow::Result;
use clap::{Args, value_parser};
use serde::Serialize;

use crate::{
    accounts,
    database::Database,
    fill,
    http::Server,
    latencies::Latencies,
    limits::{Echo, History},
    process::{Meter, Process},
    report::{Kind, Report, millis},
};
use reader::{LARGE, Page, Reader, SMALL};

/// How often to measure a limit.
const NUMBER: u32 = 300;
/// Bytes of a request.
const REQUEST: usize = 150;

#[derive(Args, Serialize)]
pub(crate) struct Options {
    /// Who reads
    #[arg(long, default_value_t = fill::email(1))]
    email: String,

    /// Requests of each kind
    #[arg(long, default_value_t = 500, value_parser = value_parser!(u32).range(10..=100_000))]
    requests: u32,
}

/// Reads pages. Compares pages of a dialog with the same rows from the database, if it is named, and all with an echo.
pub(crate) async fn run(server: Server, database: Option<&Database>, options: Options) -> Result<Report> {
    let Options { email, requests } = options;
    let account = accounts::log_in(server, &email).await?;
    let mut reader = Reader::connect(server, account.token).await?;
    let mut history = match database {
        Some(database) => Some(History::open(database, &email, &reader.partner).await?),
        None => None,
    };

    let (chats, messages) = (reader.chats, reader.last_seq);
    let title = format_args!("pages: {requests} of each kind, {chats} chats, {messages} messages in the dialog");
    let mut report = Report::new(title);
    report.record(Kind::Figure, "chats".to_owned(), f64::from(chats), "");
    let has_group = reader.group.is_some();
    for page in Page::ALL.into_iter().filter(|page| has_group || *page != Page::Group) {
        let (meter, before, mut latencies) = (Meter::start(server)?, reader.received(), Latencies::default());
        for number in 0..requests {
            latencies.add(reader.read(page, number.into()).await?);
        }
        let cost = meter.read()?;
        let answer = (reader.received() - before) / requests as usize;
        let mut limit = Echo::connect(REQUEST, answer).await?.median(NUMBER).await?;
        let name = page.name();
        report.latencies(Kind::Figure, &name, &latencies);
        report.record(Kind::Limit, format!("echo, {name}"), millis(limit), "ms");
        if let (Some(history), Some(rows)) = (&mut history, page.rows()) {
            let mut queries = Latencies::default();
            for number in 0..NUMBER {
                queries.add(history.read(reader.before(page, number.into()), rows).await?);
            }
            report.record(Kind::Limit, format!("query, {name}"), millis(queries.median()), "ms");
            limit += queries.median();
        }
        let (median, limit) = (millis(latencies.median()), millis(limit));
        let micros = cost.cpu.as_secs_f64() * 1e6 / f64::from(requests);
        let label = format!("{:.1} × limit", median / limit);
        report.line("", format_args!("{label}: {limit:.3} ms; {answer} bytes; server CPU {micros:.0} µs"));
        report.record(Kind::Ratio, format!("p50 / limit, {name}"), median / limit, "");
        report.record(Kind::Cost, format!("CPU, {name}"), micros, "µs");
    }
    report.line(
        "limit",
        "an echo of as many bytes, and the rows of a dialog's page read in this process with --database",
    );
    report.line("page sizes", format_args!("{SMALL} and {LARGE}"));
    report.memory(Process::listening(server)?.resident_kib()?);
    Ok(report)
}
