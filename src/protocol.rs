//! What goes over the wire: the fields of requests with their bounds, the requests, the rows and the frames.
//! No I/O: text in, checked values out; values in, frames out.

mod fields;
mod frame;
mod requests;
mod rows;

pub use fields::{
    AnyEmail, AnyPassword, Bounds, Content, Cursor, Email, Field, FirstName, GroupName, LastName, Limit, NewPassword,
    Notice, Schema, SearchLimit, SearchText, Texts,
};
pub use frame::{Close, Frame};
pub use requests::{
    AddUserInGroup, ChangePassword, ClientFrame, CreateGroup, DeleteAccount, DialogPage, DropGroup, EndSession,
    FieldSchema, GroupPage, Kind, LeaveGroup, ListPage, LogIn, MarkAsDeleted, MessageInGroup, PrivateMessage,
    RemoveUserFromGroup, Request, Search, SearchUsers, SignUp, UpdateProfile,
};
pub use rows::{Answer, DialogRow, GroupMessage, GroupRow, Item, ListRow, NoticeItem, Received, Rows};
