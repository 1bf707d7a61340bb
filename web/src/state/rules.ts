// The permission rules: what the client offers. The server decides. Pure.
import type { Role } from '../protocol/rows';
import type { MemberRow, Row } from '../protocol/socket';
import type { Chat } from './chats/chat';

export interface Permissions {
  add: boolean;
  rename: boolean;
  setRoles: boolean;
  setRetention: boolean;
  leave: boolean;
  drop: boolean;
  block: boolean;
  hide: boolean;
}

export function permissions(chat: Chat, me: string): Permissions {
  if ('groupId' in chat.chat) {
    const owner = chat.role === 'owner';
    return {
      add: true,
      rename: owner || chat.role === 'admin',
      setRoles: owner,
      setRetention: owner,
      leave: true,
      drop: owner,
      block: false,
      hide: false,
    };
  }
  const none = { add: false, rename: false, setRoles: false, setRetention: false, leave: false, drop: false };
  return { ...none, block: chat.chat.userId !== me && !chat.deleted, hide: true };
}

/** Whether messages to this chat can be delivered. */
export function mayWrite(chat: Chat | undefined, isBlocked: boolean): boolean {
  return !chat?.deleted && !isBlocked;
}

/** Only the sender edits a message. Notices cannot be edited. */
export function mayEdit(row: Row, me: string): boolean {
  return row.senderId === me && !row.event && !row.deletedAt;
}

/** The sender can delete a message for everyone, and so can a group's owner and admins. */
export function mayDelete(row: Row, chat: Chat | undefined, me: string): boolean {
  const isAllowed = row.senderId === me || chat?.role === 'owner' || chat?.role === 'admin';
  return isAllowed && !row.event && !row.deletedAt;
}

/** The owner can remove anyone, admins can remove members. To remove themselves, users leave. */
export function mayRemove(role: Role | undefined, member: MemberRow, me: string): boolean {
  if (member.userId === me) return false;
  return role === 'owner' || (role === 'admin' && member.role === 'member');
}

/** The roles that the user may give a member. */
export function rolesFor(role: Role | undefined, member: MemberRow, me: string): Role[] {
  if (role !== 'owner' || member.userId === me) return [];
  return member.role === 'admin' ? ['member', 'owner'] : ['admin', 'owner'];
}

export function markable(chat: Chat): boolean {
  return chat.unreadCount > 0;
}
