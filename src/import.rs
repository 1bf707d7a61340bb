//! Imports a database of the reference messenger: users, groups, memberships and messages, in this order, a page at a
//! time. What is already here stays unchanged, so an import can be interrupted and run again.

mod notices;
mod people;
mod report;

use std::collections::HashSet;

use notices::Notices;
pub use report::{Count, Remark, Report};

use uuid::Uuid;

use crate::{
    model::{ChatKey, MessageKind, Role},
    store::{
        DatabaseResult, Fate, LoadedMember, LoadedMessage, Source, SourceMember, SourceMessage, SourceUser, Store,
        Table,
    },
};

/// The longest message, in characters.
const TEXT_MAX: usize = 4096;

/// Receives the progress of an import.
pub trait Progress {
    /// The import of a table begins; it has this many rows.
    fn begin(&mut self, table: Table, rows: u64);
    /// This many more of its rows are done.
    fn advance(&mut self, rows: u64);
}

/// Imports everything that is not here yet.
pub async fn run(store: &Store, source: &mut Source, progress: &mut impl Progress) -> DatabaseResult<Report> {
    let (report, notices, left_out) = (Report::default(), Notices::default(), HashSet::new());
    let mut import = Import { store, report, notices, left_out, progress };
    import.people(source).await?;
    import.groups(source).await?;
    import.members(source).await?;
    import.messages(source).await?;
    store.analyze().await?;
    Ok(import.report)
}

struct Import<'a, P> {
    store: &'a Store,
    report: Report,
    notices: Notices,
    /// Users who cannot log in, and groups that are not imported.
    left_out: HashSet<Uuid>,
    progress: &'a mut P,
}

impl<P: Progress> Import<'_, P> {
    async fn people(&mut self, source: &mut Source) -> DatabaseResult<()> {
        self.begin(source, Table::Users).await?;
        let mut pages = source.users();
        loop {
            let mut page = pages.next().await?;
            if page.is_empty() {
                return Ok(());
            }
            for user in &mut page {
                people::clean_email(user, &mut self.report);
            }
            let (read, mut load) = (page.len(), self.store.load().await?);
            let claims: Vec<_> = page.iter().filter_map(|user| Some((user.email.as_deref()?, user.id))).collect();
            let too_late = load.too_late(&claims).await?;
            let person = |user: SourceUser| {
                let is_late = too_late.contains(&user.id);
                people::person(user, is_late, &mut self.report)
            };
            let people: Vec<_> = page.into_iter().map(person).collect();
            for loaded in &people {
                if loaded.email.is_none() {
                    self.left_out.insert(loaded.person.id.0);
                }
                self.notices.know(loaded.person.id, &loaded.person.first_name, &loaded.person.last_name);
            }
            let added = load.add_people(&people).await?;
            load.commit().await?;
            self.report.people.add(read, added);
            self.advance(read);
        }
    }

    async fn groups(&mut self, source: &mut Source) -> DatabaseResult<()> {
        self.begin(source, Table::Groups).await?;
        let mut pages = source.groups();
        loop {
            let page = pages.next().await?;
            if page.is_empty() {
                return Ok(());
            }
            let (read, mut load) = (page.len(), self.store.load().await?);
            let mut groups = Vec::new();
            for group in page {
                let id = group.id;
                match people::group(group, &mut self.report) {
                    Some(loaded) => groups.push(loaded),
                    None => drop(self.left_out.insert(id.0)),
                }
            }
            let added = load.add_groups(&groups).await?;
            load.commit().await?;
            self.report.groups.add(read, added);
            self.advance(read);
        }
    }

    async fn members(&mut self, source: &mut Source) -> DatabaseResult<()> {
        let total = self.begin(source, Table::Members).await?;
        let mut pages = source.members();
        loop {
            let page = pages.next().await?;
            if page.is_empty() {
                break;
            }
            let (read, mut load) = (page.len(), self.store.load().await?);
            let member =
                |SourceMember { group, user, joined_at }| LoadedMember { user, group, role: Role::Member, joined_at };
            let (members, others): (Vec<_>, Vec<_>) = page.into_iter().partition(|member| {
                !self.left_out.contains(&member.user.0) && !self.left_out.contains(&member.group.0)
            });
            self.report.remark_many(Remark::NoMember, others.len() as u64);
            let members: Vec<_> = members.into_iter().map(member).collect();
            let added = load.add_members(&members).await?;
            load.commit().await?;
            self.report.members.add(read, added);
            self.advance(read);
        }
        self.report.remark_many(Remark::NoMember, total - self.report.members.read);
        let mut load = self.store.load().await?;
        load.settle_groups().await?;
        load.commit().await
    }

    async fn messages(&mut self, source: &mut Source) -> DatabaseResult<()> {
        self.begin(source, Table::Messages).await?;
        let mut pages = source.messages();
        loop {
            let page = pages.next().await?;
            if page.is_empty() {
                return Ok(());
            }
            let read = page.len();
            let messages: Vec<_> = page.into_iter().filter_map(|message| self.message(message)).collect();
            let mut load = self.store.load().await?;
            let fates = load.append(&messages).await?;
            load.commit().await?;
            for (message, fate) in messages.iter().zip(&fates) {
                match fate {
                    Fate::Added | Fate::Known => {}
                    Fate::NoGroup => self.report.remark(Remark::NoGroup, message.id),
                    Fate::NoPerson => self.report.remark(Remark::NoPerson, message.id),
                }
            }
            let added = fates.iter().filter(|fate| **fate == Fate::Added).count();
            self.report.messages.add(read, u64::try_from(added).unwrap_or_default());
            self.advance(read);
        }
    }

    /// Converts a message; `None` if it is left out.
    fn message(&mut self, message: SourceMessage) -> Option<LoadedMessage> {
        let SourceMessage { id, sender, content, created_at, deleted_at, .. } = message;
        let (chat, kind, subject) = match (message.receiver, message.group) {
            (Some(receiver), None) => (ChatKey::dialog(sender, receiver), MessageKind::Text, None),
            (None, Some(group)) => {
                let text = content.as_deref().unwrap_or_default();
                let kind = self.notices.kind(group, message.is_notice, text);
                let (kind, subject) = kind.unwrap_or_else(|| {
                    self.report.remark(Remark::UnclearNotice, id);
                    (MessageKind::Text, None)
                });
                if !message.deleted_by.is_empty() {
                    self.report.remark(Remark::HiddenInGroup, id);
                }
                (ChatKey::Group(group), kind, subject)
            }
            _ => {
                self.report.remark(Remark::NoChat, id);
                return None;
            }
        };
        let Some(mut content) = content.filter(|text| !text.trim().is_empty()) else {
            self.report.remark(Remark::NoText, id);
            return None;
        };
        if let Some((end, _)) = content.char_indices().nth(TEXT_MAX) {
            content.truncate(end);
            self.report.remark(Remark::LongText, id);
        }
        let hidden_from = match chat {
            ChatKey::Dialog(..) => message.deleted_by,
            ChatKey::Group(_) => Vec::new(),
        };
        let (reply_to, edited_at, reactions) = (None, None, Vec::new());
        Some(LoadedMessage {
            chat,
            id,
            sender,
            content,
            kind,
            subject,
            reply_to,
            created_at,
            edited_at,
            deleted_at,
            hidden_from,
            reactions,
        })
    }

    async fn begin(&mut self, source: &mut Source, table: Table) -> DatabaseResult<u64> {
        let rows = source.count(table).await?;
        self.progress.begin(table, rows);
        Ok(rows)
    }

    fn advance(&mut self, rows: usize) {
        self.progress.advance(u64::try_from(rows).unwrap_or_default());
    }
}
