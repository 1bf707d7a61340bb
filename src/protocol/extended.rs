//! What the extended protocol tells besides what the contract has, key by key in the order in which clients get it.

mod hello;
mod items;
mod list;
mod row;

pub use hello::{Hello, HelloBounds};
pub use items::{
    Blocked, ChangedChatsItem, ChangesItem, ChatSideItem, Gone, Hidden, MemberRow, Muted, PersonRow, PresenceRow,
    PrivacyItem, Reacted, ReactionsItem, ReadItem, Renewed, RoleItem, SessionItem, TypingItem,
};
pub use list::ChatRow;
pub use row::{Row, Viewpoint};
