//! The writer's transaction: it looks up what a batch of commands is about, stores what they change, and commits.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::{Any, AnyConnection, Row, Transaction, any::AnyRow};

use super::{
    Store,
    engine::{Engine, Sql},
    types::{Hex, fold, json, person},
};
use crate::model::{ChatId, ChatKey, Event, GroupId, MessageId, Person, Role, SessionId, Timestamp, UserId};

/// A transaction that changes chats. Dropped without [`Batch::commit`], it changes nothing.
pub struct Batch {
    engine: Engine,
    transaction: Transaction<'static, Any>,
}

/// What a command is about.
pub struct Lookup {
    /// Its chat, which may not exist.
    pub chat: ChatKey,
    /// Who does it.
    pub actor: UserId,
    /// To whom, if to anybody.
    pub target: Option<UserId>,
    /// The id of the message that it stores.
    pub message: Option<MessageId>,
}

/// What the database knows of a [`Lookup`], in this transaction.
#[derive(Default)]
pub struct Situation {
    /// The chat, also a dropped one.
    pub chat: Option<StoredChat>,
    /// The actor, unless the account is deleted.
    pub actor: Option<Person>,
    /// The actor's role, if a member.
    pub role: Option<Role>,
    /// The target, unless the account is deleted.
    pub target: Option<Person>,
    /// The target's role, if a member.
    pub target_role: Option<Role>,
    /// What the message id names already, unless the chat is dropped.
    pub message: Option<StoredMessage>,
}

/// A chat's row.
#[derive(Clone)]
pub struct StoredChat {
    /// Internal.
    pub id: ChatId,
    /// Empty for a dialog.
    pub name: String,
    /// The newest message's seq.
    pub last_seq: i64,
    /// The newest message's time.
    pub last_at: Timestamp,
    /// Present members.
    pub member_count: i64,
    /// Whether it was deleted.
    pub dropped: bool,
}

/// A message that is there already.
#[derive(Clone)]
pub struct StoredMessage {
    /// The client's id.
    pub id: MessageId,
    /// Who sent it.
    pub sender: UserId,
    /// What it is.
    pub event: Event,
    /// Its text.
    pub content: String,
    /// When.
    pub created_at: Timestamp,
}

/// A message to be stored.
pub struct NewMessage<'a> {
    /// Where.
    pub chat: ChatId,
    /// The chat's next.
    pub seq: i64,
    /// The client's id.
    pub id: MessageId,
    /// Who.
    pub sender: UserId,
    /// The text.
    pub content: &'a str,
    /// What it is.
    pub event: Event,
    /// Whom a notice is about.
    pub subject: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
}

/// What new messages make of a chat.
pub struct ChatChange {
    /// Which.
    pub chat: ChatId,
    /// The newest message's seq.
    pub last_seq: i64,
    /// The newest message's time.
    pub last_at: Timestamp,
    /// Members that came, minus those that went.
    pub joined: i64,
}

/// How far somebody has read.
pub struct Read {
    /// Who.
    pub user: UserId,
    /// Where.
    pub chat: ChatId,
    /// The last seq that was seen.
    pub seq: i64,
}

#[derive(Serialize)]
struct LookupRow {
    position: usize,
    group_id: Option<Hex>,
    user_low: Option<Hex>,
    user_high: Option<Hex>,
    actor: Hex,
    target: Option<Hex>,
    message: Option<Hex>,
}

/// On PostgreSQL: every chat of the batch in one order, so that two batches cannot wait for each other.
static LOCK: Sql = Sql::new(
    "SELECT id FROM chats WHERE id IN (\
       SELECT g.id FROM rows($1: group_id BYTES) q JOIN chats g ON g.group_id = q.group_id \
       UNION ALL \
       SELECT d.id FROM rows($1: user_low BYTES, user_high BYTES) q \
         JOIN chats d ON d.user_low = q.user_low AND d.user_high = q.user_high\
     ) ORDER BY id FOR UPDATE",
);

static LOOK_UP: Sql = Sql::new(
    "SELECT q.position, \
       c.id, c.name, c.last_seq, c.last_at, c.member_count, c.dropped_at, \
       a.id, a.first_name, a.last_name, am.role, \
       t.id, t.first_name, t.last_name, tm.role, \
       m.sender_id, m.event, m.content, m.created_at, m.id \
     FROM rows($1: position BIGINT, group_id BYTES, user_low BYTES, user_high BYTES, actor BYTES, target BYTES, \
       message BYTES) q \
     LEFT JOIN chats c ON c.id = COALESCE(\
       (SELECT g.id FROM chats g WHERE g.group_id = q.group_id), \
       (SELECT d.id FROM chats d WHERE d.user_low = q.user_low AND d.user_high = q.user_high)) \
     LEFT JOIN users a ON a.id = q.actor AND a.deleted_at IS NULL \
     LEFT JOIN members am ON am.user_id = q.actor AND am.chat_id = c.id AND am.left_at IS NULL \
     LEFT JOIN users t ON t.id = q.target AND t.deleted_at IS NULL \
     LEFT JOIN members tm ON tm.user_id = q.target AND tm.chat_id = c.id AND tm.left_at IS NULL \
     LEFT JOIN messages m ON m.chat_id = c.id AND m.id = q.message AND c.dropped_at IS NULL",
);

static ADD_DIALOGS: Sql = Sql::new(
    "INSERT INTO chats (name, name_folded, user_low, user_high, last_seq, last_at, member_count, created_at) \
     SELECT '', '', user_low, user_high, 0, 0, members, $2 \
     FROM rows($1: user_low BYTES, user_high BYTES, members BIGINT) q \
     RETURNING id, user_low, user_high",
);

static ADD_MEMBERS: Sql = Sql::new(
    "INSERT INTO members (user_id, chat_id, role, joined_at, hidden_up_to_seq, read_up_to_seq) \
     SELECT user_id, chat_id, role, $2, 0, read_up_to_seq \
     FROM rows($1: user_id BYTES, chat_id BIGINT, role BIGINT, read_up_to_seq BIGINT) q WHERE true \
     ON CONFLICT (user_id, chat_id) DO UPDATE SET role = excluded.role, joined_at = excluded.joined_at, \
       left_at = NULL, read_up_to_seq = excluded.read_up_to_seq",
);

static ADD_MESSAGES: Sql = Sql::new(
    "INSERT INTO messages (chat_id, seq, id, sender_id, content, event, subject_id, created_at) \
     SELECT chat_id, seq, id, sender_id, content, event, subject_id, created_at \
     FROM rows($1: chat_id BIGINT, seq BIGINT, id BYTES, sender_id BYTES, content TEXT, event BIGINT, \
       subject_id BYTES, created_at BIGINT) q",
);

static UPDATE_CHATS: Sql = Sql::new(
    "UPDATE chats SET last_seq = q.last_seq, last_at = q.last_at, member_count = chats.member_count + q.joined \
     FROM rows($1: chat_id BIGINT, last_seq BIGINT, last_at BIGINT, joined BIGINT) q WHERE chats.id = q.chat_id",
);

static MARK_READ: Sql = Sql::new(
    "UPDATE members SET read_up_to_seq = q.seq FROM rows($1: user_id BYTES, chat_id BIGINT, seq BIGINT) q \
     WHERE members.user_id = q.user_id AND members.chat_id = q.chat_id AND members.read_up_to_seq < q.seq",
);

impl Store {
    /// Begins a transaction of the writer.
    pub async fn batch(&self) -> sqlx::Result<Batch> {
        let transaction = self.writes.begin_with(self.engine.begin()).await?;
        Ok(Batch { engine: self.engine, transaction })
    }

    /// How long a whole batch may take.
    pub fn batch_timeout(&self) -> std::time::Duration {
        self.timeout
    }
}

impl Batch {
    /// What the database knows of each of these; the chats are locked until the end.
    pub async fn look_up(&mut self, lookups: &[Lookup]) -> sqlx::Result<Vec<Situation>> {
        let rows: Vec<_> = lookups.iter().enumerate().map(lookup_row).collect();
        let rows = json(&rows);
        let engine = self.engine;
        if engine == Engine::Postgres {
            sqlx::query(LOCK.on(engine)).bind(&rows).execute(self.connection()).await?;
        }
        let mut situations: Vec<_> = lookups.iter().map(|_| Situation::default()).collect();
        for row in sqlx::query(LOOK_UP.on(engine)).bind(rows).fetch_all(self.connection()).await? {
            let position = usize::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default();
            situations[position] = situation(&row)?;
        }
        Ok(situations)
    }

    /// Adds the dialogs of these pairs, with their members, and answers with their ids.
    pub async fn add_dialogs(&mut self, pairs: &[ChatKey], now: Timestamp) -> sqlx::Result<HashMap<ChatKey, ChatId>> {
        #[derive(Serialize)]
        struct Pair {
            user_low: Hex,
            user_high: Hex,
            members: i64,
        }
        let row = |pair: &ChatKey| match *pair {
            ChatKey::Dialog(low, high) => {
                Some(Pair { user_low: Hex(low.0), user_high: Hex(high.0), members: if low == high { 1 } else { 2 } })
            }
            ChatKey::Group(_) => None,
        };
        let rows: Vec<_> = pairs.iter().filter_map(row).collect();
        let query = sqlx::query(ADD_DIALOGS.on(self.engine)).bind(json(&rows)).bind(now);
        let mut ids = HashMap::new();
        let mut members = Vec::new();
        for row in query.fetch_all(self.connection()).await? {
            let (chat, low, high): (ChatId, UserId, UserId) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            ids.insert(ChatKey::Dialog(low, high), chat);
            members.push((low, chat, Role::Member, 0));
            if low != high {
                members.push((high, chat, Role::Member, 0));
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
        let query = sqlx::query(
            "INSERT INTO chats (group_id, name, name_folded, last_seq, last_at, member_count, created_at) \
             VALUES ($1, $2, $3, 0, 0, 1, $4) RETURNING id",
        );
        let query = query.bind(group).bind(name).bind(fold(name)).bind(now);
        let chat = query.fetch_one(self.connection()).await?.try_get(0)?;
        self.add_members(&[(owner, chat, Role::Owner, 1)], now).await?;
        Ok(chat)
    }

    /// Makes each of these a member who has read up to the last number, whether new or returning.
    pub async fn add_members(&mut self, members: &[(UserId, ChatId, Role, i64)], now: Timestamp) -> sqlx::Result<()> {
        #[derive(Serialize)]
        struct Member {
            user_id: Hex,
            chat_id: i64,
            role: i64,
            read_up_to_seq: i64,
        }
        let row = |&(user, chat, role, read_up_to_seq): &(UserId, ChatId, Role, i64)| Member {
            user_id: Hex(user.0),
            chat_id: chat.0,
            role: role as i64,
            read_up_to_seq,
        };
        let rows: Vec<_> = members.iter().map(row).collect();
        self.execute(&ADD_MEMBERS, &rows, Some(now)).await
    }

    /// Stores messages and notices, already numbered.
    pub async fn add_messages(&mut self, messages: &[NewMessage<'_>]) -> sqlx::Result<()> {
        #[derive(Serialize)]
        struct Row<'a> {
            chat_id: i64,
            seq: i64,
            id: Hex,
            sender_id: Hex,
            content: &'a str,
            event: i64,
            subject_id: Option<Hex>,
            created_at: i64,
        }
        fn row<'a>(message: &NewMessage<'a>) -> Row<'a> {
            Row {
                chat_id: message.chat.0,
                seq: message.seq,
                id: Hex(message.id.0),
                sender_id: Hex(message.sender.0),
                content: message.content,
                event: message.event as i64,
                subject_id: message.subject.map(|user| Hex(user.0)),
                created_at: message.created_at.0,
            }
        }
        let rows: Vec<Row<'_>> = messages.iter().map(row).collect();
        self.execute(&ADD_MESSAGES, &rows, None).await
    }

    /// Moves chats to their newest messages.
    pub async fn update_chats(&mut self, changes: &[ChatChange]) -> sqlx::Result<()> {
        #[derive(Serialize)]
        struct Row {
            chat_id: i64,
            last_seq: i64,
            last_at: i64,
            joined: i64,
        }
        let row = |change: &ChatChange| Row {
            chat_id: change.chat.0,
            last_seq: change.last_seq,
            last_at: change.last_at.0,
            joined: change.joined,
        };
        let rows: Vec<_> = changes.iter().map(row).collect();
        self.execute(&UPDATE_CHATS, &rows, None).await
    }

    /// Moves read pointers forward, never back.
    pub async fn mark_read(&mut self, reads: &[Read]) -> sqlx::Result<()> {
        #[derive(Serialize)]
        struct Row {
            user_id: Hex,
            chat_id: i64,
            seq: i64,
        }
        let row = |read: &Read| Row { user_id: Hex(read.user.0), chat_id: read.chat.0, seq: read.seq };
        let rows: Vec<_> = reads.iter().map(row).collect();
        self.execute(&MARK_READ, &rows, None).await
    }

    /// Hides everything up to `seq` from one member, and counts it as read.
    pub async fn hide(&mut self, user: UserId, chat: ChatId, seq: i64) -> sqlx::Result<()> {
        let query = sqlx::query(
            "UPDATE members SET hidden_up_to_seq = $1, read_up_to_seq = $1 WHERE user_id = $2 AND chat_id = $3",
        );
        query.bind(seq).bind(user).bind(chat).execute(self.connection()).await.map(|_| ())
    }

    /// Ends a membership; the row stays.
    pub async fn end_membership(&mut self, user: UserId, chat: ChatId, now: Timestamp) -> sqlx::Result<()> {
        let query = sqlx::query("UPDATE members SET left_at = $1, role = 0 WHERE user_id = $2 AND chat_id = $3");
        query.bind(now).bind(user).bind(chat).execute(self.connection()).await.map(|_| ())
    }

    /// Hands the group to its longest-standing member but one.
    pub async fn pass_ownership(&mut self, chat: ChatId, from: UserId) -> sqlx::Result<()> {
        let query = sqlx::query(
            "UPDATE members SET role = 2 WHERE chat_id = $1 AND user_id = (\
               SELECT user_id FROM members WHERE chat_id = $1 AND left_at IS NULL AND user_id <> $2 \
               ORDER BY joined_at, user_id LIMIT 1)",
        );
        query.bind(chat).bind(from).execute(self.connection()).await.map(|_| ())
    }

    /// Marks a chat as deleted; its rows are removed later, in steps.
    pub async fn drop_chat(&mut self, chat: ChatId, now: Timestamp) -> sqlx::Result<()> {
        let query = sqlx::query("UPDATE chats SET dropped_at = $1, member_count = 0 WHERE id = $2");
        query.bind(now).bind(chat).execute(self.connection()).await?;
        let query = sqlx::query("INSERT INTO purges (chat_id, next_seq) VALUES ($1, 0)");
        query.bind(chat).execute(self.connection()).await.map(|_| ())
    }

    /// Who is in a chat, sorted.
    pub async fn members(&mut self, chat: ChatId) -> sqlx::Result<Vec<UserId>> {
        let query = sqlx::query("SELECT user_id FROM members WHERE chat_id = $1 AND left_at IS NULL ORDER BY user_id");
        let rows = query.bind(chat).fetch_all(self.connection()).await?;
        rows.iter().map(|row| row.try_get(0)).collect()
    }

    /// Erases a person's data, ends sessions and memberships, passes groups on. The sessions that ended; `None` if
    /// there is no such account any more.
    pub async fn erase_account(
        &mut self,
        user: UserId,
        texts_too: bool,
        now: Timestamp,
    ) -> sqlx::Result<Option<Vec<SessionId>>> {
        let query = sqlx::query(
            "UPDATE users SET email = NULL, email_folded = NULL, first_name = 'Deleted account', last_name = '', \
             first_name_folded = '', last_name_folded = '', password_hash = '', updated_at = $1, deleted_at = $1, \
             texts_erased = $2 WHERE id = $3 AND deleted_at IS NULL",
        );
        let query = query.bind(now).bind(i64::from(texts_too)).bind(user);
        if query.execute(self.connection()).await?.rows_affected() == 0 {
            return Ok(None);
        }
        for step in PASS_GROUPS_ON {
            sqlx::query(*step).bind(user).execute(self.connection()).await?;
        }
        for step in LEAVE_GROUPS {
            sqlx::query(*step).bind(user).bind(now).execute(self.connection()).await?;
        }
        if texts_too {
            let query = sqlx::query(
                "INSERT INTO purges (chat_id, user_id, next_seq) SELECT chat_id, user_id, 0 FROM members \
                 WHERE user_id = $1",
            );
            query.bind(user).execute(self.connection()).await?;
        }
        let query = sqlx::query("DELETE FROM sessions WHERE user_id = $1 RETURNING id");
        let ended = query.bind(user).fetch_all(self.connection()).await?;
        ended.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>().map(Some)
    }

    /// Makes it all permanent: on disk when this returns.
    pub async fn commit(self) -> sqlx::Result<()> {
        self.transaction.commit().await
    }

    async fn execute(
        &mut self,
        sql: &'static Sql,
        rows: &[impl Serialize],
        now: Option<Timestamp>,
    ) -> sqlx::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut query = sqlx::query(sql.on(self.engine)).bind(json(rows));
        if let Some(now) = now {
            query = query.bind(now);
        }
        query.execute(self.connection()).await.map(|_| ())
    }

    fn connection(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }
}

/// What becomes of the groups of `$1`: a new owner each, one member fewer; those left empty are to be purged.
const PASS_GROUPS_ON: &[&str] = &[
    "UPDATE members SET role = 2 WHERE (chat_id, user_id) IN (\
       SELECT chat_id, user_id FROM (\
         SELECT m.chat_id, m.user_id, \
           ROW_NUMBER() OVER (PARTITION BY m.chat_id ORDER BY m.joined_at, m.user_id) AS place \
         FROM members m JOIN members o ON o.chat_id = m.chat_id AND o.user_id = $1 AND o.role = 2 \
         WHERE m.left_at IS NULL AND o.left_at IS NULL AND m.user_id <> $1) successors \
       WHERE place = 1)",
    "UPDATE chats SET member_count = member_count - 1 WHERE group_id IS NOT NULL AND dropped_at IS NULL \
       AND id IN (SELECT chat_id FROM members WHERE user_id = $1 AND left_at IS NULL)",
    "INSERT INTO purges (chat_id, next_seq) SELECT id, 0 FROM chats WHERE group_id IS NOT NULL AND member_count = 0 \
       AND dropped_at IS NULL AND id IN (SELECT chat_id FROM members WHERE user_id = $1)",
];

/// Then `$1` goes, at `$2`, and with the last member the group.
const LEAVE_GROUPS: &[&str] = &[
    "UPDATE chats SET dropped_at = $2 WHERE group_id IS NOT NULL AND member_count = 0 AND dropped_at IS NULL \
       AND id IN (SELECT chat_id FROM members WHERE user_id = $1)",
    "UPDATE members SET left_at = $2, role = 0 WHERE user_id = $1 AND left_at IS NULL \
       AND chat_id IN (SELECT id FROM chats WHERE group_id IS NOT NULL)",
];

fn lookup_row((position, lookup): (usize, &Lookup)) -> LookupRow {
    let (group_id, user_low, user_high) = match lookup.chat {
        ChatKey::Group(group) => (Some(Hex(group.0)), None, None),
        ChatKey::Dialog(low, high) => (None, Some(Hex(low.0)), Some(Hex(high.0))),
    };
    LookupRow {
        position,
        group_id,
        user_low,
        user_high,
        actor: Hex(lookup.actor.0),
        target: lookup.target.map(|user| Hex(user.0)),
        message: lookup.message.map(|message| Hex(message.0)),
    }
}

fn situation(row: &AnyRow) -> sqlx::Result<Situation> {
    let chat = match row.try_get::<Option<ChatId>, _>(1)? {
        Some(id) => Some(StoredChat {
            id,
            name: row.try_get(2)?,
            last_seq: row.try_get(3)?,
            last_at: row.try_get(4)?,
            member_count: row.try_get(5)?,
            dropped: row.try_get::<Option<i64>, _>(6)?.is_some(),
        }),
        None => None,
    };
    let message = match row.try_get::<Option<UserId>, _>(15)? {
        Some(sender) => Some(StoredMessage {
            sender,
            event: row.try_get(16)?,
            content: row.try_get(17)?,
            created_at: row.try_get(18)?,
            id: row.try_get(19)?,
        }),
        None => None,
    };
    Ok(Situation {
        chat,
        actor: optional_person(row, 7)?,
        role: row.try_get(10)?,
        target: optional_person(row, 11)?,
        target_role: row.try_get(14)?,
        message,
    })
}

fn optional_person(row: &AnyRow, first: usize) -> sqlx::Result<Option<Person>> {
    match row.try_get::<Option<UserId>, _>(first)? {
        Some(_) => person(row, first).map(Some),
        None => Ok(None),
    }
}
