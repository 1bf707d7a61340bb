// How a chat is named: on the wire, as a key of maps and paths, and in the server's order.

import type { ChatRef } from './socket';

/** A chat from the user's side: the other person (the user for notes), or a group. */
export type { ChatRef };

/** `u/<id>` or `g/<id>`: the chat as a key, and as the end of its path. */
export type ChatKey = `u/${string}` | `g/${string}`;

/** How requests name a chat. */
export type ChatParams = { receiverId: string } | { groupId: string };

export function keyOf(chat: ChatRef): ChatKey {
  return 'userId' in chat ? `u/${chat.userId}` : `g/${chat.groupId}`;
}

export function refOf(key: ChatKey): ChatRef {
  const id = idOf(key);
  return isGroup(key) ? { groupId: id } : { userId: id };
}

export function paramsOf(key: ChatKey): ChatParams {
  const id = idOf(key);
  return isGroup(key) ? { groupId: id } : { receiverId: id };
}

export function idOf(key: ChatKey): string {
  return key.slice(2);
}

export function isGroup(key: ChatKey): boolean {
  return key.startsWith('g/');
}

/** The order of `getChangedChats`: by UUID, dialogs before groups if equal. */
export function compareKeys(a: ChatKey, b: ChatKey): number {
  const [left, right] = [idOf(a), idOf(b)];
  if (left !== right) return left < right ? -1 : 1;
  return Number(isGroup(a)) - Number(isGroup(b));
}
