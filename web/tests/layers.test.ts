// Imports point down: views -> state -> api, socket -> protocol, strings. And a file stays small.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const below: Record<string, string[]> = {
  views: ['views', 'state', 'protocol', 'strings'],
  state: ['state', 'api', 'socket', 'protocol', 'strings'],
  api: ['api', 'protocol'],
  socket: ['socket', 'protocol'],
  protocol: ['protocol'],
  strings: ['strings'],
  worker: ['worker'],
};
const source = join(import.meta.dirname, '../src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(ts|svelte)$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(source, file), 'utf8') }));

test('imports point down the layers', () => {
  const upward = files.flatMap(({ file, text }) => {
    const allowed = below[file.split('/')[0]!];
    if (!allowed) return []; // main.ts
    return [...text.matchAll(/from '(\.[^']+)'|import\('(\.[^']+)'\)/g)]
      .map((match) => join(file, '..', match[1] ?? match[2]!))
      .filter((target) => !allowed.includes(target.split('/')[0]!))
      .map((target) => `${file} imports ${target}`);
  });
  expect(upward).toEqual([]);
});

test('a component has under 200 lines, any other file under 300', () => {
  const long = files.filter(
    ({ file, text }) =>
      !text.startsWith('// Generated') && text.split('\n').length > (file.endsWith('.svelte') ? 200 : 300),
  );
  expect(long.map(({ file }) => file)).toEqual([]);
});

test('text is never parsed as HTML, nothing asks for inline styles', () => {
  const unsafe = files.filter(({ text }) =>
    /\{@html|innerHTML|insertAdjacentHTML|<[a-z]+[^>]*\sstyle="[^{]*"/.test(text),
  );
  expect(unsafe.map(({ file }) => file)).toEqual([]);
});
