// Fails unless each text of ../static has a brotli and a gzip file beside it that hold the same.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

const folder = join(import.meta.dirname, '../../static');
const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });

for (const name of names) {
  const unpack = name.endsWith('.br') ? brotliDecompressSync : name.endsWith('.gz') ? gunzipSync : null;
  if (!unpack) continue;
  const held = unpack(readFileSync(join(folder, name)));
  if (!held.equals(readFileSync(join(folder, name.slice(0, -3)))))
    throw new Error(`${name} holds something else`);
}
for (const name of names.filter((each) => /\.(html|js|css|svg|json|webmanifest)$/.test(each))) {
  if (!names.includes(`${name}.br`) || !names.includes(`${name}.gz`))
    throw new Error(`${name} is not compressed`);
}
