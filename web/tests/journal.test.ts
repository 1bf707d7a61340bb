import { expect, test, vi } from 'vitest';
import type { Entry } from '../src/state/outbox/entry';
import { forgetJournal, journaled } from '../src/state/outbox/journal';
import type { OutboxStore } from '../src/state/outbox/outbox-store';
import { BOB, ME } from './support/rows';

const entry = (messageId: string, user = ME): Entry => ({
  ...{ messageId, user, chat: `u/${BOB}`, content: messageId, replyTo: null },
  ...{ createdAt: '', order: 1, refused: null },
});

/** localStorage as browsers have it. */
function local(): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
    clear: () => kept.clear(),
  };
}

/** A database that keeps what it is given when the test says so. */
function database() {
  const kept = new Map<string, Entry>();
  const state = { commit: () => {}, fails: false };
  const store: OutboxStore = {
    all: async () => {
      if (state.fails) throw new Error('no database');
      return [...kept.values()];
    },
    put: (given) =>
      new Promise((resolve, reject) => {
        state.commit = () =>
          state.fails ? reject(new Error('full')) : (kept.set(given.messageId, given), resolve());
      }),
    remove: async (_, messageId) => void kept.delete(messageId),
  };
  return { store, state };
}

const ids = async (store: OutboxStore) => (await store.all(ME)).map((each) => each.messageId);

test('a page that is killed while it writes has lost nothing', async () => {
  const shared = local();
  const { store } = database();
  void journaled(store, () => shared).put(entry('1')); // never committed
  expect(await ids(journaled(store, () => shared))).toEqual(['1']);
});

test('what the database has is noted no longer', async () => {
  const shared = local();
  const { store, state } = database();
  const putting = journaled(store, () => shared).put(entry('1'));
  state.commit();
  await putting;
  expect(shared.length).toBe(0);
  expect(await ids(store)).toEqual(['1']);
});

test('without a database messages outlive the page all the same, until they are delivered', async () => {
  const shared = local();
  const { store, state } = database();
  state.fails = true;
  const box = journaled(store, () => shared);
  const putting = box.put(entry('1'));
  state.commit();
  await putting;
  expect(await ids(box)).toEqual(['1']);
  await box.remove(ME, '1');
  await expect(box.all(ME)).rejects.toThrow();
});

test('if neither keeps it, that is told', async () => {
  const { store, state } = database();
  state.fails = true;
  const forbidden = vi.fn(() => {
    throw new DOMException('', 'SecurityError');
  });
  const putting = journaled(store, forbidden).put(entry('1'));
  state.commit();
  await expect(putting).rejects.toThrow('full');
});

test('people of one browser are kept apart, and forgotten one by one; nonsense is passed over', async () => {
  const shared = local();
  const { store } = database();
  const box = journaled(store, () => shared);
  shared.setItem(`hearth.outbox.${ME}.x`, '{');
  void box.put(entry('1'));
  void box.put(entry('2', BOB));
  expect(await ids(box)).toEqual(['1']);
  forgetJournal(ME, () => shared);
  expect(await ids(box)).toEqual([]);
  expect((await box.all(BOB)).map((each) => each.messageId)).toEqual(['2']);
});
