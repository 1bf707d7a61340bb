// The account: checks while typing, forms, sessions, and device names.
import { afterEach, expect, test, vi } from 'vitest';
import { ApiError } from '../src/api/http';
import type { SessionRow } from '../src/protocol/rest';
import { Sessions } from '../src/state/session/sessions.svelte';
import { en as strings } from '../src/strings/en';
import * as check from '../src/views/account/checks';
import { Form } from '../src/views/account/form.svelte';
import { device } from '../src/views/settings/device';
import type { Ui } from '../src/views/ui.svelte';

afterEach(() => void vi.unstubAllGlobals());

const { faults } = strings.refusals;

test('fields are checked as the server checks them', () => {
  expect(check.firstName(' ', strings)).toBe(faults.required);
  expect(check.firstName('𝒜'.repeat(64), strings)).toBeNull();
  expect(check.firstName('a'.repeat(65), strings)).toBe(faults.tooLong(64));
  expect(check.lastName('a\u0007', strings)).toBe(faults.control);
  expect(check.email('ann at home', strings)).toBe(faults.email);
  expect(check.newPassword('seven77', strings)).toBe(faults.passwordShort(8));
  expect(check.given('short', strings)).toBeNull();
});

/** A form with one name, checked as a first name; and what it focuses. */
function form(values: { firstName: string; oldPassword: string }) {
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => callback());
  const focused: string[] = [];
  const target = { querySelector: () => ({ focus: () => focused.push('fault') }) };
  const event = { preventDefault() {}, currentTarget: target } as unknown as SubmitEvent & {
    currentTarget: HTMLFormElement;
  };
  const made = new Form(
    { strings } as Ui,
    () => values,
    () => ({ firstName: check.firstName(values.firstName, strings), oldPassword: null }),
  );
  return { form: made, focused, submit: (act: () => Promise<unknown>) => made.submit(event, act) };
}

test('a faulty form is not sent, and leads to its fault', async () => {
  const act = vi.fn(async () => undefined);
  const faulty = form({ firstName: '', oldPassword: '' });
  expect(await faulty.submit(act)).toBe(false);
  expect([act.mock.calls.length, faulty.form.tried, faulty.focused]).toEqual([0, true, ['fault']]);
});

test('a form is sent once, however often it is pressed', async () => {
  let finish = () => {};
  const act = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
  const sound = form({ firstName: 'Ann', oldPassword: '' });
  const first = sound.submit(act);
  expect(await sound.submit(act)).toBe(false);
  finish();
  expect(await first).toBe(true);
  expect(act).toHaveBeenCalledOnce();
});

test('what the server says of a field stands there until the value changes', async () => {
  const values = { firstName: 'Ann', oldPassword: 'wrong' };
  const refused = form(values);
  await refused.submit(() => Promise.reject(new ApiError(400, { code: 'wrong_password', message: '' })));
  expect(refused.form.faults.oldPassword).toBe(strings.refusals.codes.wrong_password);
  expect(refused.form.failure).toBe('');
});

test('what is the fault of no field is said once', async () => {
  const refused = form({ firstName: 'Ann', oldPassword: '' });
  await refused.submit(() => Promise.reject(new ApiError(0, { code: 'network', message: '' })));
  expect(refused.form.failure).toBe(strings.refusals.codes.network);
  expect(Object.values(refused.form.faults)).toEqual([null, null]);
});

test('a failure that comes after the form was left for another is not shown there', async () => {
  const one = form({ firstName: 'Ann', oldPassword: '' });
  let fail: (error: Error) => void = () => {};
  const sent = one.submit(() => new Promise((_, reject) => (fail = reject)));
  one.form.reset();
  fail(new ApiError(400, { code: 'wrong_credentials', message: '' }));
  expect(await sent).toBe(false);
  expect([one.form.failure, one.form.working, one.form.tried]).toEqual(['', false, false]);
});

const row = (sessionId: string, current = false, lastSeenAt = '2026-01-01T00:00:00.000Z') =>
  ({ sessionId, current, lastSeenAt }) as SessionRow;

test('all pages are shown, your own session first and those used last next; ending the others leaves it', async () => {
  const pages: Record<string, SessionRow[]> = {
    '': [row('c'), row('b', false, '2026-02-01T00:00:00.000Z')],
    b: [row('mine', true)],
  };
  const endOtherSessions = vi.fn(async () => ({ message: '' }));
  const sessions = new Sessions({
    sessions: async (cursor = '') => ({ data: pages[cursor] ?? [] }),
    endSession: async () => Promise.reject(new ApiError(404, { code: 'session_not_found', message: '' })),
    endOtherSessions,
  });
  await sessions.load();
  expect(sessions.rows.map((each) => each.sessionId)).toEqual(['mine', 'b', 'c']);
  await sessions.end('c');
  expect(sessions.rows.map((each) => each.sessionId)).toEqual(['mine', 'b']);
  await sessions.endOthers();
  expect(endOtherSessions).toHaveBeenCalledOnce();
  expect(sessions.rows.map((each) => each.sessionId)).toEqual(['mine']);
});

test('a session that could not be ended stays', async () => {
  const busy = new ApiError(503, { code: 'unavailable', message: '' });
  const sessions = new Sessions({
    sessions: async (cursor) => ({ data: cursor ? [] : [row('a')] }),
    endSession: () => Promise.reject(busy),
    endOtherSessions: () => Promise.reject(busy),
  });
  await sessions.load();
  await expect(sessions.end('a')).rejects.toBe(busy);
  expect(sessions.rows).toHaveLength(1);
});

test('devices are told by their browser and system', () => {
  const named = (text: string) => Object.values(device(text) ?? {});
  const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
  expect(named(`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Edg/140.0.0.0`)).toEqual([
    'Edge',
    'Windows',
  ]);
  expect(named(`Mozilla/5.0 (Linux; Android 15; Pixel 9) ${chrome}`)).toEqual(['Chrome', 'Android']);
  expect(named('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0')).toEqual([
    'Firefox',
    'Linux',
  ]);
  const safari = 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1';
  expect(named(`Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) ${safari}`)).toEqual([
    'Safari',
    'iPhone',
  ]);
  expect(named('curl/8.15.0')).toEqual(['curl', null]);
  expect(device('')).toBeNull();
});
