import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';
import { SocketError } from '../src/socket/errors';
import { forgetUser, openDatabase } from '../src/state/device/database';
import type { Entry } from '../src/state/outbox/entry';
import { databaseStore, type OutboxStore, type Tabs } from '../src/state/outbox/outbox-store';
import { Outbox } from '../src/state/outbox/outbox.svelte';
import { BOB, counted, ME } from './support/rows';

const chat = `u/${BOB}` as const;
const database = openDatabase();
const store = databaseStore(database);
beforeEach(async () => forgetUser(await database, ME));

/** An outbox whose deliveries succeed, or fail as the test says; `sent` are all attempts. */
function outbox({ fail = () => null as SocketError | null, leads = true, keeps = store } = {}) {
  const sent: Entry[] = [];
  const delivered: string[] = [];
  const deliver = async (entry: Entry) => {
    sent.push(entry);
    const error = fail();
    if (error) throw error;
    return counted(sent.length, { messageId: entry.messageId });
  };
  const heard: (() => void)[] = [];
  const host = { lead: (_: boolean) => {} };
  const tabs: Tabs = {
    lead: (onChange) => void (host.lead = onChange)(leads),
    changed: () => {},
    onChanged: (callback) => heard.push(callback),
    close: () => {},
  };
  const onDelivered = (row: { messageId: string }) => delivered.push(row.messageId);
  const box = new Outbox({ user: ME, store: keeps, tabs, deliver, onDelivered });
  return { box, sent, delivered, heard, lead: (now: boolean) => host.lead(now) };
}

const lost = () => new SocketError('closed', '');
const refused = (code: string) => () => new SocketError(code, '');
const contents = (entries: Entry[]) => entries.map((entry) => entry.content);
const settled = (box: Outbox) => vi.waitFor(() => expect(box.entries).toEqual([]));

test('a message is drawn at once, and gone when it is acknowledged', async () => {
  const { box, delivered } = outbox();
  await box.open();
  const sending = box.send(chat, 'tea?');
  expect(contents(box.of(chat))).toEqual(['tea?']);
  await sending;
  await settled(box);
  expect(delivered).toHaveLength(1);
});

test('after a lost line the same id is sent again, once', async () => {
  let fail: SocketError | null = lost();
  const { box, sent, delivered } = outbox({ fail: () => fail });
  await box.open();
  await box.send(chat, 'tea?');
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  expect(contents(box.entries)).toEqual(['tea?']);
  fail = null;
  box.drain();
  await settled(box);
  expect(sent[1]!.messageId).toBe(sent[0]!.messageId);
  expect(delivered).toHaveLength(1);
});

test('order is kept, and nobody overtakes one that waits', async () => {
  let fail: SocketError | null = lost();
  const { box, sent } = outbox({ fail: () => fail });
  await box.open();
  for (const text of ['one', 'two', 'three']) await box.send(chat, text);
  await vi.waitFor(() => expect(sent.length).toBeGreaterThan(0));
  expect(new Set(contents(sent))).toEqual(new Set(['one']));
  fail = null;
  sent.length = 0;
  box.drain();
  await settled(box);
  expect(contents(sent)).toEqual(['one', 'two', 'three']);
});

test('a refusal stops one message; the others go on; it can be retried or discarded', async () => {
  const errors = [refused('blocked')(), null, null];
  const { box, sent } = outbox({ fail: () => errors.shift() ?? null });
  await box.open();
  void box.send(chat, 'no');
  await box.send(chat, 'yes');
  await vi.waitFor(() => expect(contents(box.entries)).toEqual(['no']));
  expect(box.entries[0]!.refused).toBe('blocked');
  await box.retry(box.entries[0]!.messageId);
  await settled(box);
  expect(contents(sent)).toEqual(['no', 'yes', 'no']);
  expect(sent[2]!.messageId).toBe(sent[0]!.messageId);
});

test('over a limit a message is tried again, ever more rarely, until it is taken', async () => {
  vi.useFakeTimers();
  let fail: SocketError | null = new SocketError('too_many_requests', '');
  const keeps = { all: async () => [], put: async () => {}, remove: async () => {} };
  const { box, sent } = outbox({ fail: () => fail, keeps });
  await box.open();
  void box.send(chat, 'tea?');
  await vi.advanceTimersByTimeAsync(60_000);
  expect([sent.length, box.entries[0]!.refused]).toEqual([5, null]); // after 0, 2, 6, 14 and 30 s
  fail = null;
  await vi.advanceTimersByTimeAsync(32_000);
  expect([box.entries, new Set(sent.map(({ messageId }) => messageId)).size]).toEqual([[], 1]);
  vi.useRealTimers();
});

test('an id that is taken is replaced at the retry', async () => {
  const errors = [refused('message_id_taken')()];
  const { box, sent } = outbox({ fail: () => errors.shift() ?? null });
  await box.open();
  await box.send(chat, 'tea?');
  await vi.waitFor(() => expect(box.entries[0]?.refused).toBe('message_id_taken'));
  await box.retry(box.entries[0]!.messageId);
  await settled(box);
  expect(sent[1]!.messageId).not.toBe(sent[0]!.messageId);
});

test('what a closed page left is sent by the next one', async () => {
  const first = outbox({ fail: lost });
  await first.box.open();
  await first.box.send(chat, 'one');
  await first.box.send(chat, 'two');
  first.box.close();
  const second = outbox();
  await second.box.open();
  await settled(second.box);
  expect(contents(second.sent)).toEqual(['one', 'two']);
  expect(await store.all(ME)).toEqual([]);
});

test('one tab drains; what another wrote reaches it', async () => {
  const leader = outbox();
  const other = outbox({ leads: false });
  await leader.box.open();
  void other.box.open();
  await other.box.send(chat, 'tea?');
  expect(other.sent).toEqual([]);
  leader.heard[0]!();
  await vi.waitFor(() => expect(contents(leader.sent)).toEqual(['tea?']));
  await settled(leader.box);
  other.heard[0]!();
  await settled(other.box);
});

test('a row that came another way settles its message', async () => {
  const { box } = outbox({ fail: lost });
  await box.open();
  await box.send(chat, 'tea?');
  await box.settle(box.entries[0]!.messageId);
  expect(box.entries).toEqual([]);
  expect(await store.all(ME)).toEqual([]);
});

test('other people of the same browser are left alone', async () => {
  const { box } = outbox({ fail: lost });
  await box.open();
  await box.send(chat, 'mine');
  await forgetUser(await database, 'somebody else');
  expect(contents(await store.all(ME))).toEqual(['mine']);
});

const full: OutboxStore = { ...store, put: () => Promise.reject(new DOMException('', 'QuotaExceededError')) };
const none: OutboxStore = {
  all: () => Promise.reject(new Error('no database')),
  put: () => Promise.reject(new Error('no database')),
  remove: () => Promise.reject(new Error('no database')),
};

test('without a database it works while the page lives, in order, whoever leads', async () => {
  for (const [keeps, leads] of [
    [none, true],
    [none, false],
    [full, false],
  ] as const) {
    let fail: SocketError | null = lost();
    const { box, sent, heard } = outbox({ fail: () => fail, keeps, leads });
    await box.open();
    for (const text of ['one', 'two']) await box.send(chat, text);
    heard[0]!(); // another tab changed something: what is here alone stays
    await vi.waitFor(() => expect(contents(box.entries)).toEqual(['one', 'two']));
    [fail, sent.length] = [null, 0];
    box.drain();
    await settled(box);
    expect(contents(sent)).toEqual(['one', 'two']);
  }
});

test('a message that could not be kept does not overtake one that was', async () => {
  const leader = outbox({ fail: lost });
  await leader.box.open();
  await leader.box.send(chat, 'kept');
  const other = outbox({ leads: false, keeps: full });
  await other.box.open();
  await other.box.send(chat, 'not kept');
  other.box.drain();
  expect(other.sent).toEqual([]);
  await leader.box.discard(leader.box.entries[0]!.messageId);
  other.heard[0]!();
  await settled(other.box);
  expect(contents(other.sent)).toEqual(['not kept']);
});

test('a tab that leads no more sends no more', async () => {
  let fail: SocketError | null = lost();
  const { box, sent, lead } = outbox({ fail: () => fail });
  await box.open();
  await box.send(chat, 'tea?');
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  lead(false);
  fail = null;
  box.drain();
  expect(sent).toHaveLength(1);
  lead(true);
  await settled(box);
});

test('a clock that is put back changes no order', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2030, 0) });
  const { box } = outbox({ fail: lost });
  await box.open();
  await box.send(chat, 'one');
  vi.setSystemTime(Date.UTC(2026, 0));
  await box.send(chat, 'two');
  vi.useRealTimers();
  expect(contents(box.entries)).toEqual(['one', 'two']);
  box.close();
  const next = outbox();
  await next.box.open();
  await settled(next.box);
  expect(contents(next.sent)).toEqual(['one', 'two']);
});
