import { expect, test } from 'vitest';
import { Chats } from '../src/state/chats/chats.svelte';
import { resume } from '../src/state/chats/resume';
import { BOB, counted, listRow, ME } from './support/rows';
import { script } from './support/script';

const GROUP = '5b0e3c0a-54a1-4f0e-8a4e-0f5f5d0f9c11';
const CLEO = '0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a03';
const complete = { gone: [], complete: true, cursor: null };

test('the first time, the newest chats come before the rest', async () => {
  const chats = new Chats(ME);
  const { line, asked, done } = script([
    { type: 'listLastMessage', data: [listRow(9)] },
    { type: 'getChangedChats', item: complete, data: [listRow(3, { chat: { groupId: GROUP } })] },
  ]);
  await resume(line, chats, []);
  expect(asked[1]!.params).toEqual({
    known: [{ chat: { userId: BOB }, lastSeq: 9, revision: 0, state: 1 }],
    cursor: null,
  });
  expect(chats.list.map((chat) => chat.lastSeq)).toEqual([9, 3]);
  expect(chats.ready).toBe(true);
  done();
});

test('later, only what differs is told, page by page in the order of ids', async () => {
  const chats = new Chats(ME);
  chats.ready = true;
  const group = listRow(5, { chat: { groupId: GROUP } });
  chats.merge([group, listRow(9), listRow(2, { chat: { userId: CLEO } })]);
  const cursor = { userId: BOB };
  const { line, asked, done } = script([
    {
      type: 'getChangedChats',
      item: { gone: [], complete: false, cursor },
      data: [listRow(12, { readUpTo: 9 })],
    },
    { type: 'getChangedChats', item: { ...complete, gone: [{ groupId: GROUP }] }, data: [] },
  ]);
  await resume(line, chats, []);
  const known = asked.map((each) =>
    (each.params as { known: { chat: unknown }[] }).known.map(({ chat }) => chat),
  );
  expect(known).toEqual([
    [{ userId: BOB }, { userId: CLEO }, { groupId: GROUP }],
    [{ userId: CLEO }, { groupId: GROUP }],
  ]);
  expect(chats.get(`u/${BOB}`)?.unreadCount).toBe(3);
  expect(chats.get(`g/${GROUP}`)).toBeUndefined();
  done();
});

test('an answer older than a broadcast does not turn a chat back', () => {
  const chats = new Chats(ME);
  chats.merge([listRow(4)]);
  chats.apply(counted(5, { content: 'newer' }));
  chats.merge([listRow(4, { content: 'older' })]);
  expect(chats.get(`u/${BOB}`)).toMatchObject({ content: 'newer', lastSeq: 5, unreadCount: 1 });
});
