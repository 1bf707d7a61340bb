//! What a person with a long history reads: one request at a time, the time until its answer.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::{Args, value_parser};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    accounts,
    client::{Client, HEARTH},
    fill,
    http::Server,
    latencies::Latencies,
    process::Meter,
    report::{Kind, Report},
};

/// Rows of a page of a phone, and of a large screen.
const SMALL: u32 = 12;
const LARGE: u32 = 50;
/// Visits old pages in an order that seems random.
const STRIDE: i64 = 7_919;

#[derive(Args, Serialize)]
pub(crate) struct Options {
    /// Who reads
    #[arg(long, default_value_t = fill::email(0))]
    email: String,

    /// Requests of each kind
    #[arg(long, default_value_t = 500, value_parser = value_parser!(u32).range(10..=100_000))]
    requests: u32,
}

/// Someone with a dialog.
struct Reader {
    server: Server,
    client: Client,
    token: String,
    partner: String,
    last_seq: i64,
}

/// Reads.
pub(crate) async fn run(server: Server, Options { email, requests }: Options) -> Result<Report> {
    let account = accounts::log_in(server, &email).await?;
    let mut client = Client::connect_with(server, HEARTH, &account.token).await?;
    let list = client.rows("listLastMessage", json!({ "limit": SMALL, "cursorCreatedAt": null })).await?;
    let dialog =
        list.iter().find(|row| row["partnerId"].is_string()).context("the person has no dialog: run `fill`")?;
    let (partner, last_seq) = (dialog["partnerId"].as_str().context("an id")?.to_owned(), dialog["lastSeq"].as_i64());
    let last_seq = last_seq.context("a chat has a lastSeq")?;
    let mut reader = Reader { server, client, token: account.token, partner, last_seq };

    let mut report = Report::new(format_args!("pages: {requests} of each kind, {last_seq} messages in the dialog"));
    for page in [Page::List, Page::Newest(SMALL), Page::Newest(LARGE), Page::Old, Page::Changes, Page::Search] {
        let (meter, mut latencies) = (Meter::start(server)?, Latencies::default());
        for number in 0..requests {
            latencies.add(reader.read(page, number.into()).await?);
        }
        report.latencies(Kind::Figure, &page.name(), &latencies);
        report.cost(&meter.read()?, &page.name(), requests as usize);
    }
    Ok(report)
}

#[derive(Clone, Copy)]
enum Page {
    List,
    Newest(u32),
    Old,
    Changes,
    Search,
}

impl Page {
    fn name(self) -> String {
        match self {
            Self::List => format!("chat list, {SMALL}"),
            Self::Newest(rows) => format!("newest {rows}"),
            Self::Old => format!("older {SMALL}"),
            Self::Changes => format!("{SMALL} changes"),
            Self::Search => "search for people".to_owned(),
        }
    }
}

impl Reader {
    /// Reads this page, or the one with this number. Returns how long it took.
    async fn read(&mut self, page: Page, number: i64) -> Result<Duration> {
        let dialog =
            |rows: u32, key: &str, value: Value| json!({ "receiverId": self.partner, "limit": rows, key: value });
        let since = (self.last_seq - i64::from(SMALL)).max(0);
        let (kind, params) = match page {
            Page::List => ("listLastMessage", json!({ "limit": SMALL, "cursorCreatedAt": null })),
            Page::Newest(rows) => ("getlatestMessageDialog", dialog(rows, "cursorCreatedAt", Value::Null)),
            Page::Old => {
                let before = 1 + (number * STRIDE) % self.last_seq;
                ("getlatestMessageDialog", dialog(SMALL, "beforeSeq", before.into()))
            }
            Page::Changes => {
                let mut params = dialog(LARGE, "afterSeq", since.into());
                params["afterRevision"] = 0.into();
                ("getChanges", params)
            }
            Page::Search => {
                let path = format!("/api/use-cases/search?searchText=p{number}&limit={SMALL}");
                let began = Instant::now();
                self.server.get(&path, &self.token).await?;
                return Ok(began.elapsed());
            }
        };
        let began = Instant::now();
        self.client.rows(kind, params).await?;
        Ok(began.elapsed())
    }
}
