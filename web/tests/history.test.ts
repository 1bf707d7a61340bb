import { expect, test } from 'vitest';
import { SocketError } from '../src/socket/errors';
import { History } from '../src/state/history.svelte';
import { BOB, counted, ME, row } from './support/rows';
import { script } from './support/script';

const dialog = 'getlatestMessageDialog';
const page = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => row(to - index));
const seqs = (history: History) => history.rows.map((each) => each.seq);

/** A history over a script, and the chat's counters as the list knows them. */
function scripted(lines: Parameters<typeof script>[0], counters = { lastSeq: 0, revision: 0 }) {
  const server = script(lines);
  const history = new History(`u/${BOB}`, ME, server.ask, () => counters);
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
  const news = { chat: { userId: BOB }, messageId: 'm1', seq: 1, lastSeq: 1 };
  const two = [
    { emoji: '👍', count: 2 },
    { emoji: '☕', count: 1 },
  ];
  history.react({ ...news, reactions: two, userId: BOB, emoji: '☕', on: true, revision: 1 });
  expect(history.rows[0]!.reactions.map((each) => each.mine)).toEqual([true, false]);
  history.react({ ...news, reactions: two, userId: ME, emoji: '☕', on: true, revision: 2 });
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
