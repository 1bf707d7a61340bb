//! A client's frame, from its text to a checked request.

use serde_json::{Map, Value};

use super::{
    Protocol,
    fields::Bounds,
    json,
    peek::peek,
    requests::{
        AddUserInGroup, BlockUser, BlockedUsers, ChangedChats, ChangesSince, DeleteMessage, DialogPage, DropGroup,
        EditMessage, FieldSchema, GroupMembers, GroupPage, LeaveGroup, ListPage, MarkRead, MessageInGroup, MuteChat,
        PeopleNames, PrivateMessage, React, RemoveUserFromGroup, RenameGroup, Renew, Request, SetRetention, SetRole,
        Typing, WatchPresence, Write,
    },
};
use crate::{
    error::{Error, Fault},
    model::{Action, ChatRef},
};

/// Characters of the longest request id.
pub const MAX_REQUEST_ID: usize = 64;
/// The `type` of refusals that belong to no type of request.
const NO_KIND: &str = "processor";

macro_rules! kinds {
    (
        requests { $($(#[doc = $doc:literal])* $kind:ident $name:literal $request:ident $protocol:ident $use:ident,)* }
        broadcasts { $($(#[doc = $told_doc:literal])* $told:ident $told_name:literal,)* }
    ) => {
        /// The types of frames, by their names on the wire.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind { $($(#[doc = $doc])* $kind,)* $($(#[doc = $told_doc])* $told,)* }

        impl Kind {
            /// The requests of clients.
            pub const REQUESTS: &[Self] = &[$(Self::$kind),*];
            /// The frames that only the server sends.
            pub const BROADCASTS: &[Self] = &[$(Self::$told),*];

            /// The name on the wire.
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* $(Self::$told => $told_name,)* }
            }

            /// The protocol that has it; the extended one has all.
            pub fn protocol(self) -> Protocol {
                match self { $(Self::$kind => Protocol::$protocol,)* $(Self::$told => Protocol::Hearth,)* }
            }

            /// What it does, for the documentation.
            pub fn about(self) -> &'static str {
                match self {
                    $(Self::$kind => concat!($($doc),*).trim_ascii(),)*
                    $(Self::$told => concat!($($told_doc),*).trim_ascii(),)*
                }
            }

            /// The name and meaning of its params' schema; `None` for frames that only the server sends.
            pub fn params(self) -> Option<(&'static str, &'static str)> {
                match self {
                    $(Self::$kind => Some(($request::NAME, $request::ABOUT)),)*
                    $(Self::$told)|* => None,
                }
            }

            /// The params of a request of this type, for the documentation.
            pub fn fields(self) -> Vec<FieldSchema> {
                match self { $(Self::$kind => $request::fields(),)* $(Self::$told)|* => Vec::new() }
            }
        }

        impl Ask {
            fn from_params(kind: Kind, params: &Map<String, Value>, bounds: Bounds) -> Result<Self, Error> {
                match kind {
                    $(Kind::$kind => {
                        let request = $request::read(params, bounds).map_err(Error::Invalid)?;
                        Ok(kinds!(@$use $kind request))
                    })*
                    $(Kind::$told)|* => Err(Error::NoSuchType),
                }
            }
        }
    };
    (@write $kind:ident $request:ident) => {{
        let (chat, action) = $request.into_action();
        Self::Write(chat, action)
    }};
    (@read $kind:ident $request:ident) => { Self::Read(Query::$kind($request)) };
}

/// What a WebSocket client asks for, checked.
pub enum Ask {
    /// To change a chat.
    Write(ChatRef, Action),
    /// Anything else.
    Read(Query),
}

/// A request that changes no chat.
#[expect(missing_docs, reason = "each is explained in the table of requests")]
pub enum Query {
    ListLastMessage(ListPage),
    DialogHistory(DialogPage),
    GroupHistory(GroupPage),
    GetChangedChats(ChangedChats),
    GetChanges(ChangesSince),
    Typing(Typing),
    WatchPresence(WatchPresence),
    GroupMembers(GroupMembers),
    BlockedUsers(BlockedUsers),
    People(PeopleNames),
    Renew(Renew),
}

kinds! {
    requests {
        /// Reads the chat list.
        ListLastMessage "listLastMessage" ListPage Reference read,
        /// Reads a dialog's history.
        DialogHistory "getlatestMessageDialog" DialogPage Reference read,
        /// Reads a group's history.
        GroupHistory "getlatestMessageGroup" GroupPage Reference read,
        /// Sends a message to a person.
        PrivateMessage "privateMessage" PrivateMessage Reference write,
        /// Sends a message to a group.
        MessageInGroup "messageInGroup" MessageInGroup Reference write,
        /// Adds a member to a group.
        AddUserInGroup "addUserInGroup" AddUserInGroup Reference write,
        /// Leaves a group.
        LeaveGroup "leaveGroup" LeaveGroup Reference write,
        /// Deletes a group for everyone.
        DropGroup "dropGroup" DropGroup Reference write,
        /// Removes a member from a group.
        RemoveUserFromGroup "removeUserFromGroup" RemoveUserFromGroup Reference write,
        /// Lists the chats that have changed.
        GetChangedChats "getChangedChats" ChangedChats Hearth read,
        /// Reads what has changed in a chat.
        GetChanges "getChanges" ChangesSince Hearth read,
        /// Marks a chat as read up to a message.
        MarkRead "markRead" MarkRead Hearth write,
        /// Shows others in a chat that you are typing.
        Typing "typing" Typing Hearth read,
        /// Subscribes to the presence of people.
        WatchPresence "watchPresence" WatchPresence Hearth read,
        /// Changes a message's text.
        EditMessage "editMessage" EditMessage Hearth write,
        /// Deletes a message for everyone.
        DeleteMessage "deleteMessage" DeleteMessage Hearth write,
        /// Adds a reaction to a message, or removes it.
        React "react" React Hearth write,
        /// Lists a group's members.
        GroupMembers "groupMembers" GroupMembers Hearth read,
        /// Renames a group.
        RenameGroup "renameGroup" RenameGroup Hearth write,
        /// Changes a member's role.
        SetRole "setRole" SetRole Hearth write,
        /// Changes how long a group keeps its messages.
        SetRetention "setRetention" SetRetention Hearth write,
        /// Mutes a chat, or unmutes it.
        MuteChat "muteChat" MuteChat Hearth write,
        /// Blocks a person, or unblocks them.
        BlockUser "blockUser" BlockUser Hearth write,
        /// Lists the people you have blocked.
        BlockedUsers "blockedUsers" BlockedUsers Hearth read,
        /// Looks up people's names.
        People "people" PeopleNames Hearth read,
        /// Keeps the connection open with a new token.
        Renew "renew" Renew Hearth read,
    }
    broadcasts {
        /// The first frame of a connection: your account, and the bounds in force.
        Hello "hello",
        /// A person has read a chat up to a message.
        MessagesRead "messagesRead",
        /// A message's text has changed.
        MessageEdited "messageEdited",
        /// A message was deleted for everyone.
        MessageDeleted "messageDeleted",
        /// The oldest messages of a chat have expired.
        MessagesExpired "messagesExpired",
        /// The reactions to a message have changed.
        MessageReactions "messageReactions",
        /// A group was created or renamed, or a member's role or how long it keeps messages has changed.
        GroupChanged "groupChanged",
        /// Your role in a group has changed.
        RoleChanged "roleChanged",
        /// You are no longer a member of a group.
        RemovedFromGroup "removedFromGroup",
        /// You deleted a dialog for yourself.
        DialogHidden "dialogHidden",
        /// Your name has changed.
        ProfileChanged "profileChanged",
        /// Your privacy settings have changed.
        PrivacyChanged "privacyChanged",
        /// A person deleted their account.
        PersonDeleted "personDeleted",
        /// You logged in on a new device.
        SessionBegan "sessionBegan",
        /// A person is online or offline now.
        Presence "presence",
        /// The state of the server has changed in a way that concerns everyone.
        ServerNotice "serverNotice",
    }
}

/// What a client names a request, to recognise its answer.
pub type RequestId = Value;

/// A client's frame: how to address its answer, and what it asks for.
pub struct Envelope {
    /// The `type` of the answer.
    pub name: &'static str,
    /// The `id` of the answer.
    pub id: Option<RequestId>,
    /// The request, or what is wrong with it.
    pub request: Result<(Kind, Ask), Error>,
}

impl Envelope {
    /// Reads a frame's text.
    pub fn parse(text: &[u8], bounds: Bounds) -> Self {
        let frame = match json::parse(text) {
            Ok(frame) => frame,
            Err(error) => return Self::refused(Fault::new("frame", format!("must be JSON: {error}"))),
        };
        let id = match request_id(frame.get("id"), bounds.protocol) {
            Ok(id) => id,
            Err(fault) => return Self::refused(fault),
        };
        let Some(name) = frame.get("type").and_then(Value::as_str) else {
            return Self { id, ..Self::refused(Fault::new("type", "is required: the name of a request")) };
        };
        let Some(kind) = known_kind(name, bounds.protocol) else {
            return Self { name: NO_KIND, id, request: Err(Error::NoSuchType) };
        };
        let nothing = Map::new();
        let request = match frame.get("params") {
            None | Some(Value::Null) => Ask::from_params(kind, &nothing, bounds),
            Some(Value::Object(params)) => Ask::from_params(kind, params, bounds),
            Some(_) => Err(Error::Invalid(vec![Fault::new("params", "must be an object")])),
        };
        Self { name: kind.name(), id, request: request.map(|request| (kind, request)) }
    }

    /// Refuses a frame without parsing it. The answer has its type and id if they lie in the first 512 bytes.
    pub fn refuse(text: &[u8], protocol: Protocol, error: Error) -> Self {
        let found = peek(text);
        let kind = found.kind.as_ref().and_then(Value::as_str).and_then(|name| known_kind(name, protocol));
        let id = request_id(found.id.as_ref(), protocol).unwrap_or_default();
        Self { name: kind.map_or(NO_KIND, Kind::name), id, request: Err(error) }
    }

    fn refused(fault: Fault) -> Self {
        Self { name: NO_KIND, id: None, request: Err(Error::Invalid(vec![fault])) }
    }
}

/// The request with this name that clients of the protocol may send.
fn known_kind(name: &str, protocol: Protocol) -> Option<Kind> {
    let kind = Kind::REQUESTS.iter().copied().find(|kind| kind.name() == name)?;
    (kind.protocol() == Protocol::Reference || protocol == Protocol::Hearth).then_some(kind)
}

/// The reference protocol has no request ids: there the key is ignored as any unknown one.
fn request_id(id: Option<&Value>, protocol: Protocol) -> Result<Option<RequestId>, Fault> {
    let id = match id {
        Some(id) if protocol == Protocol::Hearth && !id.is_null() => id,
        _ => return Ok(None),
    };
    let good = id.is_i64() || id.is_u64() || id.as_str().is_some_and(|id| id.chars().count() <= MAX_REQUEST_ID);
    let fault = || Fault::new("id", format!("must be an integer, or a text of at most {MAX_REQUEST_ID} characters"));
    if good { Ok(Some(id.clone())) } else { Err(fault()) }
}
