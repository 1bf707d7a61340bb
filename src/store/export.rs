//! Everything that is stored about a person, in pages by key: no question reads more than a page, and none leaves a
//! transaction open.

use sqlx::{FromRow, Row, any::AnyRow};

use super::{
    Store,
    rows::{add_reactions, from_columns, message, messages, optional_person, person},
};
use crate::{
    error::Result,
    model::{
        Block, ChatId, ChatRef, Membership, Message, OwnReaction, OwnSession, Profile, SessionId, Timestamp, UserId,
    },
    text::shown_group,
};

/// Messages per page: of the longest ones, a few MB.
const MESSAGES: i64 = 250;
/// Rows per page of everything else.
const ROWS: i64 = 100;
/// How many messages' reactions one question reads.
const REACTED: i64 = 1000;

/// A page, and the key after which the next one begins; `None` after the last page.
pub type Page<T, K> = (Vec<T>, Option<K>);

from_columns! {
    Profile { user_id, email, first_name, last_name, created_at, updated_at }
    OwnSession { session_id, user_agent, created_at, last_seen_at, expires_at, ended_at, confirmed_at }
}

impl FromRow<'_, AnyRow> for Membership {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        let partner = optional_person(row, ["partner_id", "partner_first_name", "partner_last_name"])?;
        let group: Option<_> = row.try_get("group_id")?;
        let name: Option<String> = row.try_get("group_name")?;
        let chat = match (group, &partner) {
            (Some(group), _) => ChatRef::Group(group),
            (None, Some(partner)) => ChatRef::Dialog(partner.id),
            (None, None) => return Err(sqlx::Error::RowNotFound),
        };
        let (partner_name, partner_last_name) =
            partner.clone().map(|partner| (partner.first_name, partner.last_name)).unzip();
        Ok(Self {
            id: row.try_get("id")?,
            last_seq: row.try_get("last_seq")?,
            partner,
            chat,
            partner_name,
            partner_last_name,
            group_name: name.map(shown_group),
            role: if group.is_some() { row.try_get("role")? } else { None },
            joined_at: row.try_get("joined_at")?,
            left_at: row.try_get("left_at")?,
            deleted_at: row.try_get("dropped_at")?,
            read_up_to: row.try_get("read_up_to_seq")?,
            hidden_up_to: row.try_get("hidden_up_to_seq")?,
            muted_until: row.try_get("muted_until")?,
            stored_bytes: row.try_get("bytes")?,
        })
    }
}

/// At most `$3` chats that `$1` is or was in, after `$2`. Of a group that the person left, the name is the one at that
/// time: who left does not learn a later one.
const MEMBERSHIPS: &str = "SELECT c.id, c.group_id, c.last_seq, c.dropped_at, me.role, me.joined_at, me.left_at, \
       me.read_up_to_seq, me.hidden_up_to_seq, me.muted_until, me.bytes, \
       p.id AS partner_id, p.first_name AS partner_first_name, p.last_name AS partner_last_name, \
       CASE WHEN c.group_id IS NULL THEN NULL WHEN me.left_at IS NULL THEN c.name ELSE COALESCE(\
         (SELECT m.detail FROM messages m WHERE m.chat_id = c.id AND m.event = 5 AND m.created_at <= me.left_at \
          ORDER BY m.seq DESC LIMIT 1), \
         (SELECT m.detail FROM messages m WHERE m.chat_id = c.id AND m.seq = 1 AND m.event = 1), \
         CASE WHEN c.first_seq = 1 \
           AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.chat_id = c.id AND m.event = 5) THEN c.name END) \
       END AS group_name \
     FROM members me JOIN chats c ON c.id = me.chat_id \
     LEFT JOIN users p ON c.group_id IS NULL AND p.id = CASE c.user_low WHEN $1 THEN c.user_high ELSE c.user_low END \
     WHERE me.user_id = $1 AND me.chat_id > $2 ORDER BY me.chat_id LIMIT $3";

impl Store {
    /// A person's account, `None` if it is deleted.
    pub async fn profile(&self, user: UserId) -> Result<Option<Profile>> {
        let query = sqlx::query_as(
            "SELECT id AS user_id, email, first_name, last_name, created_at, updated_at FROM users \
             WHERE id = $1 AND deleted_at IS NULL",
        );
        self.within(query.bind(user).fetch_optional(&self.reads)).await
    }

    /// A page of a person's sessions, in the order of their ids.
    pub async fn own_sessions(&self, user: UserId, after: Option<SessionId>) -> Result<Page<OwnSession, SessionId>> {
        let query = sqlx::query_as(
            "SELECT id AS session_id, user_agent, created_at, last_seen_at, expires_at, ended_at, confirmed_at \
             FROM sessions WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        );
        let query = query.bind(user).bind(after.unwrap_or(SessionId(uuid::Uuid::nil()))).bind(ROWS);
        let rows: Vec<OwnSession> = self.within(query.fetch_all(&self.reads)).await?;
        Ok(page(rows, |row| row.session_id))
    }

    /// A page of the users that a person blocks, in the order of their ids.
    pub async fn own_blocks(&self, user: UserId, after: Option<UserId>) -> Result<Page<Block, UserId>> {
        let work = async {
            let query = sqlx::query(
                "SELECT u.id, u.first_name, u.last_name, b.created_at FROM blocks b JOIN users u ON u.id = b.blocked_id \
                 WHERE b.user_id = $1 AND b.blocked_id > $2 ORDER BY b.blocked_id LIMIT $3",
            );
            let query = query.bind(user).bind(after.unwrap_or(UserId(uuid::Uuid::nil()))).bind(ROWS);
            query.fetch_all(&self.reads).await?.iter().map(block).collect::<sqlx::Result<Vec<_>>>()
        };
        Ok(page(self.within(work).await?, |row| row.user_id))
    }

    /// A page of the chats that a person is or was in, in the order in which the chats began.
    pub async fn memberships(&self, user: UserId, after: Option<ChatId>) -> Result<Page<Membership, ChatId>> {
        let query = sqlx::query_as(MEMBERSHIPS).bind(user).bind(after.unwrap_or(ChatId(0))).bind(ROWS);
        Ok(page(self.within(query.fetch_all(&self.reads)).await?, |row: &Membership| row.id))
    }

    /// A page of a chat's messages, oldest first, up to the newest at the time when the membership was read. Of a chat
    /// that the person left only the person's own messages, and the notices about the person, without reactions and
    /// quotes of others.
    pub async fn own_messages(
        &self,
        user: UserId,
        chat: &Membership,
        after: Option<i64>,
    ) -> Result<Page<Message, i64>> {
        let after = after.unwrap_or_default().max(chat.hidden_up_to);
        if chat.is_current() {
            return self.readable_messages(user, chat, after).await;
        }
        // A range of the primary key: a person with few messages in a long history needs many short questions.
        let up_to = after.saturating_add(MESSAGES).min(chat.last_seq);
        let work = async {
            let query = sqlx::query(messages!(
                "WHERE m.chat_id = $1 AND m.seq > $2 AND m.seq <= $3 AND (m.sender_id = $4 OR m.subject_id = $4) \
                 ORDER BY m.seq"
            ));
            let query = query.bind(chat.id).bind(after).bind(up_to).bind(user);
            let rows = query.fetch_all(&self.reads).await?;
            let own = |row| Ok(without_others(message(row, chat.hidden_up_to)?, user));
            rows.iter().map(own).collect::<sqlx::Result<Vec<_>>>()
        };
        Ok((self.within(work).await?, (up_to < chat.last_seq).then_some(up_to)))
    }

    async fn readable_messages(&self, user: UserId, chat: &Membership, after: i64) -> Result<Page<Message, i64>> {
        let work = async {
            let mut connection = self.reads.acquire().await?;
            let query =
                sqlx::query(messages!("WHERE m.chat_id = $1 AND m.seq > $2 AND m.seq <= $3 ORDER BY m.seq LIMIT $4"));
            let query = query.bind(chat.id).bind(after).bind(chat.last_seq).bind(MESSAGES);
            let rows = query.fetch_all(&mut *connection).await?;
            let mut read = rows.iter().map(|row| message(row, chat.hidden_up_to)).collect::<sqlx::Result<Vec<_>>>()?;
            let with_chat = read.iter_mut().map(|message| (chat.id, message)).collect();
            add_reactions(&mut connection, self.engine, user, with_chat).await?;
            Ok(read)
        };
        let rows = self.within(work).await?;
        let next = rows.last().filter(|_| is_full(&rows, MESSAGES)).map(|row| row.seq);
        Ok((rows, next))
    }

    /// A page of a person's reactions in a chat, oldest message first.
    pub async fn own_reactions(
        &self,
        user: UserId,
        chat: &Membership,
        after: Option<i64>,
    ) -> Result<Page<OwnReaction, i64>> {
        let after = after.unwrap_or_default().max(chat.hidden_up_to);
        let up_to = after.saturating_add(REACTED).min(chat.last_seq);
        let work = async {
            let query = sqlx::query(
                "SELECT m.id, r.seq, r.emoji, r.created_at FROM reactions r \
                 JOIN messages m ON m.chat_id = r.chat_id AND m.seq = r.seq \
                 WHERE r.chat_id = $1 AND r.seq > $2 AND r.seq <= $3 AND r.user_id = $4 ORDER BY r.seq, r.emoji",
            );
            let rows = query.bind(chat.id).bind(after).bind(up_to).bind(user).fetch_all(&self.reads).await?;
            rows.iter().map(|row| reaction(row, chat.chat)).collect()
        };
        Ok((self.within(work).await?, (up_to < chat.last_seq).then_some(up_to)))
    }
}

fn block(row: &AnyRow) -> sqlx::Result<Block> {
    let person = person(row, ["id", "first_name", "last_name"])?;
    let created_at: Timestamp = row.try_get("created_at")?;
    Ok(Block { user_id: person.id, first_name: person.first_name, last_name: person.last_name, created_at })
}

fn reaction(row: &AnyRow, chat: ChatRef) -> sqlx::Result<OwnReaction> {
    Ok(OwnReaction {
        chat,
        message_id: row.try_get("id")?,
        seq: row.try_get("seq")?,
        emoji: row.try_get("emoji")?,
        created_at: row.try_get("created_at")?,
    })
}

/// A message without what others wrote in the message that it replies to.
fn without_others(mut message: Message, user: UserId) -> Message {
    message.reply_to =
        message.reply_to.map(|quote| if quote.sender == user { quote } else { quote.seen_from(i64::MAX) });
    message
}

fn page<T, K>(rows: Vec<T>, key: impl Fn(&T) -> K) -> Page<T, K> {
    let next = rows.last().filter(|_| is_full(&rows, ROWS)).map(key);
    (rows, next)
}

/// Whether there may be more after these rows.
fn is_full<T>(rows: &[T], limit: i64) -> bool {
    i64::try_from(rows.len()).is_ok_and(|count| count >= limit)
}
