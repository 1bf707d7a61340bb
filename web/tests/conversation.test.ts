import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { meaning, moved, opensMenu } from '../src/views/conversation/keys';
import { beside } from '../src/views/parts/place';

test('keys mean the same in every layout, and nothing with a modifier but copying', () => {
  const key = (key: string, code: string, modifiers = {}) =>
    meaning({ key, code, ctrlKey: false, metaKey: false, altKey: false, ...modifiers });
  expect([key('r', 'KeyR'), key('к', 'KeyR'), key('+', 'Equal'), key('3', 'Digit3')]).toEqual([
    'reply',
    'reply',
    'react',
    2,
  ]);
  expect([
    key('c', 'KeyC', { metaKey: true }),
    key('r', 'KeyR', { ctrlKey: true }),
    key('e', 'KeyE', { altKey: true }),
  ]).toEqual(['copy', null, null]);
  expect([key('7', 'Digit7'), key('x', 'KeyX'), key('Tab', 'Tab')]).toEqual([null, null, null]);
  expect(opensMenu({ key: 'F10', shiftKey: true })).toBe(true);
  expect(opensMenu({ key: 'F10', shiftKey: false })).toBe(false);
});

test('the focus stays among the messages', () => {
  expect([
    moved('ArrowUp', 0, 5),
    moved('ArrowDown', 4, 5),
    moved('PageUp', 3, 5),
    moved('End', 0, 5),
  ]).toEqual([0, 4, 0, 4]);
  expect(moved('a', 2, 5)).toBe(null);
});

test('what floats stays in the window', () => {
  const size = { width: 200, height: 300 };
  const view = { width: 1000, height: 700 };
  const at = (left: number, top: number) => ({ left, top, right: left + 40, bottom: top + 40 });
  expect(beside(at(500, 100), size, view)).toEqual({ top: 144, left: 340 });
  expect(beside(at(500, 600), size, view, 'left')).toEqual({ top: 296, left: 500 });
  expect(beside(at(0, 400), size, view)).toEqual({ top: 96, left: 8 });
  expect(beside({ top: 10, bottom: 690, left: 990, right: 990 }, size, view)).toEqual({
    top: 392,
    left: 792,
  });
});

test("names in people's colours can be read on a message, light and dark", () => {
  const source = join(import.meta.dirname, '../src/views');
  const names = readFileSync(join(source, 'conversation/SenderName.svelte'), 'utf8');
  const tokens = readFileSync(join(source, 'styles/tokens.css'), 'utf8');
  const [light, dark] = [...tokens.matchAll(/--theirs: (#\w+)/g)].map((match) => match[1]!);
  const pairs = [...names.matchAll(/light-dark\((#\w+), (#\w+)\)/g)];
  expect(pairs.length).toBe(8);
  const weak = pairs.filter(([, a, b]) => contrast(a!, light!) < 4.5 || contrast(b!, dark!) < 4.5);
  expect(weak.map(([pair]) => pair)).toEqual([]);
});

const colours = ['light', 'dark (system)', 'dark (chosen)'].map((theme, at) => {
  const css = readFileSync(join(import.meta.dirname, '../src/views/styles/tokens.css'), 'utf8');
  const block = css.split('--ground:')[at + 1]!;
  const tokens = [...`--ground:${block}`.matchAll(/--([\w-]+): (#\w{6});/g)];
  return { theme, of: Object.fromEntries(tokens.map(([, name, value]) => [name!, value!])) };
});

test.each(colours)('outlines and words can be told from their grounds: $theme', ({ of }) => {
  const pairs: [string, string, number][] = [
    ...['surface', 'ground', 'raised'].map((on): [string, string, number] => ['outline', on, 3]),
    ...['surface', 'ground'].map((on): [string, string, number] => ['danger', on, 4.5]),
    ['danger-ink', 'danger', 4.5],
    ['accent-ink', 'accent', 4.5],
    ['quiet', 'ground', 4.5],
    ['accent', 'raised', 3],
  ];
  const weak = pairs.filter(([one, other, least]) => contrast(of[one]!, of[other]!) < least);
  expect(weak).toEqual([]);
});

test('every field has an outline that can be seen', () => {
  const views = join(import.meta.dirname, '../src/views');
  const fields = readdirSync(views, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.svelte'))
    .map((name) => ({ name, source: readFileSync(join(views, name), 'utf8') }))
    .filter(({ source }) => /<textarea|<input(?![^>]*(?:type="(?:radio|checkbox)"|hidden))/.test(source));
  expect(fields.length).toBeGreaterThan(4);
  const faint = fields.filter(({ source }) => !source.includes('1px solid var(--outline)'));
  expect(faint.map(({ name }) => name)).toEqual([]);
});

// As WCAG defines it.
function contrast(one: string, other: string): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
