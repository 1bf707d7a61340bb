// Rows as the server sends them, with what a test says of them.
import type { CountedRow } from '../../src/protocol/rows';
import type { ChatRow, Row } from '../../src/protocol/socket';

export const ME = '0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a01';
export const BOB = '0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a02';

export function row(seq: number, values: Partial<Row> = {}): Row {
  return {
    messageId: `m${seq}`,
    senderId: BOB,
    senderName: 'Bob',
    senderLastName: '',
    receiverId: ME,
    receiverName: 'Ann',
    content: `text ${seq}`,
    createdAt: new Date(Date.UTC(2026, 0, 31, 12, seq)).toISOString(),
    chat: { userId: BOB },
    seq,
    event: null,
    editedAt: null,
    deletedAt: null,
    replyTo: null,
    reactions: [],
    ...values,
  };
}

export function counted(seq: number, values: Partial<CountedRow> = {}): CountedRow {
  return { ...row(seq, values), lastSeq: seq, revision: 0, ...values };
}

export function listRow(seq: number, values: Partial<ChatRow> = {}): ChatRow {
  const { memberCount: _, ...rest } = row(seq);
  return {
    ...rest,
    receiverId: ME,
    receiverName: 'Ann',
    receiverLastName: '',
    groupId: null,
    groupName: null,
    updatedAt: row(seq).createdAt,
    firstSeq: 1,
    lastSeq: seq,
    revision: 0,
    state: 1,
    readUpTo: seq,
    hiddenUpTo: 0,
    unreadCount: 0,
    mutedUntil: null,
    partnerId: BOB,
    partnerName: 'Bob',
    partnerLastName: '',
    partnerReadUpTo: 0,
    deleted: false,
    blocked: false,
    ...values,
  };
}
