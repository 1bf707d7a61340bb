//! The requests of REST and WebSocket. Each is read from JSON leniently: every fault is found, not just the first;
//! a value of one of these types has passed every check.

use serde_json::{Map, Value};

use super::fields::{
    AnyEmail, AnyPassword, Bounds, Content, Cursor, Email, Field, FirstName, GroupName, LastName, Limit, NewPassword,
    Notice, Schema, SearchLimit, SearchText, Texts,
};
use crate::{
    error::{Error, Fault},
    model::{GroupId, MessageId, SessionId, UserId},
};

/// What a client asks for, checked.
pub trait Request: Sized {
    /// The schema's name in the documentation.
    const NAME: &'static str;

    /// Reads and checks an object's fields; unknown ones are ignored.
    fn read(object: &Map<String, Value>, bounds: Bounds) -> Result<Self, Vec<Fault>>;

    /// The fields, for the documentation.
    fn fields() -> Vec<FieldSchema>;
}

/// A field of a request, for the documentation.
pub struct FieldSchema {
    /// On the wire.
    pub name: &'static str,
    /// Whether it may not be left out.
    pub required: bool,
    /// Bounds and an example.
    pub schema: Schema,
}

macro_rules! requests {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $key:literal $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }

        impl Request for $name {
            const NAME: &'static str = stringify!($name);

            fn read(object: &Map<String, Value>, bounds: Bounds) -> Result<Self, Vec<Fault>> {
                let mut faults = Vec::new();
                $(let $field = field::<$type>(object, $key, bounds, &mut faults);)*
                match ($($field,)*) {
                    ($(Some($field),)*) => Ok(Self { $($field),* }),
                    _ => Err(faults),
                }
            }

            fn fields() -> Vec<FieldSchema> {
                vec![$(FieldSchema { name: $key, required: <$type>::REQUIRED, schema: <$type>::schema() }),*]
            }
        }
    )*};
}

requests! {
    /// A new account.
    SignUp {
        /// Shown to others.
        "firstName" first_name: FirstName,
        /// Shown to others.
        "lastName" last_name: Option<LastName>,
        /// What one logs in with.
        "email" email: Email,
        /// Kept as a hash alone.
        "password" password: NewPassword,
    }
    /// A log-in.
    LogIn {
        /// In any case.
        "email" email: AnyEmail,
        /// As at sign-up.
        "password" password: AnyPassword,
    }
    /// New names; what is missing stays.
    UpdateProfile {
        /// Stays if missing.
        "firstName" first_name: Option<FirstName>,
        /// Stays if missing; empty clears it.
        "lastName" last_name: Option<LastName>,
    }
    /// A new password.
    ChangePassword {
        /// The present one.
        "oldPassword" old_password: AnyPassword,
        /// The next one.
        "newPassword" new_password: NewPassword,
    }
    /// The end of an account.
    DeleteAccount {
        /// What becomes of the person's messages.
        "messages" texts: Texts,
    }
    /// The end of one of the caller's sessions.
    EndSession {
        /// Which.
        "id" session: SessionId,
    }
    /// Whose dialog is hidden from oneself.
    MarkAsDeleted {
        /// The other side.
        "companionId" companion: UserId,
    }
    /// A new group with the caller as its owner.
    CreateGroup {
        /// Made by the client.
        "groupId" group: GroupId,
        /// What it is called.
        "groupName" name: GroupName,
        /// The first row of its history.
        "notificationMessage" notice: Notice,
        /// That row's id.
        "messageId" message: MessageId,
    }
    /// A search for people and one's own groups.
    Search {
        /// The words.
        "searchText" text: SearchText,
        /// The most rows.
        "limit" limit: SearchLimit,
    }
    /// A search for people who are not in a group.
    SearchUsers {
        /// The words.
        "searchText" text: SearchText,
        /// The group, one of the caller's.
        "groupId" group: GroupId,
        /// The most rows.
        "limit" limit: SearchLimit,
    }

    /// A page of the chat list.
    ListPage {
        /// The most rows.
        "limit" limit: Limit,
        /// Where the page before ended.
        "cursorCreatedAt" cursor: Cursor,
    }
    /// A page of a dialog.
    DialogPage {
        /// The other side.
        "receiverId" receiver: UserId,
        /// The most rows.
        "limit" limit: Limit,
        /// Where the page before ended.
        "cursorCreatedAt" cursor: Cursor,
    }
    /// A page of a group's history.
    GroupPage {
        /// One of the caller's.
        "groupId" group: GroupId,
        /// The most rows.
        "limit" limit: Limit,
        /// Where the page before ended.
        "cursorCreatedAt" cursor: Cursor,
    }
    /// A message to a person.
    PrivateMessage {
        /// Made by the client.
        "messageId" message: MessageId,
        /// To whom.
        "receiverId" receiver: UserId,
        /// The text.
        "content" content: Content,
    }
    /// A message to a group.
    MessageInGroup {
        /// Made by the client.
        "messageId" message: MessageId,
        /// One of the caller's.
        "groupId" group: GroupId,
        /// The text.
        "content" content: Content,
    }
    /// Somebody joins, by a member's doing.
    AddUserInGroup {
        /// One of the caller's.
        "groupId" group: GroupId,
        /// Who joins.
        "userId" user: UserId,
        /// The notice's id.
        "messageId" message: MessageId,
        /// The notice's text.
        "message" notice: Notice,
    }
    /// The caller leaves.
    LeaveGroup {
        /// One of the caller's.
        "groupId" group: GroupId,
        /// The notice's id.
        "messageId" message: MessageId,
        /// The notice's text.
        "message" notice: Notice,
    }
    /// The owner deletes the group.
    DropGroup {
        /// One of the caller's.
        "groupId" group: GroupId,
    }
    /// The owner or an admin removes a member.
    RemoveUserFromGroup {
        /// One of the caller's.
        "groupId" group: GroupId,
        /// Who goes.
        "userId" user: UserId,
        /// The notice's id.
        "messageId" message: MessageId,
        /// The notice's text.
        "message" notice: Notice,
    }
}

fn field<T: Field>(object: &Map<String, Value>, key: &str, bounds: Bounds, faults: &mut Vec<Fault>) -> Option<T> {
    let result = match object.get(key) {
        None | Some(Value::Null) => T::absent(),
        Some(value) => T::read(value, bounds),
    };
    result.map_err(|message| faults.push(Fault::new(key, message))).ok()
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $name:literal $request:ident,)*) => {
        /// The types of frames, by their names on the wire.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind { $($(#[$doc])* $kind,)* }

        impl Kind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// As on the wire.
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }
        }

        /// A request of a WebSocket client, checked.
        pub enum ClientFrame { $($(#[$doc])* $kind($request),)* }

        impl ClientFrame {
            fn from_params(kind: Kind, params: &Map<String, Value>, bounds: Bounds) -> Result<Self, Vec<Fault>> {
                match kind { $(Kind::$kind => $request::read(params, bounds).map(Self::$kind),)* }
            }

            /// Its type.
            pub fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind,)* }
            }
        }
    };
}

kinds! {
    /// Reads the chat list.
    ListLastMessage "listLastMessage" ListPage,
    /// Reads a dialog.
    DialogHistory "getlatestMessageDialog" DialogPage,
    /// Reads a group's history.
    GroupHistory "getlatestMessageGroup" GroupPage,
    /// Writes to a person.
    PrivateMessage "privateMessage" PrivateMessage,
    /// Writes to a group.
    MessageInGroup "messageInGroup" MessageInGroup,
    /// Adds a member.
    AddUserInGroup "addUserInGroup" AddUserInGroup,
    /// Leaves a group.
    LeaveGroup "leaveGroup" LeaveGroup,
    /// Deletes a group.
    DropGroup "dropGroup" DropGroup,
    /// Removes a member.
    RemoveUserFromGroup "removeUserFromGroup" RemoveUserFromGroup,
}

/// The `type` of refusals that belong to no type of request.
const NO_KIND: &str = "processor";

impl ClientFrame {
    /// Reads a frame's text. A refusal comes with the `type` that it is answered under.
    pub fn parse(text: &[u8], bounds: Bounds) -> Result<Self, (&'static str, Error)> {
        let refuse = |fault: Fault| (NO_KIND, Error::Invalid(vec![fault]));
        let frame: Value = serde_json::from_slice(text)
            .map_err(|error| refuse(Fault::new("frame", format!("must be JSON: {error}"))))?;
        let kind = frame.get("type").and_then(Value::as_str);
        let kind = kind.ok_or_else(|| refuse(Fault::new("type", "is required: the name of a request")))?;
        let Some(kind) = Kind::ALL.iter().copied().find(|known| known.name() == kind) else {
            return Err((NO_KIND, Error::NoSuchType));
        };
        let nothing = Map::new();
        let params = match frame.get("params") {
            None | Some(Value::Null) => &nothing,
            Some(Value::Object(params)) => params,
            Some(_) => {
                let fault = Fault::new("params", "must be an object");
                return Err((kind.name(), Error::Invalid(vec![fault])));
            }
        };
        Self::from_params(kind, params, bounds).map_err(|faults| (kind.name(), Error::Invalid(faults)))
    }
}
