//! A row of the chat list, with all that a client keeps of a chat.

use serde::Serialize;

use super::{
    items::ChatSideItem,
    row::{EventItem, QuoteItem, ReactionItem, reactions},
};
use crate::{
    model::{ChatSide, ChatSummary, Conversation, Timestamp, UserId},
    protocol::rows::ListRow,
};

/// The contract's keys, and more.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatRow {
    #[serde(flatten)]
    list: ListRow,
    chat: ChatSideItem,
    seq: i64,
    event: Option<EventItem>,
    edited_at: Option<Timestamp>,
    reply_to: Option<QuoteItem>,
    reactions: Vec<ReactionItem>,
    last_seq: i64,
    revision: i64,
    state: i64,
    read_up_to: i64,
    hidden_up_to: i64,
    unread_count: i64,
    muted_until: Option<Timestamp>,
    #[serde(flatten)]
    partner: Option<Partner>,
    #[serde(flatten)]
    membership: Option<Membership>,
}

/// The other side of a dialog.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Partner {
    partner_id: UserId,
    partner_name: String,
    partner_last_name: String,
    partner_read_up_to: i64,
    /// The account is gone.
    deleted: bool,
    /// By oneself.
    blocked: bool,
}

/// One's own place in a group.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Membership {
    role: &'static str,
    member_count: i64,
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
                (ChatSide::Dialog(partner.partner_id), Some(partner), None)
            }
            Conversation::Group { id, role, member_count, .. } => {
                let membership = Membership { role: role.name(), member_count: *member_count };
                (ChatSide::Group(*id), None, Some(membership))
            }
        };
        let (newest, counters, standing) = (&summary.newest, summary.counters, summary.standing);
        Self {
            chat: chat.into(),
            seq: newest.seq,
            event: newest.notice.clone().map(EventItem::from),
            edited_at: newest.edited_at,
            reply_to: newest.reply_to.clone().map(QuoteItem::from),
            reactions: reactions(newest),
            last_seq: counters.last_seq,
            revision: counters.revision,
            state: standing.state,
            read_up_to: standing.read_up_to,
            hidden_up_to: standing.hidden_up_to,
            unread_count: standing.unread(counters.last_seq),
            muted_until: standing.muted_until,
            partner,
            membership,
            list: ListRow::with_deletion(summary),
        }
    }
}
