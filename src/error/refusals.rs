//! The refusals that clients tell apart, in one table.

use super::Kind;

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

            pub(super) fn row(self) -> (Kind, &'static str, &'static str) {
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
