//! The rejections that clients can tell apart, in one table.

use super::Kind;

macro_rules! refusals {
    ($(#[doc = $doc:literal] $name:ident: $kind:ident, $code:literal, $message:literal;)*) => {
        /// The rejections that clients can tell apart, each with its class, its stable code and its text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Refusal { $(#[doc = $doc] $name,)* }

        impl Refusal {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// When it occurs, for the documentation.
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
    /// The token is missing, invalid, expired or revoked.
    Unauthorized: Unauthorized, "unauthorized", "Not authorized";
    /// The request comes from a page of a web origin that is not allowed.
    OriginNotAllowed: Forbidden, "origin_not_allowed", "Pages of this web origin may not call this server: server.origins does not list it";
    /// Login: the email or the password is wrong; one text for both.
    WrongCredentials: Invalid, "wrong_credentials", "No such user exists or wrong password";
    /// Changing the password: the old password is wrong.
    WrongPassword: Invalid, "wrong_password", "Wrong password or email";
    /// The session must confirm that the account's owner makes the request: `POST /auth/confirm`.
    ConfirmRequired: Forbidden, "confirm_required", "Confirm that it is you: enter your password";
    /// Sign-up: another account has this email.
    EmailTaken: Conflict, "email_taken", "User with this email already exists!";
    /// Creating a group: another group has this id.
    GroupIdTaken: Conflict, "group_id_taken", "Group with this id already exists";
    /// Another message of this chat has this id.
    MessageIdTaken: Conflict, "message_id_taken", "Message id already exists";
    /// You are, or the person to remove is, not a member of the group; or the group does not exist.
    NotMember: Forbidden, "not_a_member", "User is not a member of this group";
    /// The person to add is already a member.
    AlreadyMember: Conflict, "already_a_member", "the user is already in the group";
    /// The person to add has blocked you, or is a former member and you are neither the owner nor an admin.
    CannotBeAdded: Forbidden, "cannot_be_added", "This person cannot be added";
    /// There is no account with this id.
    UserNotFound: NotFound, "user_not_found", "User not found";
    /// You have no such dialog.
    ChatNotFound: NotFound, "chat_not_found", "Chat not found";
    /// You have no such session.
    SessionNotFound: NotFound, "session_not_found", "Session not found";
    /// The link to an export was used, has expired or was replaced, its session has ended, or there never was one.
    LinkNotFound: NotFound, "link_not_found", "This link no longer works: it was used, has expired or was replaced. Make a new one";
    /// You tried to delete a group of which you are not the owner.
    OwnerOnly: Forbidden, "not_allowed", "Only the owner of the group can delete it";
    /// You tried to remove a member, and are neither the owner nor an admin.
    NotAllowedToRemove: Forbidden, "not_allowed", "Only the owner and the admins of the group can remove members";
    /// As an admin, you tried to remove the owner or another admin.
    AdminRemovesMembers: Forbidden, "not_allowed", "Admins can remove members, but not the owner or other admins";
    /// You tried to rename the group, and are neither the owner nor an admin.
    NotAllowedToRename: Forbidden, "not_allowed", "Only the owner and the admins of the group can rename it";
    /// You tried to change a role, and are not the owner.
    NotAllowedToSetRole: Forbidden, "not_allowed", "Only the owner of the group can change roles";
    /// As the owner, you tried to change your own role.
    OwnRole: Forbidden, "not_allowed", "You cannot change your own role: to hand over the group, make another member its owner";
    /// The member already has the role.
    RoleUnchanged: Conflict, "role_unchanged", "The member already has this role";
    /// You tried to change how long the group keeps its messages, and are not the owner.
    NotAllowedToSetRetention: Forbidden, "not_allowed", "Only the owner of the group can change how long it keeps messages";
    /// The group already keeps its messages for this long.
    RetentionUnchanged: Conflict, "retention_unchanged", "The group already keeps its messages for this long";
    /// The chat has no message with this id that you may see.
    MessageNotFound: NotFound, "message_not_found", "Message not found";
    /// `replyTo` names a notice, or no message that you may see.
    QuoteNotFound: NotFound, "message_not_found", "replyTo is not the id of a message in this chat";
    /// The message was deleted for everyone.
    MessageDeleted: Conflict, "message_deleted", "The message has been deleted";
    /// The message is a notice, which cannot be changed.
    IsNotice: Forbidden, "notice", "Notices cannot be edited, deleted or reacted to";
    /// You tried to edit a message of another person.
    SenderOnly: Forbidden, "not_allowed", "Only the sender of a message can edit it";
    /// You tried to delete a message of another person, and are neither the owner nor an admin of its group.
    NotAllowedToDelete: Forbidden, "not_allowed", "Only the sender of a message, or the owner and the admins of its group, can delete it";
    /// The message already has 20 different reactions.
    TooManyReactions: Conflict, "too_many_reactions", "A message has at most 20 different reactions";
    /// The other person has blocked you.
    Blocked: Forbidden, "blocked", "Not delivered: this person does not accept messages from you";
    /// You have blocked the other person.
    Blocking: Forbidden, "you_blocked", "You blocked this person: unblock them to write, edit or react here";
    /// You tried to remove yourself.
    LeaveInstead: Forbidden, "not_allowed", "You cannot remove yourself from a group: use leaveGroup";
}
