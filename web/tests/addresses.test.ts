import { beforeEach, expect, test, vi } from 'vitest';
import type { Api } from '../src/api/endpoints';
import { everywhereFor } from '../src/state/chats/search.svelte';
import { BOB, ME } from './support/rows';

beforeEach(() => {
  vi.stubGlobal('location', { pathname: '/' });
  vi.stubGlobal('history', {});
  vi.stubGlobal('addEventListener', () => {});
});

test('addresses that lead nowhere are known as such', async () => {
  const { parse } = await import('../src/views/router.svelte');
  expect(['/', '/login', '/signup', `/chat/u/${BOB.toUpperCase()}`].map((path) => parse(path).name)).toEqual([
    'home',
    'login',
    'signup',
    'chat',
  ]);
  expect(['/chat', '/chat/u/1', `/chat/x/${BOB}`, '/settings'].map((path) => parse(path).name)).toEqual(
    Array(4).fill('unknown'),
  );
});

test("the chat with oneself is found by its name in either language, and by one's own", async () => {
  const data = [{ userId: BOB, firstName: 'Noah', lastName: '', email: '', groupId: null, groupName: null }];
  const api = { search: async () => ({ data }) } as unknown as Api;
  const user = { id: ME, firstName: 'Ann', lastName: 'Lee', email: 'ann@example.org' };
  const find = everywhereFor(user);
  const found = async (text: string) =>
    (await find(api, text, new AbortController().signal)).map(({ key }) => key);
  for (const text of ['No', 'notes', 'Заметк', 'an', 'LEE'])
    expect(await found(text)).toEqual([`u/${ME}`, `u/${BOB}`]);
  expect(await found('Bob')).toEqual([`u/${BOB}`]);
});
