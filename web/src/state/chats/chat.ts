// A chat of the list, and how frames change it. Pure.
import { keyOf, type ChatKey } from '../../protocol/chat';
import type { CountedRow } from '../../protocol/rows';
import type { ChatRow, ExpiredItem, ReadItem, Row } from '../../protocol/socket';

export type Chat = ChatRow;

/** Merges the server's row with the known one: the newer counters win, in whatever order the frames arrived. */
export function mergeListRow(known: Chat | undefined, row: ChatRow): Chat {
  if (!known) return row;
  const newest =
    row.lastSeq >= known.lastSeq && row.revision >= known.revision ? row : { ...row, ...preview(known) };
  return counted({
    ...newest,
    firstSeq: Math.max(row.firstSeq ?? 1, known.firstSeq ?? 1),
    lastSeq: Math.max(row.lastSeq, known.lastSeq),
    revision: Math.max(row.revision, known.revision),
    state: Math.max(row.state, known.state),
    readUpTo: Math.max(row.readUpTo, known.readUpTo),
    hiddenUpTo: Math.max(row.hiddenUpTo, known.hiddenUpTo),
  });
}

/** The chat after a message arrived, was edited or was deleted. */
export function withRow(chat: Chat, row: CountedRow, me: string): Chat {
  const lastSeq = Math.max(chat.lastSeq, row.lastSeq);
  const shown = row.seq >= chat.seq ? { ...preview(row), updatedAt: row.editedAt ?? row.createdAt } : {};
  const read = row.senderId === me ? Math.max(chat.readUpTo, row.seq) : chat.readUpTo;
  const groupName = row.groupName ?? chat.groupName;
  const revision = Math.max(chat.revision, row.revision);
  const members =
    row.seq > chat.lastSeq && typeof row.memberCount === 'number' ? { memberCount: row.memberCount } : {};
  const { event } = row;
  const kept =
    row.seq > chat.lastSeq && event?.kind === 'retention'
      ? { retentionDays: event.retentionDays ?? null }
      : {};
  return counted({ ...chat, ...shown, ...members, ...kept, lastSeq, revision, readUpTo: read, groupName });
}

/** A chat of which only one message is known, until the server sends the rest. */
export function fromRow(row: CountedRow, me: string): Chat {
  const base = {
    ...preview(row),
    chat: row.chat,
    updatedAt: row.createdAt,
    receiverLastName: null,
    groupName: row.groupName ?? null,
    firstSeq: 1,
    lastSeq: row.lastSeq,
    revision: row.revision,
    state: 0,
    readUpTo: row.senderId === me ? row.seq : row.seq - 1,
    hiddenUpTo: 0,
    unreadCount: 0,
    mutedUntil: null,
  };
  return counted({ ...base, ...partner(row, me) });
}

export function withRead(chat: Chat, read: ReadItem, me: string): Chat {
  const state = Math.max(chat.state, read.state ?? 0);
  if (read.userId === me)
    return counted({ ...chat, state, readUpTo: Math.max(chat.readUpTo, read.readUpTo) });
  if ('groupId' in chat.chat) return chat;
  return { ...chat, state, partnerReadUpTo: Math.max(chat.partnerReadUpTo ?? 0, read.readUpTo) };
}

/** The chat after its oldest messages have expired. */
export function withExpired(chat: Chat, item: ExpiredItem): Chat {
  const { firstSeq, lastSeq, revision } = item;
  return {
    ...chat,
    firstSeq: Math.max(chat.firstSeq ?? 1, firstSeq),
    lastSeq: Math.max(chat.lastSeq, lastSeq),
    revision: Math.max(chat.revision, revision),
  };
}

/** The last seq that is not unread: it is read, hidden or expired. */
export function gone(chat: Pick<Chat, 'readUpTo' | 'hiddenUpTo' | 'firstSeq'>): number {
  // Rows that an earlier version cached have no first seq.
  return Math.max(chat.readUpTo, chat.hiddenUpTo, (chat.firstSeq ?? 1) - 1);
}

/** With the unread count computed from its counters. */
export function counted<T extends Chat>(chat: T): T {
  return { ...chat, unreadCount: Math.max(0, chat.lastSeq - gone(chat)) };
}

export function isMuted(chat: Chat, now: number): boolean {
  return chat.mutedUntil !== null && Date.parse(chat.mutedUntil) > now;
}

export function chatKey(chat: Pick<Chat, 'chat'>): ChatKey {
  return keyOf(chat.chat);
}

function preview(row: Row | ChatRow) {
  return {
    messageId: row.messageId,
    senderId: row.senderId,
    senderName: row.senderName,
    senderLastName: row.senderLastName,
    receiverId: row.receiverId ?? null,
    receiverName: row.receiverName ?? null,
    groupId: row.groupId ?? null,
    content: row.content,
    createdAt: row.createdAt,
    deletedAt: row.deletedAt,
    seq: row.seq,
    event: row.event,
    editedAt: row.editedAt,
    replyTo: row.replyTo,
    reactions: row.reactions,
  };
}

function partner(row: CountedRow, me: string): Partial<Chat> {
  if (!('userId' in row.chat)) return {};
  const mine = row.senderId === me;
  return {
    partnerId: row.chat.userId,
    partnerName: (mine ? row.receiverName : row.senderName) ?? '',
    partnerLastName: mine ? '' : row.senderLastName,
  };
}
