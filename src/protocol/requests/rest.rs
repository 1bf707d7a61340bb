//! The requests of REST.

use super::super::fields::{
    AnyEmail, AnyPassword, ClientName, DeviceToken, Email, FirstName, Flag, GroupName, LastName, LinkToken,
    NewPassword, Notice, SearchLimit, SearchText,
};
use crate::model::{Action, ChatRef, GroupId, MessageId, SessionId, Texts, UserId};

requests! {
    /// A new account.
    SignUp {
        /// Shown to others.
        "firstName" first_name: FirstName,
        /// Shown to others.
        "lastName" last_name: Option<LastName>,
        /// For logging in.
        "email" email: Email,
        /// Stored only as a hash.
        "password" password: NewPassword,
    }
    /// A log-in.
    LogIn {
        /// Case does not matter.
        "email" email: AnyEmail,
        /// As at sign-up.
        "password" password: AnyPassword,
        /// Tells what the client supports.
        "client" client: Option<ClientName>,
        /// Proves an earlier log-in to this account on this device.
        "deviceToken" device_token: Option<DeviceToken>,
    }
    /// Confirms that the account's owner makes the request.
    ConfirmIdentity {
        /// The current password.
        "password" password: AnyPassword,
    }
    /// New names; missing fields stay unchanged.
    UpdateProfile {
        /// Unchanged if missing.
        "firstName" first_name: Option<FirstName>,
        /// Unchanged if missing; empty removes it.
        "lastName" last_name: Option<LastName>,
    }
    /// A new password.
    ChangePassword {
        /// The current password.
        "oldPassword" old_password: AnyPassword,
        /// The new password.
        "newPassword" new_password: NewPassword,
        /// Whether the answer contains a new token that replaces this one.
        "rotate" rotate: Option<Flag>,
    }
    /// What others see of you; missing fields stay unchanged.
    UpdatePrivacy {
        /// Whether others see when you are online.
        "presence" presence: Option<Flag>,
        /// Whether others see how far you have read.
        "readReceipts" read_receipts: Option<Flag>,
    }
    /// Deletes the account.
    DeleteAccount {
        /// What happens to your messages.
        "messages" texts: Texts,
    }
    /// A page of your sessions.
    ListSessions {
        /// The last row of the previous page; missing: from the newest.
        "cursor" before: Option<SessionId>,
    }
    /// Ends one of your sessions.
    EndSession {
        /// The session.
        "id" session: SessionId,
    }
    /// Downloads an export.
    Download {
        /// From the link.
        "token" token: LinkToken,
    }
    /// The dialog to hide from your list.
    MarkAsDeleted {
        /// The other person.
        "companionId" companion: UserId,
    } => (ChatRef::Dialog(companion), Action::Hide);
    /// A new group with you as its owner.
    CreateGroup {
        /// Its id.
        "groupId" group: GroupId,
        /// Its name.
        "groupName" name: GroupName,
        /// The first row of its history.
        "notificationMessage" notice: Notice,
        /// That row's id.
        "messageId" message: MessageId,
    } => (ChatRef::Group(group), Action::Create { name: name.0, message, notice: notice.0 });
    /// A search for people and your groups.
    Search {
        /// The words.
        "searchText" text: SearchText,
        /// The maximum number of rows.
        "limit" limit: SearchLimit,
    }
    /// A search for people who are not in a group.
    SearchUsers {
        /// The words.
        "searchText" text: SearchText,
        /// One of your groups.
        "groupId" group: GroupId,
        /// The maximum number of rows.
        "limit" limit: SearchLimit,
    }
}
