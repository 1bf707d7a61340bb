//! The requests of REST.

use super::super::fields::{
    AnyEmail, AnyPassword, ClientName, DeviceToken, Email, FirstName, Flag, GroupName, LastName, NewPassword, Notice,
    SearchLimit, SearchText,
};
use crate::model::{Action, ChatRef, GroupId, MessageId, SessionId, Texts, UserId};

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
        /// Says what the client can do.
        "client" client: Option<ClientName>,
        /// Proves that somebody logged in to this account on this device before.
        "deviceToken" device_token: Option<DeviceToken>,
    }
    /// That it is the owner of the account who asks.
    ConfirmIdentity {
        /// The present one.
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
        /// Whether the answer is to hold a new token that takes the place of this one.
        "rotate" rotate: Option<Flag>,
    }
    /// What others are to see of the caller; what is missing stays.
    UpdatePrivacy {
        /// Whether they see when the caller is online.
        "presence" presence: Option<Flag>,
        /// Whether they see how far the caller has read.
        "readReceipts" read_receipts: Option<Flag>,
    }
    /// The end of an account.
    DeleteAccount {
        /// What becomes of the person's messages.
        "messages" texts: Texts,
    }
    /// A page of the caller's sessions.
    ListSessions {
        /// The last row of the page before; missing: from the newest.
        "cursor" before: Option<SessionId>,
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
    } => (ChatRef::Dialog(companion), Action::Hide);
    /// A new group with the caller as its owner.
    CreateGroup {
        /// Its id.
        "groupId" group: GroupId,
        /// What it is called.
        "groupName" name: GroupName,
        /// The first row of its history.
        "notificationMessage" notice: Notice,
        /// That row's id.
        "messageId" message: MessageId,
    } => (ChatRef::Group(group), Action::Create { name: name.0, message, notice: notice.0 });
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
}
