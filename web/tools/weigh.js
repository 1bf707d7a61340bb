// Fails when the scripts that ../static serves outgrow their budgets (KiB, brotli).
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const FIRST_SCREEN = 60;
const EVERYTHING = 150;
const assets = join(import.meta.dirname, '../../static/assets');
const page = readFileSync(join(assets, '../index.html'), 'utf8');

let first = 0;
// Each reader loads one of them.
let dictionary = 0;
let all = 0;
for (const name of [...readdirSync(assets).sort(), '../sw.js']) {
  if (!name.endsWith('.js') || name.startsWith('emoji-data')) continue;
  const size = statSync(join(assets, `${name}.br`)).size / 1024;
  const early = page.includes(name);
  if (early) first += size;
  if (/^(en|ru)-/.test(name)) dictionary = Math.max(dictionary, size);
  all += size;
  console.log(`${size.toFixed(1).padStart(7)} KiB  ${early ? 'first screen' : 'later       '}  ${name}`);
}
first += dictionary;
console.log(
  `${first.toFixed(1)} of ${FIRST_SCREEN} KiB for the first screen, ${all.toFixed(1)} of ${EVERYTHING} KiB in all`,
);
if (first > FIRST_SCREEN || all > EVERYTHING) {
  console.error('too heavy');
  process.exit(1);
}
