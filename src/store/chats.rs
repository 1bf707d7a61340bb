//! The chat list: a page of it, or some chats.

use std::collections::HashMap;

use sqlx::{AnyConnection, FromRow, Row, any::AnyRow};

use super::{
    Store,
    engine::Sql,
    rows::{add_reactions, have_reactions, is_one, is_set, message, messages, optional_person, person},
    types::{column, json},
};
use crate::{
    error::Result,
    model::{ChatId, ChatRef, ChatSummary, Conversation, Counters, Known, Standing, Timestamp, UserId},
    text::shown_group,
};

/// The chats that `$1` sees. A condition may follow.
macro_rules! from_mine {
    () => {
        concat!(" FROM members me JOIN chats c ON c.id = me.chat_id ", $crate::store::chats::seen!())
    };
}
pub(super) use from_mine;

macro_rules! seen {
    () => {
        "WHERE me.user_id = $1 AND me.left_at IS NULL AND c.dropped_at IS NULL AND c.last_seq > me.hidden_up_to_seq"
    };
}
pub(super) use seen;

/// Those of the chats of `wanted` that `$1` sees, with the person's standing in each.
macro_rules! mine {
    () => {
        concat!(
            "SELECT c.id, c.group_id, c.name, c.user_low, c.user_high, c.first_seq, c.last_seq, c.last_at, \
               c.revision, c.member_count, c.retention_days, me.role, me.state, me.read_up_to_seq, \
               me.hidden_up_to_seq, me.muted_until \
             FROM wanted JOIN one(chats c: c.id = wanted.id) \
               JOIN one(members me: me.user_id = $1 AND me.chat_id = c.id) ",
            seen!()
        )
    };
}

/// The chats of `mine`, each with its newest message, as [`summary`] reads them. A condition may follow.
macro_rules! summaries {
    ($condition:literal) => {
        messages!(
            "mine.id AS chat_id, mine.group_id, mine.name, mine.role, mine.member_count, mine.retention_days, \
             mine.first_seq, mine.last_seq, mine.revision, \
             mine.state, mine.read_up_to_seq, mine.hidden_up_to_seq, mine.muted_until, \
             p.id AS partner_id, p.first_name AS partner_first_name, p.last_name AS partner_last_name, \
             p.deleted_at AS partner_deleted_at, \
             CASE WHEN p.id = u.id OR p.sends_receipts = 1 AND u.sends_receipts = 1 AND pb.created_at IS NULL \
               THEN pm.read_up_to_seq END AS partner_read_up_to, b.created_at AS blocks_since, \
             u.id AS own_id, u.first_name AS own_first_name, u.last_name AS own_last_name, ",
            "mine JOIN one(messages m: m.chat_id = mine.id AND m.seq = mine.last_seq)",
            concat!(
                "JOIN users u ON u.id = $1 \
                 LEFT JOIN users p ON p.id = CASE mine.user_low WHEN $1 THEN mine.user_high ELSE mine.user_low END \
                 LEFT JOIN members pm ON pm.user_id = p.id AND pm.chat_id = mine.id \
                 LEFT JOIN blocks b ON b.user_id = $1 AND b.blocked_id = p.id \
                 LEFT JOIN blocks pb ON pb.user_id = p.id AND pb.blocked_id = $1 ",
                $condition
            )
        )
    };
}

static LIST: Sql = Sql::new(concat!(
    "WITH every AS (SELECT c.id, c.last_at",
    from_mine!(),
    " AND c.last_at < $2), wanted AS (SELECT id FROM every WHERE last_at >= \
       COALESCE((SELECT last_at FROM every ORDER BY last_at DESC LIMIT 1 OFFSET $3), 0)), mine AS (",
    mine!(),
    ") ",
    summaries!("ORDER BY mine.last_at DESC, mine.id DESC")
));

static SOME: Sql = Sql::new(concat!(
    "WITH wanted AS (SELECT id FROM rows($2: id BIGINT) q), mine AS (",
    mine!(),
    ") ",
    summaries!("")
));

/// At most `$4` chats in the order of [`ChatRef::rank`], after the one with side `$2` and kind `$3` (0 dialog, 1
/// group).
static KNOWN: Sql = Sql::new(concat!(
    "SELECT c.id, me.side, CASE WHEN c.group_id IS NULL THEN 0 ELSE 1 END AS is_group, c.last_seq, c.revision, \
       me.state",
    from_mine!(),
    " AND me.side >= $2 AND (me.side > $2 OR CASE WHEN c.group_id IS NULL THEN 0 ELSE 1 END > $3) \
     ORDER BY me.side, is_group LIMIT $4"
));

impl Store {
    /// Conversations whose newest visible message is before an instant, newest first: at most `limit`, and those of the
    /// same instant as the last.
    pub async fn chat_list(&self, user: UserId, before: Timestamp, limit: i64) -> Result<Vec<ChatSummary>> {
        let work = async {
            let query = sqlx::query(LIST.on(self.engine)).bind(user).bind(before).bind(limit - 1);
            let mut connection = self.reads.acquire().await?;
            let rows = query.fetch_all(&mut *connection).await?;
            self.read_summaries(&mut connection, user, &rows).await
        };
        let summaries = self.within(work).await?;
        Ok(summaries.into_iter().map(|(_, summary)| summary).collect())
    }

    /// The chats that a person sees, with what clients compare: at most `limit`, in the order of [`ChatRef::rank`],
    /// after one of them.
    pub async fn known_chats(&self, user: UserId, after: Option<ChatRef>, limit: i64) -> Result<Vec<(ChatId, Known)>> {
        let (side, is_group) = after.map_or((Vec::new(), -1), |after| {
            let (id, is_group) = after.rank();
            (id.as_bytes().to_vec(), i64::from(is_group))
        });
        let work = async {
            let query = sqlx::query(KNOWN.on(self.engine)).bind(user).bind(side).bind(is_group).bind(limit);
            query.fetch_all(&self.reads).await?.iter().map(known).collect()
        };
        self.within(work).await
    }

    /// These of a person's chats, in this order, without those that the person does not see.
    pub async fn chats(&self, user: UserId, wanted: &[ChatId]) -> Result<Vec<ChatSummary>> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let ids = json(&column("id", wanted.iter().map(|chat| chat.0)));
        let work = async {
            let mut connection = self.reads.acquire().await?;
            let query = sqlx::query(SOME.on(self.engine)).bind(user).bind(ids);
            let rows = query.fetch_all(&mut *connection).await?;
            self.read_summaries(&mut connection, user, &rows).await
        };
        let mut summaries: HashMap<_, _> = self.within(work).await?.into_iter().collect();
        Ok(wanted.iter().filter_map(|chat| summaries.remove(chat)).collect())
    }

    async fn read_summaries(
        &self,
        connection: &mut AnyConnection,
        reader: UserId,
        rows: &[AnyRow],
    ) -> sqlx::Result<Vec<(ChatId, ChatSummary)>> {
        let mut summaries = rows.iter().map(summary).collect::<sqlx::Result<Vec<_>>>()?;
        if have_reactions(rows)? {
            let newest = summaries.iter_mut().map(|(chat, summary)| (*chat, &mut summary.newest)).collect();
            add_reactions(connection, self.engine, reader, newest).await?;
        }
        Ok(summaries)
    }
}

fn known(row: &AnyRow) -> sqlx::Result<(ChatId, Known)> {
    let chat = if is_one(row, "is_group")? {
        ChatRef::Group(row.try_get("side")?)
    } else {
        ChatRef::Dialog(row.try_get("side")?)
    };
    Ok((row.try_get("id")?, Known { chat, counters: Counters::from_row(row)?, state: row.try_get("state")? }))
}

fn summary(row: &AnyRow) -> sqlx::Result<(ChatId, ChatSummary)> {
    let standing = Standing {
        state: row.try_get("state")?,
        read_up_to: row.try_get("read_up_to_seq")?,
        hidden_up_to: row.try_get("hidden_up_to_seq")?,
        muted_until: row.try_get("muted_until")?,
    };
    let newest = message(row, standing.hidden_up_to)?;
    let partner = optional_person(row, ["partner_id", "partner_first_name", "partner_last_name"])?;
    let conversation = match (row.try_get("group_id")?, partner) {
        (Some(id), _) => Conversation::Group {
            id,
            name: shown_group(row.try_get("name")?),
            role: row.try_get("role")?,
            member_count: row.try_get("member_count")?,
            retention_days: row.try_get("retention_days")?,
        },
        (None, Some(partner)) => Conversation::Dialog {
            receiver: if newest.sender.id == partner.id {
                person(row, ["own_id", "own_first_name", "own_last_name"])?
            } else {
                partner.clone()
            },
            partner,
            deleted: is_set(row, "partner_deleted_at")?,
            partner_read_up_to: row.try_get("partner_read_up_to")?,
            blocked: is_set(row, "blocks_since")?,
        },
        (None, None) => return Err(sqlx::Error::RowNotFound),
    };
    let (counters, first_seq) = (Counters::from_row(row)?, row.try_get("first_seq")?);
    Ok((row.try_get("chat_id")?, ChatSummary { conversation, counters, first_seq, standing, newest }))
}
