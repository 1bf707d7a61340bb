import { expect, test } from 'vitest';
import type { Entry } from '../src/state/outbox/entry';
import { timeline } from '../src/state/history/timeline';
import type { Row } from '../src/protocol/socket';
import { BOB, ME, row } from './support/rows';

const context = { me: ME, unreadAfter: null };
const at = (text: string) => ({ createdAt: new Date(text).toISOString() });

function entry(messageId: string): Entry {
  const createdAt = '2026-01-31T13:00:00.000Z';
  return {
    messageId,
    user: ME,
    chat: `u/${BOB}`,
    content: '',
    replyTo: null,
    createdAt,
    order: 1,
    refused: null,
  };
}

test('each day begins once', () => {
  const rows = [
    row(1, at('2026-01-30T23:59:00')),
    row(2, at('2026-01-31T00:01:00')),
    row(3, at('2026-01-31T09:00:00')),
  ];
  expect(timeline(rows, [], context).map((item) => item.newDay)).toEqual([true, true, false]);
});

test('messages of one sender within minutes stand together', () => {
  const rows = [
    row(1, at('2026-01-31T12:00:00')),
    row(2, at('2026-01-31T12:01:00')),
    row(3, { ...at('2026-01-31T12:02:00'), senderId: ME }),
    row(4, { ...at('2026-01-31T12:30:00'), senderId: ME }),
  ];
  const items = timeline(rows, [], context);
  expect(items.map((item) => item.first)).toEqual([true, false, true, true]);
  expect(items.map((item) => item.last)).toEqual([false, true, true, true]);
});

test('the border of the unread stands before the first that another wrote', () => {
  const rows = [row(1), row(2, { senderId: ME }), row(3), row(4)];
  const border = (unreadAfter: number | null) =>
    timeline(rows, [], { me: ME, unreadAfter }).findIndex((item) => item.firstUnread);
  expect([border(null), border(0), border(1), border(4)]).toEqual([-1, 0, 2, -1]);
});

test('what is on its way stands at the end, until its row is there', () => {
  const keys = (rows: ReturnType<typeof row>[]) =>
    timeline(rows, [entry('x')], context).map((item) => item.key);
  expect(keys([row(1)])).toEqual(['m1', 'x']);
  expect(keys([row(1), row(2, { messageId: 'x', senderId: ME })])).toEqual(['m1', 'x']);
});

test('many people added one after the other stand as one notice', () => {
  const add = (seq: number, senderId = BOB) =>
    row(seq, {
      senderId,
      event: { kind: 'added', userId: `u${seq}`, firstName: 'A', lastName: '', groupName: null, role: null },
    });
  const seqs = (rows: Row[], unreadAfter: number | null = null) =>
    timeline(rows, [], { me: ME, unreadAfter }).map(({ row, folded }) => [row!.seq, folded?.length ?? 1]);
  const adds = [add(1), add(2), add(3), add(4), add(5)];
  expect(seqs([...adds, row(6)])).toEqual([
    [5, 5],
    [6, 1],
  ]);
  expect(seqs(adds.slice(0, 3))).toEqual([
    [1, 1],
    [2, 1],
    [3, 1],
  ]);
  expect(seqs([...adds.slice(0, 4), add(5, ME)])).toEqual([
    [4, 4],
    [5, 1],
  ]);
  expect(seqs([...adds, add(6), add(7), add(8)], 4)).toEqual([
    [4, 4],
    [8, 4],
  ]);
  expect(timeline(adds, [], context)[0]!.key).toBe('m1');
});
