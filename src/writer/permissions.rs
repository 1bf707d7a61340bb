//! Permission rules: what each member may do in a chat.

use super::command::Command;
use crate::{
    error::Refusal,
    model::{Action, ChatKey, Message, Person, Role, UserId},
    store::{Situation, StoredChat},
};

/// A member who acts in an existing group.
pub(super) struct Acting {
    pub(super) chat: StoredChat,
    pub(super) actor: Person,
    pub(super) role: Role,
    /// The membership's counter.
    pub(super) state: i64,
}

/// The user whom an action is about.
pub(super) struct Target {
    pub(super) person: Person,
    pub(super) role: Option<Role>,
    pub(super) state: i64,
    pub(super) blocks_actor: bool,
    /// Whether the user left the group or was removed from it.
    pub(super) was_member: bool,
}

/// The acting member of an existing group, and the user whom the action is about.
pub(super) fn acting(situation: Situation) -> Result<(Acting, Option<Target>), Refusal> {
    let Situation { chat, actor, role, standing, target, target_role, target_standing, target_left, blocked, .. } =
        situation;
    let target = target.map(|person| Target {
        person,
        role: target_role,
        state: target_standing.state,
        blocks_actor: blocked,
        was_member: target_left,
    });
    match (chat, actor, role) {
        (Some(chat), Some(actor), Some(role)) if !chat.dropped => {
            Ok((Acting { chat, actor, role, state: standing.state }, target))
        }
        _ => Err(Refusal::NotMember),
    }
}

/// The rejection for a message id that is in use. Only members of a group learn which ids it uses.
pub(super) fn taken(chat: ChatKey, situation: &Situation) -> Refusal {
    match (chat, situation.role) {
        (ChatKey::Group(_), None) => Refusal::NotMember,
        _ => Refusal::MessageIdTaken,
    }
}

pub(super) fn may_write(chat: ChatKey, situation: &Situation) -> Result<(), Refusal> {
    match chat {
        ChatKey::Dialog(..) if situation.target.is_none() => Err(Refusal::UserNotFound),
        ChatKey::Dialog(..) if situation.blocks => Err(Refusal::Blocking),
        ChatKey::Dialog(..) if situation.blocked => Err(Refusal::Blocked),
        ChatKey::Group(_) if situation.role.is_none() => Err(Refusal::NotMember),
        ChatKey::Group(_) if situation.chat.as_ref().is_none_or(|chat| chat.dropped) => Err(Refusal::NotMember),
        _ => Ok(()),
    }
}

/// Whether the actor may change this message. A deleted message cannot be changed, but deleting it again succeeds.
pub(super) fn may_edit(command: &Command, situation: &Situation, message: &Message) -> Result<(), Refusal> {
    let is_sender = message.sender.id == command.actor;
    let is_dialog = matches!(command.chat, ChatKey::Dialog(..));
    let manages = !is_dialog && situation.role.is_some_and(|role| role >= Role::Admin);
    match command.action {
        Action::Edit { .. } if !is_sender => Err(Refusal::SenderOnly),
        Action::Delete { .. } if is_sender || manages => Ok(()),
        Action::Delete { .. } => Err(Refusal::NotAllowedToDelete),
        _ if message.deleted_at.is_some() => Err(Refusal::MessageDeleted),
        _ if situation.blocked => Err(Refusal::Blocked),
        // A reaction can still be removed.
        Action::Edit { .. } | Action::React { on: true, .. } if is_dialog && situation.blocks => Err(Refusal::Blocking),
        _ => Ok(()),
    }
}

/// Members may add new people; only the owner and admins may add former members.
pub(super) fn may_add(acting: &Acting, target: &Target) -> Result<(), Refusal> {
    let may_return = !target.was_member || acting.role >= Role::Admin;
    if may_return && !target.blocks_actor { Ok(()) } else { Err(Refusal::CannotBeAdded) }
}

pub(super) fn may_remove(acting: &Acting, user: UserId, target: Option<&Target>) -> Result<(), Refusal> {
    if user == acting.actor.id {
        return Err(Refusal::LeaveInstead);
    }
    if acting.role == Role::Member {
        return Err(Refusal::NotAllowedToRemove);
    }
    let target_role = target.and_then(|target| target.role).ok_or(Refusal::NotMember)?;
    if acting.role == Role::Admin && target_role != Role::Member {
        return Err(Refusal::AdminRemovesMembers);
    }
    Ok(())
}

pub(super) fn may_rename(acting: &Acting) -> Result<(), Refusal> {
    if acting.role < Role::Admin { Err(Refusal::NotAllowedToRename) } else { Ok(()) }
}

pub(super) fn may_set_retention(acting: &Acting, days: Option<i64>) -> Result<(), Refusal> {
    if acting.role != Role::Owner {
        return Err(Refusal::NotAllowedToSetRetention);
    }
    if acting.chat.retention_days == days { Err(Refusal::RetentionUnchanged) } else { Ok(()) }
}

pub(super) fn may_drop(acting: &Acting) -> Result<(), Refusal> {
    if acting.role == Role::Owner { Ok(()) } else { Err(Refusal::OwnerOnly) }
}

pub(super) fn may_set_role(acting: &Acting, target: Option<Target>, role: Role) -> Result<Target, Refusal> {
    if acting.role != Role::Owner {
        return Err(Refusal::NotAllowedToSetRole);
    }
    let target = target.filter(|target| target.role.is_some()).ok_or(Refusal::NotMember)?;
    if target.person.id == acting.actor.id {
        return Err(Refusal::OwnRole);
    }
    if target.role == Some(role) {
        return Err(Refusal::RoleUnchanged);
    }
    Ok(target)
}
