// How chats, people and notices are called in the reader's language. Pure.
import { idOf, keyOf } from '../protocol/chat';
import type { ChatEvent, Row } from '../protocol/rows';
import type { Chat } from '../state/chat';
import { DELETED } from '../state/deletion';
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

/** A first name; that of deleted accounts is translated. The server reserves it: nobody else can have it. */
export function shownName(first: string, strings: Strings): string {
  return first === DELETED ? strings.chats.deletedAccount : first;
}

/** One line about a chat's newest message, without who wrote it. */
export function previewText(chat: Chat, me: string, strings: Strings): string {
  if (chat.deletedAt) return strings.conversation.deleted;
  return chat.event ? noticeText(chat, me, strings) : chat.content;
}

type Noticed = Pick<Row, 'senderId' | 'senderName' | 'senderLastName' | 'content'> & {
  event: ChatEvent | null;
};

/** A notice in words; the text its maker sent for kinds that this client does not know. */
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
    default:
      return row.content;
  }
}

/** Many notices of people added by the sender of this one, as one. */
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

/** One of 8 hues, always the same for the same id. */
export function hue(id: string): number {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + character.charCodeAt(0)) | 0;
  return Math.abs(hash) % 8;
}

export function avatarId(chat: Chat): string {
  return idOf(keyOf(chat.chat));
}
