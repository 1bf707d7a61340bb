// The PNG icons, drawn from public/icon.svg: the same bytes each time, on each machine (the renderer is WebAssembly).
// Run with `npm run icons` after a change of the drawing, and commit what it makes.
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../public');

/** File name to its width, and whether the ground fills it: systems that cut a shape of their own out need that. */
const icons = {
  'icon-192.png': { width: 192, filled: false },
  'icon-512.png': { width: 512, filled: false },
  'icon-maskable-512.png': { width: 512, filled: true },
  'apple-touch-icon.png': { width: 180, filled: true },
};

/** The icons by file name. */
export async function drawn() {
  await initWasm(readFileSync(createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm')));
  const drawing = readFileSync(join(folder, 'icon.svg'), 'utf8');
  return Object.entries(icons).map(([name, { width, filled }]) => {
    const svg = filled ? drawing.replace(' rx="15"', '') : drawing;
    const bytes = new Resvg(svg, { fitTo: { mode: 'width', value: width } }).render().asPng();
    return { name, bytes: Buffer.from(bytes) };
  });
}

if (process.argv[1] === import.meta.filename) {
  for (const { name, bytes } of await drawn()) writeFileSync(join(folder, name), bytes);
}
