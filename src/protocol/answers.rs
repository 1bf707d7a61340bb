//! What answers and broadcasts carry: an item, a page of rows, or nothing.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    extended,
    rows::{DialogRow, GroupGone, GroupMessage, GroupRow, ListRow, NoticeItem, Received},
};

macro_rules! items {
    ($($(#[doc = $doc:literal])* $name:ident($type:ty),)*) => {
        /// The `item` of an answer or broadcast: of the contract first, then of the extended protocol.
        #[derive(Debug, Clone, Serialize)]
        #[serde(untagged)]
        #[expect(missing_docs, reason = "each is explained by its type")]
        pub enum Item { $($(#[doc = $doc])* $name($type),)* }

        impl Item {
            /// The name of its schema.
            pub fn schema_name(&self) -> Cow<'static, str> {
                match self { $(Self::$name(_) => <$type>::schema_name(),)* }
            }
        }
    };
}

items! {
    /// To the receiver of a private message.
    Private(Received),
    /// To the members of a group.
    Message(GroupMessage),
    /// To the members of a group, and to who caused it.
    Notice(NoticeItem),
    /// A group that you left, or that was deleted.
    Group(GroupGone),
    Row(Box<extended::Row>),
    Hello(Box<extended::Hello>),
    Reactions(Box<extended::ReactionsItem>),
    Read(extended::ReadItem),
    Muted(extended::Muted),
    Blocked(extended::Blocked),
    Hidden(extended::Hidden),
    Role(extended::RoleItem),
    Gone(extended::GroupLeft),
    Profile(extended::PersonRow),
    Typing(extended::TypingItem),
    Presence(extended::PresenceRow),
    ChangedChats(extended::ChangedChatsItem),
    Changes(extended::ChangesItem),
    Renewed(extended::Renewed),
    Session(extended::SessionItem),
    Expired(extended::ExpiredItem),
    Privacy(extended::PrivacyItem),
    PersonDeleted(extended::PersonDeletedItem),
    ServerNotice(extended::ServerNoticeItem),
}

/// The `data` of an answer.
#[derive(Debug, Serialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "each is explained by its type")]
pub enum Rows {
    /// Of the chat list.
    List(Vec<ListRow>),
    /// Of a dialog.
    Dialog(Vec<DialogRow>),
    /// Of a group.
    Group(Vec<GroupRow>),
    Chats(Vec<extended::ChatRow>),
    History(Vec<extended::Row>),
    Members(Vec<extended::MemberRow>),
    People(Vec<extended::PersonRow>),
    Presence(Vec<extended::PresenceRow>),
}

/// What a request is answered with when it succeeds.
#[derive(Debug, Default)]
pub struct Answer {
    /// One thing, or nothing.
    pub item: Option<Item>,
    /// A page, or nothing.
    pub data: Option<Rows>,
}

impl Answer {
    /// Done, and there is nothing to say.
    pub fn done() -> Self {
        Self::default()
    }

    /// One thing.
    pub fn item(item: Item) -> Self {
        Self { item: Some(item), data: None }
    }

    /// A page.
    pub fn rows(rows: Rows) -> Self {
        Self { item: None, data: Some(rows) }
    }
}
