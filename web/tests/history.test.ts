import { expect, test } from 'vitest';
import { SocketError } from '../src/socket/errors';
import type { Counters } from '../src/protocol/rows';
import type { Kept } from '../src/state/history/history-cache';
import { History } from '../src/state/history/history.svelte';
import { BOB, counted, ME, row } from './support/rows';
import { script } from './support/script';

const dialog = 'getlatestMessageDialog';
const page = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => row(to - index));
const seqs = (history: History) => history.rows.map((each) => each.seq);

/** A history over a script, and the chat's counters as the list knows them. */
function scripted(
  lines: Parameters<typeof script>[0],
  counters: Counters & { hiddenUpTo?: number; firstSeq?: number } = { lastSeq: 0, revision: 0 },
  kept?: Kept,
) {
  const server = script(lines);
  const source = { me: ME, ask: server.ask, counters: () => counters, kept: async () => kept };
  const history = new History(`u/${BOB}`, source);
  return { history, counters, ...server };
}

test('it begins with the newest rows and pages back to the first', async () => {
  const { history, asked, done } = scripted(
    [
      { type: dialog, data: page(51, 100) },
      { type: dialog, params: { beforeSeq: 51 }, data: page(1, 50) },
      { type: dialog, params: { beforeSeq: 1 }, data: [] },
    ],
    { lastSeq: 100, revision: 0 },
  );
  await history.load();
  expect([seqs(history)[0], seqs(history).at(-1), history.hasOlder]).toEqual([51, 100, true]);
  await history.older();
  await history.older();
  expect(seqs(history)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  expect([history.hasOlder, asked[0]!.params]).toEqual([false, { receiverId: BOB, limit: 50 }]);
  done();
});

test('a jump shows what is around, and pages forward to the newest', async () => {
  const { history } = scripted(
    [
      { type: dialog, params: { aroundSeq: 30 }, data: page(6, 55) },
      { type: dialog, params: { afterSeq: 55 }, data: page(56, 60) },
    ],
    { lastSeq: 60, revision: 0 },
  );
  await history.load(30);
  expect([history.hasOlder, history.hasNewer]).toEqual([true, true]);
  history.append(counted(61));
  expect(seqs(history).at(-1)).toBe(55);
  await history.newer();
  expect([seqs(history).at(-1), history.hasNewer]).toEqual([60, false]);
});

test('a jump out of the window begins the new one at its message; within it, the window stays', async () => {
  const { history } = scripted(
    [
      { type: dialog, data: page(101, 150) },
      { type: dialog, params: { aroundSeq: 30 }, data: page(6, 55) },
    ],
    { lastSeq: 150, revision: 0 },
  );
  await history.load();
  await history.jump(120);
  expect([history.window, history.found?.seq]).toEqual([1, 120]);
  const before = history.found;
  await history.jump(120);
  expect(history.found).not.toEqual(before);
  await history.jump(30);
  expect([history.window, history.found?.seq, seqs(history)[0]]).toEqual([2, 30, 6]);
});

test('a new row is appended once', async () => {
  const { history } = scripted([{ type: dialog, data: page(1, 2) }], { lastSeq: 2, revision: 0 });
  await history.load();
  history.append(counted(3));
  history.append(counted(3));
  expect(seqs(history)).toEqual([1, 2, 3]);
});

test('a gap before a new row is fetched', async () => {
  const { history, counters, done } = scripted(
    [
      { type: dialog, data: page(1, 2) },
      {
        type: 'getChanges',
        params: { receiverId: BOB, afterSeq: 2, afterRevision: 0 },
        item: { lastSeq: 5, revision: 0, complete: true, reset: false },
        data: [row(3), row(4), row(5)],
      },
    ],
    { lastSeq: 2, revision: 0 },
  );
  await history.load();
  counters.lastSeq = 5;
  history.append(counted(5));
  await history.catchUp();
  expect(seqs(history)).toEqual([1, 2, 3, 4, 5]);
  done();
});

test('coming back fetches new and changed rows, page by page', async () => {
  const { history, counters, done } = scripted(
    [
      { type: dialog, data: page(1, 3) },
      {
        type: 'getChanges',
        params: { afterSeq: 3, afterRevision: 4 },
        item: { lastSeq: 5, revision: 6, complete: false, reset: false, afterSeq: 5, afterRevision: 5 },
        data: [row(4), row(5), row(2, { content: 'edited', editedAt: '2026-01-31T13:00:00.000Z' })],
      },
      {
        type: 'getChanges',
        params: { afterSeq: 5, afterRevision: 5 },
        item: { lastSeq: 5, revision: 6, complete: true, reset: false, afterSeq: 5, afterRevision: 6 },
        data: [row(1, { content: '', deletedAt: '2026-01-31T13:00:00.000Z' })],
      },
    ],
    { lastSeq: 3, revision: 4 },
  );
  await history.load();
  Object.assign(counters, { lastSeq: 5, revision: 6 });
  await history.resume();
  expect(history.rows.map((each) => each.content)).toEqual(['', 'edited', 'text 3', 'text 4', 'text 5']);
  done();
});

test('too far behind, it starts anew', async () => {
  const { history, counters } = scripted(
    [
      { type: dialog, data: page(1, 3) },
      { type: 'getChanges', item: { reset: true } },
      { type: dialog, data: page(20_001, 20_050) },
    ],
    { lastSeq: 3, revision: 0 },
  );
  await history.load();
  Object.assign(counters, { lastSeq: 20_050, revision: 10_001 });
  await history.resume();
  expect(seqs(history)[0]).toBe(20_001);
});

test('changes are applied in order; a missed one is fetched, an old one ignored', async () => {
  const { history, counters, done } = scripted(
    [
      { type: dialog, data: page(1, 2) },
      {
        type: 'getChanges',
        params: { afterSeq: 2, afterRevision: 1 },
        item: { lastSeq: 2, revision: 3, complete: true, reset: false },
        data: [row(1, { content: 'second' }), row(2, { content: 'third' })],
      },
    ],
    { lastSeq: 2, revision: 0 },
  );
  await history.load();
  const edited = (seq: number, content: string, revision: number) => ({
    ...counted(seq, { content, revision }),
    lastSeq: 2,
  });
  history.replace(edited(1, 'first', 1));
  expect(history.rows[0]!.content).toBe('first');
  counters.revision = 3;
  history.replace(edited(2, 'third', 3));
  await history.catchUp();
  history.replace(edited(1, 'stale', 2));
  expect(history.rows.map((each) => each.content)).toEqual(['second', 'third']);
  done();
});

test("reactions of others keep what is known of one's own", async () => {
  const reactions = [{ emoji: '👍', count: 1, mine: true }];
  const { history } = scripted([{ type: dialog, data: [row(1, { reactions })] }], {
    lastSeq: 1,
    revision: 0,
  });
  await history.load();
  const common = { chat: { userId: BOB }, messageId: 'm1', seq: 1, lastSeq: 1 };
  const two = [
    { emoji: '👍', count: 2 },
    { emoji: '☕', count: 1 },
  ];
  history.react({ ...common, reactions: two, userId: BOB, emoji: '☕', on: true, revision: 1 });
  expect(history.rows[0]!.reactions.map((each) => each.mine)).toEqual([true, false]);
  history.react({ ...common, reactions: two, userId: ME, emoji: '☕', on: true, revision: 2 });
  expect(history.rows[0]!.reactions.map((each) => each.mine)).toEqual([true, true]);
});

test('a refusal is shown, and the next connection tries again', async () => {
  const { history } = scripted([
    { type: dialog, fails: new SocketError('unavailable', '') },
    { type: dialog, data: page(1, 1) },
  ]);
  await history.load();
  expect(history.status).toBe('failed');
  await history.resume();
  expect(history.status).toBe('ready');
});

const kept = (from: number, to: number, revision = 0): Kept => ({
  rows: page(from, to).reverse(),
  revision,
  hasOlder: from > 1,
});

test('cached rows are shown, and only what has changed is loaded', async () => {
  const changes = { lastSeq: 52, revision: 3, complete: true, reset: false };
  const { history, done } = scripted(
    [
      {
        type: 'getChanges',
        params: { afterSeq: 50, afterRevision: 2 },
        item: changes,
        data: [row(51), row(52), row(50, { content: 'edited' })],
      },
    ],
    { lastSeq: 52, revision: 3 },
    kept(1, 50, 2),
  );
  await history.load();
  expect(seqs(history)).toEqual(Array.from({ length: 52 }, (_, index) => index + 1));
  expect(history.rows[49]!.content).toBe('edited');
  done();
});

test('cached rows that are current cause no request', async () => {
  const { history, done } = scripted([], { lastSeq: 50, revision: 2 }, kept(1, 50, 2));
  await history.load();
  expect([seqs(history).length, history.status]).toEqual([50, 'ready']);
  done();
});

test('what was kept long ago is shown until the newest rows are there', async () => {
  const { history, done } = scripted(
    [{ type: dialog, data: page(951, 1000) }],
    { lastSeq: 1000, revision: 0 },
    kept(1, 50),
  );
  const loaded = history.load();
  await new Promise((resolve) => setImmediate(resolve));
  await loaded;
  expect([seqs(history)[0], history.window]).toEqual([951, 2]);
  done();
});

test('what one deleted elsewhere is not shown from what was kept', async () => {
  const { history } = scripted([], { lastSeq: 50, revision: 0, hiddenUpTo: 48 }, kept(1, 50));
  await history.load();
  expect([seqs(history), history.hasOlder]).toEqual([[49, 50], false]);
});

test('expired rows are not shown from what was kept, and quotes of them are empty', async () => {
  const replyTo = { messageId: 'm', seq: 48, senderId: BOB, senderName: 'Bob', content: 'old' };
  const rows = [...kept(1, 49).rows, row(50, { replyTo })];
  const { history } = scripted([], { lastSeq: 50, revision: 0, firstSeq: 49 }, { ...kept(1, 50), rows });
  await history.load();
  expect([seqs(history), history.hasOlder]).toEqual([[49, 50], false]);
  expect(history.rows[1]!.replyTo).toMatchObject({ seq: 48, senderName: '', content: '' });
});

test('rows that expire leave an open history, and a missed step is caught up', async () => {
  const item = { lastSeq: 9, revision: 3, complete: true, reset: false };
  const { history, counters, done } = scripted(
    [
      { type: dialog, data: page(1, 9) },
      { type: 'getChanges', params: { afterSeq: 9, afterRevision: 1 }, item, data: [] },
    ],
    { lastSeq: 9, revision: 0 },
  );
  await history.load();
  Object.assign(counters, { firstSeq: 4, revision: 1 });
  history.expire(1);
  expect([seqs(history)[0], history.hasOlder]).toEqual([4, false]);
  Object.assign(counters, { firstSeq: 8, revision: 3 });
  history.expire(3);
  await history.catchUp();
  expect(seqs(history)).toEqual([8, 9]);
  done();
});

test('after long, one reads on where one was, page by page', async () => {
  const { history, counters, done } = scripted(
    [
      { type: dialog, data: page(1, 50) },
      { type: dialog, params: { afterSeq: 50 }, data: page(51, 100) },
    ],
    { lastSeq: 50, revision: 0 },
  );
  await history.load();
  counters.lastSeq = 5_000;
  await history.resume();
  expect([seqs(history).at(-1), history.hasNewer]).toEqual([100, true]);
  expect(history.end()).toBeNull();
  done();
});

test('a page that comes after the window has changed is no part of it', async () => {
  const { history, done } = scripted(
    [
      { type: dialog, data: page(951, 1000) },
      { type: dialog, params: { beforeSeq: 951 }, data: page(901, 950) },
      { type: dialog, params: { aroundSeq: 100 }, data: page(76, 125) },
    ],
    { lastSeq: 1000, revision: 0 },
  );
  await history.load();
  await Promise.all([history.older(), history.load(100)]);
  expect(seqs(history)).toEqual(Array.from({ length: 50 }, (_, index) => index + 76));
  done();
});

test('numbers that the server does not know are forgotten', async () => {
  const { history, counters } = scripted(
    [
      { type: dialog, data: page(1, 3) },
      { type: 'getChanges', fails: new SocketError('invalid', '') },
      { type: dialog, data: page(1, 2) },
    ],
    { lastSeq: 3, revision: 0 },
  );
  await history.load();
  Object.assign(counters, { lastSeq: 2, revision: 1 });
  await history.resume();
  expect(seqs(history)).toEqual([1, 2]);
});

test('a refusal says why', async () => {
  const { history } = scripted([{ type: dialog, fails: new SocketError('not_a_member', '') }]);
  await history.load();
  expect([history.status, history.failure]).toEqual(['failed', 'not_a_member']);
});
