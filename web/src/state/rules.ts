// What one may do with a chat, by one's role in it and by what it is. The server decides; this is what is offered. Pure.
import type { Member, Role } from '../protocol/rows';
import type { Chat } from './chat';

export interface Permissions {
  add: boolean;
  rename: boolean;
  setRoles: boolean;
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
      leave: true,
      drop: owner,
      block: false,
      hide: false,
    };
  }
  const none = { add: false, rename: false, setRoles: false, leave: false, drop: false };
  return { ...none, block: chat.chat.userId !== me && !chat.deleted, hide: true };
}

/** The owner removes anybody, admins remove members; oneself one leaves. */
export function mayRemove(role: Role | undefined, member: Member, me: string): boolean {
  if (member.userId === me) return false;
  return role === 'owner' || (role === 'admin' && member.role === 'member');
}

/** The roles that one may give a member. */
export function rolesFor(role: Role | undefined, member: Member, me: string): Role[] {
  if (role !== 'owner' || member.userId === me) return [];
  return member.role === 'admin' ? ['member', 'owner'] : ['admin', 'owner'];
}

export function markable(chat: Chat): boolean {
  return chat.unreadCount > 0;
}

export type MuteFor = 'hour' | 'hours' | 'morning' | 'always';

const HOUR = 3_600_000;
/** Before it, a night belongs to the day before. */
const NIGHT_ENDS = 4;
const MORNING = 8;

/** When a mute that begins now ends. */
export function muteUntil(length: MuteFor, now: Date): string {
  if (length === 'always') return '9999-12-31T00:00:00.000Z';
  if (length === 'hour') return new Date(now.getTime() + HOUR).toISOString();
  if (length === 'hours') return new Date(now.getTime() + 8 * HOUR).toISOString();
  const day = now.getDate() + (now.getHours() < NIGHT_ENDS ? 0 : 1);
  return new Date(now.getFullYear(), now.getMonth(), day, MORNING).toISOString();
}

/** Whether a mute has no end that anybody would wait for. */
export function isForever(until: string): boolean {
  return new Date(until).getUTCFullYear() >= 9000;
}
