import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drawn } from '../tools/icons.js';

const folder = join(import.meta.dirname, '../public');

test('the PNG icons are what the drawing says', async () => {
  for (const { name, bytes } of await drawn())
    expect(bytes.equals(readFileSync(join(folder, name))), `${name}: npm run icons`).toBe(true);
});

test('the manifest names files that are there', () => {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.webmanifest'), 'utf8')) as {
    icons: { src: string; sizes: string; purpose: string }[];
  };
  for (const { src } of manifest.icons)
    expect(readFileSync(join(folder, src)).length, src).toBeGreaterThan(0);
  expect(manifest.icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`)).toEqual([
    ...['192x192 any', '512x512 any', '512x512 maskable', 'any any'],
  ]);
});
