import { expect, test } from 'vitest';
import { endpoints } from '../src/api/endpoints';
import { http } from '../src/api/http';
import { Confirmation } from '../src/state/session/confirmation.svelte';
import type { RenewResult } from '../src/protocol/session';

/** An API whose server gives this answer; and what was asked. A refused token is renewed as the test says. */
function api(
  status: number,
  body: unknown,
  token: string | null = 'a.token',
  renewed: RenewResult = 'ended',
) {
  const asked: { url: string; init: RequestInit }[] = [];
  const unauthorized: string[] = [];
  const fetch = async (url: string | URL | Request, init?: RequestInit) => {
    asked.push({ url: String(url), init: init! });
    if (init?.signal?.aborted) throw init.signal.reason;
    if (status === 0) throw new TypeError('Failed to fetch');
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
  };
  const onUnauthorized = (ended: string) => unauthorized.push(ended);
  const renew = async (stale: string) => {
    if (renewed === 'renewed') [token, status] = [`${stale}, renewed`, 200];
    return renewed;
  };
  const answers = { confirm: false, questions: 0 };
  const confirm = async () => (answers.questions++, answers.confirm);
  const host = { token: () => token, renew, confirm, onUnauthorized, fetch };
  return { api: endpoints(http(host)), asked, unauthorized, answers };
}

test('a request carries the token, its query escaped, and no cookies', async () => {
  const { api: server, asked } = api(200, { data: [] });
  await server.search('a b&c=d+é');
  expect(asked[0]!.url).toBe('/api/use-cases/search?searchText=a+b%26c%3Dd%2B%C3%A9');
  expect(asked[0]!.init).toMatchObject({ credentials: 'omit', headers: { authorization: 'Bearer a.token' } });
});

test('faults come by field', async () => {
  const errors = [{ path: 'email', message: 'must be an address' }];
  const { api: server } = api(400, { code: 'invalid', message: 'Invalid request', errors }, null);
  const failed = server.signUp({ firstName: 'Ann', email: 'x', password: 'a cup of tea' });
  await expect(failed).rejects.toMatchObject({
    code: 'invalid',
    status: 400,
    faults: new Map([['email', 'must be an address']]),
  });
});

test('a refused token ends the session; a wrong password does not', async () => {
  const refused = api(401, { code: 'unauthorized', message: 'Not authorized' });
  await expect(refused.api.sessions()).rejects.toMatchObject({ code: 'unauthorized' });
  expect(refused.unauthorized).toEqual(['a.token']);
  const wrong = api(400, { code: 'wrong_credentials', message: '' }, null);
  await expect(wrong.api.logIn({ email: 'a', password: 'b' })).rejects.toMatchObject({
    code: 'wrong_credentials',
  });
  expect(wrong.unauthorized).toEqual([]);
});

test('an expired token is renewed, and the request repeated, once', async () => {
  const { api: server, asked, unauthorized } = api(401, { code: 'unauthorized' }, 'a.token', 'renewed');
  await server.sessions();
  expect(asked.map(({ init }) => new Headers(init.headers).get('authorization'))).toEqual([
    'Bearer a.token',
    'Bearer a.token, renewed',
  ]);
  expect(unauthorized).toEqual([]);
});

test('while nobody knows whether the session lives, it is not ended', async () => {
  const { api: server, unauthorized } = api(401, { code: 'unauthorized' }, 'a.token', 'unreachable');
  await expect(server.sessions()).rejects.toMatchObject({ code: 'network', status: 0 });
  expect(unauthorized).toEqual([]);
});

test('the renewal itself is not renewed', async () => {
  const {
    api: server,
    asked,
    unauthorized,
  } = api(401, { code: 'unauthorized', message: '' }, 'a.token', 'renewed');
  await expect(server.renew()).rejects.toMatchObject({ status: 401 });
  expect(asked).toHaveLength(1);
  expect(unauthorized).toEqual([]);
});

test('no server and no sense are told apart', async () => {
  await expect(api(0, null).api.logOut()).rejects.toMatchObject({ code: 'network', status: 0 });
  await expect(api(502, '<html>').api.logOut()).rejects.toMatchObject({ code: 'unknown', status: 502 });
});

test('an aborted request fails as such', async () => {
  const aborted = new AbortController();
  aborted.abort();
  await expect(api(200, {}).api.search('x', aborted.signal)).rejects.toMatchObject({ name: 'AbortError' });
});

test('what wants confirmation is asked once more when the person has confirmed, and not else', async () => {
  const required = { code: 'confirm_required', message: 'Confirm with your password' };
  const { api: server, asked, answers } = api(403, required);
  await expect(server.endOtherSessions()).rejects.toMatchObject({ code: 'confirm_required' });
  expect([asked.length, answers.questions]).toEqual([1, 1]);
  answers.confirm = true;
  await expect(server.deleteAccount('keep')).rejects.toMatchObject({ code: 'confirm_required' });
  expect([asked.length, answers.questions]).toEqual([3, 2]);
});

test('several that wait for confirmation are one question', async () => {
  const passwords: string[] = [];
  const confirm = async (password: string) => {
    if (passwords.push(password) === 1) throw new Error('wrong');
    return { message: '', confirmedUntil: '' };
  };
  const confirmation = new Confirmation(() => ({ confirm }));
  const waiting = Promise.all([confirmation.ask(), confirmation.ask()]);
  await expect(confirmation.give('a cup of milk')).rejects.toThrow('wrong');
  expect(confirmation.wanted).toBe(true);
  await confirmation.give('a cup of tea');
  expect([await waiting, confirmation.wanted]).toEqual([[true, true], false]);
});
