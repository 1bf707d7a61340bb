import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';
import { ChatCache } from '../src/state/chats/chat-cache';
import { Chats } from '../src/state/chats/chats.svelte';
import { forgetUser, openDatabase } from '../src/state/device/database';
import { HistoryCache } from '../src/state/history/history-cache';
import { History } from '../src/state/history/history.svelte';
import { BOB, listRow, ME, row } from './support/rows';
import { script } from './support/script';

const chat = `u/${BOB}` as const;
const database = openDatabase();
beforeEach(async () => forgetUser(await database, ME));

/** What a page keeps: a list of one chat, and its history. */
async function page(rows = 3) {
  const chats = new Chats(ME);
  const counters = () => chats.get(chat) ?? { lastSeq: 0, revision: 0 };
  const data = Array.from({ length: rows }, (_, index) => row(rows - index));
  const { ask } = script([{ type: 'getlatestMessageDialog', data }]);
  const history = new History(chat, { me: ME, ask, counters, kept: async () => undefined });
  let hide = () => {};
  const onHide = (callback: () => void) => ((hide = callback), () => {});
  const environment = { online: () => true, onWake: () => () => {}, onHide };
  const cache = new ChatCache(ME, database, { chats, opened: () => [history], environment });
  return { chats, history, cache, hide: () => hide() };
}

/** A page that has seen everything, and is left. */
async function left(epoch: string) {
  const earlier = await page();
  earlier.cache.began(epoch);
  earlier.chats.merge([listRow(3)]);
  earlier.chats.ready = true;
  await earlier.history.load();
  earlier.hide();
  earlier.cache.stop();
}

test('a page that is left keeps its chats and the ends of its histories', async () => {
  await left('1');
  const next = await page();
  await next.cache.restore();
  expect(next.chats.ready).toBe(true);
  expect(next.chats.get(chat)?.lastSeq).toBe(3);
  const kept = await next.cache.history(chat);
  expect(kept?.rows.map((each) => each.seq)).toEqual([1, 2, 3]);
  expect(next.cache.began('1')).toBe(false);
  next.cache.stop();
});

test('of the list, what has changed is written, and what is gone goes', async () => {
  await left('1');
  const next = await page();
  await next.cache.restore();
  next.cache.began('1');
  next.chats.merge([listRow(4, { chat: { groupId: 'tea' } })]);
  next.chats.remove(chat);
  next.cache.save();
  next.cache.stop();
  const last = await page();
  await last.cache.restore();
  expect(last.chats.list.map((each) => each.chat)).toEqual([{ groupId: 'tea' }]);
  last.cache.stop();
});

test('another epoch voids it', async () => {
  await left('1');
  const next = await page();
  await next.cache.restore();
  expect(next.cache.began('2')).toBe(true);
  expect(next.chats.ready).toBe(false);
  expect(await next.cache.history(chat)).toBeUndefined();
  next.cache.stop();
});

test('another person, and one who has logged out, sees nothing of it', async () => {
  await left('1');
  expect(await new HistoryCache(BOB, database).get(chat, '1')).toBeUndefined();
  await forgetUser(await database, ME);
  expect(await new HistoryCache(ME, database).get(chat, '1')).toBeUndefined();
  const next = await page();
  await next.cache.restore();
  expect(next.chats.ready).toBe(false);
  next.cache.stop();
});

test('it is bounded, and chats that one has no longer go', async () => {
  const db = await database;
  for (let index = 0; index < 60; index++) {
    const kept = { rows: [row(1)], revision: 0, hasOlder: false };
    await db.put('histories', { ...kept, user: ME, chat: `u/${index}`, epoch: '1', savedAt: index });
  }
  await new HistoryCache(ME, database).prune((each) => (each === 'u/59' ? undefined : 1));
  const keys = await db.getAllKeysFromIndex('histories', 'user', ME);
  expect(keys.length).toBe(40);
  expect(keys).toContainEqual([ME, 'u/58']);
  expect(keys).not.toContainEqual([ME, 'u/59']);
});

test('expired rows are dropped from what is cached', async () => {
  const db = await database;
  const kept = { rows: [row(1), row(2), row(3)], revision: 0, hasOlder: true, epoch: '1', savedAt: 0 };
  for (const chat of ['u/a', 'u/b'] as const) await db.put('histories', { ...kept, user: 'other', chat });
  const cache = new HistoryCache('other', database);
  await cache.prune((chat) => (chat === 'u/a' ? 3 : 4));
  expect(await cache.get('u/a', '1')).toMatchObject({ rows: [row(3)], hasOlder: false });
  expect(await cache.get('u/b', '1')).toBeUndefined();
});

test('a browser that does not open the database is served without', async () => {
  const silent = { open: () => new IDBOpenDBRequest() };
  vi.stubGlobal('indexedDB', silent);
  await expect(openDatabase(1)).rejects.toThrow('does not open');
  vi.stubGlobal('indexedDB', {
    open: () => {
      throw new DOMException('', 'SecurityError');
    },
  });
  await expect(openDatabase()).rejects.toThrow();
  vi.unstubAllGlobals();
});
