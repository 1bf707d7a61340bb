//! The files of an archive, in their order.

use std::collections::VecDeque;

use serde::Serialize;
use tokio::time::Instant;

use super::{Stop, archive::Archive};
use crate::{
    error::{Error, Result},
    model::{ChatId, ChatRef, Membership, Person, Timestamp, UserId},
    protocol::extended::{ChatRow, Row, Viewpoint},
    service::history::dialog_rows,
    store::{ExportLink, Page, Store},
};

/// Explains the other files.
const README: &str = include_str!("README.txt");
/// Chats per page.
const CHATS: i64 = 100;

/// Adds all pages to the file, as long as the session lives. `$read` reads the page after `$after`.
macro_rules! pages {
    ($files:ident, $archive:ident, $after:ident => $read:expr) => {
        let mut $after = None;
        loop {
            let began = Instant::now();
            $files.ensure_live().await?;
            let (rows, next) = $read.await?;
            $archive.put(lines(&rows)?, began).await?;
            $after = next;
            if $after.is_none() {
                break;
            }
        }
    };
}

/// What an export reads.
pub(super) struct Files {
    /// Where from.
    pub(super) store: Store,
    /// Whose data, and the session that must stay alive meanwhile.
    pub(super) link: ExportLink,
    /// The time by which the session had not expired when the export began.
    pub(super) session_time: Timestamp,
}

impl Files {
    /// Writes all of them, and the end of the archive.
    pub(super) async fn write(&self, archive: &mut Archive) -> Result<(), Stop> {
        let (store, user) = (&self.store, self.link.user_id);
        let profile = store.profile(user).await?.ok_or(Stop::Ended)?;
        let privacy = store.privacy(user).await?.ok_or(Stop::Ended)?;
        let me = store.person(user).await?.ok_or(Stop::Ended)?;
        self.file(archive, "README.txt", README.as_bytes().to_vec()).await?;
        self.file(archive, "profile.json", lines(&[profile])?).await?;
        self.file(archive, "settings.json", lines(&[privacy])?).await?;
        archive.begin("sessions.jsonl").await?;
        pages!(self, archive, after => store.own_sessions(user, after));
        archive.begin("blocks.jsonl").await?;
        pages!(self, archive, after => store.own_blocks(user, after));
        archive.begin("memberships.jsonl").await?;
        pages!(self, archive, after => store.memberships(user, after));
        archive.begin("chats.jsonl").await?;
        pages!(self, archive, after => self.chats(after));
        archive.begin("messages.jsonl").await?;
        let mut chats = Chats::default();
        while let Some(chat) = chats.next(store, user).await? {
            pages!(self, archive, after => self.messages(&me, &chat, after));
        }
        archive.begin("reactions.jsonl").await?;
        let mut chats = Chats::default();
        while let Some(chat) = chats.next(store, user).await? {
            pages!(self, archive, after => store.own_reactions(user, &chat, after));
        }
        archive.finish().await
    }

    async fn file(&self, archive: &mut Archive, name: &'static str, content: Vec<u8>) -> Result<(), Stop> {
        archive.begin(name).await?;
        archive.put(content, Instant::now()).await
    }

    /// Fails if the session has ended.
    async fn ensure_live(&self) -> Result<(), Stop> {
        let live = self.store.live_session(self.link.session_id, self.session_time).await?;
        live.map(drop).ok_or(Stop::Ended)
    }

    /// The rows of the chat list.
    async fn chats(&self, after: Option<ChatRef>) -> Result<Page<ChatRow, ChatRef>> {
        let user = self.link.user_id;
        let known = self.store.known_chats(user, after, CHATS).await?;
        let ids: Vec<_> = known.iter().map(|(id, _)| *id).collect();
        let rows = self.store.chats(user, &ids).await?.into_iter().map(ChatRow::from).collect();
        let is_last = i64::try_from(ids.len()).is_ok_and(|count| count < CHATS);
        Ok((rows, known.last().filter(|_| !is_last).map(|(_, known)| known.chat)))
    }

    /// Messages as histories show them.
    async fn messages(&self, me: &Person, chat: &Membership, after: Option<i64>) -> Result<Page<Row, i64>> {
        let (messages, next) = self.store.own_messages(me.id, chat, after).await?;
        let rows = match (chat.chat, &chat.partner) {
            (ChatRef::Dialog(_), Some(partner)) => dialog_rows(messages, &[me.clone(), partner.clone()]),
            (ChatRef::Dialog(_), None) => Vec::new(),
            (ChatRef::Group(id), _) => {
                let name = chat.group_name.as_deref().unwrap_or_default();
                messages.into_iter().map(|message| Row::new(message, Viewpoint::Group { id, name })).collect()
            }
        };
        Ok((rows, next))
    }
}

/// The chats that a person is or was in, a page in memory at a time.
#[derive(Default)]
struct Chats {
    page: VecDeque<Membership>,
    /// After which chat the next page begins.
    after: Option<ChatId>,
    is_last_page: bool,
}

impl Chats {
    async fn next(&mut self, store: &Store, user: UserId) -> Result<Option<Membership>> {
        if self.page.is_empty() && !self.is_last_page {
            let (page, next) = store.memberships(user, self.after).await?;
            (self.page, self.after, self.is_last_page) = (page.into(), next, next.is_none());
        }
        Ok(self.page.pop_front())
    }
}

/// Each as a line of JSON.
fn lines(rows: &[impl Serialize]) -> Result<Vec<u8>> {
    let mut lines = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut lines, row).map_err(|error| Error::Internal(Box::new(error)))?;
        lines.push(b'\n');
    }
    Ok(lines)
}
