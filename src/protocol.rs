//! What goes over the wire: the fields of requests with their bounds, the requests, the rows and the frames.
//! No I/O: text in, checked values out; values in, frames out.

mod answers;
mod envelope;
pub mod extended;
mod fields;
mod frame;
pub mod json;
pub mod limits;
mod peek;
mod requests;
mod rows;

pub use answers::{Answer, Item, Rows};
pub use envelope::{Ask, Envelope, Kind, MAX_REQUEST_ID, Query, RequestId};
pub use fields::{
    AnyEmail, AnyPassword, Bounds, ClientName, Content, Cursor, DeviceToken, Email, Emoji, Extended, Field, FirstName,
    Flag, GroupName, KnownChats, LastName, Limit, LinkToken, MAX_PAGE, NewPassword, Notice, PagePosition, Part,
    RetentionDays, RoleName, Schema, SearchLimit, SearchText, Seq, Token, Until, UserIds,
};
pub use frame::{Close, Frame};
pub use requests::*;
pub use rows::{DialogRow, GroupGone, GroupMessage, GroupRow, ListRow, NoticeItem, Received};

/// What a client speaks: the subprotocol that it offered first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Only the contract: `auth`, any other name, or none.
    Reference,
    /// The extended protocol, `hearth`.
    Hearth,
}

impl Protocol {
    /// The name that clients offer as the subprotocol.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reference => "auth",
            Self::Hearth => "hearth",
        }
    }
}
