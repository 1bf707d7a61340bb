//! What goes over the wire: the fields of requests with their bounds, the requests, the rows and the frames.
//! No I/O: text in, checked values out; values in, frames out.

mod envelope;
pub mod extended;
mod fields;
mod frame;
mod requests;
mod rows;

pub use envelope::{ClientFrame, Envelope, Kind, RequestId};
pub use fields::{
    AnyEmail, AnyPassword, Bounds, Chat, ChatCursor, Content, Cursor, Email, Emoji, Extended, Field, FirstName, Flag,
    GroupName, KnownChats, LastName, Limit, NewPassword, Notice, Part, People, Place, RoleName, Schema, SearchLimit,
    SearchText, Seq, Texts, Token, Until,
};
pub use frame::{Close, Frame};
pub use requests::*;
pub use rows::{Answer, DialogRow, GroupMessage, GroupRow, Item, ListRow, NoticeItem, Received, Rows};

/// What a client speaks: the subprotocol that it offered first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// The contract alone: `auth`, any other name, or none.
    Auth,
    /// The extended protocol, `hearth`.
    Hearth,
}
