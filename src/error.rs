//! Every way in which a request can fail, with one stable code and one text for REST and WebSocket alike.
//! Knows nothing of HTTP or frames; those layers choose the status from [`Error::kind`].

use std::{fmt, time::Duration};

use serde::Serialize;

/// The result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The field; or the part of the request, such as `body`, that it belongs to.
    pub path: String,
    /// What it must be and the limit it broke: reads on after the field's name.
    pub message: String,
}

impl Fault {
    /// A fault of one field.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path, self.message)
    }
}

/// Why a request did not do what it asked for.
#[derive(Debug)]
pub enum Error {
    /// Fields are missing, malformed or out of bounds; every fault at once.
    Invalid(Vec<Fault>),
    /// Well-formed, and not allowed or not possible.
    Refused(Refusal),
    /// The frame's `type` is none of ours.
    NoSuchType,
    /// The group is as large as the configuration allows: so many members.
    GroupFull(u32),
    /// Too many requests; try again after this time.
    TooMany(Duration),
    /// So many people were added to groups in an hour; the next one can be after `wait`.
    TooManyAdds {
        /// Adds in an hour.
        limit: u32,
        /// Whether it counts people with whom one has no dialog.
        strangers: bool,
        /// How long.
        wait: Duration,
    },
    /// The database does not answer, or the server is full; nothing is wrong with the request.
    Unavailable(&'static str),
    /// The disk that holds the database is full: nothing was stored.
    DiskFull,
    /// The request needs a damaged page of the database. The store has logged it.
    Damaged,
    /// A defect of ours. The cause is for the log alone.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

/// The classes that decide an HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request is at fault.
    Invalid,
    /// No live session.
    Unauthorized,
    /// Not by this person.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// It collides with what exists.
    Conflict,
    /// Too often.
    TooMany,
    /// Not now.
    Unavailable,
    /// Our fault.
    Internal,
}

macro_rules! refusals {
    ($(#[doc = $doc:literal] $name:ident: $kind:ident, $code:literal, $message:literal;)*) => {
        /// The refusals that clients may tell apart: each with its class, its stable code and its text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Refusal { $(#[doc = $doc] $name,)* }

        impl Refusal {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// When it is given, for the documentation.
            pub fn about(self) -> &'static str {
                match self { $(Self::$name => $doc.trim_ascii(),)* }
            }

            fn row(self) -> (Kind, &'static str, &'static str) {
                match self { $(Self::$name => (Kind::$kind, $code, $message),)* }
            }
        }
    };
}

refusals! {
    /// No, bad, expired or revoked token.
    Unauthorized: Unauthorized, "unauthorized", "Not authorized";
    /// A page of a web origin that the operator does not allow.
    OriginNotAllowed: Forbidden, "origin_not_allowed", "Pages of this web origin may not call this server: server.origins does not list it";
    /// At log-in: one text, whether the e-mail or the password is wrong.
    WrongCredentials: Invalid, "wrong_credentials", "No such user exists or wrong password";
    /// At a change of password: the old one is wrong.
    WrongPassword: Invalid, "wrong_password", "Wrong password or email";
    /// The session has to confirm that it is the owner who asks: `POST /auth/confirm`.
    ConfirmRequired: Forbidden, "confirm_required", "Confirm that it is you: enter your password";
    /// At sign-up: another account has this e-mail.
    EmailTaken: Conflict, "email_taken", "User with this email already exists!";
    /// At the creation of a group: another one has this id.
    GroupIdTaken: Conflict, "group_id_taken", "Group with this id already exists";
    /// The id names another message of this chat.
    MessageIdTaken: Conflict, "message_id_taken", "Message id already exists";
    /// The caller, or the person to remove, is not in the group; or there is no such group.
    NotMember: Forbidden, "not_a_member", "User is not a member of this group";
    /// The person to add is in the group.
    AlreadyMember: Conflict, "already_a_member", "the user is already in the group";
    /// The person to add has blocked the caller, or was in the group before and the caller is a plain member.
    CannotBeAdded: Forbidden, "cannot_be_added", "This person cannot be added";
    /// No account with this id.
    UserNotFound: NotFound, "user_not_found", "User not found";
    /// The caller has no such dialog.
    ChatNotFound: NotFound, "chat_not_found", "Chat not found";
    /// The caller has no such session.
    SessionNotFound: NotFound, "session_not_found", "Session not found";
    /// Somebody other than the owner tried to delete the group.
    OwnerOnly: Forbidden, "not_allowed", "Only the owner of the group may delete it";
    /// A plain member tried to remove somebody.
    NotAllowedToRemove: Forbidden, "not_allowed", "Only the owner and the admins of the group may remove members";
    /// An admin tried to remove the owner or an admin.
    AdminRemovesMembers: Forbidden, "not_allowed", "Only the owner of the group may remove an admin or the owner";
    /// A plain member tried to rename the group.
    NotAllowedToRename: Forbidden, "not_allowed", "Only the owner and the admins of the group may rename it";
    /// Somebody other than the owner tried to give a role.
    NotAllowedToSetRole: Forbidden, "not_allowed", "Only the owner of the group may give roles";
    /// The owner tried to change their own role.
    OwnRole: Forbidden, "not_allowed", "Nobody may change their own role: to hand the group over, make another member its owner";
    /// The member already has the role.
    RoleUnchanged: Conflict, "role_unchanged", "The member already has this role";
    /// The chat has no message with this id that the caller may see.
    MessageNotFound: NotFound, "message_not_found", "Message not found";
    /// `replyTo` names no message that the caller may see, or a notice.
    QuoteNotFound: NotFound, "message_not_found", "replyTo names no message of this chat";
    /// The message was deleted for everybody.
    MessageDeleted: Conflict, "message_deleted", "The message has been deleted";
    /// The message is a notice, and those stay as they are.
    IsNotice: Forbidden, "notice", "Notices cannot be edited, deleted or reacted to";
    /// Somebody other than the sender tried to edit the message.
    SenderOnly: Forbidden, "not_allowed", "Only the sender of a message may edit it";
    /// Somebody tried to delete the message who is neither its sender nor the group's owner or admin.
    NotAllowedToDelete: Forbidden, "not_allowed", "Only the sender of a message, or the owner and the admins of its group, may delete it";
    /// The reaction would be one kind too many.
    TooManyReactions: Conflict, "too_many_reactions", "A message has at most 20 different reactions";
    /// The other person has blocked the caller.
    Blocked: Forbidden, "blocked", "Not delivered: this person does not accept messages from you";
    /// The caller has blocked the other person.
    Blocking: Forbidden, "you_blocked", "You blocked this person: unblock them to write, edit or react here";
    /// The caller tried to remove themselves.
    LeaveInstead: Forbidden, "not_allowed", "Nobody may remove themselves from a group: use leaveGroup";
}

impl Error {
    /// The class that decides an HTTP status.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Invalid(_) | Self::NoSuchType => Kind::Invalid,
            Self::Refused(refusal) => refusal.row().0,
            Self::GroupFull(_) => Kind::Conflict,
            Self::TooMany(_) | Self::TooManyAdds { .. } => Kind::TooMany,
            Self::Unavailable(_) | Self::DiskFull => Kind::Unavailable,
            Self::Damaged | Self::Internal(_) => Kind::Internal,
        }
    }

    /// A word that stays the same when the text changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::Refused(refusal) => refusal.row().1,
            Self::NoSuchType => "unknown_type",
            Self::GroupFull(_) => "group_full",
            Self::TooMany(_) => "too_many_requests",
            Self::TooManyAdds { .. } => "too_many_adds",
            Self::Unavailable(_) => "unavailable",
            Self::DiskFull => "disk_full",
            Self::Damaged | Self::Internal(_) => "internal",
        }
    }

    /// Every fault of an invalid request; empty for every other failure.
    pub fn faults(&self) -> &[Fault] {
        match self {
            Self::Invalid(faults) => faults,
            _ => &[],
        }
    }

    /// The same error for another request, if it is about the server and not about the request: the database is away,
    /// its disk is full, the server is busy or stopping.
    pub fn outage(&self) -> Option<Self> {
        match self {
            Self::Unavailable(reason) => Some(Self::Unavailable(reason)),
            Self::DiskFull => Some(Self::DiskFull),
            _ => None,
        }
    }

    /// Writes the cause of an internal failure to the log. Called where the answer is made.
    pub fn log(&self) {
        if let Self::Internal(cause) = self {
            tracing::error!(cause = %cause, "a request failed by our fault");
        }
    }
}

/// The text for people.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(faults) => {
                f.write_str("Invalid request: ")?;
                for (position, fault) in faults.iter().enumerate() {
                    let separator = if position == 0 { "" } else { "; " };
                    write!(f, "{separator}{fault}")?;
                }
                Ok(())
            }
            Self::Refused(refusal) => f.write_str(refusal.row().2),
            Self::NoSuchType => f.write_str("There is no such type"),
            Self::GroupFull(limit) => write!(f, "A group has at most {limit} members"),
            Self::TooMany(wait) => {
                write!(f, "Too many requests: try again in {} s", seconds(*wait))
            }
            Self::TooManyAdds { limit, strangers, wait } => {
                let whom = if *strangers { " with whom you have not written to each other" } else { "" };
                let (people, wait) = (people(*limit), seconds(*wait));
                write!(f, "You can add {people} an hour{whom}: try again in {wait} s")
            }
            Self::Unavailable(reason) => f.write_str(reason),
            Self::DiskFull => f.write_str("The server's disk is full, so nothing was saved: try again later"),
            Self::Damaged | Self::Internal(_) => f.write_str("Server error"),
        }
    }
}

impl std::error::Error for Error {}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

fn people(count: u32) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

/// Whole seconds, rounded up: what `Retry-After` can say.
pub fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}
