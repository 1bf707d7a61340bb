// What remains of a person whose account was deleted.
import { expect, test } from 'vitest';
import { quoteWithout, without } from '../src/state/people/deletion';
import { BOB, ME, row } from './support/rows';

const now = '2026-02-01T00:00:00.000Z';
const kept = { userId: BOB, erased: false };
const erased = { userId: BOB, erased: true };
const quote = { messageId: 'm1', seq: 1, senderId: BOB, senderName: 'Bob', content: 'hi' };

test('the name goes, the text stays', () => {
  expect(without(row(1), kept, now)).toEqual(row(1, { senderName: 'Deleted account' }));
});

test('erased, the text goes, and what it says in quotes', () => {
  const reactions = [{ emoji: '👍', count: 1 }];
  const gone = { senderName: 'Deleted account', content: '', deletedAt: now };
  expect(without(row(1, { reactions }), erased, now)).toEqual(row(1, gone));
  expect(quoteWithout(quote, erased)).toMatchObject({ senderName: '', content: '' });
  expect(quoteWithout(quote, kept)).toMatchObject({ senderName: 'Deleted account', content: 'hi' });
});

test('a notice about the person has no name; its own text stays', () => {
  const names = { firstName: 'Bob', lastName: 'B' };
  const event = { kind: 'added', userId: BOB, ...names, groupName: null, role: null } as const;
  const told = without(row(1, { event, senderId: ME }), erased, now);
  expect(told.event).toMatchObject({ firstName: 'Deleted account', lastName: '' });
  expect(told.content).toBe('text 1');
});

test('what has nothing to do with the person is left as it is', () => {
  const other = row(1, { senderId: 'cleo', replyTo: { ...quote, senderId: ME } });
  expect(without(other, erased, now)).toBe(other);
});
