import { expect, test } from 'vitest';
import { Chats } from '../src/state/chats/chats.svelte';
import { BOB, counted, listRow, ME } from './support/rows';

const key = `u/${BOB}` as const;

function chatsWith(...rows: Parameters<Chats['merge']>[0]): Chats {
  const chats = new Chats(ME);
  chats.merge(rows);
  return chats;
}

test('what others write is unread, what one writes oneself has been read', () => {
  const chats = chatsWith(listRow(3));
  chats.apply(counted(4));
  chats.apply(counted(5));
  expect([chats.get(key)!.unreadCount, chats.unreadTotal]).toEqual([2, 2]);
  chats.apply(counted(6, { senderId: ME }));
  expect(chats.unreadTotal).toBe(0);
});

test('muted chats do not count', () => {
  expect(
    chatsWith(listRow(3, { readUpTo: 1, unreadCount: 2, mutedUntil: '2999-01-01T00:00:00.000Z' }))
      .unreadTotal,
  ).toBe(0);
  expect(
    chatsWith(listRow(3, { readUpTo: 1, unreadCount: 2, mutedUntil: '2001-01-01T00:00:00.000Z' }))
      .unreadTotal,
  ).toBe(2);
});

test("reading elsewhere counts here; the partner's reading is kept apart", () => {
  const chats = chatsWith(listRow(3, { readUpTo: 1, unreadCount: 2 }));
  chats.read({ chat: { userId: BOB }, userId: BOB, readUpTo: 3, state: 2 });
  expect(chats.get(key)).toMatchObject({ unreadCount: 2, partnerReadUpTo: 3, state: 2 });
  chats.read({ chat: { userId: BOB }, userId: ME, readUpTo: 2, unreadCount: 1, state: 3 });
  chats.read({ chat: { userId: BOB }, userId: ME, readUpTo: 1, unreadCount: 2, state: 2 });
  expect(chats.get(key)).toMatchObject({ unreadCount: 1, readUpTo: 2, state: 3 });
});

test('an edit of the newest message shows, of another it only counts', () => {
  const chats = chatsWith(listRow(3));
  chats.apply({ ...counted(2, { content: 'old' }), lastSeq: 3, revision: 1 });
  expect(chats.get(key)).toMatchObject({ content: 'text 3', revision: 1, seq: 3 });
  chats.apply({ ...counted(3, { content: 'edited' }), lastSeq: 3, revision: 2 });
  expect(chats.get(key)).toMatchObject({ content: 'edited', revision: 2, unreadCount: 0 });
});

test('a chat is known by its first message, and says that it was not', () => {
  const chats = new Chats(ME);
  expect(chats.apply(counted(1))).toBe(false);
  expect(chats.get(key)).toMatchObject({ partnerName: 'Bob', unreadCount: 1 });
  expect(chats.apply(counted(2))).toBe(true);
});

test('the newest notice tells how many members there are', () => {
  const group = { groupId: '5b0e3c0a-54a1-4f0e-8a4e-0f5f5d0f9c11' };
  const chats = chatsWith(listRow(1, { chat: group, memberCount: 2 }));
  const event = { userId: BOB, firstName: 'Bob', lastName: '', groupName: null, role: null };
  const added = counted(2, { chat: group, event: { ...event, kind: 'added' }, memberCount: 3 });
  chats.apply(added);
  chats.apply({ ...added, memberCount: 2 });
  expect(chats.get(`g/${group.groupId}`)!.memberCount).toBe(3);
});
