//! The rows and items of the extended protocol, key by key in the order in which clients get them.

mod hello;
mod items;
mod list;
mod notice;
mod people;
mod row;

pub use hello::{Hello, HelloBounds};
pub use items::{
    ChangedChatsItem, ChangesItem, ExpiredItem, GroupLeft, Hidden, Muted, Reacted, ReactionsItem, ReadItem, Renewed,
    RoleItem,
};
pub use list::ChatRow;
pub use notice::{ServerNotice, ServerNoticeItem, ServerNoticeKind};
pub use people::{Blocked, MemberRow, PersonDeletedItem, PersonRow, PresenceRow, PrivacyItem, SessionItem, TypingItem};
pub use row::{Row, Viewpoint};
