//! What changes a group: created, joined, left, deleted. Each is decided and stored alone, inside the batch.

use std::sync::Arc;

use super::{
    Action, Outcome,
    apply::Stop,
    notices::{self, Notice},
    rosters::Rosters,
};
use crate::{
    error::{Error, Refusal},
    live::{Audience, Broadcast},
    model::{Event, GroupId, MessageId, Person, Role, Timestamp, UserId},
    protocol::{Answer, Item, Kind},
    store::{Batch, ChatChange, DatabaseResult, NewMessage, Read, Situation, StoredChat, Written},
};

/// A change to one group, with what it needs.
pub(super) struct Change<'a> {
    pub(super) batch: &'a mut Batch,
    pub(super) rosters: &'a mut Rosters,
    pub(super) group: GroupId,
    pub(super) group_limit: u32,
    pub(super) now: Timestamp,
}

/// A member who does something in a group that exists.
struct Acting {
    chat: StoredChat,
    actor: Person,
    role: Role,
}

impl Change<'_> {
    /// Carries an action out, or refuses it with nothing changed. A repetition is recognised before anything else.
    pub(super) async fn apply(&mut self, situation: Situation, action: &Action) -> Result<Outcome, Stop> {
        if let Some(event) = notices::event_of(action)
            && let Some(answer) = notices::repeated(&situation, event, self.group)
        {
            return answer.map(|answer| Outcome { answer, ..Outcome::default() }).map_err(Stop::from);
        }
        match action {
            Action::Create { name, message, notice, .. } => self.create(situation, name, *message, notice).await,
            Action::Add { user, message, notice } => self.add(situation, *user, *message, notice).await,
            Action::Leave { message, notice } => self.leave(situation, *message, notice).await,
            Action::Remove { user, message, notice } => self.remove(situation, *user, *message, notice).await,
            Action::Drop => self.drop(situation).await,
            Action::Send { .. } | Action::Hide => Ok(Outcome::default()),
        }
    }

    async fn create(
        &mut self,
        situation: Situation,
        name: &str,
        message: MessageId,
        notice: &str,
    ) -> Result<Outcome, Stop> {
        if situation.chat.is_some() {
            return Err(Refusal::GroupIdTaken.into());
        }
        let owner = situation.actor.ok_or(Refusal::Unauthorized)?;
        let id = self.batch.add_group(self.group, name, owner.id, self.now).await?;
        let chat = StoredChat {
            id,
            name: name.to_owned(),
            last_seq: 0,
            last_at: Timestamp(0),
            member_count: 1,
            dropped: false,
        };
        let notice = Notice { event: Event::Created, message, text: notice, subject: None };
        self.store_notice(&chat, owner, &notice, 0).await?;
        Ok(Outcome::default())
    }

    async fn add(
        &mut self,
        situation: Situation,
        user: UserId,
        message: MessageId,
        notice: &str,
    ) -> Result<Outcome, Stop> {
        let (target, target_role) = (situation.target.is_some(), situation.target_role);
        let Acting { chat, actor, .. } = acting(situation)?;
        if !target {
            return Err(Refusal::UserNotFound.into());
        }
        if target_role.is_some() {
            return Err(Refusal::AlreadyMember.into());
        }
        if chat.member_count >= i64::from(self.group_limit) {
            return Err(Error::GroupFull(self.group_limit).into());
        }
        // The whole history is theirs, and none of it is unread.
        let joined_at = self.next_instant(&chat);
        self.batch.add_members(&[(user, chat.id, Role::Member, chat.last_seq + 1)], joined_at).await?;
        self.rosters.add(chat.id, user);
        let notice = Notice { event: Event::Added, message, text: notice, subject: Some(user) };
        self.notify(chat, actor, &notice, 1, Kind::AddUserInGroup).await
    }

    async fn leave(&mut self, situation: Situation, message: MessageId, notice: &str) -> Result<Outcome, Stop> {
        let Acting { chat, actor, role } = acting(situation)?;
        let answer = Answer::item(Item::Group { group: self.group });
        if chat.member_count <= 1 {
            self.batch.end_membership(actor.id, chat.id, self.now).await?;
            self.batch.drop_chat(chat.id, self.now).await?;
            self.rosters.forget(chat.id);
            return Ok(Outcome { answer, ..Outcome::default() });
        }
        if role == Role::Owner {
            self.batch.pass_ownership(chat.id, actor.id).await?;
        }
        self.batch.end_membership(actor.id, chat.id, self.now).await?;
        self.rosters.remove(chat.id, actor.id);
        let notice = Notice { event: Event::Left, message, text: notice, subject: None };
        let told = self.notify(chat, actor, &notice, -1, Kind::LeaveGroup).await?;
        Ok(Outcome { answer, ..told })
    }

    async fn remove(
        &mut self,
        situation: Situation,
        user: UserId,
        message: MessageId,
        notice: &str,
    ) -> Result<Outcome, Stop> {
        let target_role = situation.target_role;
        let Acting { chat, actor, role } = acting(situation)?;
        if user == actor.id {
            return Err(Refusal::LeaveInstead.into());
        }
        if role == Role::Member {
            return Err(Refusal::NotAllowedToRemove.into());
        }
        let target_role = target_role.ok_or(Refusal::NotMember)?;
        if role == Role::Admin && target_role != Role::Member {
            return Err(Refusal::AdminRemovesMembers.into());
        }
        self.batch.end_membership(user, chat.id, self.now).await?;
        self.rosters.remove(chat.id, user);
        let notice = Notice { event: Event::Removed, message, text: notice, subject: Some(user) };
        // To existing clients a removal looks like somebody who leaves; the removed one's close the group.
        let mut told = self.notify(chat, actor, &notice, -1, Kind::LeaveGroup).await?;
        told.broadcasts.push(Broadcast {
            kind: Kind::DropGroup,
            item: Item::Group { group: self.group },
            audience: Audience::One(user),
        });
        Ok(told)
    }

    async fn drop(&mut self, situation: Situation) -> Result<Outcome, Stop> {
        let Acting { chat, actor, role } = acting(situation)?;
        if role != Role::Owner {
            return Err(Refusal::OwnerOnly.into());
        }
        let members = self.rosters.get(self.batch, chat.id).await?;
        self.batch.drop_chat(chat.id, self.now).await?;
        self.rosters.forget(chat.id);
        let broadcast = Broadcast {
            kind: Kind::DropGroup,
            item: Item::Group { group: self.group },
            audience: Audience::But(actor.id, members),
        };
        let answer = Answer::item(Item::Group { group: self.group });
        Ok(Outcome { answer, broadcasts: vec![broadcast], ..Outcome::default() })
    }

    /// Stores a notice, answers with it, and tells those who are members by now.
    async fn notify(
        &mut self,
        chat: StoredChat,
        actor: Person,
        notice: &Notice<'_>,
        joined: i64,
        kind: Kind,
    ) -> Result<Outcome, Stop> {
        let members: Arc<Vec<UserId>> = self.rosters.get(self.batch, chat.id).await?;
        let who = actor.id;
        let created_at = self.store_notice(&chat, actor.clone(), notice, joined).await?;
        let item = || notice.item(actor.clone(), created_at, self.group, &chat.name);
        let broadcast = Broadcast { kind, item: item(), audience: Audience::But(who, members) };
        Ok(Outcome { answer: Answer::item(item()), broadcasts: vec![broadcast], ..Outcome::default() })
    }

    /// Strictly later than everything in the chat, so that standing follows the order of joining.
    fn next_instant(&self, chat: &StoredChat) -> Timestamp {
        self.now.max(chat.last_at.plus_millis(1))
    }

    async fn store_notice(
        &mut self,
        chat: &StoredChat,
        actor: Person,
        notice: &Notice<'_>,
        joined: i64,
    ) -> DatabaseResult<Timestamp> {
        let (last_seq, last_at) = (chat.last_seq + 1, self.next_instant(chat));
        let message = NewMessage {
            chat: chat.id,
            seq: last_seq,
            id: notice.message,
            sender: actor.id,
            content: notice.text,
            event: notice.event,
            subject: notice.subject,
            created_at: last_at,
        };
        self.batch
            .write(&Written {
                messages: vec![message],
                chats: vec![ChatChange { chat: chat.id, last_seq, last_at, joined }],
                reads: vec![Read { user: actor.id, chat: chat.id, seq: last_seq }],
            })
            .await?;
        Ok(last_at)
    }
}

/// The acting member of a group that exists.
fn acting(situation: Situation) -> Result<Acting, Refusal> {
    match (situation.chat, situation.actor, situation.role) {
        (Some(chat), Some(actor), Some(role)) if !chat.dropped => Ok(Acting { chat, actor, role }),
        _ => Err(Refusal::NotMember),
    }
}
