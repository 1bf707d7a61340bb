// Coming in and going out: what is kept, what is forgotten, and how one is told.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { App } from '../src/state/app.svelte';
import { BOB, counted, listRow, ME } from './support/rows';
import { broadcast, FakeSocket } from './support/socket';

let stored: Map<string, string>;
let sockets: FakeSocket[];
let asked: string[];
let answer: (path: string) => Promise<object> | object;

const loggedIn = {
  id: ME,
  email: 'ann@example.org',
  firstName: 'Ann',
  lastName: '',
  token: 'a.token',
  message: '',
};

beforeEach(() => {
  [stored, sockets, asked] = [new Map(), [], []];
  answer = () => loggedIn;
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
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
    // Sessions end in these tests, tokens do not.
    if (url === '/api/auth/renew') return new Response('{}', { status: 401 });
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
  socket.hello({ expiresAt: '2999-01-01T00:00:00.000Z', serverTime: '2026-01-01T00:00:00.000Z', epoch: 1 });
  socket.says(broadcast('privateMessage', counted(1)));
  await vi.waitFor(() => expect(socket.sent.at(-1)!.type).toBe('listLastMessage'));
  expect(muted).toEqual([]);
  socket.answers(null, [listRow(1, { mutedUntil: '2999-01-01T00:00:00.000Z' })]);
  await vi.waitFor(() => expect(socket.sent.at(-1)!.type).toBe('watchPresence'));
  socket.answers(null, []);
  await vi.waitFor(() => expect(muted).toEqual([true]));
  messenger!.close();
});
