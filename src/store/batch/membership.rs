//! Adds and ends chats and memberships.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::Row;

use super::Batch;
use crate::{
    model::{ChatId, ChatKey, GroupId, Role, Timestamp, UserId},
    store::{
        engine::Sql,
        types::{json, key, number},
    },
    text::{search, shown_group},
};

static ADD_DIALOGS: Sql = Sql::new(
    "INSERT INTO chats (name, name_folded, user_low, user_high, last_seq, last_at, member_count, created_at) \
     SELECT '', '', user_low, user_high, 0, 0, CASE WHEN user_low = user_high THEN 1 ELSE 2 END, $2 \
     FROM rows($1: user_low UUID, user_high UUID) q WHERE user_low IS NOT NULL \
     RETURNING id, user_low, user_high",
);

static ADD_MEMBERS: Sql = Sql::new(
    "INSERT INTO members (user_id, chat_id, side, role, joined_at, joined_seq, hidden_up_to_seq, read_up_to_seq) \
     SELECT q.user_id, c.id, \
       COALESCE(c.group_id, CASE c.user_low WHEN q.user_id THEN c.user_high ELSE c.user_low END), \
       q.role, $2, q.joined_seq, 0, q.joined_seq \
     FROM rows($1: user_id UUID, chat_id BIGINT, role BIGINT, joined_seq BIGINT) q \
     JOIN one(chats c: c.id = q.chat_id) WHERE true \
     ON CONFLICT (user_id, chat_id) DO UPDATE SET role = excluded.role, joined_at = excluded.joined_at, \
       joined_seq = excluded.joined_seq, left_at = NULL, left_seq = NULL, read_up_to_seq = excluded.read_up_to_seq, \
       state = members.state + 1",
);

static BOTH_WROTE: Sql = Sql::new(
    "SELECT 1 FROM chats d JOIN one(members a: a.user_id = $1 AND a.chat_id = d.id AND a.wrote = 1) \
     JOIN one(members b: b.user_id = $2 AND b.chat_id = d.id AND b.wrote = 1) \
     WHERE d.user_low = $1 AND d.user_high = $2",
);

/// A person who joins a chat, for the first time or again.
#[derive(Serialize)]
pub struct NewMember {
    /// The person.
    #[serde(rename = "user_id")]
    pub user: UserId,
    /// The chat.
    #[serde(rename = "chat_id", serialize_with = "number")]
    pub chat: ChatId,
    /// The role from now on.
    #[serde(serialize_with = "number")]
    pub role: Role,
    /// The seq of the notice of it, which counts as read; 0 in a dialog.
    pub joined_seq: i64,
}

impl Batch {
    /// Adds the dialogs of these pairs, with their members. Returns their ids.
    pub async fn add_dialogs(&mut self, pairs: &[ChatKey], now: Timestamp) -> sqlx::Result<HashMap<ChatKey, ChatId>> {
        #[derive(Serialize)]
        struct Pair(#[serde(serialize_with = "key")] ChatKey);
        let pairs: Vec<_> = pairs.iter().copied().map(Pair).collect();
        let query = sqlx::query(ADD_DIALOGS.on(self.store.engine)).bind(json(&pairs)).bind(now);
        let mut ids = HashMap::new();
        let mut members = Vec::new();
        for row in query.fetch_all(self.connection().await?).await? {
            let chat = row.try_get("id")?;
            let (low, high) = (row.try_get("user_low")?, row.try_get("user_high")?);
            ids.insert(ChatKey::Dialog(low, high), chat);
            let member = |user| NewMember { user, chat, role: Role::Member, joined_seq: 0 };
            members.push(member(low));
            if low != high {
                members.push(member(high));
            }
        }
        self.add_members(&members, now).await?;
        Ok(ids)
    }

    /// Adds a group with its owner; it has no message yet.
    pub async fn add_group(
        &mut self,
        group: GroupId,
        name: &str,
        owner: UserId,
        now: Timestamp,
    ) -> sqlx::Result<ChatId> {
        let query = sqlx::query_scalar(
            "INSERT INTO chats (group_id, name, name_folded, last_seq, last_at, member_count, created_at) \
             VALUES ($1, $2, $3, 0, 0, 1, $4) RETURNING id",
        );
        let query = query.bind(group).bind(name).bind(search(name)).bind(now);
        let chat = query.fetch_one(self.connection().await?).await?;
        self.add_members(&[NewMember { user: owner, chat, role: Role::Owner, joined_seq: 1 }], now).await?;
        Ok(chat)
    }

    /// Makes each of these a member.
    pub async fn add_members(&mut self, members: &[NewMember], now: Timestamp) -> sqlx::Result<()> {
        self.execute(&ADD_MEMBERS, members, Some(now)).await
    }

    /// Ends a membership with the notice of this seq; the row stays.
    pub async fn end_membership(&mut self, user: UserId, chat: ChatId, seq: i64, now: Timestamp) -> sqlx::Result<()> {
        let query =
            sqlx::query("UPDATE members SET left_at = $1, left_seq = $2, role = 0 WHERE user_id = $3 AND chat_id = $4");
        query.bind(now).bind(seq).bind(user).bind(chat).execute(self.connection().await?).await.map(|_| ())
    }

    /// Makes the longest-standing member other than `from` the owner. Returns the new owner and the membership's new
    /// state.
    pub async fn pass_ownership(&mut self, chat: ChatId, from: UserId) -> sqlx::Result<Option<(UserId, i64)>> {
        let query = sqlx::query(
            "UPDATE members SET role = 2, state = state + 1 WHERE chat_id = $1 AND user_id = (\
               SELECT user_id FROM members WHERE chat_id = $1 AND left_at IS NULL AND user_id <> $2 \
               ORDER BY joined_at, user_id LIMIT 1) RETURNING user_id, state",
        );
        let row = query.bind(chat).bind(from).fetch_optional(self.connection().await?).await?;
        row.map(|row| Ok((row.try_get("user_id")?, row.try_get("state")?))).transpose()
    }

    /// Renames a group.
    pub async fn rename_group(&mut self, chat: ChatId, name: &str) -> sqlx::Result<()> {
        let query = sqlx::query("UPDATE chats SET name = $1, name_folded = $2 WHERE id = $3");
        query.bind(name).bind(search(name)).bind(chat).execute(self.connection().await?).await.map(|_| ())
    }

    /// The name that a group had at a seq. `None` if that name is not known: older versions did not keep the first one.
    pub async fn group_name_at(&mut self, chat: ChatId, seq: i64) -> sqlx::Result<Option<String>> {
        let query = sqlx::query_scalar::<_, Option<String>>(
            "SELECT COALESCE(\
               (SELECT m.detail FROM messages m WHERE m.chat_id = c.id AND m.event = 5 AND m.seq <= $2 \
                ORDER BY m.seq DESC LIMIT 1), \
               (SELECT m.detail FROM messages m WHERE m.chat_id = c.id AND m.seq = 1 AND m.event = 1), \
               CASE WHEN NOT EXISTS (SELECT 1 FROM messages m WHERE m.chat_id = c.id AND m.event = 5) THEN c.name END\
             ) AS name FROM chats c WHERE c.id = $1",
        );
        Ok(query.bind(chat).bind(seq).fetch_one(self.connection().await?).await?.map(shown_group))
    }

    /// Marks a chat as deleted; its rows are removed later, in steps.
    pub async fn drop_chat(&mut self, chat: ChatId, now: Timestamp) -> sqlx::Result<()> {
        let query = sqlx::query("UPDATE chats SET dropped_at = $1, member_count = 0 WHERE id = $2");
        query.bind(now).bind(chat).execute(self.connection().await?).await?;
        let query = sqlx::query("INSERT INTO purges (chat_id, next_seq) VALUES ($1, 0)");
        query.bind(chat).execute(self.connection().await?).await.map(|_| ())
    }

    /// Whether two people have a dialog in which both have written.
    pub async fn have_both_written(&mut self, one: UserId, other: UserId) -> sqlx::Result<bool> {
        let query = sqlx::query(BOTH_WROTE.on(self.store.engine));
        let query = query.bind(one.min(other)).bind(one.max(other));
        Ok(query.fetch_optional(self.connection().await?).await?.is_some())
    }

    /// The members of a chat who send read receipts, sorted.
    pub async fn members_with_receipts(&mut self, chat: ChatId) -> sqlx::Result<Vec<UserId>> {
        let query = sqlx::query_scalar(
            "SELECT m.user_id FROM members m JOIN users u ON u.id = m.user_id \
             WHERE m.chat_id = $1 AND m.left_at IS NULL AND u.sends_receipts = 1 ORDER BY m.user_id",
        );
        query.bind(chat).fetch_all(self.connection().await?).await
    }

    /// The members of a chat, sorted.
    pub async fn members(&mut self, chat: ChatId) -> sqlx::Result<Vec<UserId>> {
        let query =
            sqlx::query_scalar("SELECT user_id FROM members WHERE chat_id = $1 AND left_at IS NULL ORDER BY user_id");
        query.bind(chat).fetch_all(self.connection().await?).await
    }
}
