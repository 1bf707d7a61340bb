//! Someone with a dialog, who reads pages.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{
    client::{Client, HEARTH},
    http::Server,
};

/// Rows of a page of a phone, and of a large screen.
pub(super) const SMALL: u32 = 12;
pub(super) const LARGE: u32 = 50;
/// The maximum number of rows.
const MOST: u32 = 100;
/// Visits old pages in an order that seems random.
const STRIDE: i64 = 7_919;

/// What to read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    List(u32),
    Newest(u32),
    Old,
    Group,
    Changes,
    ChangedChats,
    Search,
}

impl Page {
    pub(super) const ALL: [Self; 9] = [
        Self::List(SMALL),
        Self::List(LARGE),
        Self::Newest(SMALL),
        Self::Newest(LARGE),
        Self::Old,
        Self::Group,
        Self::Changes,
        Self::ChangedChats,
        Self::Search,
    ];

    pub(super) fn name(self) -> String {
        match self {
            Self::List(rows) => format!("chat list, {rows}"),
            Self::Newest(rows) => format!("newest {rows}"),
            Self::Old => format!("older {SMALL}"),
            Self::Group => format!("newest {SMALL} of a group"),
            Self::Changes => format!("{SMALL} changes"),
            Self::ChangedChats => "changed chats".to_owned(),
            Self::Search => "search for people".to_owned(),
        }
    }

    /// How many rows of the dialog it has; `None` if it is no page of the dialog.
    pub(super) fn rows(self) -> Option<u32> {
        match self {
            Self::Newest(rows) => Some(rows),
            Self::Old => Some(SMALL),
            Self::List(_) | Self::Group | Self::Changes | Self::ChangedChats | Self::Search => None,
        }
    }
}

/// Someone with a dialog, and perhaps with a group.
pub(super) struct Reader {
    server: Server,
    client: Client,
    token: String,
    pub(super) partner: String,
    pub(super) group: Option<String>,
    pub(super) last_seq: i64,
    pub(super) chats: u32,
    /// Bytes of the answers over HTTP.
    found: usize,
}

impl Reader {
    /// Connects, and counts the person's chats.
    pub(super) async fn connect(server: Server, token: String) -> Result<Self> {
        let mut client = Client::connect_with(server, HEARTH, &token).await?;
        let (mut cursor, mut chats, mut dialog, mut group) = (Value::Null, 0, None, None);
        loop {
            let (rows, next) = client.page("getChangedChats", json!({ "known": [], "cursor": cursor })).await?;
            chats += u32::try_from(rows.len())?;
            let text = |row: &Value, key: &str| row["chat"][key].as_str().map(str::to_owned);
            dialog =
                dialog.or_else(|| rows.iter().find_map(|row| Some((text(row, "userId")?, row["lastSeq"].as_i64()?))));
            group = group.or_else(|| rows.iter().find_map(|row| text(row, "groupId")));
            let Some(next) = next else { break };
            cursor = next;
        }
        let (partner, last_seq) = dialog.context("the person has no dialog: run `fill`")?;
        Ok(Self { server, client, token, partner, group, last_seq, chats, found: 0 })
    }

    /// The bytes of all answers.
    pub(super) fn received(&self) -> usize {
        self.client.received() + self.found
    }

    /// The seq before which the page with this number ends.
    pub(super) fn before(&self, page: Page, number: i64) -> i64 {
        if page == Page::Old { 1 + (number * STRIDE) % self.last_seq } else { self.last_seq + 1 }
    }

    /// Reads this page, or the one with this number. Returns how long it took.
    pub(super) async fn read(&mut self, page: Page, number: i64) -> Result<Duration> {
        let dialog =
            |rows: u32, key: &str, value: Value| json!({ "receiverId": self.partner, "limit": rows, key: value });
        let since = (self.last_seq - i64::from(SMALL)).max(0);
        let (kind, params) = match page {
            Page::List(rows) => ("listLastMessage", json!({ "limit": rows, "cursorCreatedAt": null })),
            Page::Newest(rows) => ("getlatestMessageDialog", dialog(rows, "cursorCreatedAt", Value::Null)),
            Page::Old => ("getlatestMessageDialog", dialog(SMALL, "beforeSeq", self.before(page, number).into())),
            Page::Group => {
                ("getlatestMessageGroup", json!({ "groupId": self.group, "limit": SMALL, "cursorCreatedAt": null }))
            }
            Page::Changes => {
                let mut params = dialog(MOST, "afterSeq", since.into());
                params["afterRevision"] = 0.into();
                ("getChanges", params)
            }
            Page::ChangedChats => ("getChangedChats", json!({ "known": [], "cursor": null })),
            Page::Search => {
                let path = format!("/api/use-cases/search?searchText=p{number}&limit={SMALL}");
                let began = Instant::now();
                let found = self.server.get(&path, &self.token).await?;
                let time = began.elapsed();
                self.found += found.to_string().len();
                return Ok(time);
            }
        };
        let began = Instant::now();
        self.client.rows(kind, params).await?;
        Ok(began.elapsed())
    }
}
