//! Changes of groups: create, add, leave, remove, rename, change a role or the retention, delete. Each is decided and
//! stored separately, within the batch's transaction.

use std::iter;

use super::{
    admission::admit,
    apply::{Memory, Stop},
    notices::{self, NewNotice},
    permissions::{Acting, Target, acting, may_drop, may_remove, may_rename, may_set_retention, may_set_role},
};
use crate::{
    error::{Error, Refusal},
    live::Outcome,
    model::{Action, Counters, Event, GroupId, Members, Notice, Role, Timestamp, UserId},
    store::{Batch, NewMember, Situation, StoredChat, cost},
};

/// A change of one group, and what it needs.
pub(super) struct Change<'a> {
    pub(super) batch: &'a mut Batch,
    pub(super) memory: &'a mut Memory,
    pub(super) group: GroupId,
    pub(super) now: Timestamp,
}

impl<'a> Change<'a> {
    pub(super) fn new(batch: &'a mut Batch, memory: &'a mut Memory, group: GroupId) -> Self {
        Self { batch, memory, group, now: Timestamp::now() }
    }

    /// Carries out an action, or rejects it and changes nothing. A retry is recognised before anything else is checked.
    pub(super) async fn apply(&mut self, situation: Situation, action: &Action) -> Result<Outcome, Stop> {
        if let Some(repeated) = notices::repeated(self.group, &situation, action) {
            let seq = repeated?.seq;
            return self.repeat(situation, seq).await.map(Outcome::repeated);
        }
        self.memory.allowances.admit(action)?;
        if let Action::Create { name, message: id, notice: text } = action {
            let new = NewNotice { id: *id, text, notice: Notice::Created, joined: 0 };
            return self.create(situation, name, new).await.map(|event| Outcome::of([event]));
        }
        let (acting, target) = acting(situation)?;
        let events = match action {
            Action::Add { message: id, notice: text, .. } => {
                let target = target.ok_or(Refusal::UserNotFound)?;
                let notice = Notice::Added(target.person.clone());
                vec![self.add(acting, target, NewNotice { id: *id, text, notice, joined: 1 }).await?]
            }
            Action::Remove { user, message: id, notice: text } => {
                may_remove(&acting, *user, target.as_ref())?;
                let person = target.ok_or(Refusal::NotMember)?.person;
                let notice = Notice::Removed(person);
                self.remove(acting, *user, NewNotice { id: *id, text, notice, joined: -1 }).await?
            }
            Action::SetRole { role, message: id, notice: text, .. } => {
                let target = may_set_role(&acting, target, *role)?;
                let notice = Notice::Role(target.person.clone(), *role);
                self.set_role(acting, target, *role, NewNotice { id: *id, text, notice, joined: 0 }).await?
            }
            Action::Leave { message: id, notice: text } => {
                self.leave(acting, NewNotice { id: *id, text, notice: Notice::Left, joined: -1 }).await?
            }
            Action::Rename { name, message: id, notice: text } => {
                let notice = Notice::Renamed(name.clone());
                vec![self.rename(acting, name, NewNotice { id: *id, text, notice, joined: 0 }).await?]
            }
            Action::SetRetention { days, message: id, notice: text } => {
                let notice = Notice::Retention(*days);
                vec![self.set_retention(acting, *days, NewNotice { id: *id, text, notice, joined: 0 }).await?]
            }
            Action::Drop => vec![self.drop(acting).await?],
            _ => return Err(Refusal::ChatNotFound.into()),
        };
        Ok(Outcome::of(events))
    }

    /// The event of the first time; stores nothing.
    async fn repeat(&mut self, situation: Situation, seq: i64) -> Result<Event, Stop> {
        let (Some(mut chat), Some(actor)) = (situation.chat, situation.actor) else {
            return Err(Refusal::NotMember.into());
        };
        let mut message = self.batch.message(chat.id, seq, actor.id, 0).await?;
        if situation.role.is_none() {
            let (name, counters) = notices::former_member_view(self.batch, chat.id, &mut message).await?;
            chat = StoredChat { name, counters, member_count: 0, ..chat };
        }
        Ok(self.noticed(chat, message, Members::default()))
    }

    /// Counts a notice about to be stored, or rejects it. Leaving a group and removing a member are never rejected.
    async fn allow(&mut self, user: UserId, new: &NewNotice<'_>) -> Result<(), Stop> {
        let bytes = cost(new.text);
        self.memory.allowances.learn(self.batch, iter::once((user, bytes))).await?;
        Ok(self.memory.allowances.write(user, bytes)?)
    }

    async fn create(&mut self, situation: Situation, name: &str, new: NewNotice<'_>) -> Result<Event, Stop> {
        if situation.chat.is_some() {
            return Err(Refusal::GroupIdTaken.into());
        }
        let owner = situation.actor.ok_or(Refusal::Unauthorized)?;
        self.allow(owner.id, &new).await?;
        let id = self.batch.add_group(self.group, name, owner.id, self.now).await?;
        let mut chat = StoredChat {
            id,
            name: name.to_owned(),
            counters: Counters::default(),
            first_seq: 1,
            retention_days: None,
            last_at: Timestamp(0),
            member_count: 1,
            roster_version: 0,
            dropped: false,
        };
        let members = Members::new(vec![owner.id]);
        let message = self.store_notice(&mut chat, owner, &new).await?;
        Ok(self.noticed(chat, message, members))
    }

    async fn add(&mut self, acting: Acting, target: Target, new: NewNotice<'_>) -> Result<Event, Stop> {
        if target.role.is_some() {
            return Err(Refusal::AlreadyMember.into());
        }
        let (chat, limit) = (&acting.chat, self.memory.group_limit);
        if chat.member_count >= i64::from(limit) {
            return Err(Error::GroupFull(limit).into());
        }
        admit(self.batch, &mut self.memory.allowances, &acting, &target, new.text).await?;
        // New members see the whole history, all of it as read.
        let (user, joined_seq) = (target.person.id, chat.counters.last_seq + 1);
        let member = NewMember { user, chat: chat.id, role: Role::Member, joined_seq };
        self.batch.add_members(&[member], self.next_instant(chat)).await?;
        self.memory.rosters.add(chat.id, user);
        Ok(self.notify(acting, &new).await?)
    }

    async fn leave(&mut self, acting: Acting, new: NewNotice<'_>) -> Result<Vec<Event>, Stop> {
        let Acting { chat, actor, role, .. } = &acting;
        let (chat_id, user, group) = (chat.id, actor.id, self.group);
        let left = Event::Left { group, user };
        if chat.member_count <= 1 {
            self.batch.end_membership(user, chat_id, chat.counters.last_seq + 1, self.now).await?;
            self.delete(&acting).await?;
            return Ok(vec![left]);
        }
        let successor = match role {
            Role::Owner => self.batch.pass_ownership(chat_id, user).await?,
            Role::Admin | Role::Member => None,
        };
        self.end_membership(user, &acting, &new).await?;
        let owner = successor.map(|(user, state)| Event::RoleChanged { group, user, role: Role::Owner, state });
        Ok([self.notify(acting, &new).await?, left].into_iter().chain(owner).collect())
    }

    async fn remove(&mut self, acting: Acting, user: UserId, new: NewNotice<'_>) -> Result<Vec<Event>, Stop> {
        self.end_membership(user, &acting, &new).await?;
        Ok(vec![self.notify(acting, &new).await?, Event::Removed { group: self.group, user }])
    }

    async fn end_membership(&mut self, user: UserId, acting: &Acting, new: &NewNotice<'_>) -> Result<(), Stop> {
        let chat = &acting.chat;
        self.batch.end_membership(user, chat.id, chat.counters.last_seq + 1, self.now).await?;
        self.memory.rosters.remove(chat.id, user);
        self.memory.allowances.count(acting.actor.id, cost(new.text));
        Ok(())
    }

    async fn rename(&mut self, mut acting: Acting, name: &str, new: NewNotice<'_>) -> Result<Event, Stop> {
        may_rename(&acting)?;
        self.allow(acting.actor.id, &new).await?;
        self.batch.rename_group(acting.chat.id, name).await?;
        name.clone_into(&mut acting.chat.name);
        Ok(self.notify(acting, &new).await?)
    }

    async fn set_role(
        &mut self,
        acting: Acting,
        target: Target,
        role: Role,
        new: NewNotice<'_>,
    ) -> Result<Vec<Event>, Stop> {
        let (chat, owner, state, group) = (acting.chat.id, acting.actor.id, acting.state, self.group);
        self.allow(owner, &new).await?;
        let (user, target_state) = (target.person.id, target.state + 1);
        self.batch.set_role(user, chat, role).await?;
        let mut changed = vec![Event::RoleChanged { group, user, role, state: target_state }];
        if role == Role::Owner {
            // A group has exactly one owner: the previous one becomes an admin.
            self.batch.set_role(owner, chat, Role::Admin).await?;
            changed.push(Event::RoleChanged { group, user: owner, role: Role::Admin, state: state + 1 });
        }
        changed.insert(0, self.notify(acting, &new).await?);
        Ok(changed)
    }

    async fn set_retention(&mut self, acting: Acting, days: Option<i64>, new: NewNotice<'_>) -> Result<Event, Stop> {
        may_set_retention(&acting, days)?;
        self.allow(acting.actor.id, &new).await?;
        self.batch.set_retention(acting.chat.id, days).await?;
        Ok(self.notify(acting, &new).await?)
    }

    async fn drop(&mut self, acting: Acting) -> Result<Event, Stop> {
        may_drop(&acting)?;
        let members = self.memory.rosters.get(self.batch, acting.chat.id, acting.chat.roster_version).await?;
        self.delete(&acting).await?;
        Ok(Event::Dropped { group: self.group, actor: acting.actor.id, members })
    }

    /// Deletes the group.
    async fn delete(&mut self, acting: &Acting) -> Result<(), Stop> {
        self.batch.drop_chat(acting.chat.id, self.now).await?;
        self.memory.rosters.forget(acting.chat.id);
        self.memory.allowances.free();
        Ok(())
    }
}
