import { expect, test } from 'vitest';
import type { MemberRow } from '../src/protocol/socket';
import { Receipts } from '../src/state/people/receipts.svelte';
import { BOB, listRow, ME, row } from './support/rows';
import { bounds } from './support/samples';
import { script } from './support/script';

const groupId = '0192f0c4-7d3a-7c11-9a55-0c6f2f7f3b01';
const CID = '0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a03';
const chat = { groupId };
const group = listRow(9, { chat, groupId, groupName: 'tea', memberCount: 3 });
const member = (userId: string, readUpTo: number | null): MemberRow => ({
  userId,
  firstName: userId.slice(-2),
  lastName: '',
  role: 'member',
  joinedAt: '2026-01-31T12:00:00.000Z',
  readUpTo,
});
const names = (members: MemberRow[]) => members.map(({ firstName }) => firstName);

async function looked(members = [member(ME, 9), member(BOB, 4), member(CID, 2)]) {
  const server = script([{ type: 'groupMembers', params: { groupId }, data: members }]);
  const receipts = new Receipts(server.line, ME);
  await receipts.look(group);
  return receipts;
}

test('who has read a message is neither its sender nor oneself', async () => {
  const receipts = await looked();
  expect(names(receipts.readers(group, row(2, { senderId: ME })))).toEqual(['02', '03']);
  expect(names(receipts.readers(group, row(2)))).toEqual(['03']);
  expect(names(receipts.readers(group, row(5, { senderId: ME })))).toEqual([]);
});

test('word of reading, and of writing, moves the mark forward and never back', async () => {
  const receipts = await looked();
  receipts.heard({ chat, userId: CID, readUpTo: 7 });
  receipts.heard({ chat, userId: CID, readUpTo: 3 });
  receipts.wrote(row(8, { chat }));
  expect(names(receipts.readers(group, row(7, { senderId: ME })))).toEqual(['02', '03']);
  expect(names(receipts.readers(group, row(8, { senderId: ME })))).toEqual(['02']);
});

test('an answer that is older than what was heard changes nothing', async () => {
  const { line } = script([
    { type: 'groupMembers', data: [member(BOB, 4)] },
    { type: 'groupMembers', data: [member(BOB, 5)] },
  ]);
  const receipts = new Receipts(line, ME);
  await receipts.look(group);
  receipts.heard({ chat, userId: BOB, readUpTo: 9 });
  await receipts.look(group);
  expect(names(receipts.readers(group, row(9, { senderId: ME })))).toEqual(['02']);
});

test('large groups are not asked about, nor dialogs', async () => {
  const server = script([]);
  const receipts = new Receipts({ ...server.line, bounds: { ...bounds, receiptsUpTo: 2 } }, ME);
  await receipts.look(group);
  await receipts.look(listRow(9));
  expect([server.asked, receipts.readers(group, row(1))]).toEqual([[], []]);
});
