// Logging in and out: what is kept, what is removed, and what is shown.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { App } from '../src/state/app.svelte';
import { openDatabase } from '../src/state/device/database';
import { deviceToken, keepDeviceToken } from '../src/state/session/devices';
import type { Entry } from '../src/state/outbox/entry';
import { FreshToken } from '../src/state/session/fresh-token';
import { BOB, counted, listRow, ME, row } from './support/rows';
import { broadcast, FakeSocket } from './support/socket';

let stored: Map<string, string>;
let sockets: FakeSocket[];
let asked: string[];
let bodies: Record<string, unknown>[];
let answer: (path: string) => Promise<object> | object;
let renewal: () => Promise<Response> | Response;

const loggedIn = {
  id: ME,
  email: 'ann@example.org',
  firstName: 'Ann',
  lastName: '',
  token: 'a.token',
  message: '',
};

const entry: Omit<Entry, 'user' | 'messageId'> = {
  chat: `u/${BOB}`,
  content: 'not sent yet',
  replyTo: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  order: 1,
  refused: null,
};

beforeEach(() => {
  [stored, sockets, asked, bodies] = [new Map(), [], [], []];
  answer = () => loggedIn;
  // Sessions end in most of these tests, tokens do not.
  renewal = () => new Response('{}', { status: 401 });
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
    key: (index: number) => [...stored.keys()][index] ?? null,
    get length() {
      return stored.size;
    },
  });
  const target = { addEventListener() {}, removeEventListener() {} };
  vi.stubGlobal('document', { ...target, visibilityState: 'visible' });
  for (const [name, value] of Object.entries(target)) vi.stubGlobal(name, value);
  vi.stubGlobal('navigator', { onLine: true });
  vi.stubGlobal('location', { protocol: 'http:', host: 'hearth' });
  vi.stubGlobal('WebSocket', function (_: string, protocols: string[]) {
    const socket = new FakeSocket(protocols);
    sockets.push(socket);
    return socket;
  });
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    asked.push(`${init.method} ${url}`);
    if (init.body) bodies.push(JSON.parse(String(init.body)));
    if (url === '/api/auth/renew') return renewal();
    return new Response(JSON.stringify(await answer(url)));
  });
});
afterEach(() => void vi.unstubAllGlobals());

/** Ann, logged in, with her socket. */
async function ann(): Promise<{ app: App; socket: FakeSocket }> {
  const app = new App();
  await app.logIn({ email: 'ann@example.org', password: 'a cup of tea' });
  await vi.waitFor(() => expect(sockets).toHaveLength(1));
  return { app, socket: sockets[0]! };
}

test('logging out ends the session, closes the socket and keeps nothing', async () => {
  const { app, socket } = await ann();
  app.messenger!.drafts.set(`u/${ME}`, 'half a thought');
  await app.logOut();
  expect(asked.at(-1)).toBe('POST /api/auth/logout');
  expect([socket.closed, app.messenger, app.ended, [...stored.keys()]]).toEqual([true, null, null, []]);
});

test('a session that was ended elsewhere is told as such, once', async () => {
  const { app, socket } = await ann();
  socket.hello();
  socket.drops(4001);
  await vi.waitFor(() => expect(app.ended).toBe('expired'));
  expect([app.messenger, app.session.user]).toEqual([null, null]);
  await app.logIn({ email: 'ann@example.org', password: 'a cup of tea' });
  expect(app.ended).toBeNull();
  app.messenger!.close();
});

test('deleting the account is no expiry, though the socket closes before the answer is there', async () => {
  const { app, socket } = await ann();
  socket.hello();
  answer = () => (socket.drops(4001), { message: '' });
  await app.deleteAccount('erase');
  expect(asked).toContain('DELETE /api/profile/destroy?messages=erase');
  expect([app.messenger, app.ended, [...stored.keys()]]).toEqual([null, 'deleted', []]);
});

test('an account that could not be deleted is still there', async () => {
  const { app } = await ann();
  answer = () => Promise.reject(new TypeError('Failed to fetch'));
  await expect(app.deleteAccount('keep')).rejects.toMatchObject({ code: 'network' });
  expect([app.session.user?.id, app.ended]).toEqual([ME, null]);
  app.messenger!.close();
});

test('of a chat that was not known one is told when the list has said whether it is muted', async () => {
  const { app, socket } = await ann();
  const { messenger } = app;
  const muted: boolean[] = [];
  messenger!.onArrival = () => muted.push(messenger!.chats.isMuted(messenger!.chats.get(`u/${BOB}`)!));
  socket.hello({ expiresAt: '2999-01-01T00:00:00.000Z', serverTime: '2026-01-01T00:00:00.000Z', epoch: '1' });
  socket.says(broadcast('privateMessage', counted(1)));
  await vi.waitFor(() => expect(socket.sent.at(-1)!.type).toBe('listLastMessage'));
  expect(muted).toEqual([]);
  socket.answers(null, [listRow(1, { mutedUntil: '2999-01-01T00:00:00.000Z' })]);
  await vi.waitFor(() => expect(socket.sent.at(-1)!.type).toBe('watchPresence'));
  socket.answers(null, []);
  await vi.waitFor(() => expect(muted).toEqual([true]));
  messenger!.close();
});

test('a device token outlives log-out, goes with the log-in of its account alone, and never beside the e-mail', async () => {
  answer = () => ({ ...loggedIn, deviceToken: 'of Ann' });
  const { app } = await ann();
  await app.logOut();
  expect([[...stored.keys()], stored.get('hearth.devices')!.includes('ann@')]).toEqual([
    ['hearth.devices'],
    false,
  ]);
  answer = () => ({ ...loggedIn, id: BOB, deviceToken: 'of Bob' });
  await app.logIn({ email: 'bob@example.org', password: 'a cup of tea' });
  answer = () => loggedIn;
  await app.logIn({ email: ' Ann@Example.org', password: 'a cup of tea' });
  expect(bodies.map(({ client, deviceToken }) => [client, deviceToken])).toEqual([
    ['hearth', undefined],
    ['hearth', undefined],
    ['hearth', 'of Ann'],
  ]);
  app.messenger!.close();
});

test('another password brings another device token, and deleting the account removes it', async () => {
  answer = () => ({ ...loggedIn, deviceToken: 'the first' });
  const { app } = await ann();
  answer = () => ({ message: '', deviceToken: 'the second' });
  await app.changePassword('a cup of tea', 'two cups of tea');
  expect(deviceToken('ann@example.org')).toBe('the second');
  await app.deleteAccount('keep');
  expect(deviceToken('ann@example.org')).toBeUndefined();
});

test('of many accounts the last five are known', () => {
  for (let n = 1; n <= 6; n++) keepDeviceToken(`user ${n}`, `${n}@example.org`, `token ${n}`);
  expect([1, 2, 6].map((n) => deviceToken(`${n}@example.org`))).toEqual([undefined, 'token 2', 'token 6']);
});

test('an account that was deleted elsewhere leaves neither name nor erased texts, also in what is kept', async () => {
  const { app, socket } = await ann();
  const messenger = app.messenger!;
  const chat = `u/${BOB}` as const;
  socket.hello({ expiresAt: '2999-01-01T00:00:00.000Z', serverTime: '2026-01-01T00:00:00.000Z', epoch: '1' });
  messenger.chats.merge([listRow(1)]);
  messenger.history(chat).rows = [row(1)];
  const db = await openDatabase();
  const end = { rows: [row(1)], revision: 0, hasOlder: false, epoch: '1', savedAt: 0 };
  await db.put('histories', { ...end, user: ME, chat });
  socket.says(broadcast('personDeleted', { userId: BOB, erased: true }));
  expect(messenger.chats.get(chat)).toMatchObject({
    deleted: true,
    partnerName: 'Deleted account',
    content: '',
  });
  expect(messenger.history(chat).rows[0]).toMatchObject({ senderName: 'Deleted account', content: '' });
  await vi.waitFor(async () => expect((await db.get('histories', [ME, chat]))?.rows[0]?.content).toBe(''));
  db.close();
  messenger.close();
});

/** The chats, histories, drafts and unsent messages that are kept for these people. */
async function kept(...users: string[]): Promise<string[]> {
  const db = await openDatabase();
  const found: string[] = [];
  for (const user of users) {
    for (const name of ['outbox', 'chats'] as const)
      if ((await db.getAllFromIndex(name, 'user', user)).length > 0) found.push(`${user} ${name}`);
    for (const key of stored.keys()) if (key.includes(user) && key !== 'hearth.session') found.push(key);
  }
  db.close();
  return found;
}

/** As if this person had used the client here. */
async function traces(user: string): Promise<void> {
  const db = await openDatabase();
  await db.put('outbox', { ...entry, user, messageId: `of ${user}` });
  await db.put('chats', { user, key: `u/${BOB}`, row: listRow(1) });
  db.close();
  stored.set(`hearth.drafts.${user}`, '{}');
  stored.set(`hearth.outbox.${user}.m`, JSON.stringify({ ...entry, user, messageId: 'm' }));
}

test('a session that the server ended leaves nothing but what is not sent yet', async () => {
  const { app, socket } = await ann();
  socket.hello();
  await traces(ME);
  socket.drops(4001);
  await vi.waitFor(() => expect(app.ended).toBe('expired'));
  await vi.waitFor(async () => expect(await kept(ME)).toEqual([`${ME} outbox`, `hearth.outbox.${ME}.m`]));
});

test('an expiry, a busy server and a lost network wipe nothing', async () => {
  const { app, socket } = await ann();
  socket.hello();
  await traces(ME);
  const before = await kept(ME);
  const answers = [
    () => new Response('{}', { status: 503 }),
    () => Promise.reject(new TypeError('Failed to fetch')),
    () => new Response('{"token":"a.newer.token"}'),
  ];
  for (const each of answers) {
    renewal = each;
    await new FreshToken({ session: app.session, api: () => app.api, sync: () => app.session.sync() }).get();
  }
  expect([app.session.token, app.ended]).toEqual(['a.newer.token', null]);
  expect(await kept(ME)).toEqual(before);
  app.messenger!.close();
});

test('the log-in of another person wipes all that was kept for the former one', async () => {
  await traces(BOB);
  await traces(ME);
  const { app } = await ann();
  expect((await kept(BOB, ME)).filter((each) => each.includes(BOB))).toEqual([]);
  expect(await kept(ME)).not.toEqual([]);
  app.messenger!.close();
});

test('a token that another tab renewed is taken, and a refusal of the older one ends nothing', async () => {
  const { app } = await ann();
  const token = new FreshToken({ session: app.session, api: () => app.api, sync: () => app.session.sync() });
  const inOtherTab = (next: string) =>
    stored.set('hearth.session', JSON.stringify({ token: next, user: app.session.user }));
  inOtherTab('the.second.token');
  expect([await token.get('a.token'), asked.includes('POST /api/auth/renew')]).toEqual(['renewed', false]);
  renewal = () => (inOtherTab('the.third.token'), new Response('{}', { status: 401 }));
  expect(await token.get('the.second.token')).toBe('renewed');
  expect(app.session.token).toBe('the.third.token');
  app.messenger!.close();
});

test('an answer to a renewal that is lost ends nothing: the next attempt asks again', async () => {
  const { app, socket } = await ann();
  socket.hello();
  let attempts = 0;
  renewal = () =>
    ++attempts === 1
      ? Promise.reject(new TypeError('Failed to fetch'))
      : new Response('{"token":"a.newer.token"}');
  const token = new FreshToken({ session: app.session, api: () => app.api, sync: () => app.session.sync() });
  expect([await token.get(), await token.get()]).toEqual(['unreachable', 'renewed']);
  expect([app.session.token, app.ended]).toEqual(['a.newer.token', null]);
  app.messenger!.close();
});
