//! A row of the chat list, with everything that a client stores about a chat.

use schemars::JsonSchema;
use serde::Serialize;

use super::row::{EventItem, QuoteItem, ReactionItem, reactions};
use crate::{
    model::{ChatRef, ChatSummary, Conversation, Role, Timestamp, UserId},
    protocol::rows::ListRow,
};

/// A row of the chat list, with everything that a client stores about a chat.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatRow {
    #[serde(flatten)]
    list: ListRow,
    /// The chat.
    chat: ChatRef,
    /// The newest visible message's place in the chat.
    seq: i64,
    /// What a notice reports; null for a message.
    event: Option<EventItem>,
    /// When its text was last edited.
    edited_at: Option<Timestamp>,
    /// The message to which it replies.
    reply_to: Option<QuoteItem>,
    /// In the order of their first use.
    reactions: Vec<ReactionItem>,
    /// The oldest seq of the chat that has not expired: discard what you know of earlier messages.
    first_seq: i64,
    /// The newest seq of the chat.
    last_seq: i64,
    /// The chat's counter of changes: edits, deletions, reactions.
    revision: i64,
    /// The membership's counter: reads, hiding, mute, role, block.
    state: i64,
    /// The seq of the last message that counts as read.
    read_up_to: i64,
    /// The seq of the last message that you have hidden.
    hidden_up_to: i64,
    /// Unread messages.
    unread_count: i64,
    /// Null: not muted.
    muted_until: Option<Timestamp>,
    #[serde(flatten)]
    partner: Option<Partner>,
    #[serde(flatten)]
    membership: Option<Membership>,
}

/// The other person of a dialog.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Partner {
    /// In dialogs: the other person.
    partner_id: UserId,
    /// In dialogs: the first name of that person.
    partner_name: String,
    /// In dialogs: the last name of that person; empty if there is none.
    partner_last_name: String,
    /// In dialogs: how far the other person has read. Null if either of you sends no read receipts.
    partner_read_up_to: Option<i64>,
    /// In dialogs: whether the account of the other person is deleted.
    deleted: bool,
    /// In dialogs: whether you block the other person.
    blocked: bool,
}

/// Your membership of a group.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Membership {
    /// In groups: your role, `owner`, `admin` or `member`.
    role: Role,
    /// In groups: the number of members.
    member_count: i64,
    /// In groups: after how many days messages expire; null if the group keeps them. The server's own limit,
    /// `retentionDays` of the bounds in `hello`, also holds.
    retention_days: Option<i64>,
}

impl From<ChatSummary> for ChatRow {
    fn from(summary: ChatSummary) -> Self {
        let (chat, partner, membership) = match &summary.conversation {
            Conversation::Dialog { partner, partner_read_up_to, deleted, blocked, .. } => {
                let partner = Partner {
                    partner_id: partner.id,
                    partner_name: partner.first_name.clone(),
                    partner_last_name: partner.last_name.clone(),
                    partner_read_up_to: *partner_read_up_to,
                    deleted: *deleted,
                    blocked: *blocked,
                };
                (ChatRef::Dialog(partner.partner_id), Some(partner), None)
            }
            Conversation::Group { id, role, member_count, retention_days, .. } => {
                let (role, member_count, retention_days) = (*role, *member_count, *retention_days);
                let membership = Membership { role, member_count, retention_days };
                (ChatRef::Group(*id), None, Some(membership))
            }
        };
        let (newest, counters, standing) = (&summary.newest, summary.counters, summary.standing);
        Self {
            chat,
            seq: newest.seq,
            event: newest.notice.clone().map(EventItem::from),
            edited_at: newest.edited_at,
            reply_to: newest.reply_to.clone().map(QuoteItem::from),
            reactions: reactions(newest),
            first_seq: summary.first_seq,
            last_seq: counters.last_seq,
            revision: counters.revision,
            state: standing.state,
            read_up_to: standing.read_up_to,
            hidden_up_to: standing.hidden_up_to,
            unread_count: standing.unread(summary.first_seq, counters.last_seq),
            muted_until: standing.muted_until,
            partner,
            membership,
            list: ListRow::with_deletion(summary),
        }
    }
}
