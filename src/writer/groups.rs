//! What changes a group: created, joined, left, renamed, deleted. Each is decided and stored alone, inside the batch.

use std::iter;

use super::{
    Action, Origin, Outcome,
    admission::admit,
    allowances::Allowances,
    apply::Stop,
    delivery::{role_changed, to_own, to_person},
    notices::{self, GroupNotice, NewNotice},
    permissions::{Acting, Target, acting, may_remove, may_set_role},
    rosters::Rosters,
};
use crate::{
    error::{Error, Refusal},
    live::{Broadcast, Except, People},
    model::{Counters, GroupId, Notice, Role, Timestamp, UserId},
    protocol::{GroupGone, Item, Kind, Protocol, extended::GroupLeft},
    store::{Batch, NewMember, Situation, StoredChat, cost},
};

/// A change to one group, with what it needs.
pub(super) struct Change<'a> {
    pub(super) batch: &'a mut Batch,
    pub(super) rosters: &'a mut Rosters,
    pub(super) allowances: &'a mut Allowances,
    pub(super) origin: Origin,
    pub(super) group: GroupId,
    pub(super) group_limit: u32,
    pub(super) now: Timestamp,
}

impl Change<'_> {
    /// Carries an action out, or refuses it with nothing changed. A repetition is recognised before anything else.
    pub(super) async fn apply(&mut self, situation: Situation, action: &Action) -> Result<Outcome, Stop> {
        if let Some(repeated) = notices::repeated(self.group, &situation, action) {
            let seq = repeated?.seq;
            return self.repeat(situation, seq).await;
        }
        if let Action::Create { name, message: id, notice: text } = action {
            let new = NewNotice { id: *id, text, notice: Notice::Created, joined: 0 };
            return self.create(situation, name, new).await;
        }
        let (acting, target) = acting(situation)?;
        match action {
            Action::Add { message: id, notice: text, .. } => {
                let target = target.ok_or(Refusal::UserNotFound)?;
                let notice = Notice::Added(target.person.clone());
                self.add(acting, target, NewNotice { id: *id, text, notice, joined: 1 }).await
            }
            Action::Remove { user, message: id, notice: text } => {
                may_remove(&acting, *user, target.as_ref())?;
                let person = target.ok_or(Refusal::NotMember)?.person;
                self.remove(acting, NewNotice { id: *id, text, notice: Notice::Removed(person), joined: -1 }).await
            }
            Action::SetRole { role, message: id, notice: text, .. } => {
                let target = may_set_role(&acting, target, *role)?;
                let notice = Notice::Role(target.person.clone(), *role);
                self.set_role(acting, target, *role, NewNotice { id: *id, text, notice, joined: 0 }).await
            }
            Action::Leave { message: id, notice: text } => {
                self.leave(acting, NewNotice { id: *id, text, notice: Notice::Left, joined: -1 }).await
            }
            Action::Rename { name, message: id, notice: text } => {
                let notice = Notice::Renamed(name.clone());
                self.rename(acting, name, NewNotice { id: *id, text, notice, joined: 0 }).await
            }
            Action::Drop => self.drop(acting).await,
            _ => Err(Refusal::ChatNotFound.into()),
        }
    }

    /// The same answer again; nothing is stored or told.
    async fn repeat(&mut self, situation: Situation, seq: i64) -> Result<Outcome, Stop> {
        let (Some(mut chat), Some(actor)) = (situation.chat, situation.actor) else {
            return Err(Refusal::NotMember.into());
        };
        let mut message = self.batch.message(chat.id, seq, actor.id, 0).await?;
        if situation.role.is_none() {
            // Former members learn nothing that happened after they left: neither the group's current name nor people's.
            let name = self.batch.group_name_at(chat.id, seq).await?.unwrap_or_default();
            let counters = Counters { last_seq: seq, revision: 0 };
            chat = StoredChat { name, counters, member_count: 0, ..chat };
            message.notice = message.notice.map(Notice::without_names);
        }
        let StoredChat { name, counters, member_count, .. } = chat;
        let notice = GroupNotice { message, group: self.group, name: &name, counters, member_count };
        Ok(Outcome { answer: notice.answer(self.origin), ..Outcome::default() })
    }

    /// Counts a notice that is stored next, or refuses it. Leaving a group and removing a member do not pass here: they are never refused.
    async fn allow(&mut self, user: UserId, new: &NewNotice<'_>) -> Result<(), Stop> {
        let bytes = cost(new.text);
        self.allowances.learn(self.batch, iter::once((user, bytes))).await?;
        Ok(self.allowances.write(user, bytes)?)
    }

    async fn create(&mut self, situation: Situation, name: &str, new: NewNotice<'_>) -> Result<Outcome, Stop> {
        if situation.chat.is_some() {
            return Err(Refusal::GroupIdTaken.into());
        }
        let owner = situation.actor.ok_or(Refusal::Unauthorized)?;
        self.allow(owner.id, &new).await?;
        let id = self.batch.add_group(self.group, name, owner.id, self.now).await?;
        let chat = StoredChat {
            id,
            name: name.to_owned(),
            counters: Counters::default(),
            last_at: Timestamp(0),
            member_count: 1,
            dropped: false,
        };
        let user = owner.id;
        let notice = self.store_notice(&chat, owner, &new).await?;
        let broadcast = to_own(user, self.origin, Kind::GroupChanged, notice.item(Protocol::Hearth));
        Ok(Outcome { broadcasts: vec![broadcast], ..Outcome::default() })
    }

    async fn add(&mut self, acting: Acting, target: Target, new: NewNotice<'_>) -> Result<Outcome, Stop> {
        if target.role.is_some() {
            return Err(Refusal::AlreadyMember.into());
        }
        let chat = &acting.chat;
        if chat.member_count >= i64::from(self.group_limit) {
            return Err(Error::GroupFull(self.group_limit).into());
        }
        admit(self.batch, self.allowances, &acting, &target, new.text).await?;
        // The whole history is theirs, and none of it is unread.
        let (user, read_up_to) = (target.person.id, chat.counters.last_seq + 1);
        let member = NewMember { user, chat: chat.id, role: Role::Member, read_up_to };
        self.batch.add_members(&[member], self.next_instant(chat)).await?;
        self.rosters.add(chat.id, target.person.id);
        self.notify(acting, &new, (Kind::AddUserInGroup, Kind::AddUserInGroup)).await
    }

    async fn leave(&mut self, acting: Acting, new: NewNotice<'_>) -> Result<Outcome, Stop> {
        let Acting { chat, actor, role, .. } = &acting;
        let (chat_id, user, group) = (chat.id, actor.id, self.group);
        let answer = notices::left(self.origin, group);
        let gone = to_own(user, self.origin, Kind::RemovedFromGroup, Item::Gone(GroupLeft::new(group)));
        if chat.member_count <= 1 {
            self.batch.end_membership(user, chat_id, self.now).await?;
            self.batch.drop_chat(chat_id, self.now).await?;
            self.rosters.forget(chat_id);
            self.allowances.free();
            return Ok(Outcome { answer, broadcasts: vec![gone], ..Outcome::default() });
        }
        let successor = match role {
            Role::Owner => self.batch.pass_ownership(chat_id, user).await?,
            Role::Admin | Role::Member => None,
        };
        self.batch.end_membership(user, chat_id, self.now).await?;
        self.rosters.remove(chat_id, user);
        self.allowances.count(user, cost(new.text));
        let mut told = self.notify(acting, &new, (Kind::LeaveGroup, Kind::LeaveGroup)).await?;
        told.broadcasts.push(gone);
        told.broadcasts.extend(successor.map(|(owner, state)| role_changed(self.group, owner, Role::Owner, state)));
        Ok(Outcome { answer, ..told })
    }

    async fn remove(&mut self, acting: Acting, new: NewNotice<'_>) -> Result<Outcome, Stop> {
        let Some(user) = new.notice.subject().map(|person| person.id) else { return Err(Refusal::NotMember.into()) };
        let chat = acting.chat.id;
        self.batch.end_membership(user, chat, self.now).await?;
        self.rosters.remove(chat, user);
        self.allowances.count(acting.actor.id, cost(new.text));
        // To existing clients a removal looks like somebody who leaves; the removed one's close the group.
        let mut told = self.notify(acting, &new, (Kind::LeaveGroup, Kind::RemoveUserFromGroup)).await?;
        let gone = Item::Group(GroupGone { group_id: self.group });
        told.broadcasts.push(Broadcast::contract(Kind::DropGroup, gone, People::One(user), Except::Nobody));
        told.broadcasts.push(to_person(user, Kind::RemovedFromGroup, Item::Gone(GroupLeft::new(self.group))));
        Ok(told)
    }

    async fn rename(&mut self, mut acting: Acting, name: &str, new: NewNotice<'_>) -> Result<Outcome, Stop> {
        if acting.role < Role::Admin {
            return Err(Refusal::NotAllowedToRename.into());
        }
        self.allow(acting.actor.id, &new).await?;
        self.batch.rename_group(acting.chat.id, name).await?;
        name.clone_into(&mut acting.chat.name);
        self.notify(acting, &new, (Kind::LeaveGroup, Kind::GroupChanged)).await
    }

    async fn set_role(
        &mut self,
        acting: Acting,
        target: Target,
        role: Role,
        new: NewNotice<'_>,
    ) -> Result<Outcome, Stop> {
        let (chat, owner, state) = (acting.chat.id, acting.actor.id, acting.state);
        self.allow(owner, &new).await?;
        let mut changed = vec![role_changed(self.group, target.person.id, role, target.state + 1)];
        self.batch.set_role(target.person.id, chat, role).await?;
        if role == Role::Owner {
            // A group has one owner: the former one looks after it on.
            self.batch.set_role(owner, chat, Role::Admin).await?;
            changed.push(role_changed(self.group, owner, Role::Admin, state + 1));
        }
        let mut told = self.notify(acting, &new, (Kind::LeaveGroup, Kind::GroupChanged)).await?;
        told.broadcasts.extend(changed);
        Ok(told)
    }

    async fn drop(&mut self, acting: Acting) -> Result<Outcome, Stop> {
        let Acting { chat, actor, role, .. } = acting;
        if role != Role::Owner {
            return Err(Refusal::OwnerOnly.into());
        }
        let members = self.rosters.get(self.batch, chat.id).await?;
        self.batch.drop_chat(chat.id, self.now).await?;
        self.rosters.forget(chat.id);
        self.allowances.free();
        let (contract, extended) =
            (Item::Group(GroupGone { group_id: self.group }), Item::Gone(GroupLeft::new(self.group)));
        let broadcasts = vec![
            Broadcast::contract(Kind::DropGroup, contract, People::Many(members.clone()), Except::User(actor.id)),
            Broadcast::extended(Kind::DropGroup, extended, People::Many(members), self.origin.except()),
        ];
        Ok(Outcome { answer: notices::left(self.origin, self.group), broadcasts, ..Outcome::default() })
    }
}
