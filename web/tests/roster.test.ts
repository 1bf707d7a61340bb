import { expect, test } from 'vitest';
import type { Role } from '../src/protocol/rows';
import type { EventItem, MemberRow } from '../src/protocol/socket';
import { SocketError } from '../src/socket/errors';
import { Roster } from '../src/state/people/roster.svelte';
import { BOB, counted, ME } from './support/rows';

const member = (userId: string, role: Role = 'member'): MemberRow => ({
  ...{ userId, firstName: userId, lastName: '', joinedAt: '', readUpTo: null },
  role,
});

/** A group as the server has it; `asked` are the cursors of the pages that were read. */
function group(...members: MemberRow[]) {
  const asked: (string | null)[] = [];
  const served = { members, fails: false };
  const roster = new Roster(async (cursor) => {
    asked.push(cursor);
    if (served.fails) throw new SocketError('not_a_member', '');
    const from = served.members.findIndex(({ userId }) => userId === cursor) + 1;
    const rows = served.members.slice(from, from + 100);
    return { rows, hasMore: rows.length === 100 };
  });
  return { roster, served, asked };
}

const many = Array.from({ length: 250 }, (_, index) => member(`p${index}`));
const ids = (roster: Roster) => roster.members.map(({ userId, role }) => `${userId} ${role}`);

function notice(kind: EventItem['kind'], senderId: string, about: Partial<EventItem> = {}) {
  const nobody = { userId: null, firstName: null, lastName: null, groupName: null, role: null };
  return counted(2, { senderId, event: { ...nobody, kind, ...about } });
}

test('a small group stands by roles and names', async () => {
  const { roster } = group(member('zoe'), member(ME, 'admin'), member('adam'), member(BOB, 'owner'));
  await roster.load();
  expect(ids(roster)).toEqual([`${BOB} owner`, `${ME} admin`, 'adam member', 'zoe member']);
});

test('a large group is read by pages, each once, and again as far as it was read', async () => {
  const { roster, asked } = group(...many);
  await roster.load();
  await Promise.all([roster.more(), roster.more()]);
  expect([roster.members.length, roster.hasMore]).toEqual([200, true]);
  await roster.more();
  await roster.more();
  expect([roster.members.length, roster.hasMore]).toEqual([250, false]);
  expect(asked.splice(0)).toEqual([null, 'p99', 'p199']);
  await roster.load();
  expect([asked, roster.members.length]).toEqual([[null, 'p99', 'p199'], 250]);
});

test('notices add, remove and change members without asking', async () => {
  const { roster, asked } = group(member(ME, 'owner'), member(BOB), member('cleo'));
  await roster.load();
  roster.heard(notice('added', ME, { userId: 'dan', firstName: 'Dan', lastName: 'Day' }));
  roster.heard(notice('added', ME, { userId: 'dan', firstName: 'Dan', lastName: 'Day' }));
  roster.heard(notice('left', 'cleo'));
  roster.heard(notice('role', ME, { userId: BOB, role: 'admin' }));
  expect(ids(roster)).toEqual([`${ME} owner`, `${BOB} admin`, 'dan member']);
  roster.heard(notice('role', ME, { userId: 'dan', role: 'owner' }));
  roster.heard(notice('removed', 'dan', { userId: BOB }));
  expect(ids(roster)).toEqual(['dan owner', `${ME} admin`]);
  expect(asked).toEqual([null]);
});

test('who follows an owner who leaves is asked', async () => {
  const { roster, served } = group(member(BOB, 'owner'), member(ME));
  await roster.load();
  served.members = [member(ME, 'owner')];
  roster.heard(notice('left', BOB));
  await expect.poll(() => ids(roster)).toEqual([`${ME} owner`]);
});

test('in a group that is not wholly read, those who are added come with their page', async () => {
  const { roster } = group(...many);
  await roster.load();
  roster.heard(notice('added', ME, { userId: 'dan', firstName: 'Dan', lastName: '' }));
  expect(roster.members.length).toBe(100);
});

test('a refusal is shown, and can be tried again', async () => {
  const { roster, served } = group(member(ME));
  served.fails = true;
  await roster.load();
  expect(roster.status).toBe('failed');
  served.fails = false;
  await roster.load();
  expect([roster.status, ids(roster)]).toEqual(['ready', [`${ME} member`]]);
});
