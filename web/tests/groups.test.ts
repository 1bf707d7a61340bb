import { expect, test, vi } from 'vitest';
import { SocketError } from '../src/socket/errors';
import { add, create, leave } from '../src/state/actions/groups';
import { Blocked } from '../src/state/people/blocked.svelte';
import { Chats } from '../src/state/chats/chats.svelte';
import type { Messenger } from '../src/state/messenger.svelte';
import { BOB, counted, listRow, ME, row } from './support/rows';
import { script } from './support/script';

const GROUP = '5b0e3c0a-54a1-4f0e-8a4e-0f5f5d0f9c11';
const key = `g/${GROUP}` as const;
const invite = (...people: string[]) => people.map((userId) => ({ userId, notice: `Ann added ${userId}` }));

function messengerWith(lines: Parameters<typeof script>[0]) {
  const played = script(lines);
  const parts = { stored: vi.fn(), gone: vi.fn(), refresh: vi.fn(), api: { createGroup: vi.fn() } };
  const messenger = { ...parts, line: { insist: played.ask } } as unknown as Messenger;
  return { messenger, ...parts, ...played };
}

test('who cannot be added does not keep the others out, and is told', async () => {
  const { messenger, stored, asked, done } = messengerWith([
    { type: 'addUserInGroup', item: counted(2) },
    { type: 'addUserInGroup', fails: new SocketError('blocked', '') },
    { type: 'addUserInGroup', item: counted(3) },
  ]);
  const notAdded = await add(messenger, GROUP, invite('bob', 'cleo', 'dan'));
  expect(notAdded).toEqual([{ userId: 'cleo', code: 'blocked' }]);
  expect(stored.mock.calls.map(([row]) => row.seq)).toEqual([2, 3]);
  expect(asked.map(({ params }) => params)).toMatchObject([
    { groupId: GROUP, userId: 'bob', message: 'Ann added bob' },
    { userId: 'cleo' },
    { userId: 'dan' },
  ]);
  done();
});

test('a group is made once, with the ids that it was given', async () => {
  const { messenger, api, refresh } = messengerWith([{ type: 'addUserInGroup', item: counted(2) }]);
  const ids = { groupId: GROUP, messageId: 'm1' };
  expect(
    await create(messenger, ids, { name: 'Tea', notice: 'Ann made it', members: invite('bob') }),
  ).toEqual([]);
  expect(api.createGroup.mock.calls).toEqual([
    [{ ...ids, groupName: 'Tea', notificationMessage: 'Ann made it' }],
  ]);
  expect(refresh).toHaveBeenCalledOnce();
});

test('leaving what one is not in any more is done', async () => {
  const { messenger, gone } = messengerWith([
    { type: 'leaveGroup', fails: new SocketError('not_a_member', '') },
  ]);
  await leave(messenger, GROUP, 'Ann left');
  expect(gone).toHaveBeenCalledWith(key);
});

test('a group that others end is remembered by its name until it is back', () => {
  const chats = new Chats(ME);
  const group = listRow(1, { chat: { groupId: GROUP }, groupName: 'Tea', groupId: GROUP });
  chats.merge([group]);
  expect(chats.ending(key)).toBeUndefined();
  chats.remove(key, 'dropped');
  expect(chats.ending(key)).toEqual({ why: 'dropped', groupName: 'Tea' });
  chats.merge([group]);
  expect(chats.ending(key)).toBeUndefined();
  chats.remove(key);
  expect(chats.ending(key)).toBeUndefined();
});

test('a blocked person is hidden in groups, also before the server tells, and not where one wants to see', () => {
  const kept = new Map([[`hearth.blocked.${ME}`, JSON.stringify([{ userId: BOB }])]]);
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null });
  const blocked = new Blocked(ME, script([]).line, new Chats(ME));
  const hides = (chat: 'g/1' | 'u/1', { messageId, senderId } = row(1)) =>
    blocked.hides(chat, { messageId, senderId });
  expect([hides('g/1'), hides('u/1'), hides('g/1', row(1, { senderId: ME }))]).toEqual([true, false, false]);
  blocked.show('m1');
  expect([hides('g/1'), hides('g/1', row(2))]).toEqual([false, true]);
  vi.unstubAllGlobals();
});

test('whom one blocked is known from the list, and from all pages of the blocked', async () => {
  const page = Array.from({ length: 100 }, (_, index) => ({
    userId: `p${index}`,
    firstName: '',
    lastName: '',
  }));
  const { line, done } = script([
    { type: 'blockedUsers', params: { cursor: null }, data: page },
    {
      type: 'blockedUsers',
      params: { cursor: 'p99' },
      data: [{ userId: 'last', firstName: '', lastName: '' }],
    },
  ]);
  const chats = new Chats(ME);
  chats.merge([listRow(1, { blocked: true })]);
  const blocked = new Blocked(ME, line, chats);
  expect([blocked.has(BOB), blocked.has('last')]).toEqual([true, false]);
  await blocked.load();
  expect([blocked.people.length, blocked.has('last')]).toEqual([101, true]);
  blocked.heard('last', false);
  blocked.heard(BOB, false);
  expect([blocked.people.length, blocked.has('last'), blocked.has(BOB)]).toEqual([100, false, false]);
  done();
});
