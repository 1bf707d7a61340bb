// Keys that belong to an input method, as browsers report them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { guardInputMethod } from '../src/views/input-method';

/** Whether a handler of the client gets a key. */
function reaches(key: { isComposing: boolean; keyCode: number }): boolean {
  const window = new EventTarget();
  guardInputMethod(window);
  let handled = false;
  window.addEventListener('keydown', () => (handled = true));
  window.dispatchEvent(Object.assign(new Event('keydown', { cancelable: true }), key));
  return handled;
}

test('a key within a composition reaches no handler', () => {
  expect(reaches({ isComposing: true, keyCode: 13 })).toBe(false);
});

test("Safari's Enter after the end of a composition reaches no handler", () => {
  expect(reaches({ isComposing: false, keyCode: 229 })).toBe(false);
});

test('every other key does', () => {
  for (const keyCode of [13, 27, 38, 40, 8]) expect(reaches({ isComposing: false, keyCode })).toBe(true);
});

test('no other place asks whether a text is being composed', () => {
  const source = join(import.meta.dirname, '../src');
  const asking = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|svelte)$/.test(file))
    .filter((file) => /isComposing|keyCode/.test(readFileSync(join(source, file), 'utf8')));
  expect(asking).toEqual(['views/input-method.ts']);
});
