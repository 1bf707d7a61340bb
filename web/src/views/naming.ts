// Names of chats, people and notices in the user's language. Pure.
import { idOf, keyOf } from '../protocol/chat';
import type { EventItem, Row } from '../protocol/socket';
import type { Chat } from '../state/chats/chat';
import { DELETED } from '../state/people/deletion';
import type { Strings } from '../strings/dictionary';

export function chatTitle(chat: Chat, me: string, strings: Strings): string {
  if ('groupId' in chat.chat) return chat.groupName ?? '';
  if (chat.chat.userId === me) return strings.chats.notes;
  if (chat.deleted) return strings.chats.deletedAccount;
  return fullName(chat.partnerName ?? '', chat.partnerLastName ?? '', strings);
}

export function fullName(first: string, last: string, strings: Strings): string {
  return last ? `${first} ${last}` : shownName(first, strings);
}

/** A first name. The reserved name of deleted accounts is translated. */
export function shownName(first: string, strings: Strings): string {
  return first === DELETED ? strings.chats.deletedAccount : first;
}

/** A line about a chat's newest message, without its sender. */
export function previewText(chat: Chat, me: string, strings: Strings): string {
  if (chat.deletedAt) return strings.conversation.deleted;
  return chat.event ? noticeText(chat, me, strings) : chat.content;
}

type Noticed = Pick<Row, 'senderId' | 'senderName' | 'senderLastName' | 'content'> & {
  event: EventItem | null;
};

/** A notice in words. For unknown kinds, the text that its sender sent. */
export function noticeText(row: Noticed, me: string, strings: Strings): string {
  const { event } = row;
  if (!event) return row.content;
  const who = { name: fullName(row.senderName, row.senderLastName, strings), you: row.senderId === me };
  const whom = {
    name: fullName(event.firstName ?? '', event.lastName ?? '', strings),
    you: event.userId === me,
  };
  const words = strings.notices;
  switch (event.kind) {
    case 'created':
    case 'left':
      return words[event.kind](who);
    case 'added':
    case 'removed':
      return words[event.kind](who, whom);
    case 'renamed':
      return words.renamed(who, event.groupName ?? '');
    case 'role':
      return words[event.role ?? 'member'](who, whom);
    case 'retention':
      return words.retention(who, event.retentionDays ?? null);
    default:
      return row.content;
  }
}

/** Several notices of added people by the same sender, as one. */
export function addedMany(row: Noticed, count: number, me: string, strings: Strings): string {
  const who = { name: fullName(row.senderName, row.senderLastName, strings), you: row.senderId === me };
  return strings.notices.addedMany(who, count);
}

export function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => [...(word ?? '')][0] ?? '',
  );
  return letters.join('').toLocaleUpperCase();
}

/** One of 8 hues, always the same for an id. */
export function hue(id: string): number {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + character.charCodeAt(0)) | 0;
  return Math.abs(hash) % 8;
}

export function avatarId(chat: Chat): string {
  return idOf(keyOf(chat.chat));
}
