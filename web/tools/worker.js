// Builds the service worker with the list of files that it caches, so that its bytes change whenever a file changes.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const publicFolder = join(import.meta.dirname, '../public');
const FILE = 'sw.js';

/** @returns {import('vite').Plugin} */
export function serviceWorker() {
  return {
    name: 'service-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const worker = bundle[FILE];
      const page = bundle['index.html'];
      if (worker?.type !== 'chunk' || page?.type !== 'asset') throw new Error('no worker, or no page');
      if (worker.imports.length > 0) throw new Error('the worker shares code with the page');

      const all = createHash('sha256').update(worker.code).update(page.source);
      const own = readdirSync(publicFolder).sort();
      for (const name of own) all.update(readFileSync(join(publicFolder, name)));
      const hashed = Object.keys(bundle).filter((name) => name.startsWith('assets/'));
      const files = [...own, ...hashed.sort()].map((name) => `/${name}`);
      for (const name of files) all.update(name);

      const version = all.digest('hex').slice(0, 16);
      const build = { version, page: createHash('sha256').update(page.source).digest('hex'), files };
      worker.code = worker.code.replace('__BUILD__', () => JSON.stringify(build));
    },
  };
}
