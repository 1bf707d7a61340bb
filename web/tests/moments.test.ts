// What depends on time: search while typing, typing indicators, renewal, and read receipts.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Api } from '../src/api/endpoints';
import { ApiError } from '../src/api/http';
import { SocketError } from '../src/socket/errors';
import { Chats } from '../src/state/chats/chats.svelte';
import { Reads } from '../src/state/chats/reads';
import { Renewal } from '../src/state/session/renewal';
import { Today } from '../src/state/device/today.svelte';
import { Search } from '../src/state/chats/search.svelte';
import { Typing } from '../src/state/people/typing.svelte';
import { BOB, listRow, ME } from './support/rows';
import { script } from './support/script';

const chat = `u/${BOB}` as const;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A search whose answers the test gives, by text. */
function searching() {
  const answers = new Map<string, (names: string[]) => void>();
  const asked = (text: string) =>
    new Promise((resolve) => {
      const row = (firstName: string) => ({ userId: firstName, firstName, lastName: '', email: '' });
      answers.set(text, (names) => resolve({ data: names.map(row) }));
    });
  return { search: new Search({ search: asked } as unknown as Api), answers };
}

test('a search waits for a pause, and late answers are dropped', async () => {
  const { search, answers } = searching();
  search.type('b');
  search.type('bo');
  vi.advanceTimersByTime(200);
  search.type('bob');
  vi.advanceTimersByTime(200);
  expect([...answers.keys()]).toEqual(['bo', 'bob']);
  answers.get('bob')!(['Bob']);
  await vi.advanceTimersByTimeAsync(0);
  answers.get('bo')!(['Boris', 'Bob']);
  await vi.advanceTimersByTimeAsync(0);
  expect(search.results.map((found) => found.name)).toEqual(['Bob']);
});

test('people stand before groups, and arrow keys go around through both', async () => {
  const rows = [
    { groupId: 'tea', groupName: 'Tea' },
    ...['Ann', 'Bob'].map((id) => ({ userId: id, firstName: id, lastName: '' })),
  ];
  const search = new Search({ search: async () => ({ data: rows }) } as unknown as Api);
  search.type('t');
  await vi.advanceTimersByTimeAsync(200);
  expect(search.active?.name).toBe('Ann');
  search.move(-1);
  expect(search.active?.name).toBe('Tea');
  search.move(1);
  search.move(1);
  expect(search.active?.name).toBe('Bob');
  expect([search.people.length, search.groups.length]).toEqual([2, 1]);
});

test('a search that fails says why and can be tried again', async () => {
  const answers = [
    () => Promise.reject(new ApiError(0, { code: 'network', message: '' })),
    async () => ({ data: [] }),
  ];
  const search = new Search({ search: () => answers.shift()!() } as unknown as Api);
  search.type('t');
  await vi.advanceTimersByTimeAsync(200);
  expect([search.status, search.failure]).toEqual(['failed', 'network']);
  search.again();
  await vi.advanceTimersByTimeAsync(200);
  expect([search.status, search.active]).toEqual(['found', undefined]);
});

test('what was cleared does not come back', async () => {
  const { search, answers } = searching();
  search.type('bob');
  vi.advanceTimersByTime(200);
  search.clear();
  answers.get('bob')!(['Bob']);
  await vi.advanceTimersByTimeAsync(0);
  expect([search.status, search.results]).toEqual(['idle', []]);
});

test('typing is told every three seconds at most, and anew after sending', () => {
  const { ask, asked } = script(Array.from({ length: 4 }, () => ({ type: 'typing' })));
  const typing = new Typing(ask);
  for (let second = 0; second < 6; second++) {
    typing.tell(chat);
    vi.advanceTimersByTime(1_000);
  }
  expect(asked).toHaveLength(2);
  typing.sent(chat);
  typing.tell(chat);
  expect(asked).toHaveLength(3);
});

test('who types is forgotten after some seconds, or when the message is there', () => {
  const typing = new Typing(script([]).ask);
  typing.heard(chat, BOB, 'Bob');
  typing.heard(chat, 'cleo', 'Cleo');
  vi.advanceTimersByTime(3_000);
  typing.heard(chat, BOB, 'Bob');
  expect(typing.in(chat)).toEqual(['Cleo', 'Bob']);
  vi.advanceTimersByTime(2_500);
  expect(typing.in(chat)).toEqual(['Bob']);
  typing.stopped(chat, BOB);
  expect(typing.in(chat)).toEqual([]);
});

test("a token is renewed when three quarters of its time are over, by the server's clock", async () => {
  const renewed: number[] = [];
  const renewal = new Renewal(
    async () => (renewed.push(Date.now()), new Date(Date.now() + 4_000).toISOString()),
  );
  const wrongClock = Date.now() - 3_600_000;
  const start = Date.now();
  renewal.schedule(new Date(wrongClock + 100_000).toISOString(), wrongClock);
  await vi.advanceTimersByTimeAsync(75_000);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(renewed.map((at) => at - start)).toEqual([75_000, 78_000]);
  renewal.stop();
});

test('a renewal that fails is tried again', async () => {
  let attempts = 0;
  const renewal = new Renewal(async () => {
    attempts++;
    throw new SocketError('closed', '');
  });
  renewal.schedule(new Date(Date.now()).toISOString(), Date.now());
  await vi.advanceTimersByTimeAsync(120_000);
  expect(attempts).toBe(3);
  renewal.stop();
});

test('what was read is shown at once, and told when it can be', async () => {
  const chats = new Chats(ME);
  chats.merge([listRow(5, { readUpTo: 2, unreadCount: 3 })]);
  const told = { chat: { userId: BOB }, readUpTo: 5, unreadCount: 0, state: 2 };
  const { ask, done } = script([
    { type: 'markRead', params: { seq: 4 }, fails: new SocketError('closed', '') },
    { type: 'markRead', params: { seq: 5 }, item: told },
  ]);
  const reads = new Reads(ask, chats, ME);
  reads.upTo(chat, 4);
  await vi.advanceTimersByTimeAsync(0);
  expect(chats.get(chat)!.unreadCount).toBe(1);
  reads.upTo(chat, 3);
  reads.upTo(chat, 5);
  reads.flush();
  await vi.advanceTimersByTimeAsync(0);
  expect(chats.get(chat)).toMatchObject({ unreadCount: 0, state: 2 });
  done();
});

test('what was read is told again to a server that refused it for being busy', async () => {
  const chats = new Chats(ME);
  chats.merge([listRow(5, { readUpTo: 2, unreadCount: 3 })]);
  const told = { chat: { userId: BOB }, readUpTo: 5, unreadCount: 0, state: 2 };
  const { ask, done } = script([
    { type: 'markRead', fails: new SocketError('too_many_requests', '') },
    { type: 'markRead', params: { seq: 5 }, item: told },
  ]);
  new Reads(ask, chats, ME).upTo(chat, 5);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(chats.get(chat)).toMatchObject({ unreadCount: 0, state: 2 });
  done();
});

test('a mute ends when its time comes, one after another', () => {
  const in1s = new Date(Date.now() + 1_000).toISOString();
  const in3s = new Date(Date.now() + 3_000).toISOString();
  const chats = new Chats(ME);
  const unread = { readUpTo: 0, unreadCount: 1 };
  chats.merge([listRow(1, { ...unread, mutedUntil: in3s })]);
  chats.merge([listRow(1, { ...unread, chat: { userId: 'cleo' }, mutedUntil: in1s })]);
  chats.merge([listRow(1, { ...unread, chat: { userId: 'dan' }, mutedUntil: '9999-12-31T00:00:00.000Z' })]);
  const totals = [1_000, 1_000, 1_000].map((step) => {
    const before = chats.unreadTotal;
    vi.advanceTimersByTime(step);
    return [before, chats.unreadTotal];
  });
  expect(totals).toEqual([
    [0, 1],
    [1, 1],
    [1, 2],
  ]);
  expect(chats.list.filter((chat) => chats.isMuted(chat)).length).toBe(1);
  chats.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('a mute ends by the clock of the server, also if it is set later', () => {
  let ahead = 0;
  const chats = new Chats(ME, () => Date.now() + ahead);
  const mutedUntil = new Date(Date.now() + 60_000).toISOString();
  chats.merge([listRow(1, { readUpTo: 0, unreadCount: 1, mutedUntil })]);
  ahead = 58_000;
  chats.clockSet();
  vi.advanceTimersByTime(1_999);
  expect(chats.unreadTotal).toBe(0);
  vi.advanceTimersByTime(1);
  expect(chats.unreadTotal).toBe(1);
  chats.close();
});

test('the day changes at local midnight', () => {
  vi.setSystemTime(new Date(2026, 9, 24, 23, 59, 59));
  const today = new Today({ onWake: () => () => {} });
  for (const date of [25, 26]) {
    vi.advanceTimersByTime(date === 25 ? 1_000 : 25 * 3_600_000);
    expect(today.date.getDate()).toBe(date);
  }
  today.stop();
  expect(vi.getTimerCount()).toBe(0);
});

test('a device that slept over midnight learns it when it wakes', () => {
  let wake = () => {};
  const today = new Today({ onWake: (callback) => ((wake = callback), () => {}) });
  const before = today.date.getTime();
  vi.setSystemTime(Date.now() + 48 * 3_600_000); // no timer runs meanwhile
  expect(today.date.getTime()).toBe(before);
  wake();
  expect(today.date.getTime()).toBeGreaterThan(before);
  today.stop();
});
