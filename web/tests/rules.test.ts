import { expect, test } from 'vitest';
import type { Role } from '../src/protocol/rows';
import type { MemberRow } from '../src/protocol/socket';
import { isForever, muteUntil } from '../src/state/chats/mute';
import { mayRemove, permissions, rolesFor } from '../src/state/rules';
import { BOB, listRow, ME } from './support/rows';

const group = (role: Role) => listRow(1, { chat: { groupId: 'g' }, role });
const member = (role: Role, userId = BOB): MemberRow => ({
  ...{ userId, firstName: 'Bob', lastName: '', joinedAt: '', readUpTo: null },
  role,
});
const offered = (chat: Parameters<typeof permissions>[0]) =>
  Object.entries(permissions(chat, ME)).flatMap(([what, may]) => (may ? [what] : []));

test('every member adds and leaves, admins rename, the owner does all', () => {
  expect(offered(group('member'))).toEqual(['add', 'leave']);
  expect(offered(group('admin'))).toEqual(['add', 'rename', 'leave']);
  expect(offered(group('owner'))).toEqual(['add', 'rename', 'setRoles', 'setRetention', 'leave', 'drop']);
});

test('a user can block neither themselves nor a deleted account', () => {
  expect(offered(listRow(1))).toEqual(['block', 'hide']);
  expect(offered(listRow(1, { chat: { userId: ME } }))).toEqual(['hide']);
  expect(offered(listRow(1, { deleted: true }))).toEqual(['hide']);
});

test('admins remove members, the owner anybody else', () => {
  const removable = (role: Role) =>
    (['owner', 'admin', 'member'] as const).filter((each) => mayRemove(role, member(each), ME));
  expect([removable('member'), removable('admin')]).toEqual([[], ['member']]);
  expect(removable('owner')).toEqual(['owner', 'admin', 'member']);
  expect(mayRemove('owner', member('owner', ME), ME)).toBe(false);
});

test('only the owner gives roles, and never the role that a member has', () => {
  expect(rolesFor('owner', member('member'), ME)).toEqual(['admin', 'owner']);
  expect(rolesFor('owner', member('admin'), ME)).toEqual(['member', 'owner']);
  expect(rolesFor('owner', member('owner', ME), ME)).toEqual([]);
  expect(rolesFor('admin', member('member'), ME)).toEqual([]);
});

test('a mute ends when it says, tomorrow morning also after midnight', () => {
  const evening = new Date(2026, 0, 31, 22, 30);
  const until = (length: Parameters<typeof muteUntil>[0], now = evening) => new Date(muteUntil(length, now));
  expect(until('hour')).toEqual(new Date(2026, 0, 31, 23, 30));
  expect(until('hours')).toEqual(new Date(2026, 1, 1, 6, 30));
  expect(until('morning')).toEqual(new Date(2026, 1, 1, 8));
  expect(until('morning', new Date(2026, 1, 1, 1))).toEqual(new Date(2026, 1, 1, 8));
  expect(until('morning', new Date(2026, 1, 1, 5))).toEqual(new Date(2026, 1, 2, 8));
  expect([isForever(muteUntil('always', evening)), isForever(muteUntil('hours', evening))]).toEqual([
    true,
    false,
  ]);
});
