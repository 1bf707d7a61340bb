// Which messages notify, in which tab, and how often.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Alerts, arrivedSince } from '../src/state/alerts/alerts';
import { browserAttention, type Attention } from '../src/state/alerts/attention';
import { Chats } from '../src/state/chats/chats.svelte';
import type { Row } from '../src/protocol/socket';
import { BOB, counted, listRow, ME } from './support/rows';
import { FakeChannel, FakeLocks } from './support/locks';

const chat = `u/${BOB}` as const;
let tabs: Tab[];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('BroadcastChannel', FakeChannel);
  vi.stubGlobal('navigator', { locks: new FakeLocks() });
  tabs = [];
});
afterEach(() => {
  tabs.forEach((each) => each.attention.close());
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

interface Tab {
  attention: Attention;
  chats: Chats;
  told: string[];
  arrives(row: Row): Promise<void>;
}

function tab(): Tab {
  const attention = browserAttention(ME);
  const chats = new Chats(ME);
  chats.merge([listRow(5)]);
  const told: string[] = [];
  const blocked = { hides: (_: string, { senderId }: { senderId: string }) => senderId === 'blocked' };
  const alerts = new Alerts(ME, chats, attention, blocked, (arrival) => told.push(arrival.messageId));
  const arrives = async (row: Row) => {
    chats.apply({ ...row, lastSeq: row.seq, revision: 0 });
    await vi.advanceTimersByTimeAsync(0);
    const done = alerts.arrived(row);
    await vi.advanceTimersByTimeAsync(0);
    await done;
  };
  const made = { attention, chats, told, arrives };
  tabs.push(made);
  return made;
}

test('a message of another is told, one of oneself is not', async () => {
  const { arrives, told } = tab();
  await arrives(counted(6));
  await arrives(counted(7, { senderId: ME }));
  expect(told).toEqual(['m6']);
});

test('of a blocked person in a group nothing is told', async () => {
  const { arrives, told } = tab();
  await arrives(counted(6, { senderId: 'blocked' }));
  expect(told).toEqual([]);
});

test('of notices one is told that one was added, and of no other', async () => {
  const { arrives, told } = tab();
  const about = (userId: string, kind: 'added' | 'role') => ({
    event: { kind, userId, firstName: '', lastName: '', groupName: null, role: null },
  });
  await arrives(counted(6, about('cleo', 'added')));
  await arrives(counted(7, about(ME, 'role')));
  await arrives(counted(8, about(ME, 'added')));
  expect(told).toEqual(['m8']);
});

test('muted chats are silent until their time comes', async () => {
  const { arrives, told, chats } = tab();
  const mutedUntil = new Date(Date.now() + 60_000).toISOString();
  chats.update(chat, (known) => ({ ...known, mutedUntil }));
  await arrives(counted(6));
  await vi.advanceTimersByTimeAsync(60_000);
  await arrives(counted(7));
  expect(told).toEqual(['m7']);
});

test('what is looked at in another tab is told in none', async () => {
  const [hidden, looking] = [tab(), tab()];
  looking.attention.look(chat);
  await vi.advanceTimersByTimeAsync(0);
  await hidden.arrives(counted(6));
  await looking.arrives(counted(6));
  expect([hidden.told, looking.told]).toEqual([[], []]);
});

test('one is told again when one looks away, or at another chat', async () => {
  const { arrives, told, attention } = tab();
  attention.look(chat);
  attention.look('g/tea');
  await arrives(counted(6));
  attention.look(chat);
  await arrives(counted(7));
  attention.look(null);
  await arrives(counted(8));
  expect(told).toEqual(['m6', 'm8']);
});

test('of several tabs one tells', async () => {
  const three = [tab(), tab(), tab()];
  await Promise.all(three.map((each) => each.arrives(counted(6))));
  expect(three.flatMap((each) => each.told)).toEqual(['m6']);
});

test('a tab that hears of it much later does not tell it again', async () => {
  const [first, late] = [tab(), tab()];
  await first.arrives(counted(6));
  await vi.advanceTimersByTimeAsync(60_000);
  await late.arrives(counted(6));
  expect([first.told, late.told]).toEqual([['m6'], []]);
});

test('what has been read meanwhile is not told', async () => {
  const { arrives, told, chats } = tab();
  chats.read({ chat: { userId: BOB }, userId: ME, readUpTo: 6 });
  await arrives(counted(6));
  expect(told).toEqual([]);
});

test('without locks one tab alone still tells, once', async () => {
  vi.stubGlobal('navigator', {});
  const alone = tab();
  await alone.arrives(counted(6));
  await alone.arrives(counted(6));
  expect(alone.told).toEqual(['m6']);
});

test('after a gap the chats are told in which something came', () => {
  const { chats } = tab();
  const before = chats.lastSeqs();
  const group = { chat: { groupId: 'tea' } };
  chats.merge([listRow(7, { readUpTo: 5 }), listRow(2, { ...group, readUpTo: 2 })]);
  expect(arrivedSince(before, chats.list).map((each) => each.seq)).toEqual([7]);
  expect(arrivedSince(chats.lastSeqs(), chats.list)).toEqual([]);
});
