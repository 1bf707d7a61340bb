//! What an event of another server leaves out: the message with its people, and the members of its chat.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::{Row, any::AnyRow};
use uuid::Uuid;

use super::{
    DatabaseResult, Store,
    batch::COMPANIONS,
    engine::Sql,
    rows::{add_reactions, message, messages, person},
    types::{json, key, numbered},
};
use crate::{
    error::Result,
    model::{Audience, ChatId, ChatKey, GroupId, Members, Message, Scene, UserId},
    text::shown_group,
};

/// A message whose scene is read.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Place {
    /// Its chat.
    #[serde(flatten, serialize_with = "key")]
    pub chat: ChatKey,
    /// Its number.
    pub seq: i64,
    /// Who stored or changed it.
    pub actor: UserId,
    /// The other side of a dialog.
    partner: Option<UserId>,
}

impl Place {
    /// The place of an event's message.
    pub fn new(chat: ChatKey, seq: i64, actor: UserId) -> Self {
        Self { chat, seq, actor, partner: chat.partner(actor) }
    }
}

static SCENES: Sql = Sql::new(messages!(
    "l.position, c.id AS chat_id, c.name, \
     a.id AS actor_id, a.first_name AS actor_first_name, a.last_name AS actor_last_name, \
     p.id AS partner_id, p.first_name AS partner_first_name, p.last_name AS partner_last_name, \
     am.hidden_up_to_seq AS hidden_from_actor, pm.hidden_up_to_seq AS hidden_from_partner, ",
    "rows($1: position BIGINT, group_id UUID, user_low UUID, user_high UUID, seq BIGINT, actor UUID, partner UUID) l \
     JOIN one(chats c: c.id = COALESCE(\
       (SELECT g.id FROM chats g WHERE g.group_id = l.group_id), \
       (SELECT d.id FROM chats d WHERE d.user_low = l.user_low AND d.user_high = l.user_high)) \
       IF c.dropped_at IS NULL) \
     JOIN one(messages m: m.chat_id = c.id AND m.seq = l.seq) \
     JOIN one(users a: a.id = l.actor) \
     LEFT JOIN one(users p: p.id = l.partner) \
     LEFT JOIN one(members am: am.user_id = l.actor AND am.chat_id = c.id) \
     LEFT JOIN one(members pm: pm.user_id = l.partner AND pm.chat_id = c.id)",
    ""
));

/// Those who were members of `$1` at seq `$2`.
const ROSTER: &str = "SELECT m.user_id FROM members m WHERE m.chat_id = (SELECT id FROM chats WHERE group_id = $1) \
     AND m.joined_seq <= $2 AND (m.left_at IS NULL OR m.left_seq > $2) ORDER BY m.user_id";

const RECEIPTS: &str = "SELECT m.user_id FROM members m JOIN users u ON u.id = m.user_id \
     WHERE m.chat_id = (SELECT id FROM chats WHERE group_id = $1) AND m.left_at IS NULL AND u.sends_receipts = 1 \
     ORDER BY m.user_id";

impl Store {
    /// The scene of each of these, without the members of groups; `None` if the message is gone.
    pub async fn scenes(&self, places: &[Place]) -> Result<Vec<Option<Scene>>> {
        let work = async {
            let mut connection = self.reads.acquire().await?;
            let query = sqlx::query(SCENES.on(self.engine)).bind(json(&numbered(places)));
            let rows = query.fetch_all(&mut *connection).await?;
            let mut found = HashMap::with_capacity(rows.len());
            for row in &rows {
                let position: i64 = row.try_get("position")?;
                let position = usize::try_from(position).map_err(|error| sqlx::Error::Decode(error.into()))?;
                found.insert(position, (row.try_get("chat_id")?, scene(row, &places[position])?));
            }
            let with_chats = found.values_mut().map(|(chat, scene): &mut (ChatId, Scene)| (*chat, &mut scene.message));
            // Nobody's: for each reader, whose they are is added later.
            let nobody = UserId(Uuid::nil());
            let with_chats: Vec<(ChatId, &mut Message)> = with_chats.collect();
            add_reactions(&mut connection, self.engine, nobody, with_chats).await?;
            Ok((0..places.len()).map(|position| found.remove(&position).map(|(_, scene)| scene)).collect())
        };
        self.within(work).await
    }

    /// The members of a group when its newest message had this seq, sorted. A deleted group still has them.
    pub async fn roster_at(&self, group: GroupId, seq: i64) -> Result<Vec<UserId>> {
        self.within(sqlx::query_scalar(ROSTER).bind(group).bind(seq).fetch_all(&self.reads)).await
    }

    /// The members of a group who send read receipts, sorted.
    pub async fn receipts_in(&self, group: GroupId) -> Result<Vec<UserId>> {
        self.within(sqlx::query_scalar(RECEIPTS).bind(group).fetch_all(&self.reads)).await
    }

    /// The present members of all chats that a user is or was in, sorted.
    pub async fn companions(&self, user: UserId) -> Result<Vec<UserId>> {
        self.within(sqlx::query_scalar(COMPANIONS).bind(user).fetch_all(&self.reads)).await
    }
}

fn scene(row: &AnyRow, place: &Place) -> DatabaseResult<Scene> {
    let hidden = |column| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(column)?.unwrap_or_default());
    let actor = || person(row, ["actor_id", "actor_first_name", "actor_last_name"]);
    let audience = match place.chat {
        ChatKey::Group(id) => {
            Audience::Group { id, name: shown_group(row.try_get("name")?), members: Members::default() }
        }
        ChatKey::Dialog(..) => Audience::Dialog {
            actor: actor()?,
            partner: person(row, ["partner_id", "partner_first_name", "partner_last_name"])?,
            hidden_from_partner: hidden("hidden_from_partner")?,
        },
    };
    Ok(Scene { message: message(row, hidden("hidden_from_actor")?)?, audience })
}
