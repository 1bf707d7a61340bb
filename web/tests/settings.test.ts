// Settings outlive the page, and are the same in every tab.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Settings } from '../src/state/device/settings.svelte';

let stored: Map<string, string>;
let otherTab: (event: { key: string | null }) => void;

beforeEach(() => {
  stored = new Map();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  });
  vi.stubGlobal('addEventListener', (_: string, listener: typeof otherTab) => (otherTab = listener));
});
afterEach(() => void vi.unstubAllGlobals());

test('what was chosen is there the next time, and the rest as it is by default', () => {
  new Settings().change({ theme: 'dark' });
  const { theme, language, notifications, sound } = new Settings();
  expect([theme, language, notifications, sound]).toEqual(['dark', 'system', true, true]);
});

test('another tab follows', () => {
  const here = new Settings();
  here.follow();
  new Settings().change({ language: 'ru', sound: false });
  otherTab({ key: 'hearth.session' });
  expect(here.language).toBe('system');
  otherTab({ key: 'hearth.settings' });
  expect([here.language, here.sound]).toEqual(['ru', false]);
});

test('nonsense in the store is as good as nothing', () => {
  stored.set('hearth.settings', '{"theme":');
  expect(new Settings().theme).toBe('system');
});
